# Rights to self-services: catalogue, bundles, rules, grants, and why.
rights-title = Rights
rights-catalogue = Catalogue
rights-more = More in Rights
rights-menu-small = Rights, small screen
rights-intro = Here are all the rights to public self-services that MitID Erhverv has for the organisation.
rights-never-read = The catalogue has never been read. That happens the next time MitID Erhverv is read in full.
rights-read = Last read { $value }.
rights-fault-heading = The last reading did not come through, and the one before counts
rights-search-label = Search rights
rights-find = Name or description
rights-only = Show only
rights-show-managed = Looked after here
rights-show-left-alone = Left alone
rights-show-held = Somebody holds them
rights-show-vanished = Vanished from the catalogue
rights-found = { $count ->
    [one] { $number } right
   *[other] { $number } rights
}
rights-none = No rights fit.
rights-caption = Rights in the catalogue
rights-kept = Who looks after it
rights-managed = Looked after here
rights-left-alone = Left alone
rights-holders = Holders
rights-people = People
rights-vanished-at = Vanished { $value }
rights-export = Download who holds what, and why:
rights-export-what = with everybody who holds a right
rights-past-heading = Who held what on a certain day?
rights-past-text = Download a spreadsheet of all rights as they were at the end of the day, with the reasons for them.
rights-past-day = Day
rights-past-get = Download spreadsheet
rights-no-unit = No unit
rights-nobodys = Known to no source
rights-uuid = UUID
rights-scope = Counts for
rights-since = Since
rights-approved-by = approved by { $value }
scope-strange = { $kind } { $value }
scope-closed = Closed: { $value }

right-title = Right
right-on = As it was on
right-today = Show today
right-found = { $count ->
    [one] { $number } person holds the right
   *[other] { $number } people hold the right
}
right-found-on = { $count ->
    [one] { $number } person held the right on { $day }
   *[other] { $number } people held the right on { $day }
}
right-holders-caption = Who holds the right
right-see-why = See why
right-units = By unit
right-trend = Number over time
right-vanished-text = MitID Erhverv no longer shows it in the catalogue. Whoever holds it still stands here, and nobody gets it.
right-take-over = Look after the right from here
right-take-over-text = From now on people get and lose the right by the rules and grants here. Nobody loses anything now.
right-take-over-grants = { $count ->
    [0] Everybody who holds it does so by a rule or a grant.
    [one] One person holds it without a reason here and gets a grant, which can be seen and ended.
   *[other] { $number } people hold it without a reason here and get a grant each, which can be seen and ended.
}
right-leave-alone = Leave the right alone
right-leave-alone-text = Whoever holds the right keeps it. From now on Lokalid neither gives nor takes it.
right-in-bundles = The right is in a bundle and is therefore looked after here. Take it out of the bundles first.
notice-right-taken-over = The right is looked after here from now on.
notice-right-left-alone = The right is left alone from now on.
trend-description = From { $first } to { $last } people.
trend-caption = Number of people on each day
trend-too-soon = There is nothing to compare yet.

bundles-title = Bundles
bundles-intro = A bundle is some rights with a name that colleagues understand. Rules and grants give bundles.
bundles-none = There are no bundles yet.
bundles-trend = How many hold a right of a sensitive bundle
bundle-title = Bundle
bundle-called = Bundle: { $value }
bundle-new-title = New bundle
bundle-sensitive = Sensitive
bundle-rules = { $count ->
    [0] no rules give it
    [one] one rule gives it
   *[other] { $number } rules give it
}
bundle-people = { $count ->
    [0] Nobody has it
    [one] One person has it
   *[other] { $number } people have it
}
bundle-most = { $count ->
    [one] At most one person
   *[other] At most { $number } people
}
bundle-description = Description
bundle-rights = Rights in the bundle
bundle-rights-hint = Tick, and choose what the right counts for. A person without a production unit gets nothing. A right is never widened.
bundle-again = for something more
bundle-no-managed = No rights are looked after here yet. Choose some in the catalogue first.
bundle-no-scope = Choose what each right counts for.
bundle-care = Care
bundle-sensitive-label = The bundle is sensitive: two must approve before anybody gets it
bundle-most-label = At most so many people
bundle-most-hint = Empty means that there is no limit.
bundle-owner = Owner
bundle-owner-hint = The user name of whoever answers for the bundle.
bundle-may-ask = Who may ask for it
bundle-approved-by = Who may approve requests
asker-employee = Employees for themselves
asker-manager = Managers for their own people
asker-anyone = Anyone for anybody
approver-manager = The manager of the person
approver-owner = The owner of the bundle
approver-rights-administrator = A rights administrator
bundle-save = Save the bundle
bundle-remove-title = Remove the bundle
bundle-remove-what = The bundle "{ $value }" is removed, and nobody gets it any more.
bundle-remove-rule = The rule "{ $value }" gives the bundle and is removed with it.
bundle-remove-grants = { $count ->
    [one] One grant of the bundle no longer gives anything.
   *[other] { $number } grants of the bundle no longer give anything.
}
notice-bundle-removed = The bundle is removed.

separations-title = What nobody may hold together
separations-intro = Two bundles that nobody may have at once. Whoever has one does not get the other.
separations-none = No bundles are kept apart.
separation-new = Keep two bundles apart
separation-first = One bundle
separation-second = The other bundle
separation-because = Why may nobody have both?
separation-because-hint = Told to everybody who asks why they cannot get the bundle.
separation-no-reason = Write why nobody may have both.
separation-choose = Choose two bundles.
separation-add = Keep the bundles apart
separation-remove = Allow them together
notice-separated = The change is saved. It comes with the next plan.
word-choose = Choose

rules-title = Rules
rules-intro = A rule gives a bundle to everybody it fits, for as long as it fits them.
rules-none = There are no rules yet.
rule-title = Rule
rule-called = Rule: { $value }
rule-new-title = New rule
rule-in-words = In words
rule-gives = Gives today
rule-cannot = Cannot get it now
rule-approved = Approved by
rule-people = { $count ->
    [one] { $number } person
   *[other] { $number } people
}
rule-reaches = { $count ->
    [0] Nobody gets anything by the rule.
    [one] One person gets something by the rule.
   *[other] { $number } people get something by the rule.
}
rule-waiting = { $count ->
    [one] It fits one person who cannot get it, for example for want of a production unit.
   *[other] It fits { $number } people who cannot get it, for example for want of a production unit.
}
rule-counts = Counts now
rule-waits = Waits for approval
rule-not-yet = Does not count yet
rule-over = Over
rule-name-hint = A name that colleagues understand. It is told to everybody who asks why.
rule-what = What do they get?
rule-no-bundle = Choose a bundle.
rule-who = Whom is the rule for?
rule-who-text = All conditions that are filled in must fit. Of several in the same field, one is enough.
rule-everyone = Everybody in the organisation, without conditions
rule-units = Units
rule-units-hint = As the source writes them. Begin to write, and choose.
rule-titles = Titles
rule-titles-hint = Capital and small letters mean the same.
rule-groups = Groups
rule-groups-hint = Groups of the source.
rule-attributes = Other particulars of the source
rule-attributes-hint = The name of the particular, and the value that must stand in it.
rule-attribute = Particular
rule-attribute-value = Value
rule-sub-units = Include the units below
rule-manager = Managers
rule-manager-any = Managers and others alike
rule-manager-yes = Only who is somebody's manager
rule-manager-no = Only who is nobody's manager
rule-except = Who is left out?
rule-except-people = People
rule-except-people-hint = User names.
rule-except-units = Units left out
rule-except-units-hint = With all units below them.
rule-except-bundles = Whoever has one of these bundles
rule-period = When does it count?
rule-from = First day (optional)
rule-until = Last day (optional)
rule-no-day = Write the day as 2027-12-31.
rule-sensitive-note = If the rule gives a sensitive bundle, it counts only once somebody else has approved it.
rule-save = Save the rule
rule-approve = Approve the rule
rule-approve-text = The bundle is sensitive. The rule gives nobody anything before one more has approved it as it stands.
rule-approved-before = You have approved the rule before. Somebody else must do it.
notice-rule-approved = The rule is approved. It comes with the next plan.
rule-remove-title = Remove the rule
rule-remove-what = The rule "{ $value }" is removed.
notice-rule-removed = The rule is removed. That comes with the next plan.
notice-policy-saved = The change is saved. It comes with the next plan.

say-everybody = everybody
say-managers = managers
say-titles = with the title { $value }
say-units = in { $value }
say-sub-units = and the units below
say-groups = in the group { $value }
say-attribute = with { $name } { $value }
say-no-managers = who are not managers,
say-except = except { $value },
say-unit = the unit { $value }
say-has-bundle = whoever has the bundle "{ $value }"
say-gets = get the bundle "{ $value }"
say-from = from { $value }
say-until = until { $value }
say-between = from { $from } until { $until }

preview-heading = If you save now
preview-none = Show the preview to see who gains and who loses anything.
preview-faults = It cannot be worked out yet.
preview-show = Update preview
preview-nothing = Nobody gains and nobody loses anything. Worked out at { $time } for { $people } people. Nothing is changed yet.
preview-status = { $gains } gain and { $losses } lose something. Worked out at { $time } for { $people } people. Nothing is changed yet.
preview-gains-label = Gain rights
preview-losses-label = Lose rights
preview-people = people
preview-gains = Gain: showing { $shown } of { $all }
preview-losses = Lose: showing { $shown } of { $all }
preview-more = { $count ->
    [one] And one more.
   *[other] And { $number } more.
}
preview-post = Title and unit
preview-rights = Rights
remove-heading = What it means
policy-save-heading = Save the change
policy-changed = Somebody else saved a change meanwhile. Open the page again, look at it, and repeat yours.
policy-unknown-right = The catalogue does not have the right. Choose another one.
policy-left-alone = The right "{ $value }" is left alone. Look after it first, or take it out of the bundle.
policy-nobody-approves = Somebody may ask for the bundle, and nobody may approve. Choose who may.
policy-no-owner = The owner may approve, and the bundle has none. Write the user name of the owner.
policy-no-holders = Write a whole number above zero, or leave the field empty.
policy-no-condition = The rule has no condition. Fill one in, or tick that it is for everybody.
policy-everyone-and-condition = The rule is for everybody and for some only. Remove the tick, or the conditions.

rights-history-title = Changes
history-intro = Every time that somebody changed bundles, rules or separations, the newest first.
history-none = Nothing has been changed yet.
history-shortened = There are more changes. The log has them all.
history-version = version { $value }
history-right-managed = Looked after here: { $value }.
history-right-left-alone = Left alone: { $value }.
history-bundle-new = The bundle "{ $value }" is new.
history-bundle-changed = The bundle "{ $value }" is changed.
history-bundle-removed = The bundle "{ $value }" is removed.
history-rule-new = The rule "{ $value }" is new.
history-rule-changed = The rule "{ $value }" is changed.
history-rule-removed = The rule "{ $value }" is removed.
history-rule-said = Before: { $old } Now: { $new }
history-rule-approved = The rule "{ $rule }" is approved by { $name }.
history-separated = "{ $first }" and "{ $second }" may not be held together.
history-not-separated = "{ $first }" and "{ $second }" may be held together.

rights-file-title = File
rights-file-intro = Bundles, rules and separations as one file that can be read, kept and compared. The console and the file are two ways to the same thing.
rights-file-get-heading = Download the file
rights-file-get = Download rights.toml
rights-file-not-yours = Your role may not download the file.
rights-file-put-heading = Take in a file
rights-file-put-text = Choose a file. You see what is wrong with it, or who gains and who loses, before it counts.
rights-file-file = File
rights-file-look = Look at the file
rights-file-save = Let the file count
rights-file-wrong = The file cannot be taken in. Nothing is changed.
rights-file-line = Line { $value }:
rights-file-none = Choose a file.
rights-file-too-large = The file is larger than 64 KiB. Use the command lokalid rights import on the server.
rights-file-no-text = The file is not text in UTF-8. Download the file here, and change that.

rights-drift-title = Differences
drift-intro = Here is what others changed in MitID Erhverv, and what Lokalid will not decide alone.
drift-questions = Questions
drift-no-questions = No questions about rights wait.
drift-right-found-heading = { $count ->
    [one] One person holds "{ $right }" ({ $scope }) without a reason here
   *[other] { $number } people hold "{ $right }" ({ $scope }) without a reason here
}
drift-right-taken-heading = { $count ->
    [one] One person has lost "{ $right }" ({ $scope }) in MitID Erhverv
   *[other] { $number } people have lost "{ $right }" ({ $scope }) in MitID Erhverv
}
questions-of-rights = { $count ->
    [one] One question about rights
   *[other] { $number } questions about rights
}
task-rights = { $count ->
    [one] Answer { $number } question about rights
   *[other] Answer { $number } questions about rights
}
task-rights-text = Somebody holds or lacks a right in MitID Erhverv, and it was not us.
task-rights-badge = Rights
drift-who = See who
drift-answer-all = Answer for everybody who stands here
drift-obstacles = To be mended
drift-no-obstacles = Nothing waits for anything to be mended.
drift-changed = Changed by others
drift-none = The rights in MitID Erhverv are as we gave them.
drift-lost = Given by us and gone
drift-found = Given by others
drift-seen = Seen

administrators-title = Administrators
administrators-intro = Administrators in MitID Erhverv can be given and taken in the portal only. Lokalid shows them and does not touch them.
administrators-lacking = To get the role again
administrators-lacking-text = They had a role on a user that is gone. Log in to the portal of MitID Erhverv as organisation administrator, find the person under Users, and give the role again under administrator rights.
administrators-none-lacking = Nobody lacks a role that they had before.
administrators-lacks = Lacks
administrators-have = Have a role now
administrators-none = MitID Erhverv shows no administrators.
administrators-role = Role

person-rights-title = Rights
person-rights-of = Rights: { $value }
person-rights-see = Rights, and why
person-rights-now = Holds and is to hold
person-rights-none = The person holds no rights and is to hold none.
person-rights-past = Has held
person-rights-no-past = The person has lost no rights since they were first read.
past-from = From
past-until = Until
holding-held = Holds
holding-coming = On its way
holding-unexplained = Holds without a reason
holding-left-alone = Left alone
holding-strange = Not understood, not touched
holding-since = since { $value }
holding-no-reason = No rule and no grant
why-heading = Why, why not, and what if?
why-text = Choose a right. Fields that are empty are as today.
why-if-unit = If the unit were
why-if-title = If the title were
why-if-day = On the day
why-ask = Ask
why-yes = Is to hold "{ $right }" on { $day }
why-no = Is not to hold "{ $right }" on { $day }
why-left-alone = Holds "{ $right }", which is left alone
why-route = "{ $value }" would give it, but:
why-missing = What is missing:
why-there = MitID Erhverv shows it for: { $value }.
why-not-there = MitID Erhverv does not show it.
why-was-there = MitID Erhverv showed it for: { $value }.
why-was-not-there = MitID Erhverv did not show it.

grants-title = Given directly
grants-none = No open grants.
grants-ended = Ended grants
grant-of-bundle = The bundle "{ $value }"
grant-new = Grant
grant-what = Bundle or right
grant-scope-hint = Used for a right only. A bundle says itself what it counts for.
grant-case-label = Case number (optional)
grant-give = Grant
grant-sensitive-note = A sensitive bundle counts only once somebody else has approved the grant.
grant-no-what = Choose a bundle, or a right that is looked after here.
grant-to-oneself = The bundle is sensitive, and nobody grants it to themselves. Ask somebody else.
grant-not-here = The person is not here and cannot get anything.
grant-approve = Approve
grant-withdrawn-oneself = It was removed from you at a review. Somebody else must give it again.
grant-approve-oneself = Nobody approves for themselves. Ask somebody else.
grant-approved-before = You have approved it before, or it is ended. Somebody else must do it.
grant-end = End
grant-ended-before = The grant was ended.
grant-given = Given
grant-given-by = { $how } by { $by } { $at }
grant-case = Case number
grant-from = From
grant-until = Until
grant-approved = Approved by
grant-ended = Ended
grant-ended-by = { $at } by { $by }: { $why }
grant-state-counts = Counts
grant-state-waits = Waits for approval
grant-give-back = Give it back
grant-state-goes = Goes on its day
grant-state-gone = Removed
grant-state-not-yet = Does not count yet
grant-state-over = Over
grant-state-ended = Ended
notice-granted = The grant is written. It comes with the next plan.
notice-grant-approved = The grant is approved.
notice-grant-ended = The grant is ended. That comes with the next plan.

action-grant-given = Gave a right
action-grant-approved = Approved a grant
action-grant-ended = Ended a grant
action-policy-saved = Changed bundles and rules
action-right-appeared = A new right came into the catalogue
action-right-vanished = A right vanished from the catalogue
action-right-returned = A right came back into the catalogue
action-place-closed = A production unit or an SE number was closed
action-rights-exported = Downloaded rights as a file
