//! What holds for every policy and everybody, tried on invented organisations.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::{
    Action, Assessment, Field, GrantId, IdentityId, Owner, RightId, RightsSituation, Situation, Status,
    Subject, assess,
    rights::{
        Assignment, Bundle, BundleRight, Except, Facts, Grant, GrantOrigin, Granted, Key, Missing, Places,
        Policy, Right, Rule, Rulebook, Scope, Separation, TurnedAway, WantedScope, Who,
    },
};
use jiff::{Timestamp, civil::Date};
use proptest::{prelude::*, sample::select};

use crate::{
    builders::{a_person, an_organisation, date, key},
    rights_world::right,
};

const NAMES: [&str; 4] = ["anna", "bo", "carl", "dorte"];
const RIGHTS: [&str; 5] = ["moms", "post", "syge", "tinglys", "valg"];
const BUNDLES: [&str; 4] = ["en", "to", "tre", "fire"];
const UNITS: [&str; 4] = ["Skoler", "Skoler / Åen", "Pleje", "Pleje / Nord"];
const TITLES: [&str; 3] = ["Lærer", "Leder", "Sosu"];
const P_NUMBERS: [&str; 3] = ["1009000001", "1009000002", "1009000009"];

fn today() -> Date {
    date("2026-11-22")
}

fn some_of(list: &'static [&'static str], most: usize) -> impl Strategy<Value = BTreeSet<String>> {
    proptest::collection::btree_set(select(list).prop_map(str::to_owned), 0..=most)
}

fn slug(name: &str) -> Key {
    Key::parse(name).unwrap()
}

fn a_key() -> impl Strategy<Value = Key> {
    select(&BUNDLES[..]).prop_map(slug)
}

fn a_scope() -> impl Strategy<Value = WantedScope> {
    let of = |text: &str| WantedScope::Of(text.parse().unwrap());
    select(vec![
        of("cvr"),
        of("cvr"),
        WantedScope::OwnProductionUnit,
        of("production-unit 1009000002"),
        of("production-unit 1009000009"),
        of("se 90000012"),
        of("se 90000099"),
    ])
}

fn a_right() -> impl Strategy<Value = RightId> {
    select(&RIGHTS[..]).prop_map(right)
}

fn an_origin() -> impl Strategy<Value = GrantOrigin> {
    select(vec![GrantOrigin::Direct, GrantOrigin::TakenOver, GrantOrigin::Withdrawn])
}

fn a_day() -> impl Strategy<Value = Option<Date>> {
    select(vec![None, None, None, Some("2026-11-21"), Some("2026-11-22"), Some("2026-11-23")])
        .prop_map(|day| day.map(date))
}

prop_compose! {
    fn bundle()(
        rights in proptest::collection::btree_set((a_right(), a_scope()), 1..4),
        sensitive in proptest::bool::weighted(0.2),
        most_holders in select(vec![None, None, None, Some(1), Some(2)]),
    ) -> Bundle {
        let rights = rights.into_iter().map(|(right, scope)| BundleRight { right, scope }).collect();
        Bundle { name: "x".to_owned(), rights, sensitive, most_holders, ..Bundle::default() }
    }
}

prop_compose! {
    fn rule()(
        bundle in a_key(), units in some_of(&UNITS, 2), sub_units: bool, titles in some_of(&TITLES, 2),
        groups in some_of(&["natvagt"], 1), manager in select(vec![None, None, None, Some(true), Some(false)]),
        except_people in some_of(&NAMES, 1), except_units in some_of(&UNITS, 1),
        except_bundle in proptest::option::weighted(0.2, a_key()),
        from in a_day(), until in a_day(), approvals in 0usize..3,
    ) -> Rule {
        let everyone = units.is_empty() && titles.is_empty() && groups.is_empty() && manager.is_none();
        Rule {
            name: "x".to_owned(),
            bundle,
            who: Who { everyone, units, sub_units, titles, groups, manager, attributes: BTreeMap::new() },
            except: Except { people: except_people, units: except_units, bundles: except_bundle.into_iter().collect() },
            from,
            until,
            approved_by: ["kirsten", "poul"].into_iter().take(approvals).map(str::to_owned).collect(),
        }
    }
}

prop_compose! {
    fn grant()(
        name in select(&NAMES[..]), bundle in proptest::option::of(a_key()), right in a_right(), scope in a_scope(),
        from in a_day(), until in a_day(), origin in an_origin(), approvals in 1usize..3, id: u128, at in 0i64..4,
    ) -> Grant {
        Grant {
            id: GrantId(uuid::Uuid::from_u128(id)),
            identity: IdentityId(key("identity", name)),
            granted: bundle.map_or(Granted::Right { right, scope }, Granted::Bundle),
            from,
            until,
            why: "x".to_owned(),
            case: None,
            origin,
            by: "kirsten".to_owned(),
            approved_by: ["kirsten", "poul"].into_iter().take(approvals).map(str::to_owned).collect(),
            at: Timestamp::from_second(at).unwrap(),
        }
    }
}

prop_compose! {
    fn person(place: usize)(
        unit in proptest::option::of(select(&UNITS[..])), title in proptest::option::of(select(&TITLES[..])),
        groups in some_of(&["natvagt"], 1), p in proptest::option::of(select(&P_NUMBERS[..])),
        manager in proptest::option::of(select(&NAMES[..])),
        held in proptest::collection::btree_set((a_right(), a_scope()), 0..5),
        given in proptest::collection::btree_set((a_right(), a_scope()), 0..5),
    ) -> Subject {
        let mut subject = a_person(NAMES[place]).there(&an_organisation(), Status::Active);
        subject.desired.unit = unit.map(str::to_owned);
        subject.desired.title = title.map(str::to_owned);
        subject.desired.groups = groups;
        subject.desired.p_number = p.map(|p| p.parse().unwrap());
        subject.desired.manager = manager.map(str::to_owned);
        let assignments = |pairs: BTreeSet<(RightId, WantedScope)>| -> BTreeSet<Assignment> {
            pairs.into_iter().filter_map(|(right, scope)| match scope {
                WantedScope::Of(scope) => Some(Assignment { right, scope }),
                WantedScope::OwnProductionUnit => None,
            }).collect()
        };
        subject.rights.held = assignments(held);
        subject.rights.given = assignments(given);
        subject
    }
}

#[derive(Debug, Clone)]
struct Town {
    policy: Policy,
    places: Places,
    catalogue: domain::rights::Catalogue,
    grants: HashMap<IdentityId, Vec<Grant>>,
    subjects: Vec<Subject>,
    owner: Owner,
}

prop_compose! {
    fn town()(
        bundles in proptest::collection::vec(bundle(), 4),
        rules in proptest::collection::vec(rule(), 0..6),
        grants in proptest::collection::vec(grant(), 0..4),
        separations in proptest::collection::vec((a_key(), a_key()), 0..2),
        subjects in (person(0), person(1), person(2), person(3)),
        managed in proptest::collection::btree_set(a_right(), 2..6),
        vanished in proptest::option::weighted(0.3, a_right()),
        owner in select(vec![Owner::Local, Owner::Remote, Owner::Ask]),
    ) -> Town {
        let keys = BUNDLES.map(slug);
        let separations = separations
            .into_iter()
            .filter(|(one, other)| one != other)
            .map(|(one, other)| Separation::of(one, other, "x".to_owned()))
            .collect();
        let rules = rules.into_iter().enumerate().map(|(number, rule)| (slug(&format!("r{number}")), rule));
        let policy = Policy { managed, bundles: keys.into_iter().zip(bundles).collect(), rules: rules.collect(), separations };
        let catalogue = RIGHTS.map(|name| {
            let vanished_at = (vanished == Some(right(name))).then_some(Timestamp::UNIX_EPOCH);
            (right(name), Right { name: name.to_owned(), description: None, basic: None, vanished_at })
        });
        let production_units = P_NUMBERS[..2].iter().map(|p| (p.parse().unwrap(), String::new())).collect();
        let mut by_person: HashMap<IdentityId, Vec<Grant>> = HashMap::new();
        for grant in grants {
            by_person.entry(grant.identity).or_default().push(grant);
        }
        let (a, b, c, d) = subjects;
        Town {
            policy,
            places: Places { se_numbers: ["90000012".parse().unwrap()].into(), production_units },
            catalogue: catalogue.into_iter().collect(),
            grants: by_person,
            subjects: vec![a, b, c, d],
            owner,
        }
    }
}

impl Town {
    fn leaders(&self) -> HashSet<String> {
        self.subjects.iter().filter_map(|one| one.desired.manager.clone()).collect()
    }

    fn facts(&self, subject: &Subject) -> Facts {
        let name = subject.desired.label();
        Facts::of(&subject.desired, self.leaders().contains(&name))
    }

    fn grants_of(&self, subject: &Subject) -> &[Grant] {
        self.grants.get(&subject.desired.identity).map(Vec::as_slice).unwrap_or_default()
    }

    fn rulebook(&self) -> Rulebook<'_> {
        let rulebook = Rulebook::new(&self.policy, &self.catalogue, &self.places, today());
        let turned_away = self.turned_away(&rulebook);
        rulebook.turning_away(turned_away)
    }

    fn turned_away<'a>(&'a self, rulebook: &Rulebook<'a>) -> TurnedAway {
        let facts: Vec<Facts> = self.subjects.iter().map(|one| self.facts(one)).collect();
        let people = facts.iter().zip(&self.subjects);
        rulebook.find_turned_away(people.map(|(facts, one)| (facts, self.grants_of(one), &one.rights.held)))
    }

    fn wants(&self, subject: &Subject) -> BTreeSet<Assignment> {
        let evaluation_of = |rulebook: &Rulebook<'_>| -> BTreeSet<Assignment> {
            let facts = self.facts(subject);
            let evaluation = rulebook.evaluate(&facts, self.grants_of(subject), &subject.rights.held);
            evaluation.wants.iter().map(|want| want.assignment).collect()
        };
        evaluation_of(&self.rulebook())
    }

    fn assess(&self) -> Assessment {
        let rulebook = self.rulebook();
        let leaders = self.leaders();
        let mut organisation = an_organisation();
        organisation.settings.owners.insert(Field::Rights, self.owner);
        assess(Situation {
            organisation: &organisation,
            today: today(),
            subjects: &self.subjects,
            unlinked: &[],
            answers: &HashMap::new(),
            to_suspend: &HashMap::new(),
            rights: Some(RightsSituation { rulebook: &rulebook, grants: &self.grants, leaders: &leaders }),
        })
    }

    /// What everybody holds after a plan.
    fn apply(&mut self, plan: &Assessment) {
        for (uuid, assignment) in &plan.accepted {
            let subject = self.subjects.iter_mut().find(|one| one.link == Some(*uuid)).unwrap();
            subject.rights.given.insert(*assignment);
        }
        for operation in &plan.operations {
            let subject = self
                .subjects
                .iter_mut()
                .find(|one| Some(one.desired.identity) == operation.identity)
                .unwrap();
            let Some((scope, rights)) = operation.action.rights() else { continue };
            let these = rights.iter().map(|right| Assignment { right: *right, scope });
            match operation.action {
                Action::GiveRights(..) => {
                    subject.rights.held.extend(these.clone());
                    subject.rights.given.extend(these);
                }
                _ => {
                    for assignment in these {
                        assert!(subject.rights.held.remove(&assignment));
                        subject.rights.given.remove(&assignment);
                    }
                }
            }
        }
    }
}

fn taken_and_given(plan: &Assessment, identity: IdentityId) -> (BTreeSet<Assignment>, BTreeSet<Assignment>) {
    let (mut taken, mut given) = (BTreeSet::new(), BTreeSet::new());
    for operation in plan.operations.iter().filter(|one| one.identity == Some(identity)) {
        let Some((scope, rights)) = operation.action.rights() else { continue };
        let these = rights.iter().map(|right| Assignment { right: *right, scope });
        if matches!(operation.action, Action::TakeRights(..)) {
            taken.extend(these);
        } else {
            given.extend(these);
        }
    }
    (taken, given)
}

/// What a missing condition would be if it were met.
fn meet(town: &mut Town, subject: usize, rule: Option<&Key>, missing: &Missing) -> bool {
    let name = town.subjects[subject].desired.label();
    let desired = &mut town.subjects[subject].desired;
    let rule = rule.and_then(|rule| town.policy.rules.get_mut(rule));
    match missing {
        Missing::Unit { any_of, .. } => desired.unit = any_of.first().cloned(),
        Missing::Title { any_of, .. } => desired.title = any_of.first().cloned(),
        Missing::Group { any_of } => desired.groups.extend(any_of.first().cloned()),
        Missing::Attribute { name, any_of, .. } => {
            desired.attributes.insert(name.clone(), any_of.first().unwrap().clone());
        }
        Missing::Manager { must: true } => town.subjects[(subject + 1) % 4].desired.manager = Some(name),
        Missing::Manager { must: false } => {
            for other in &mut town.subjects {
                other.desired.manager = other.desired.manager.take().filter(|manager| *manager != name);
            }
        }
        Missing::NotYet { .. } => rule.unwrap().from = None,
        Missing::Over { .. } => rule.unwrap().until = None,
        Missing::ExceptedPerson => drop(rule.unwrap().except.people.remove(&name)),
        Missing::ExceptedUnit { unit } => drop(rule.unwrap().except.units.remove(unit)),
        Missing::ExceptedBundle { bundle } => drop(rule.unwrap().except.bundles.remove(bundle)),
        Missing::Approval { .. } => rule.unwrap().approved_by = vec!["kirsten".to_owned(), "poul".to_owned()],
        Missing::Withdrawn { .. } => {
            town.grants.values_mut().for_each(|grants| grants.retain(|grant| !grant.withdraws()));
        }
        Missing::Separation { bundle, .. } => {
            town.policy.separations.retain(|one| one.first != *bundle && one.second != *bundle);
        }
        Missing::Full { .. } => {
            for bundle in town.policy.bundles.values_mut() {
                bundle.most_holders = None;
            }
        }
        Missing::Vanished => town.catalogue.values_mut().for_each(|right| right.vanished_at = None),
        Missing::LeftAlone => town.policy.managed.extend(RIGHTS.map(right)),
        Missing::Scope(_) => {
            town.places.se_numbers.extend(
                ["90000012", "90000099"].map(|number| number.parse::<domain::rights::SeNumber>().unwrap()),
            );
            for p in P_NUMBERS {
                town.places.production_units.insert(p.parse().unwrap(), String::new());
            }
            desired.p_number = desired.p_number.or(P_NUMBERS[0].parse().ok());
        }
        Missing::Grant | Missing::NotHere => return false,
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_order_of_people_and_grants_does_not_matter(town in town()) {
        let mut other = town.clone();
        other.subjects.reverse();
        other.grants.values_mut().for_each(|grants| grants.reverse());
        for subject in &town.subjects {
            prop_assert_eq!(town.wants(subject), other.wants(subject));
        }
        let kinds = |plan: Assessment| plan.operations.into_iter().map(|one| (one.label, one.action)).collect::<Vec<_>>();
        prop_assert_eq!(kinds(town.assess()), kinds(other.assess()));
    }

    #[test]
    fn looking_rules_up_finds_what_judging_each_of_them_finds(town in town()) {
        let rulebook = town.rulebook();
        for subject in &town.subjects {
            let facts = town.facts(subject);
            let grants = town.grants_of(subject);
            for right in RIGHTS.map(right) {
                let explanation = rulebook.explain(&facts, grants, &subject.rights.held, right);
                for route in explanation.missing.iter().filter(|route| route.rule.is_some()) {
                    prop_assert!(!route.needs.is_empty(), "{route:?}");
                }
                let wanted = town.wants(subject).iter().any(|one| one.right == right);
                prop_assert_eq!(explanation.holds(), wanted);
                prop_assert!(explanation.holds() || !explanation.missing.is_empty());
            }
        }
    }

    #[test]
    fn holds_is_what_the_plan_leads_to(mut town in town()) {
        let plan = town.assess();
        for subject in &town.subjects {
            let wants = town.wants(subject);
            let (taken, given) = taken_and_given(&plan, subject.desired.identity);
            for assignment in &given {
                prop_assert!(wants.contains(assignment) && !subject.rights.held.contains(assignment));
            }
            prop_assert!(taken.is_disjoint(&wants));
            for assignment in wants.difference(&subject.rights.held) {
                let was_taken_there = subject.rights.given.contains(assignment) && town.owner != Owner::Local;
                prop_assert!(given.contains(assignment) || was_taken_there, "{assignment:?} of {}", subject.desired.label());
            }
        }
        town.apply(&plan);
        for operation in town.assess().operations {
            prop_assert!(operation.action.rights().is_none(), "a second plan has {operation:?}");
        }
    }

    #[test]
    fn nothing_outside_the_managed_set_is_ever_touched(town in town()) {
        for operation in town.assess().operations {
            if let Some((_, rights)) = operation.action.rights() {
                prop_assert!(rights.is_subset(&town.policy.managed));
            }
        }
    }

    #[test]
    fn what_somebody_else_gave_is_taken_only_where_the_field_is_ours(town in town()) {
        let plan = town.assess();
        for subject in &town.subjects {
            let (taken, _) = taken_and_given(&plan, subject.desired.identity);
            let withdrawn: BTreeSet<Assignment> = town.rulebook()
                .evaluate(&town.facts(subject), town.grants_of(subject), &subject.rights.held).withdrawn.into_keys().collect();
            if town.owner != Owner::Local {
                prop_assert!(taken.iter().all(|one| subject.rights.given.contains(one) || withdrawn.contains(one)));
            }
        }
    }

    #[test]
    fn an_unresolvable_scope_never_becomes_a_wider_one(mut town in town()) {
        let everything = town.clone();
        town.places = Places::default();
        for (subject, before) in town.subjects.iter().zip(&everything.subjects) {
            let (now, then) = (town.wants(subject), everything.wants(before));
            for assignment in &now {
                prop_assert!(assignment.scope == Scope::Cvr, "{assignment:?}");
            }
            if town.policy.bundles.values().all(|bundle| bundle.most_holders.is_none()) && town.policy.separations.is_empty() {
                prop_assert!(now.is_subset(&then));
            }
        }
    }

    #[test]
    fn removing_a_rule_takes_exactly_what_only_it_gave(town in town(), picked in any::<prop::sample::Index>()) {
        let keys: Vec<&Key> = town.policy.rules.keys().collect();
        if keys.is_empty() {
            return Ok(());
        }
        let rule = (*picked.get(&keys)).clone();
        let mut without = town.clone();
        // What looks at other bundles may give more when those are gone; that is another law.
        let alone = |policy: &mut Policy| {
            policy.separations.clear();
            policy.rules.values_mut().for_each(|rule| rule.except.bundles.clear());
            policy.bundles.values_mut().for_each(|bundle| bundle.most_holders = None);
        };
        let mut town = town;
        alone(&mut town.policy);
        alone(&mut without.policy);
        without.policy.rules.remove(&rule);
        for subject in &town.subjects {
            let facts = town.facts(subject);
            let rulebook = town.rulebook();
            let evaluation = rulebook.evaluate(&facts, town.grants_of(subject), &subject.rights.held);
            let mut by: BTreeMap<Assignment, Vec<bool>> = BTreeMap::new();
            for want in &evaluation.wants {
                let of_rule = matches!(want.because.by, domain::rights::By::Rule(key, _) if *key == rule);
                by.entry(want.assignment).or_default().push(of_rule);
            }
            let only: BTreeSet<Assignment> = by.iter().filter(|(_, by)| by.iter().all(|one| *one)).map(|(one, _)| *one).collect();
            let lost: BTreeSet<Assignment> = town.wants(subject).difference(&without.wants(subject)).copied().collect();
            prop_assert_eq!(lost, only);
        }
    }

    #[test]
    fn what_is_missing_gives_the_right_when_it_is_met(town in town()) {
        for (place, subject) in town.subjects.iter().enumerate() {
            let rulebook = town.rulebook();
            let facts = town.facts(subject);
            for right in RIGHTS.map(right) {
                let explanation = rulebook.explain(&facts, town.grants_of(subject), &subject.rights.held, right);
                for route in explanation.missing.iter().filter(|route| route.rule.is_some()) {
                    let mut then = town.clone();
                    let mut can = true;
                    for missing in &route.needs {
                        can &= meet(&mut then, place, route.rule.as_ref(), missing);
                    }
                    // Meeting it can bring other rules into play, whose bundles then stand against this one.
                    let blocked = then.blocked(place, right);
                    prop_assert!(!can || blocked || then.wants(&then.subjects[place]).iter().any(|one| one.right == right), "{route:#?}");
                }
            }
        }
    }

    #[test]
    fn what_was_withdrawn_comes_back_by_a_newer_grant_only(town in town()) {
        let rulebook = town.rulebook();
        for subject in &town.subjects {
            let (facts, grants) = (town.facts(subject), town.grants_of(subject));
            let evaluation = rulebook.evaluate(&facts, grants, &subject.rights.held);
            let counts = |one: &&Grant| {
                one.withdraws() && one.from.is_none_or(|from| from <= today()) && one.until.is_none_or(|until| today() <= until)
            };
            for withdrawal in grants.iter().filter(counts) {
                for want in &evaluation.wants {
                    let of_it = match &withdrawal.granted {
                        Granted::Bundle(bundle) => want.because.bundle == Some(bundle),
                        Granted::Right { right, scope } => *right == want.assignment.right && *scope == WantedScope::Of(want.assignment.scope),
                    };
                    let newer = matches!(want.because.by, domain::rights::By::Grant(grant) if withdrawal.at < grant.at);
                    // Bundles are decided as a whole.
                    let of_it = of_it && matches!(withdrawal.granted, Granted::Bundle(_)) == want.because.bundle.is_some();
                    prop_assert!(!of_it || newer, "{withdrawal:?} and {want:?}");
                }
            }
        }
    }

    #[test]
    fn withdrawing_gives_nobody_anything(town in town()) {
        let mut without = town.clone();
        without.grants.values_mut().for_each(|grants| grants.retain(|grant| !grant.withdraws()));
        // A bundle that is gone makes room: for others, for another bundle, for rules that leave its holders out.
        let mut town = town;
        for policy in [&mut town.policy, &mut without.policy] {
            policy.separations.clear();
            policy.rules.values_mut().for_each(|rule| rule.except.bundles.clear());
            policy.bundles.values_mut().for_each(|bundle| bundle.most_holders = None);
        }
        for subject in &town.subjects {
            prop_assert!(town.wants(subject).is_subset(&without.wants(subject)));
        }
    }

    #[test]
    fn nobody_gets_two_bundles_that_are_kept_apart(mut town in town()) {
        let plan = town.assess();
        let before: Vec<Subject> = town.subjects.clone();
        town.apply(&plan);
        let rulebook = town.rulebook();
        for (subject, before) in town.subjects.iter().zip(&before) {
            let broken = |subject: &Subject| {
                let facts = town.facts(subject);
                rulebook.evaluate(&facts, town.grants_of(subject), &subject.rights.held).broken.len()
            };
            prop_assert!(broken(subject) <= broken(before));
        }
    }

    #[test]
    fn a_bundle_gets_no_more_new_holders_than_it_may_have(town in town()) {
        let rulebook = town.rulebook();
        for (key, bundle) in town.policy.bundles.iter().filter(|(_, bundle)| bundle.most_holders.is_some()) {
            let holders = town.subjects.iter().filter(|subject| {
                let facts = town.facts(subject);
                let evaluation = rulebook.evaluate(&facts, town.grants_of(subject), &subject.rights.held);
                evaluation.wants.iter().any(|want| want.because.bundle == Some(key))
            });
            prop_assert!(holders.count() <= bundle.most_holders.unwrap() as usize);
        }
    }
}

impl Town {
    /// Whether separation or a limit stands against the right after conditions were met.
    fn blocked(&self, place: usize, right: RightId) -> bool {
        let subject = &self.subjects[place];
        let facts = self.facts(subject);
        let rulebook = self.rulebook();
        let explanation = rulebook.explain(&facts, self.grants_of(subject), &subject.rights.held, right);
        explanation.missing.iter().any(|route| {
            let stands = |one: &Missing| {
                matches!(
                    one,
                    Missing::Separation { .. }
                        | Missing::Full { .. }
                        | Missing::Withdrawn { .. }
                        | Missing::ExceptedBundle { .. }
                        | Missing::ExceptedUnit { .. }
                )
            };
            route.needs.iter().any(stands)
        })
    }
}
