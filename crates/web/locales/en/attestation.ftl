# Reviews: looking through what people have.
attestation-title = Reviews
attestation-intro = In a review managers and owners look through what others have, and say for each thing whether it is kept or removed.
attestation-yours = Yours to look through
attestation-none-yours = Nothing is yours to look through.
attestation-all = All reviews
attestation-none = There have been no reviews yet.
attestation-left = { $count ->
    [0] Everybody is looked through
    [one] { $number } person left
   *[other] { $number } people left
}
attestation-answered = { $given } of { $all } answers
attestation-due-on = Answers by { $value }
attestation-open = Under way
attestation-late = Past its last day
attestation-closed = Closed
attestation-covers = Looks through
attestation-covers-everybody = Everybody
attestation-covers-units = { $value }
attestation-covers-bundles = Whoever has { $value }

attestation-due = Last day for answers
attestation-removal = What is removed is gone from
attestation-begun = Begun
attestation-by-at = { $by }, { $at }
attestation-your-part = Your part
attestation-all-done = You are done. Thank you. You can change an answer below until the review is closed.
attestation-how = Say for each line whether the person still needs it for the work. What is new is marked. You can save as often as you like.
attestation-keep = Keep
attestation-remove = Remove
attestation-why = Why is it removed?
attestation-keep-all = Keep all
attestation-keep-unchanged = { $count ->
    [one] Keep the one that is unchanged since last time
   *[other] Keep all { $number } that are unchanged since last time
}
attestation-save = Save answers
attestation-more = { $count ->
    [one] One more person comes when you have saved.
   *[other] { $number } more people come when you have saved.
}
attestation-answered-people = Looked through
attestation-said = { $kept } kept, { $removed } removed
attestation-departed = Has left
attestation-new = New since last time
attestation-moved = Has changed place, was { $value }
attestation-unchanged = Unchanged. Kept { $day } by { $by }.
attestation-no-ground = Held in MitID Erhverv without a rule or a grant here.
attestation-by-hand-note = Lokalid does not look after this right. If you remove it, an administrator must take it away in MitID Erhverv.
attestation-nothing-chosen = Choose Keep or Remove for one line at least.

attestation-whole = How far everybody is
attestation-items = Lines
attestation-kept = Kept
attestation-removed = Removed
attestation-departed-items = Has left
attestation-unanswered = Unanswered
attestation-by-reviewer = By who answers
attestation-reviewer = Who answers
attestation-administrators = Rights administrators
attestation-done = Done
attestation-report = Download every line with its answer:
attestation-report-what = the report of the review
attestation-by-hand = To be taken away by hand
attestation-by-hand-text = These are removed, but Lokalid does not look after the right. Take it away in MitID Erhverv.
attestation-what = Right or bundle
attestation-since = Since last time
attestation-answer = Answer
attestation-answered-by = Answered by
attestation-answered-at = Answered at
attestation-removed-from = Removed from

attestation-hand-over = Hand over
attestation-hand-over-text = Give what somebody has not answered to somebody else. Nobody gets what they have themselves.
attestation-hand-from = From
attestation-hand-to = To
attestation-hand-to-hint = User name. Empty means the rights administrators.
attestation-close = Close the review
attestation-close-text = After that nobody can answer any more. What is removed goes on its day.
attestation-close-unanswered = { $count ->
    [one] One line has no answer and stays as it is.
   *[other] { $number } lines have no answer and stay as they are.
}

attestation-new-title = New review
attestation-new-intro = Everybody who is to answer gets a mail with a link. Nobody reviews their own rights.
attestation-name-hint = Managers see it in the mail. For example: Review of spring 2027.
attestation-what-through = What is looked through?
attestation-by-units = Everything that people in certain units have. Their managers answer.
attestation-units = Units
attestation-units-hint = Units below count too. Empty means everybody.
attestation-by-bundles = Certain bundles, whoever has them. The owners answer.
attestation-when = When
attestation-due-hint = Until then the answers must be in.
attestation-removal-hint = From that day nobody has what was removed. Not before the last day for answers.
attestation-reminders = Days before the last day on which we remind
attestation-reminders-hint = For example 14, 7, 3. Empty means never.
attestation-escalation = Days after the last day until the next manager gets it
attestation-escalation-hint = Counted anew for each manager. Empty means never.
attestation-no-day = Choose a day.
attestation-no-number = Write days as numbers, for example 14.
attestation-preview = Show how large it is
attestation-begin = Begin the review
attestation-size = { $items } lines about { $people } people. { $reviewers } managers or owners answer.
attestation-size-nobodys = { $count ->
    [one] One line has no manager and goes to the rights administrators.
   *[other] { $number } lines have no manager and go to the rights administrators.
}

notice-attestation-begun = The review has begun. Those who are to answer are told if mail is set up.
notice-attestation-saved = The answers are saved.
notice-attestation-handed = What was not answered is handed over.
notice-attestation-none-handed = There was nothing to hand over.
notice-attestation-closed = The review is closed. The report can be downloaded below.

task-reviews = { $count ->
    [one] The rights of { $number } person wait for your review
   *[other] The rights of { $number } people wait for your review
}
task-reviews-text = Say for each line whether it is kept or removed.
task-reviews-badge = Review

action-attestation-answered = Looked through somebody's rights
action-attestation-begun = Began a review
action-attestation-closed = Closed a review
action-attestation-exported = Downloaded the report of a review
action-attestation-handed-over = Handed over what waited in a review
action-attestation-moved = A review moved to somebody else
fact-campaign = review
fact-covers = covers
fact-departed = has left
fact-due = last day
fact-items = lines
fact-kept = kept
fact-name = name
fact-removal = removed from
fact-removed = removed
fact-to = to
fact-unanswered = unanswered
