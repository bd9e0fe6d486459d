# People, one person, questions and unmanaged users.
people-title = People
people-found = { $count ->
    [one] { $number } person
   *[other] { $number } people
}
people-search-label = Search and narrow
people-all = All
people-only = Only those who
people-days = At least this many days
people-sort = Order
people-apply = Show
people-show-all = Show all
people-export = Download as
people-export-what = with the people shown
people-or = or
people-none-found = Nobody fits what you chose. Try fewer words, or show all.
people-none = There are no people yet. They come when a source has been read.
people-none-sources = See the sources
people-caption = People who fit what you chose
people-since = Since
people-drift-heading = Drift
people-drift = { $count ->
    [one] { $number } difference
   *[other] { $number } differences
}
people-status-active = Active
people-status-pending = Waiting for activation
people-status-suspended = Suspended
people-status-not-created = Not created
people-status-gone = Deleted in MitID Erhverv
people-status-other = Unknown status
people-show-not-activated = have not activated
people-show-no-authenticator = lack a means of log-in
people-show-drift = differ
people-show-out-of-step = are not in step
people-show-held = are suspended by hand
people-show-left = have left
people-sort-name = Name
people-sort-waiting = Waited longest
people-sort-unit = Unit
people-note-held = Suspended by hand
people-note-left = Left
people-note-no-authenticator = Lacks a means of log-in
people-note-waited = { $count ->
    [0] Since today
    [one] Has waited { $number } day
   *[other] Has waited { $number } days
}
word-rid = RID
word-uuid = UUID
word-cpr = CPR number
word-cancel = Cancel

by-cpr-title = Search by CPR number
by-cpr-intro = Write the number and the purpose. Both travel in the form only, and the purpose is written to the log with your name.
by-cpr-nobody = Nobody here has that CPR number.
purpose-label = Purpose
cpr-heading = CPR number
cpr-open = Show the whole number
cpr-show = Show CPR number
cpr-shown = The number is shown this once only. Seeing it is written in the log.

person-title = Person
person-nameless = (no name)
person-presence = Employment
person-employed = Employed
person-ahead = Begins { $value }
person-left = Left { $date }: { $how }
person-changes-wait = { $count ->
    [one] { $number } change waits
   *[other] { $number } changes wait
}
person-email-heading = The e-mail address should be looked at
authenticator-privatemitid = Private MitID
authenticator-localidentityprovider = The organisation's own log-in (local IdP)
authenticator-status-active = Active
authenticator-status-suspended = Suspended
authenticator-status-pending = Waiting
level-low = Low
level-substantial = Substantial
level-high = High
person-details = Details
person-details-caption = The sources and MitID Erhverv side by side
person-ours = The sources
person-read = read { $value }
person-not-there = not there yet
person-not-here = Not here
person-not-known = Not known
person-owner = Who decides
person-differs = Differs
person-changing = Being changed
person-drift-found = Found { $value }
person-identity = Identity and sources
person-uuid = UUID in MitID Erhverv:
person-missing-since = Missing in the source since { $value }
person-authenticators = Means of log-in
person-authenticators-caption = What the person can log in with, as MitID Erhverv says
person-authenticator = Means
person-no-authenticators = MitID Erhverv has shown no means of log-in for the person.
person-operations = Changes
person-operations-caption = The latest changes in MitID Erhverv
person-no-operations = Nothing was sent about the person yet.
person-timeline = Timeline
person-no-timeline = The log has nothing about the person yet.
person-whole-log = See the whole log of the person
person-questions = Needs an answer
person-held-heading = Suspended by hand
person-held = { $by } suspended the person { $at }. Reason: { $why }
person-reactivate = Reactivate
person-suspend = Suspend now
person-suspend-text = The person cannot log in at MitID Erhverv once the order is carried out. That goes before everything else, normally within a minute.
person-suspend-hint = The order stands until somebody reactivates the person with a reason. No source and no plan lifts it.
person-cause = Cause
person-cause-more = Reason
reason-hint-optional = May be left out when you have chosen a cause. Write no CPR numbers.
cause-other = Something else (write below)
cause-lost = Lost phone or key
cause-misuse = Suspected misuse
cause-manager = The manager asked for it
person-actions = Other actions
person-of-a-source = The person comes from a source and is changed there. Here you can change those created by hand.
person-new-title = Create a person
person-edit-title = Change details
person-edit-intro = The person belongs to the source "by hand". The same rules hold as for all other sources.
person-save = Save
person-end = End the employment today
person-end-hint = The person is suspended at the end of the day.
person-reopen = Re-open the employment
notice-heading = Done
notice-suspended = The order is written and is carried out before everything else. Follow it under Changes.
notice-reactivated = The hold is lifted. The next plan reactivates the person.
notice-saved = The details are saved.
notice-ended = The employment ends today.
notice-reopened = The employment is open again.
notice-answered = The answer is saved.

input-given-name = Given name
input-given-name-hint = As in the CPR register, middle names too
input-surname = Surname
input-surname-hint = As in the CPR register
input-user-name = User name
input-user-name-hint = What the person is known by here. No blanks
input-cpr = CPR number
input-cpr-hint = Ten digits. Kept encrypted. An empty field leaves a kept number as it is
input-email = E-mail
input-email-hint = The activation link is sent here
input-phone = Phone
input-phone-hint = May be left out
input-unit = Unit
input-unit-hint = May be left out
input-job-title = Job title
input-job-title-hint = May be left out
input-p-number = P-number
input-p-number-hint = Ten digits. May be left out
input-rid = RID
input-rid-hint = Only if the person had a user before
input-start = First day
input-start-hint = Empty means employed already
input-end = Last day
input-end-hint = The person can log in until the end of the day
fault-given-name-missing = Write the given name.
fault-given-name = The given name has characters that cannot stand in a name, or is too long.
fault-surname-missing = Write the surname.
fault-surname = The surname has characters that cannot stand in a name, or is too long.
fault-user-name = The user name must have no blanks.
fault-user-name-taken = The user name is used by somebody else already.
fault-cpr = The CPR number must be ten digits, of which the first six are a date.
fault-too-young = MitID demands an age of 13.
fault-email-missing = Write the e-mail address. The activation link is sent there.
fault-email = The e-mail address must look like name@example.dk.
fault-p-number = The P-number must be ten digits.
fault-rid = The RID may have digits, letters and hyphens only.
fault-start = The date must look like 2026-12-01.
fault-end = The date must look like 2026-12-31.
fault-end-before-start = The last day lies before the first.

owner-local = The source
owner-remote = MitID Erhverv
owner-ask = Ask us

questions-title = Questions
questions-tabs = Kinds of questions
questions-answer = To answer
questions-mend = To mend
questions-list = The list
questions-intro = Lokalid does not decide this alone. The answer counts in the next plan.
questions-mend-intro = This cannot be answered but must be mended in the source or in the set-up. It goes away by itself afterwards.
questions-empty = There are no questions here.
question-asked = Asked { $value }
question-answer = Your answer
question-is = It is { $value }.
question-send = Send answer
question-choose = Choose an answer.
question-gone = The question was answered or is no longer there.
candidate-agrees = { $status }, { $email }. Same: { $agrees }
candidate-differs = { $status }, { $email }. Same: { $agrees }. Different: { $differs }

unmanaged-title = Unmanaged users
unmanaged-intro = Users in MitID Erhverv that no source knows. Lokalid does not touch them by itself.
unmanaged-found = { $count ->
    [one] { $number } user
   *[other] { $number } users
}
unmanaged-empty = Every user in MitID Erhverv is known to a source.
unmanaged-seen = First seen
unmanaged-administrator = Administrator in MitID Erhverv
unmanaged-left-alone = { $by } decided to leave it alone: { $why }
unmanaged-to-suspend = { $by } asked to have it suspended. The next plan does it. Reason: { $why }
unmanaged-waits = { $by } asked to have it suspended. That is possible only once the user is activated. Reason: { $why }
unmanaged-suspended = Suspended { $at }. { $by } asked for it. Reason: { $why }
unmanaged-decide = Decide
unmanaged-what = What should happen?
unmanaged-adopt = Adopt as a person by hand
unmanaged-suspend = Suspend it in the next plan
unmanaged-leave = Leave it alone
unmanaged-choose = Choose what should happen.
unmanaged-is-suspended = The user is suspended in MitID Erhverv already.
unmanaged-cannot-adopt = The answer of MitID Erhverv holds no RID for the user, so it cannot be adopted safely. Create the person by hand and Lokalid will ask a question.
