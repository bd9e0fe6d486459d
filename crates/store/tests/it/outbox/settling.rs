//! How a claimed operation ends, and everything that follows from it.

use domain::{Action, Field, Fields, Sight, Status, Told};
use store::identity::{self, IdentityRecord};
use store::observed;
use store::outbox::{self, Outcome, State};
use testkit::for_each_engine;

use super::{DONE, kinds, parked, retry, signing, suspension, unknown};
use crate::town::{MINUTE, SECOND, Town, change, create, detail, email, look, profile, update, uuid};

impl Town<'_> {
    async fn identity(&self, number: usize) -> IdentityRecord {
        let id = self.people[number];
        look!(self, tx => identity::one(tx, id).await?).unwrap()
    }

    /// Plans one action for person 0 and carries it out.
    async fn carry_out(&self, action: Action, outcome: &Outcome) {
        self.plan(&[self.operation(0, action)]).await;
        let claimed = self.claim_one().await;
        self.settle(&claimed, outcome).await;
    }
}

fn created() -> Outcome {
    Outcome::Done { created: Some(uuid(0)), detail: None }
}

#[tokio::test]
async fn a_creation_links_the_person_and_remembers_what_was_written() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.carry_out(create(0, "u0@norreby.example"), &created()).await;
        let record = town.identity(0).await;
        assert_eq!(record.subject.link, Some(uuid(0)));
        let observed = record.subject.observed.unwrap();
        assert_eq!((observed.status, observed.sight), (Status::Pending, Sight::NotSeen), "until it is read");
        let written = Fields::from([
            (Field::Status, "Active".to_owned()),
            (Field::GivenName, "Person".to_owned()),
            (Field::Surname, "Number0000".to_owned()),
            (Field::Email, "u0@norreby.example".to_owned()),
            (Field::Level, "Low".to_owned()),
            (Field::Signing, "false".to_owned()),
        ]);
        assert_eq!(record.subject.written, written);
        assert_eq!(town.logged("operation.").await, ["operation.done"]);
    })
    .await;
}

#[tokio::test]
async fn what_a_read_right_after_a_call_said_is_taken_in_with_it() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let fields = Fields::from([(Field::Rid, "57398115".to_owned())]);
        let read = Box::new(detail(0, Some(Status::Active), fields));
        let outcome = Outcome::Done { created: Some(uuid(0)), detail: Some(read) };
        town.carry_out(create(0, "u0@norreby.example"), &outcome).await;
        let observed = town.identity(0).await.subject.observed.unwrap();
        assert_eq!((observed.status, observed.sight), (Status::Active, Sight::Seen));
        assert_eq!(observed.fields[&Field::Rid], "57398115");
    })
    .await;
}

#[tokio::test]
async fn an_adoption_links_and_begins_with_nothing_written_of_ours() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let seen = detail(0, Some(Status::Active), Fields::new());
        change!(town, tx => observed::take_detail(tx, town.cvr(), &seen).await?);
        town.carry_out(Action::Adopt(uuid(0)), &DONE).await;
        let subject = town.identity(0).await.subject;
        assert_eq!(subject.link, Some(uuid(0)));
        assert_eq!(subject.written, Fields::from([(Field::Status, "Adopted".to_owned())]));
    })
    .await;
}

#[tokio::test]
async fn what_was_written_is_remembered_field_by_field() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.link(0, Status::Active).await;
        town.carry_out(update(0), &DONE).await;
        town.carry_out(Action::SetSigning(uuid(0), true), &DONE).await;
        let mut written = Fields::from([
            (Field::Email, "new0@norreby.example".to_owned()),
            (Field::Signing, "true".to_owned()),
        ]);
        assert_eq!(town.identity(0).await.subject.written, written);
        for (surname, whole) in [
            ("Draft", Action::UpdateDraft(uuid(0), profile("Draft"))),
            ("Profile", Action::UpdateProfile(uuid(0), profile("Profile"))),
        ] {
            town.carry_out(whole, &DONE).await;
            written.extend([
                (Field::GivenName, "Person".to_owned()),
                (Field::Surname, surname.to_owned()),
                (Field::Email, "new@norreby.example".to_owned()),
                (Field::Level, "Low".to_owned()),
            ]);
            assert_eq!(town.identity(0).await.subject.written, written);
        }
    })
    .await;
}

#[tokio::test]
async fn a_suspension_and_a_reactivation_are_known_at_once_as_ours() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.link(0, Status::Active).await;
        for (action, status) in
            [(Action::Suspend(uuid(0)), Status::Suspended), (Action::Reactivate(uuid(0)), Status::Active)]
        {
            town.carry_out(action, &DONE).await;
            let subject = town.identity(0).await.subject;
            assert_eq!(subject.written[&Field::Status], status.wire_name());
            assert_eq!(subject.observed.unwrap().status, status);
        }
    })
    .await;
}

#[tokio::test]
async fn a_deletion_takes_the_link_away_and_keeps_the_rid_for_who_comes_back() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.link(0, Status::Suspended).await;
        let fields = Fields::from([(Field::Rid, "57398115".to_owned())]);
        let rid = detail(0, None, fields);
        change!(town, tx => observed::take_detail(tx, town.cvr(), &rid).await?);
        town.carry_out(Action::Delete(uuid(0)), &DONE).await;
        let subject = town.identity(0).await.subject;
        assert_eq!(subject.link, None);
        assert_eq!(subject.desired.rid.unwrap().as_str(), "57398115");
        let gone = look!(town, tx => observed::one(tx, town.cvr(), uuid(0)).await?).unwrap();
        assert_eq!(gone.sight, Sight::Gone);
    })
    .await;
}

#[tokio::test]
async fn a_404_is_what_a_deletion_wanted_and_withdraws_anything_else() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.link(0, Status::Suspended).await;
        town.link(1, Status::Active).await;
        town.plan(&[town.operation(0, Action::Delete(uuid(0))), town.operation(1, update(1))]).await;
        for one in town.claim().await {
            town.settle(&one, &Outcome::Gone).await;
        }
        assert_eq!(town.story(0).await, [("delete".to_owned(), State::Done)]);
        assert_eq!(town.story(1).await, [("update-email".to_owned(), State::Withdrawn)]);
        assert_eq!(town.identity(0).await.subject.link, None);
        let other = town.identity(1).await.subject;
        assert_eq!((other.link, other.observed.unwrap().sight), (Some(uuid(1)), Sight::Gone));
        let expected = ["operation.done", "operation.found-gone"];
        assert_eq!(town.logged("operation.").await, expected);
        assert_eq!(town.logged("observed.gone").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_turns_out_to_be_moot_is_withdrawn_with_what_was_read() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.link(0, Status::Active).await;
        let read = detail(0, Some(Status::Suspended), Fields::new());
        let moot = Outcome::Moot { why: Told::in_english("it is suspended"), detail: Some(Box::new(read)) };
        town.plan(&[town.operation(0, update(0))]).await;
        let one = town.claim_one().await;
        town.settle(&one, &moot).await;
        let record = town.operation_of(&one).await;
        assert_eq!(
            (record.state, record.outcome.as_ref().map(|told| told.words.as_str())),
            (State::Withdrawn, Some("it is suspended"))
        );
        assert_eq!(record.settled_at, Some(town.now()));
        let subject = town.identity(0).await.subject;
        assert_eq!(subject.observed.unwrap().status, Status::Suspended);
        assert!(subject.written.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_retry_waits_its_time_and_is_sent_as_if_never_before() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.plan(&[town.operation(0, update(0)), signing(&town, 0)]).await;
        let first = town.claim_one().await;
        town.settle(&first, &retry(&town, MINUTE)).await;
        let record = town.operation_of(&first).await;
        assert_eq!((record.state, record.attempts, record.sent_at), (State::Waiting, 1, None));
        assert_eq!(record.outcome.as_ref().map(|told| told.words.as_str()), Some("it answered 503"));
        assert_eq!(record.raw_answer.as_deref(), Some("busy"));
        assert!(town.claim().await.is_empty(), "nothing of its person passes it either");
        town.wait(MINUTE);
        let again = town.claim_one().await;
        assert!((again.id, again.attempts, again.uncertain) == (first.id, 1, false));
        town.settle(&again, &DONE).await;
        let done = town.operation_of(&first).await;
        assert_eq!((done.outcome, done.raw_answer), (None, None));
    })
    .await;
}

#[tokio::test]
async fn an_unknown_effect_is_looked_for_from_the_time_of_sending() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.plan(&[town.operation(0, update(0))]).await;
        let (first, sent_at) = (town.claim_one().await, town.now());
        town.wait(SECOND);
        town.settle(&first, &unknown(&town, MINUTE)).await;
        assert_eq!(town.state_of(&first).await, State::Unknown);
        assert!(town.claim().await.is_empty());
        town.wait(MINUTE);
        let looking = town.claim_one().await;
        assert!(looking.uncertain);
        assert_eq!(looking.sent_at, Some(sent_at));
        assert!(change!(town, tx => outbox::note_sending(tx, &looking).await?));
        assert_eq!(town.operation_of(&first).await.sent_at, Some(town.now()), "now it is sent again");
        assert_eq!(town.logged("operation.").await, ["operation.unknown"]);
    })
    .await;
}

#[tokio::test]
async fn a_parked_operation_is_sent_no_more_and_holds_up_its_person_only() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.plan(&[town.operation(0, update(0)), signing(&town, 0)]).await;
        let one = town.claim_one().await;
        town.settle(&one, &parked(false)).await;
        let record = town.operation_of(&one).await;
        assert_eq!((record.state, record.sent_at), (State::Parked, None));
        town.wait(MINUTE * 60);
        town.plan(&[
            town.operation(0, update(0)),
            signing(&town, 0),
            town.operation(1, update(1)),
            suspension(&town, 1),
        ])
        .await;
        assert_eq!(kinds(&town.claim().await), ["suspend"]);
        assert_eq!(town.logged("operation.").await, ["operation.parked"]);
    })
    .await;
}

// ---- what no plan wants any more ----

#[tokio::test]
async fn what_is_no_longer_wanted_is_never_sent_again() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.plan(&[town.operation(0, update(0))]).await;
        let sent = town.claim_one().await;
        town.settle(&sent, &unknown(&town, SECOND)).await;
        town.plan(&[]).await;
        let looking = town.claim_one().await;
        assert!(looking.uncertain, "its effect is looked for");
        assert!(!change!(town, tx => outbox::note_sending(tx, &looking).await?), "but it is not sent");
        town.settle(&looking, &retry(&town, SECOND)).await;
        let record = town.operation_of(&sent).await;
        assert_eq!((record.state, record.settled_at), (State::Withdrawn, Some(town.now())));
    })
    .await;
}

#[tokio::test]
async fn what_is_no_longer_wanted_and_surely_had_no_effect_is_not_parked_but_withdrawn() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.plan(&[town.operation(0, update(0)), town.operation(1, update(1))]).await;
        let under_way = town.claim().await;
        town.plan(&[]).await;
        town.settle(&under_way[0], &parked(false)).await;
        town.settle(&under_way[1], &parked(true)).await;
        assert_eq!(town.state_of(&under_way[0]).await, State::Withdrawn);
        assert_eq!(town.state_of(&under_way[1]).await, State::Parked, "it may have had its effect");
    })
    .await;
}

#[tokio::test]
async fn what_is_wanted_again_may_be_sent_again() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let wanted = town.operation(0, update(0));
        town.plan(std::slice::from_ref(&wanted)).await;
        let sent = town.claim_one().await;
        town.settle(&sent, &unknown(&town, SECOND)).await;
        town.plan(&[]).await;
        town.plan(&[wanted]).await;
        let looking = town.claim_one().await;
        assert_eq!(looking.id, sent.id, "it is the same operation, not a second one");
        assert!(change!(town, tx => outbox::note_sending(tx, &looking).await?));
    })
    .await;
}

#[tokio::test]
async fn a_lost_creation_that_had_its_effect_withdraws_the_second_one() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.plan(&[town.operation(0, create(0, "u0@norreby.example"))]).await;
        let lost = town.claim_one().await;
        town.settle(&lost, &parked(true)).await;
        town.plan_of_one(&[town.operation(0, create(0, "other@norreby.example"))]).await;
        assert!(town.claim().await.is_empty(), "a second creation waits for what became of the first");
        assert!(change!(town, tx => outbox::retry(tx, lost.id, "Mette").await?));
        let looking = town.claim_one().await;
        assert!(looking.id == lost.id && looking.uncertain);
        town.settle(&looking, &created()).await;
        let creation = |state| ("create".to_owned(), state);
        assert_eq!(town.story(0).await, [creation(State::Done), creation(State::Withdrawn)]);
        let written = town.identity(0).await.subject.written;
        assert_eq!(written[&Field::Email], email("u0@norreby.example").to_string());
    })
    .await;
}
