# Overview, plans, outbox, sources, jobs, log and settings.
overview-title = Overview
overview-as-of = The page shows what Lokalid knew at that time.
overview-outbox-open = { $number } on the way. The oldest { $ago }.
overview-outbox-empty = Nothing waits.
verdict-in-step-heading = In step with MitID Erhverv
verdict-in-step-text = All { $wanted } users are the same here and in MitID Erhverv.
verdict-working-heading = Changes are on their way to MitID Erhverv
verdict-working-text = { $in_step } of { $wanted } users are the same here and in MitID Erhverv. The rest are on the way.
verdict-almost-heading = Almost in step with MitID Erhverv
verdict-almost-text = { $in_step } of { $wanted } users are the same here and in MitID Erhverv. See below what is left.
verdict-leaving-heading = Some have left, but not in MitID Erhverv
verdict-leaving-text = { $count ->
    [one] { $number } person who has left here is not stopped in MitID Erhverv. Under People, "are not in step" shows who it is.
   *[other] { $number } people who have left here are not stopped in MitID Erhverv. Under People, "are not in step" shows who they are.
}
verdict-new-heading = MitID Erhverv has not been read yet
verdict-new-text = Lokalid begins by reading and changes nothing before the first plan is approved.
verdict-late-heading = A suspension has not got through
verdict-late-text = { $count ->
    [one] { $number } suspension has waited more than 5 minutes. Lokalid tries again every half minute.
   *[other] { $number } suspensions have waited more than 5 minutes. Lokalid tries again every half minute.
}
figures-heading = Key figures
figure-active = Active
figure-active-see = See active users
figure-pending = Waiting for activation
figure-pending-see = See who is waiting
figure-pending-long = { $count ->
    [one] { $number } has waited over 14 days
   *[other] { $number } have waited over 14 days
}
figure-suspended = Suspended
figure-suspended-see = See the suspended
figure-parked = Parked
figure-parked-see = See the reasons
figure-drift = Drift
figure-drift-see = { $count ->
    [one] On { $number } person
   *[other] On { $number } people
}
tasks-heading = Needs a decision
tasks-empty = Nothing waits for a human.
task-plan = Approve or reject plan { $plan }
task-plan-text = { $count ->
    [one] { $number } change, { $price }. { $why }
   *[other] { $number } changes, { $price }. { $why }
}
task-plan-badge = Stopped by a limit
task-since = Since { $value }
task-oldest = Oldest: { $value }
task-until = Expires { $value }
task-parked = { $count ->
    [one] See { $number } parked operation
   *[other] See { $number } parked operations
}
task-parked-text = MitID Erhverv did not accept them. The reason stands at each.
task-questions = { $count ->
    [one] Answer { $number } question
   *[other] Answer { $number } questions
}
task-questions-text = Lokalid is in doubt and does nothing about them without your answer.
task-questions-badge = Question
task-obstacles = { $count ->
    [one] Mend { $number } detail
   *[other] Mend { $number } details
}
task-obstacles-text = Something is missing in the source or in the set-up before the users can be created or changed.
task-obstacles-badge = To mend
task-unmanaged = { $count ->
    [one] Decide about { $number } user that no source knows
   *[other] Decide about { $number } users that no source knows
}
task-unmanaged-text = Only in MitID Erhverv. Lokalid changes nothing until somebody says so.
task-unmanaged-badge = Unmanaged
task-waiting = { $count ->
    [one] Remind { $number } employee to activate
   *[other] Remind { $number } employees to activate
}
task-waiting-text = They got the activation mail more than 14 days ago. The link lives for 30 days and is sent again from the portal of MitID Erhverv.
task-waiting-badge = Reminder
task-source = Look into the source { $value }
task-source-failed = It could not be read. Nobody is suspended because of that.
task-source-shrunk = It has become much shorter. Nobody is suspended because of it until somebody has said that it is right.
task-source-old = It was not read whole for more than a day. Nobody is suspended because of it before a whole one is read.
task-source-last = Last whole one: { $value }
task-certificate = Renew the system certificate
task-certificate-text = Without a valid certificate nothing reaches MitID Erhverv. The new one and the old one can be in use together.
task-certificate-badge = { $count ->
    [one] { $number } day left
   *[other] { $number } days left
}
task-certificate-over = Expired
task-alone = One person approves alone
task-alone-text = The organisation has chosen that whoever makes a plan may approve it too.
task-alone-badge = Chosen rule
find-heading = Find a person
find-label = Name, user name, e-mail or RID
find-button = Search
find-by-cpr = Search by CPR number
find-by-cpr-hint = You must state a purpose.
connection-heading = The connection to MitID Erhverv
connection-read = Last full read
connection-certificate = System certificate
certificate-days = { $count ->
    [one] { $number } day left, until { $date }
   *[other] { $number } days left, until { $date }
}
certificate-expired = Expired { $date }
certificate-none = No certificate was read yet.
certificate-reminders = The overview reminds you from 60 days before.
chart-heading = The last 14 days
chart-caption = Operations by day
chart-empty = Nothing was carried out in the last 14 days.
chart-done = Done
chart-parked = Parked
chart-dropped = Given up or no longer wanted
chart-as-table = See the numbers as a table
chart-description = { $count ->
    [one] Bar chart. Highest on { $day } with { $number } operation. The numbers are in the table below the chart.
   *[other] Bar chart. Highest on { $day } with { $number } operations, of which { $parked } parked. The numbers are in the table below the chart.
}
next-day-heading = Try one more day
next-day-text = Three join, two leave, one changes name, one moves, and somebody edits in the portal.
next-day-button = Next day

sources-title = Sources
sources-caption = How fresh the information is
sources-intro = This is where people come from. A read that was not whole changes nothing.
sources-empty = There are no sources. They are written in lokalid.toml.
source-title = Source
source-named = Source { $value }
source-kind = Kind
source-kind-csv = File (CSV)
source-kind-ldap = Directory (LDAP)
source-kind-by-hand = By hand
source-kind-other = Other source
source-complete = Last whole read
source-tried = Last attempt
source-state = State
source-fresh = Fresh
source-by-hand = By hand
source-by-hand-when = Changed
source-by-hand-never = None yet
source-by-hand-changed = Last change { $value }
source-by-hand-people = { $count ->
    [0] No people are kept by hand.
    [one] { $number } person is kept by hand.
   *[other] { $number } people are kept by hand.
}
source-old = Too old
source-unread = Not read yet
source-failed = Could not be read
source-failed-heading = The source could not be read
source-faults-caption = What is wrong, and where
source-whole-file = The whole file
source-shrunk = Much shorter than before
source-shrunk-text = The source has { $now } people and had { $before }. If that is right, approve the plan.
source-warnings = { $count ->
    [one] { $number } warning
   *[other] { $number } warnings
}
source-warnings-heading = Warnings
source-warnings-caption = Rows that somebody should look at
source-no-warnings = There are no warnings from the last read.
source-place = Place
source-row = Row { $value }
source-row-column = Row { $row }, column "{ $column }"
source-column-named = Column "{ $value }"
source-attribute-named = Attribute "{ $value }"
source-attribute-of-entry = attribute "{ $value }"
source-what = What
source-skipped-heading = Skipped
source-skipped-text = The rows were broken and left out. Their people stay as last known.
source-skipped-caption = Rows that were skipped
source-mapping-heading = Fields
source-mapping-caption = Which column or attribute gives which field
source-no-mapping = The source uses the ordinary names.
source-mapped-file = File
source-column = Column or attribute
source-by-hand-text = They are created and changed under People.
source-read-now = Read the sources now
source-read-hint = All sources of the organisation are read. Nothing is sent.

plans-title = Plans
plans-intro = A plan shows what is to happen in MitID Erhverv, and why. What the limits do not stop starts by itself.
plans-make = Read, plan and carry out
plans-make-hint = Reads sources and MitID Erhverv now. If you made the plan, somebody else must approve what the limits stop.
plans-empty = There are no plans yet.
plans-caption = Plans, the newest first
plans-older = Older plans
plan-title = Plan
plan-number = Plan { $value }
plan-made = Made
plan-made-by = Made by
plan-by-timer = The timer
plan-by-order = { $value } (order about one person)
plan-content = Content
plan-nothing = Nothing to do
plan-observed = MitID Erhverv read
plan-kind = Kind
plan-state-open = Ready
plan-state-held = Stopped by a limit
plan-state-rejected = Rejected
plan-state-running = Running
plan-state-stopped = Stopped
plan-state-done = Done
plan-state-superseded = Replaced by a newer one
plan-see-newest = See the newest: plan { $value }
plan-to-decision = Go to the decision
plan-progress = Progress
plan-wave = Wave { $wave } of { $waves }
plan-count = { $done } of { $total } operations are finished.
plan-parked = { $count ->
    [0] None is parked.
    [one] { $number } is parked.
   *[other] { $number } are parked.
}
progress-leave = You can close the page and come back. The work goes on.
plan-held = What the limits stopped
plan-held-short = Held
plan-held-heading = { $count ->
    [one] { $number } operation is held
   *[other] { $number } operations are held
}
plan-groups = What the plan does, and why
plan-groups-caption = Operations by kind and reason
plan-empty = There is nothing to do. Everything is as it should be, or waits for an answer.
plan-changes = Before and after, person by person
plan-tabs = Show by kind
plan-all = All
plan-shown = { $count ->
    [one] { $number } operation.
   *[other] { $number } operations.
}
plan-export = Download all as a spreadsheet (CSV)
plan-before-after = Before and after for { $value }
plan-before = Before
plan-after = After
plan-deleted = Deleted
plan-unlinked = Not linked
plan-adopted = Linked to the person
plan-waves = How the plan is carried out
plan-waves-text = The first plan and large plans go in waves. If more than 2 % and at least 2 of a wave fail, the next one stops. Suspensions do not wait for waves. What is done stays done.
plan-wave-1 = Wave 1
plan-wave-1-text = The first 10 operations.
plan-wave-2 = Wave 2
plan-wave-2-text = The next 100, once wave 1 has gone well.
plan-wave-3 = Wave 3
plan-wave-3-text = The rest, once wave 2 has gone well.
plan-decision = Decision
plan-approved = { $by } approved { $at }. Reason: { $why }
plan-approve = Approve what is held
plan-approve-text = You approve exactly what is shown here. If the plan changes, it is shown again.
plan-reject = Reject
plan-reject-hint = If you reject, what is held is not sent, and nobody is asked again about exactly the same. As soon as a plan holds something else, somebody is asked anew.
plan-rejected = { $by } rejected { $at }. Reason: { $why }
plan-rejected-text = What is held is not sent. Nobody is asked again until a plan holds something else.
plan-own = You made the plan yourself. Somebody else must approve it.
plan-changed = The plan has changed, or there is nothing to approve any more. Look at it again and decide anew.
plan-no-decision = There is nothing to decide.
plan-stop = Stop the plan
plan-resume = Let the plan go on
plan-stop-hint = Operations that were sent are finished. Suspensions do not stop.
reason-left = Left as { $source } says ({ $how })
reason-never-activated = Left as { $source } says and never activated
reason-left-long-ago = Left as { $source } says, and the time is over
reason-ordered = Ordered by { $value }
reason-unmanaged = Unmanaged, { $value } asked for it

kind-suspend = Suspend
kind-reactivate = Reactivate
kind-adopt = Adopt
kind-create = Create
kind-update-draft = Change before activation
kind-update-profile = Change
kind-update-email = Change e-mail
kind-set-signing = Change signing
kind-give-rights = Give rights
kind-take-rights = Remove rights
kind-delete = Delete
state-waiting = Waiting
state-running = Running
state-unknown = Unknown
state-parked = Parked
state-done = Done
state-withdrawn = No longer wanted
state-given-up = Given up

outbox-title = Outbox
outbox-intro = What is on its way to MitID Erhverv, and what did not get through.
outbox-tabs = Show by state
outbox-caption = Operations in the chosen state
outbox-person = Person
outbox-since = Since
outbox-attempts = Attempts
outbox-empty-waiting = Nothing waits to be sent.
outbox-empty-running = Nothing is being sent right now.
outbox-empty-unknown = Every answer came through.
outbox-empty-parked = Nothing is parked.
outbox-empty-done = Nothing was carried out yet.
outbox-empty-given-up = Nothing was given up.
outbox-empty-withdrawn = No plan has taken anything back.
operation-title = Operation
operation-number = Operation { $value }
operation-what = What happened
operation-caption = Facts about the operation
operation-fact = Fact
operation-value = Value
operation-fields = Fields
operation-created = Put into the outbox
operation-sent = Sent
operation-next = Next attempt
operation-settled = Settled
operation-raw = The answer of MitID Erhverv (masked)
operation-retry = Try again now
operation-retry-text = Use it when the reason is mended. Otherwise Lokalid tries by itself at the next full read.
operation-give-up = Give up
operation-give-up-text = It is not planned again before the wish changes. The person shows as drift.
advice-waiting = It waits for its turn or for the next attempt.
advice-running = It is being sent right now.
advice-unknown = The answer was lost, so Lokalid looks whether it happened before anything is sent again.
advice-parked = It was put aside. Mend the reason and try again, or give it up with a reason.
advice-done = It was carried out.
advice-withdrawn = A newer plan no longer wanted it.
advice-given-up = It was given up and is not planned again before the wish changes.

job-title = Job
job-apply = Read, plan and carry out
job-read-sources = Read the sources
job-full-read = Read MitID Erhverv
job-approve = Carry out what was approved
job-settle = Carry out changes
job-settle-rights = Bring one person's rights into step
job-test-connection = Test the connection
job-next-day = Next day
job-waiting = Waiting
job-running = Running
job-done = Finished
job-failed = Failed
job-asked = Asked for by { $by } { $at }
job-step-sources = Reading source { $done } of { $total }.
job-step-search = Fetching the list of users in MitID Erhverv.
job-step-read = Read { $done } of { $total } users in MitID Erhverv.
job-step-plan = Making the plan.
job-step-send = Sent { $done } of { $total } operations to MitID Erhverv.
job-next = See the result
job-leave = Go on meanwhile

log-title = Log
log-intro = Who did what and when. The log cannot be changed without that being seen.
log-verify = Verify the whole log
log-export = Download the whole log
log-search-label = Search the log
log-search = Name of who did it, or of whom it is about
log-action = Action
log-from = From date
log-to = To date, included
log-found = { $count ->
    [one] { $number } line
   *[other] { $number } lines
}
log-all = Show the whole log
log-empty = The log has nothing that fits.
log-caption = Lines of the log, the newest first
log-what = What
log-about = About
log-place = Place in the chain
log-not-sealed = Not yet
log-by = By { $value }
log-good-heading = The log is whole
log-good = { $count ->
    [one] { $number } line was verified. Chain and checkpoints agree.
   *[other] { $number } lines were verified. Chain and checkpoints agree.
}
log-bad-heading = The log is not as it was written
action-cpr-searched = Searched by CPR number
action-cpr-shown = Saw a CPR number
action-first-contact-approved = Approved first contact
action-identity-reactivated-by-hand = Lifted a suspension
action-identity-suspended-by-hand = Suspended by hand
action-job-asked = Asked for a job
action-observed-gone = Deleted in MitID Erhverv
action-operation-done = Carried out in MitID Erhverv
action-operation-found-gone = The user was no longer there
action-operation-given-up = Gave up an operation
action-operation-parked = Operation parked
action-operation-retried = Tried an operation again
action-operation-unknown = An answer was lost
action-operation-withdrawn = Operation taken back
action-organisation-configured = The organisation was configured
action-people-exported = Downloaded the list of people
action-person-changed = Details changed in the source
action-person-written-by-hand = Wrote a person by hand
action-keys-added = Added an encryption key
action-keys-removed = Removed an encryption key
action-keys-rotated = Encrypted everything anew with the newest key
action-log-checkpoints-renewed = Wrote the file of checkpoints anew
action-plan-approved = Approved a plan
action-plan-made = Plan made
action-plan-queued = Plan put into the outbox
action-plan-rejected = Rejected a plan
action-plan-resumed = Let a plan go on
action-plan-stopped = Stopped a plan
action-question-answered = Answered a question
action-role-granted = Gave a role
action-setting-changed = Changed a setting
action-sign-in-invited = Made a sign-in link
action-sign-in-used = Logged in
action-source-failed = A source could not be read
action-source-imported = A source was read
action-unmanaged-left-alone = Left an unmanaged user alone
action-unmanaged-adopted = Adopted an unmanaged user
action-unmanaged-to-suspend = Asked to have an unmanaged user suspended
action-log-exported = Downloaded the log
action-log-verified = Verified the log

settings-title = Settings
settings-saved = The change counts from now on and stands in the log.
settings-certificate = System certificate
settings-last-test = Last test:
settings-never-tested = The connection was not tested from here yet.
settings-test = Test the connection
settings-rules = Limits
settings-rules-intro = When a plan goes over the limits it stops until somebody approves it.
settings-save-rules = Save limits
settings-owners = Who decides the fields
settings-owners-intro = When a field was changed in both places, this decides what counts.
settings-save-owners = Save choices
settings-schedule = Schedule
settings-schedule-intro = When Lokalid reads by itself. Orders to suspend do not wait for the schedule.
settings-save-schedule = Save schedule
settings-in-force = Everything in force
settings-in-force-caption = Settings and where they were set
settings-key = Setting
settings-origin = Set where
origin-default = Default
origin-file = lokalid.toml
origin-environment = Environment variable
origin-console = { $by }, { $at }
setting-stop-percent = At most this per cent may be stopped at once
setting-stop-percent-hint = Both limits must be passed before the plan stops
setting-stop-count = At most this many people may be stopped at once
setting-stop-count-hint = A whole number
setting-removal-percent = At most this per cent of the rights may be removed at once
setting-removal-percent-hint = Where more per cent go, and at least the number below, the plan waits
setting-removal-count = And from this many rights on
setting-removal-count-hint = A few rights in a small organisation need not stop the plan
setting-shrink-percent = A source may become this per cent shorter at most
setting-shrink-percent-hint = Otherwise we do not believe it
setting-wave-limit = Plans over this many operations go in waves
setting-wave-limit-hint = A whole number
setting-delete-after-days = Delete this many days after the last day
setting-delete-after-days-hint = A whole number
setting-single-administrator = Whoever makes a plan may approve it too
setting-source-minutes = Minutes between reads of the sources
setting-source-minutes-hint = A whole number from 1 to 1440
setting-full-read-hour = Hour of the day at which MitID Erhverv is read in full
setting-full-read-hour-hint = From 0 to 23. MitID Erhverv is unstable at night
fault-owner = Choose who decides.
fault-number = Write a number from { $from } to { $to }.
fault-whole-number = Write a whole number without decimals.
word-number-short = No.
fact-answer = answer
fact-changed = changed
fact-fields = fields
fact-field-title = Job title
fact-field-manager = Manager
fact-field-invoice-method = Invoice method
fact-field-pseudonym = Name protection
fact-field-signing = Signing
fact-field-groups = Groups
fact-field-attributes = Further attributes
fact-field-presence = Employment
fact-filters = filters
fact-format = format
fact-found = found
fact-gone-already = was deleted already
fact-good = whole
fact-held = held
fact-job = job
fact-key = setting
fact-kind = kind
fact-left = left
fact-new = new
fact-operation = operation
fact-operations = operations
fact-people = people
fact-plan = plan
fact-question = question
fact-records = records
fact-role = role
fact-skipped = skipped
fact-value = value
fact-warnings = warnings
fact-why = reason
