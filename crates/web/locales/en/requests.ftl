# Requests for bundles, and substitutes for those who approve.
requests-title = Requests
requests-intro = Who has asked for which bundle, and what was said to it.
requests-nobody = Your link does not say which of the employees you are, so there is nothing to see here. Ask for a new link made for you.
requests-yours = Waiting for you
requests-none-yours = Nothing waits for you.
requests-waiting = Waiting for others
requests-none-waiting = Nothing waits for others.
requests-shortened = More are waiting than there is room for here. The oldest are shown.
requests-settled = Settled
requests-none-settled = No request has been settled yet.
requests-none-found = No settled request fits.
requests-search-label = Search settled requests
requests-outcome = Outcome
requests-found = { $count ->
    [one] { $number } settled request
   *[other] { $number } settled requests
}
requests-none-of-person = Nobody has asked for anything for this person.

request-title = Request
request-called = Request no. { $value }
request-person = For
request-period = Period
request-asked = Asked for by
request-asked-by = { $name }, { $at }
request-asked-by-at = Asked for by { $name } { $at }
request-why = Why
request-gives = What the bundle gives
request-waits = Waiting
request-waits-for-several = { $given } of { $needed } have approved
request-approved = Approved
request-declined = Declined
request-withdrawn = Withdrawn
request-whose = Who has to approve?
request-needs-one = One of these has to approve:
request-needs-two = Two of these have to approve, because the bundle is sensitive:
request-needs-one-more = One has approved. One more of these has to, because the bundle is sensitive:
request-bundle-gone = The bundle is gone, so the request cannot be settled. Whoever asked can withdraw it.
request-settled = The request is settled.
request-said = Who has said what?
request-decide = Settle the request
request-decide-why = Reason (needed if you decline)
request-decide-hint = Whoever asked gets to see it, and it stands in the log. Write no CPR numbers.
request-approve = Approve
request-decline = Decline
request-choose = Choose whether you approve or decline.
request-withdraw = Withdraw the request
request-withdraw-text = You asked for this yourself. If the bundle is not needed after all, you can withdraw the request.
request-not-withdrawn = The request cannot be withdrawn. Only whoever asked can do that, and only while it waits.
request-stands-against = As things are, this person cannot get the bundle: { $value }.
request-see-rights = See the person's rights

approver-as-manager = { $value } (manager)
approver-instead-of-manager = { $value } (substitute for the manager)
approver-as-owner = { $value } (owner of the bundle)
approver-instead-of-owner = { $value } (substitute for the owner)
approver-as-administrator = a rights administrator
approver-administrators = rights administrators
approver-is-administrator = { $value } (rights administrator)
decision-approved = Approved by
decision-declined = Declined by

request-new-title = Ask for a bundle
request-whom = Who is the bundle for?
request-find = Find the person
request-yourself = Yourself
request-found-nobody = Nobody fits. Try another name, a user name or an e-mail address.
request-for = For
request-change-person = Choose another person
request-which = Which bundle?
request-none-offered = There are no bundles that you can ask for on behalf of { $value }. Ask a rights administrator.
request-waits-already = A request for the bundle is waiting already
request-approved-by-one = Has to be approved by { $value }.
request-approved-by-two = Has to be approved by two: { $value }.
request-why-label = Why is the bundle needed?
request-send = Send the request
request-no-bundle = Choose a bundle.
request-no-such-bundle = The bundle is gone. Choose another one.
request-day-passed = The last day is over. Choose a later day.
request-has-cpr = This looks like a CPR number, which must not stand here. Mend it.

notice-request-made = The request is sent and waits for those who have to approve it.
notice-request-approved = The request is approved. The bundle is granted and comes with the next plan.
notice-request-one-more = You have approved. One more has to, before the bundle is given.
notice-request-declined = The request is declined.
notice-request-withdrawn = The request is withdrawn.

substitutes-title = Substitutes
substitutes-intro = A substitute approves requests instead of a manager or an owner who is away.
substitutes-now = Now and later
substitutes-none = Nobody is a substitute now or later.
substitutes-past = Earlier
substitute-absent = Away
substitute-stands-in = Substitute
substitute-period = Period
substitute-now = In force
substitute-not-yet = Not yet in force
substitute-over = Over
substitute-end = End
substitute-new = New substitute
substitute-absent-label = Who is away?
substitute-stands-in-label = Who is the substitute?
substitute-hint = User name. Begin to write, and choose.
substitute-from = First day
substitute-until = Last day
substitute-save = Save the substitute
substitute-nobody = Write a user name.
substitute-unknown = Nobody who works here has the user name "{ $value }". Mend it.
substitute-own-manager = You do not choose who stands in for your own manager. Ask another administrator.
substitute-oneself = Nobody is their own substitute. Choose somebody else.
substitute-no-such = There is no substitute to end, or the period is over.
notice-substitute-set = The substitute is saved.
notice-substitute-ended = The substitute is ended.

task-requests-yours = { $count ->
    [one] { $number } request waits for you
   *[other] { $number } requests wait for you
}
task-requests-yours-text = Somebody has asked for a bundle, and your yes or no counts.
task-requests-yours-badge = Requests
task-requests = { $count ->
    [one] { $number } request waits for others
   *[other] { $number } requests wait for others
}
task-requests-text = Managers, owners and other rights administrators have them to settle.
task-requests-badge = Requests

action-request-decided = Settled a request
action-request-made = Asked for a bundle
action-request-withdrawn = Withdrew a request
action-substitute-ended = Ended a substitute
action-substitute-set = Set a substitute
fact-absent = away
fact-approved = approved
fact-as = as
fact-bundle = bundle
fact-case = case number
fact-from = from
fact-request = request
fact-stands-in = substitute
fact-until = until
