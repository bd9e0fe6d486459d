//! Everybody against every rule: 100,000 people, 200 rules, ten rights in a bundle, one to three rules for each person.
//!
//! Run by `cargo xtask bench`; `LOKALID_BENCH_PEOPLE` makes it smaller for a look.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement that cannot be made stops the run, and time is what is measured"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use domain::{
    IdentityId, RightId,
    rights::{
        Assignment, Bundle, BundleRight, Catalogue, Except, Facts, Key, Places, Policy, Right, Rule,
        Rulebook, Scope, WantedScope, Who,
    },
};
use uuid::Uuid;

const RULES: u32 = 200;
const RIGHTS_IN_A_BUNDLE: u32 = 10;

fn main() {
    let people: u32 =
        std::env::var("LOKALID_BENCH_PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let (policy, catalogue, places) = (policy(), catalogue(), places());
    let everybody: Vec<Facts> = (0..people).map(person).collect();
    let nothing = BTreeSet::new();
    let today = jiff::civil::date(2026, 11, 23);
    let began = Instant::now();
    let rulebook = Rulebook::new(&policy, &catalogue, &places, today);
    let ready = began.elapsed();
    let mut held: Vec<BTreeSet<Assignment>> = Vec::with_capacity(everybody.len());
    let mut rules = [0_usize; 4];
    for facts in &everybody {
        let evaluation = rulebook.evaluate(facts, &[], &nothing);
        let wanted: BTreeSet<Assignment> = evaluation.wants.iter().map(|want| want.assignment).collect();
        let matched = evaluation.wants.len() / RIGHTS_IN_A_BUNDLE as usize;
        *rules.get_mut(matched).unwrap() += 1;
        held.push(wanted);
    }
    let first = began.elapsed();
    let again = Instant::now();
    let differs = everybody.iter().zip(&held).filter(|(facts, held)| {
        let evaluation = rulebook.evaluate(facts, &[], held);
        evaluation.wants.iter().any(|want| !held.contains(&want.assignment))
    });
    assert_eq!(differs.count(), 0);
    let unchanged = again.elapsed();
    let one = Instant::now();
    let of_one = Rulebook::new(&policy, &catalogue, &places, today);
    let wants = of_one.evaluate(everybody.first().unwrap(), &[], &nothing).wants.len();
    let one = one.elapsed();
    println!("{people} people, {RULES} rules; none, one, two, three rules match {rules:?} people");
    println!("rulebook made ready in {ready:.1?}; everybody evaluated in {first:.2?} (asked 2 s)");
    println!(
        "an unchanged day evaluated in {unchanged:.2?}; one person ({wants} rights) in {one:.2?} (asked 5 ms)"
    );
    println!("at most {} MiB (asked 700)", most_mib());
    assert_eq!(rules.first(), Some(&0), "everybody has one rule at least");
}

fn right(number: u32) -> RightId {
    RightId(Uuid::from_u128(u128::from(number) + 1))
}

fn catalogue() -> Catalogue {
    let known = |number| {
        let right =
            Right { name: format!("Ret {number}"), description: None, basic: None, vanished_at: None };
        (self::right(number), right)
    };
    (0..RULES * RIGHTS_IN_A_BUNDLE).map(known).collect()
}

fn places() -> Places {
    let units = (0..100).map(|number| (format!("10010000{number:02}").parse().unwrap(), String::new()));
    Places { se_numbers: BTreeSet::new(), production_units: units.collect() }
}

/// Half of the rules ask for a unit, a quarter for a title, a quarter for both.
fn policy() -> Policy {
    let mut policy =
        Policy { managed: (0..RULES * RIGHTS_IN_A_BUNDLE).map(right).collect(), ..Policy::default() };
    for number in 0..RULES {
        let key = Key::for_name(&format!("r{number}"));
        let rights = (0..RIGHTS_IN_A_BUNDLE).map(|one| BundleRight {
            right: right(number * RIGHTS_IN_A_BUNDLE + one),
            scope: if one % 2 == 0 { WantedScope::Of(Scope::Cvr) } else { WantedScope::OwnProductionUnit },
        });
        let bundle = Bundle { name: key.to_string(), rights: rights.collect(), ..Bundle::default() };
        policy.bundles.insert(key.clone(), bundle);
        let text = |text: String| BTreeSet::from([text]);
        let who = match number % 4 {
            0 | 1 => Who { units: text(unit(number / 4 * 2 + number % 4)), ..Who::default() },
            2 => Who { titles: text(title(number / 4)), ..Who::default() },
            _ => Who { units: text(unit(number / 4)), titles: text(title(number / 4)), ..Who::default() },
        };
        let rule = Rule {
            name: key.to_string(),
            bundle: key.clone(),
            who,
            except: Except::default(),
            from: None,
            until: None,
            approved_by: Vec::new(),
        };
        policy.rules.insert(key, rule);
    }
    policy
}

fn unit(number: u32) -> String {
    format!("Forvaltning {} / Enhed {number}", number / 10)
}

fn title(number: u32) -> String {
    format!("Stilling {number}")
}

fn person(number: u32) -> Facts {
    Facts {
        identity: IdentityId(Uuid::from_u128(u128::from(number) + 1)),
        label: format!("user{number}"),
        user_name: Some(format!("user{number}")),
        unit: Some(unit(number % 100)),
        title: Some(title(number / 100 % 80)),
        groups: BTreeSet::new(),
        attributes: BTreeMap::new(),
        manager: None,
        leads: false,
        p_number: format!("10010000{:02}", number % 100).parse().ok(),
        here: true,
    }
}

/// The most memory that this program ever had.
fn most_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
