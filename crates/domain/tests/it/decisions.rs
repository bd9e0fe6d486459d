//! What humans decided, followed from one plan to the next.

use std::collections::HashMap;

use domain::{Action, Answer, Leaving, Sight, Status, Subject, Verdict};

use crate::{
    builders::{a_person, an_identity, an_organisation, date},
    model::World,
};

fn world(subjects: Vec<Subject>) -> World {
    World {
        organisation: an_organisation(),
        today: date("2026-11-22"),
        subjects,
        unlinked: Vec::new(),
        answers: HashMap::new(),
        to_suspend: HashMap::new(),
        created: 0,
    }
}

/// Answers the one open question.
fn say(world: &mut World, verdict: Verdict) {
    let [question] = &world.assess().questions[..] else { panic!("{:?}", world.assess().questions) };
    let key = question.key();
    world.answers.insert(key.clone(), Answer { key, by: "kirsten".to_owned(), verdict });
}

/// One plan carried out.
fn go(world: &mut World) {
    let assessment = world.assess();
    world.apply(&assessment);
}

fn kinds(world: &World) -> Vec<&'static str> {
    world.assess().operations.iter().map(|one| one.action.kind()).collect()
}

fn observed(world: &mut World) -> &mut domain::Observed {
    world.subjects[0].observed.as_mut().unwrap()
}

#[test]
fn an_answer_to_an_earlier_suspension_is_no_answer_to_the_next() {
    let mut world = world(vec![a_person("mette").there(&an_organisation(), Status::Suspended)]);
    say(&mut world, Verdict::No);
    go(&mut world);
    assert_eq!(observed(&mut world).status, Status::Active);
    go(&mut world);
    observed(&mut world).status = Status::Suspended;
    assert_eq!(kinds(&world), [""; 0]);
    assert_eq!(world.assess().questions.len(), 1);
}

#[test]
fn an_answer_outlives_a_search_that_left_the_identity_out() {
    let mut world = world(vec![a_person("mette").there(&an_organisation(), Status::Suspended)]);
    say(&mut world, Verdict::Yes);
    for sight in [Sight::NotSeen, Sight::Seen] {
        observed(&mut world).sight = sight;
        go(&mut world);
    }
    assert_eq!(world.assess().questions, []);
    assert!(world.assess().out_of_step.is_empty());
}

#[test]
fn an_answer_about_one_cpr_number_is_none_about_another() {
    let organisation = an_organisation();
    let mut world = world(vec![a_person("mette").there(&organisation, Status::Active)]);
    observed(&mut world).cpr = Some(domain::Cpr::parse("6101900007").unwrap());
    say(&mut world, Verdict::No);
    assert!(world.assess().out_of_step.is_empty());
    world.subjects[0].desired.cpr = Some(domain::Cpr::parse("6201900007").unwrap());
    assert_eq!(world.assess().questions.len(), 1);
}

#[test]
fn no_question_shows_a_cpr_number() {
    let mut world = world(vec![a_person("mette").there(&an_organisation(), Status::Active)]);
    observed(&mut world).cpr = Some(domain::Cpr::parse("6101900007").unwrap());
    let ours = world.subjects[0].desired.cpr.unwrap().digits();
    let assessment = world.assess();
    let told = format!("{:?} {:?}", assessment.questions, assessment.raised)
        + &serde_json::to_string(&assessment.questions).unwrap();
    assert!(!told.contains("6101900007") && !told.contains(&ours), "{told}");
}

#[test]
fn a_wish_that_changed_and_came_again_is_planned_again() {
    let organisation = an_organisation();
    let person = a_person("mette");
    let mut world = world(vec![
        person.clone().left("2026-11-20", Leaving::Missing, "ad").there(&organisation, Status::Active),
    ]);
    let plan = world.assess().operations;
    assert!(matches!(plan[0].action, Action::Suspend(_)));
    world.subjects[0].given_up.push(plan[0].action.clone());
    go(&mut world);
    assert_eq!(kinds(&world), [""; 0], "given up");

    let left = std::mem::replace(&mut world.subjects[0].desired, person.desired);
    go(&mut world);
    world.subjects[0].desired = left;
    assert_eq!(kinds(&world), ["suspend"], "left once more");
}

#[test]
fn what_was_given_up_outlives_a_search_that_left_the_identity_out() {
    let left = a_person("mette").left("2026-11-20", Leaving::Missing, "ad");
    let mut world = world(vec![left.there(&an_organisation(), Status::Active)]);
    let action = world.assess().operations[0].action.clone();
    world.subjects[0].given_up.push(action);
    for sight in [Sight::NotSeen, Sight::Seen] {
        observed(&mut world).sight = sight;
        go(&mut world);
    }
    assert_eq!(kinds(&world), [""; 0]);
}

#[test]
fn an_answer_does_not_stay_when_the_deleted_identity_is_there_again() {
    let mut world = world(vec![a_person("mette").there(&an_organisation(), Status::Active)]);
    observed(&mut world).sight = Sight::Gone;
    say(&mut world, Verdict::No);
    assert_eq!(kinds(&world), ["create"]);
    observed(&mut world).sight = Sight::Seen;
    go(&mut world);
    observed(&mut world).sight = Sight::Gone;
    assert_eq!(kinds(&world), [""; 0], "asked anew");
}

#[test]
fn who_left_while_deleted_there_and_comes_back_is_a_question() {
    let person = a_person("mette");
    let left = person.clone().left("2026-11-20", Leaving::Missing, "ad");
    let mut world = world(vec![left.there(&an_organisation(), Status::Suspended)]);
    observed(&mut world).sight = Sight::Gone;
    go(&mut world);
    world.subjects[0].desired = person.desired;
    assert_eq!(kinds(&world), [""; 0]);
    say(&mut world, Verdict::No);
    assert_eq!(kinds(&world), ["create"]);
}

#[test]
fn an_identity_made_anew_there_owes_nothing_to_what_we_wrote_to_the_old_one() {
    let mut subject = a_person("mette").there(&an_organisation(), Status::Suspended);
    subject.written.insert(domain::Field::Status, "Suspended".to_owned());
    let old = subject.observed.as_mut().unwrap();
    let mut new = an_identity("made anew", Status::Suspended);
    (new.fields, new.cpr) = (old.fields.clone(), old.cpr);
    old.sight = Sight::Gone;
    let mut world = world(vec![subject]);
    world.unlinked.push(new);
    assert_eq!(kinds(&world), ["adopt"], "the suspension of the new one is not ours");
    assert_eq!(world.assess().questions.len(), 1);
}

#[test]
fn leaving_suspension_deletion_and_return_run_their_course() {
    let person = a_person("mette");
    let mut world = world(vec![person.clone().absent()]);
    go(&mut world);
    assert_eq!(observed(&mut world).status, Status::Pending);
    observed(&mut world).status = Status::Active;
    observed(&mut world).fields.insert(domain::Field::Rid, "78129748".to_owned());
    world.subjects[0].written.insert(domain::Field::Rid, "78129748".to_owned());

    world.subjects[0].desired = person.clone().left("2026-11-20", Leaving::Ended, "ad").desired;
    assert_eq!(kinds(&world), ["suspend"]);
    go(&mut world);
    assert_eq!(kinds(&world), [""; 0]);
    world.today = date("2027-02-19");
    assert_eq!(kinds(&world), ["delete"]);
    go(&mut world);

    world.subjects[0].desired = person.desired;
    let plan = world.assess().operations;
    let [Action::Create(new)] = &plan.iter().map(|one| one.action.clone()).collect::<Vec<_>>()[..] else {
        panic!("{plan:?}")
    };
    assert_eq!(new.rid.as_ref().unwrap().as_str(), "78129748");
}
