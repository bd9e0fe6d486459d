//! What holds for every situation, tried on a thousand invented ones.

use std::collections::{HashMap, HashSet};

use domain::{
    Action, Answer, Assessment, Field, Hold, Language, Leaving, Observed, Operation, Owner, Presence, Reason,
    Sight, SourceName, Status, Subject, Verdict,
    guard::{Circumstances, Origin, Shrunk, judge},
};
use proptest::{prelude::*, sample::select};

use crate::{
    builders::{Fill, a_person, an_identity, an_organisation, cpr_of, date, remote},
    model::World,
};

const NAMES: [&str; 5] = ["anna", "bo", "carl", "dorte", "erik"];

fn name() -> impl Strategy<Value = &'static str> {
    select(&NAMES[..])
}

fn presence() -> impl Strategy<Value = Presence> {
    let left = |on: &str| a_person("x").left(on, Leaving::Missing, "ad").desired.presence;
    select(vec![
        Presence::Employed,
        Presence::Employed,
        Presence::Ahead(date("2026-11-22")),
        Presence::Ahead(date("2027-01-01")),
        left("2026-11-20"),
        left("2026-01-31"),
    ])
}

fn status() -> impl Strategy<Value = Status> {
    use Status::{Active, Other, Pending, Suspended};
    select(vec![Active, Active, Pending, Suspended, Other("Blocked".to_owned())])
}

fn sight() -> impl Strategy<Value = Sight> {
    select(vec![Sight::Seen, Sight::Seen, Sight::Seen, Sight::NotSeen, Sight::Gone])
}

/// Which of the things that can be true of anybody are true of this one.
fn traits() -> impl Strategy<Value = HashSet<&'static str>> {
    const TRAITS: [&str; 10] = [
        "absent",
        "unread",
        "held",
        "suspended-by-us",
        "other-surname",
        "other-email",
        "never-written",
        "other-cpr",
        "no-cpr",
        "unsigned",
    ];
    proptest::collection::hash_set(select(&TRAITS[..]), 0..4)
}

prop_compose! {
    /// What there is of the person called `NAMES[place]`.
    fn subject(place: usize)(
        presence in presence(), status in status(), sight in sight(), traits in traits(),
        cpr in name(), email in name(),
    ) -> Subject {
        let mut person = a_person(NAMES[place]);
        person.desired.presence = presence;
        person.desired.email = Some(format!("{email}@kommune.example").parse().unwrap());
        person.desired.cpr = (!traits.contains("no-cpr")).then(|| cpr_of(cpr));
        if traits.contains("held") {
            person = person.held_by("kirsten", "lost the telephone");
        }
        if traits.contains("absent") {
            return person.absent();
        }
        let mut subject = person.there(&an_organisation(), status);
        if traits.contains("unread") {
            return Subject { observed: None, ..subject };
        }
        if traits.contains("never-written") {
            subject.written.clear();
        }
        if traits.contains("suspended-by-us") {
            subject.written.insert(Field::Status, "Suspended".to_owned());
        }
        let observed = subject.observed.as_mut().unwrap();
        observed.sight = sight;
        differ(observed, &traits);
        subject
    }
}

fn differ(observed: &mut Observed, traits: &HashSet<&str>) {
    let mut put = |when: &str, field, value: &str| {
        if traits.contains(when) {
            observed.fields.insert(field, value.to_owned());
        }
    };
    put("other-surname", Field::Surname, "Berg");
    put("other-email", Field::Email, "other@private.example");
    put("unsigned", Field::Signing, "true");
    if traits.contains("other-cpr") {
        observed.cpr = Some(cpr_of("somebody else"));
    }
}

prop_compose! {
    fn stranger(number: usize)(
        like in name(), cpr in name(), status in status(), sight in sight(), traits in traits(),
    ) -> Observed {
        let fields = a_person(like).desired.fields(&an_organisation());
        let cpr = (!traits.contains("no-cpr")).then(|| cpr_of(cpr));
        let mut stranger = an_identity(&format!("stranger {number}"), status).with(fields, cpr);
        stranger.sight = sight;
        stranger.detailed_at = stranger.detailed_at.filter(|_| !traits.contains("unread"));
        differ(&mut stranger, &traits);
        stranger
    }
}

fn owner() -> impl Strategy<Value = Owner> {
    select(vec![Owner::Local, Owner::Remote, Owner::Ask])
}

prop_compose! {
    fn world()(
        subjects in (subject(0), subject(1), subject(2), subject(3), subject(4)),
        count in 0usize..=5,
        strangers in (stranger(1), stranger(2), stranger(3)),
        stranger_count in 0usize..=3,
        ordered in proptest::collection::hash_set(select(vec!["stranger 1", "stranger 2", "stranger 3"]), 0..3),
        owners in (owner(), owner()),
        verdicts in proptest::collection::vec(
            select(vec![None, Some(Verdict::Yes), Some(Verdict::No), Some(Verdict::Other(remote("stranger 1")))]), 8),
    ) -> World {
        let (a, b, c, d, e) = subjects;
        let (x, y, z) = strangers;
        let mut organisation = an_organisation();
        organisation.settings.owners.extend([(Field::Surname, owners.0), (Field::Email, owners.1)]);
        let mut world = World {
            organisation,
            today: date("2026-11-22"),
            subjects: [a, b, c, d, e].into_iter().take(count).collect(),
            unlinked: [x, y, z].into_iter().take(stranger_count).collect(),
            answers: HashMap::new(),
            to_suspend: ordered.into_iter().map(|name| (remote(name), an_order())).collect(),
            created: 0,
        };
        answer(&mut world, &verdicts);
        world
    }
}

fn an_order() -> Hold {
    a_person("x").held_by("kirsten", "unknown here").hold.unwrap()
}

/// Somebody has answered some of what is asked.
fn answer(world: &mut World, verdicts: &[Option<Verdict>]) {
    let questions = world.assess().questions;
    for (question, verdict) in questions.iter().zip(verdicts.iter().cycle()) {
        if let Some(verdict) = *verdict {
            let key = question.key();
            world.answers.insert(key.clone(), Answer { key, by: "kirsten".to_owned(), verdict });
        }
    }
}

/// An order for a pending identity is refused until the user activates; nothing else may stay in a plan.
fn is_refused_for_now(world: &World, operation: &Operation) -> bool {
    let subject = world.subjects.iter().find(|one| Some(one.desired.identity) == operation.identity);
    let Some(subject) = subject else { return false };
    let pending = subject.observed.as_ref().is_none_or(|observed| observed.status == Status::Pending);
    pending && matches!(operation.reason, Reason::Ordered { .. })
}

/// Carries out plans until nothing is left to do. Adoption with suspension and then deletion follow each other, for
/// each identity that somebody has.
fn settle(world: &mut World) -> Assessment {
    for _ in 0..12 {
        let assessment = world.assess();
        if assessment.operations.iter().all(|one| is_refused_for_now(world, one)) {
            return assessment;
        }
        world.apply(&assessment);
    }
    panic!("plans go on for ever: {:#?}", world.assess().operations);
}

fn is_wanted(subject: &Subject) -> bool {
    let today = date("2026-11-22");
    let due = match subject.desired.presence {
        Presence::Employed => true,
        Presence::Ahead(start) => start <= today,
        Presence::Left(_) => false,
    };
    due && subject.hold.is_none()
}

/// What must be so of everybody for whom nothing is open.
fn assert_as_wanted(world: &World, subject: &Subject) {
    let observed = subject.observed.as_ref().filter(|observed| observed.sight != Sight::Gone);
    let stopped = matches!(subject.desired.presence, Presence::Left(_)) || subject.hold.is_some();
    if stopped {
        let may_log_in = observed.is_some_and(|observed| observed.status == Status::Active);
        assert!(!may_log_in, "{subject:#?}");
        return;
    }
    if !is_wanted(subject) {
        return;
    }
    let accepted = |kind: &str| {
        let key = format!("{}/{kind}", subject.desired.identity);
        world.answers.get(&key).is_some_and(|answer| answer.verdict == Verdict::Yes)
    };
    let Some(observed) = observed else {
        assert!(accepted("deleted-there"), "{subject:#?}");
        return;
    };
    if observed.status == Status::Suspended {
        assert!(
            accepted("suspended-there") || matches!(subject.desired.presence, Presence::Ahead(_)),
            "{subject:#?}"
        );
        return;
    }
    for (field, ours) in subject.desired.fields(&world.organisation) {
        let theirs = observed.field(field).unwrap();
        let local = world.organisation.settings.owner(field) == Owner::Local;
        assert!(!local || field.same(&ours, theirs), "{field:?} of {subject:#?}");
    }
}

fn shuffled<T: Clone>(list: &[T], by: usize) -> Vec<T> {
    let mut list = list.to_vec();
    list.reverse();
    let length = list.len().max(1);
    list.rotate_left(by % length % length.max(1));
    list
}

fn origin() -> impl Strategy<Value = Origin> {
    select(vec![Origin::Timer, Origin::Person("kirsten".to_owned()), Origin::Order("kirsten".to_owned())])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// `apply(diff(a, b), a) == b`
    #[test]
    fn carrying_out_a_plan_leads_to_what_is_wanted(mut world in world()) {
        let last = settle(&mut world);
        for subject in world.subjects.iter().filter(|one| !last.out_of_step.contains(&one.desired.identity)) {
            assert_as_wanted(&world, subject);
        }
        let open: HashSet<_> = last.questions.iter().filter_map(|question| question.identity).collect();
        let waiting = |subject: &Subject| match &subject.observed {
            Some(observed) => observed.sight == Sight::NotSeen
                || observed.status == Status::Pending && subject.hold.is_some(),
            // Not read yet, or what it may be has not been read.
            None => subject.link.is_some() || !world.unlinked.is_empty(),
        };
        for subject in world.subjects.iter().filter(|one| last.out_of_step.contains(&one.desired.identity)) {
            let gone = subject.observed.as_ref().is_some_and(|one| one.sight == Sight::Gone);
            let refused = world.answers.keys().any(|key| key.starts_with(&format!("{}/shared-email", subject.desired.identity)));
            let excused = refused || open.contains(&subject.desired.identity) || waiting(subject) || gone && !world.unlinked.is_empty();
            prop_assert!(excused, "out of step without a reason: {subject:#?}");
        }
    }

    /// `diff(b, b)` is empty
    #[test]
    fn what_is_in_step_needs_nothing(subjects in proptest::collection::vec(any::<(bool, bool)>(), 0..5)) {
        let organisation = an_organisation();
        let subjects = subjects.iter().zip(NAMES).map(|((pending, left), name)| match (pending, left) {
            (_, true) => {
                let mut subject = a_person(name).left("2026-11-20", Leaving::Missing, "ad").there(&organisation, Status::Suspended);
                subject.written.insert(Field::Status, "Suspended".to_owned());
                subject
            }
            (true, false) => a_person(name).there(&organisation, Status::Pending),
            (false, false) => a_person(name).there(&organisation, Status::Active),
        });
        let world = World {
            subjects: subjects.collect(), organisation, today: date("2026-11-22"), unlinked: Vec::new(),
            answers: HashMap::new(), to_suspend: HashMap::new(), created: 0,
        };
        prop_assert_eq!(world.assess(), Assessment::default());
    }

    #[test]
    fn the_order_of_the_input_is_irrelevant(world in world(), by in 0usize..5) {
        let other = World {
            subjects: shuffled(&world.subjects, by), unlinked: shuffled(&world.unlinked, by), ..world.clone()
        };
        prop_assert_eq!(world.assess(), other.assess());
    }

    #[test]
    fn each_operation_has_a_reason_and_one_identity(world in world()) {
        let plan = world.assess().operations;
        let (mut created, mut adopted) = (HashSet::new(), HashSet::new());
        for one in &plan {
            let ordered = matches!((&one.action, &one.reason), (Action::Suspend(_), Reason::Unmanaged { .. }));
            prop_assert_eq!(one.identity.is_none(), ordered, "{:?}", one);
            prop_assert!(!one.label.is_empty());
            prop_assert!(!one.reason.say(Language::Danish).is_empty() && !one.reason.say(Language::English).is_empty());
            if let Reason::Answered { by } = &one.reason {
                prop_assert_eq!(by, "kirsten");
            }
            match &one.action {
                Action::Create(_) => prop_assert!(created.insert(one.identity), "created twice"),
                Action::Adopt(uuid) => prop_assert!(adopted.insert(*uuid), "adopted twice"),
                _ => {}
            }
        }
        let both = plan.iter().any(|one| matches!(one.action, Action::Adopt(_)) && created.contains(&one.identity));
        prop_assert!(!both, "created and adopted");
    }

    #[test]
    fn nothing_is_planned_for_what_was_not_understood(world in world()) {
        let shown = world.subjects.iter().filter_map(|one| one.observed.as_ref()).chain(&world.unlinked);
        let untouchable: HashSet<_> = shown
            .filter(|one| one.sight != Sight::Seen || matches!(one.status, Status::Other(_)))
            .map(|one| one.uuid)
            .collect();
        for one in world.assess().operations {
            prop_assert!(one.action.uuid().is_none_or(|uuid| !untouchable.contains(&uuid)), "{one:?}");
        }
    }

    #[test]
    fn what_no_source_knows_is_touched_only_where_somebody_asked(world in world()) {
        let assessment = world.assess();
        for one in assessment.operations.iter().filter(|one| one.identity.is_none()) {
            let uuid = one.action.uuid().unwrap();
            prop_assert!(world.to_suspend.contains_key(&uuid) && assessment.unmanaged.contains(&uuid), "{one:?}");
        }
    }

    #[test]
    fn one_drift_for_an_identity_and_field_and_one_question_of_a_key(world in world()) {
        let assessment = world.assess();
        let drift: HashSet<_> = assessment.drift.iter().map(|one| (one.identity, one.field)).collect();
        prop_assert_eq!(drift.len(), assessment.drift.len());
        let keys: HashSet<_> = assessment.questions.iter().map(domain::Question::key).collect();
        prop_assert_eq!(keys.len(), assessment.questions.len());
        prop_assert!(keys.is_subset(&assessment.raised.iter().cloned().collect()));
    }

    #[test]
    fn what_is_given_up_is_not_planned_and_nothing_else_is(mut world in world(), picked in any::<prop::sample::Index>()) {
        let plan = world.assess().operations;
        let ordered = |one: &Operation| matches!(one.reason, Reason::Ordered { .. } | Reason::Unmanaged { .. });
        let may_be_given_up = |one: &&Operation| !ordered(one);
        let plan_but_orders: Vec<&Operation> = plan.iter().filter(may_be_given_up).collect();
        if plan_but_orders.is_empty() {
            return Ok(());
        }
        let one = (*picked.get(&plan_but_orders)).clone();
        let place = world.subjects.iter().position(|subject| Some(subject.desired.identity) == one.identity).unwrap();
        world.subjects[place].given_up.push(one.action.clone());
        let then = world.assess();
        prop_assert!(then.operations.iter().all(|other| other.identity != one.identity || other.action != one.action));
        prop_assert!(then.operations.iter().all(|other| plan.contains(other)));
        prop_assert!(then.given_up.contains(&(one.identity.unwrap(), one.action)));
        prop_assert!(then.out_of_step.contains(&one.identity.unwrap()));
    }

    #[test]
    fn the_guard_passes_or_holds_each_operation(
        world in world(), first_contact_approved: bool, people in 0usize..40, origin in origin(),
        administrators in proptest::collection::hash_set(name(), 0..3), shrunk: Option<bool>,
    ) {
        let plan = world.assess().operations;
        let shrunk = shrunk.map(|search| Shrunk { source: (!search).then(|| SourceName("ad".to_owned())), before: 100, now: 1 });
        let circumstances = Circumstances {
            organisation: &world.organisation,
            origin,
            first_contact_approved,
            people,
            administrators: administrators.into_iter().map(|name| (remote(name), vec!["Administrator".to_owned()])).collect(),
            shrunk: shrunk.into_iter().collect(),
            rights: HashMap::new(),
            catalogue: &domain::rights::Catalogue::new(),
        };
        let judgement = judge(&plan, &circumstances);
        let held = judgement.held_operations();
        let passed = judgement.passed.operations();
        for (place, one) in plan.iter().enumerate() {
            prop_assert!(held.contains(&place) != passed.contains(&place));
            let own = matches!((&one.action, &one.reason), (Action::Suspend(_), Reason::Ordered { .. }));
            prop_assert!(!own || passed.contains(&place), "a person's own order was held");
            prop_assert!(first_contact_approved || own || held.contains(&place));
            let earlier_held = held.iter().any(|other| *other < place && one.identity.is_some() && plan[*other].identity == one.identity);
            prop_assert!(!earlier_held || own || held.contains(&place), "goes before what it follows");
        }
        prop_assert_eq!(held.len() + passed.len(), plan.len());
        prop_assert!(passed.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
