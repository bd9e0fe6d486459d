//! Rights in a life: a policy of a few rules, what they give each human, and what the portal does beside them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Cvr, RightId,
    rights::{Bundle, BundleRight, Except, Key, Policy, Rule, Scope, WantedScope, Who},
};
use emulator::world::{PortalRight, Scope as WireScope, ScopeKind};
use uuid::Uuid;

use super::{dice::Dice, people::Human};

/// The emulator's rights by their numbers.
fn right(number: u128) -> RightId {
    RightId(uuid::Builder::from_custom_bytes((0x5218 << 112 | number).to_be_bytes()).into_uuid())
}

pub const MANAGED: [u128; 4] = [1, 2, 3, 4];
/// Nobody here looks after this one.
pub const LEFT_ALONE: u128 = 9;

pub fn left_alone() -> Uuid {
    right(LEFT_ALONE).0
}

/// Everybody gets 1; the school 2, and 3 in the production unit of each; the town hall 4.
pub fn policy() -> Policy {
    let key = |text: &str| Key::parse(text).unwrap();
    let cvr = WantedScope::Of(Scope::Cvr);
    let bundle = |rights: &[(u128, WantedScope)]| {
        let rights =
            rights.iter().map(|(number, scope)| BundleRight { right: right(*number), scope: *scope });
        Bundle { name: "x".to_owned(), rights: rights.collect(), ..Bundle::default() }
    };
    let rule = |bundle: &str, unit: Option<&str>| Rule {
        name: bundle.to_owned(),
        bundle: key(bundle),
        who: Who {
            everyone: unit.is_none(),
            units: unit.into_iter().map(str::to_owned).collect(),
            ..Who::default()
        },
        except: Except::default(),
        from: None,
        until: None,
        approved_by: vec!["chief".to_owned()],
    };
    Policy {
        managed: MANAGED.map(right).into(),
        bundles: BTreeMap::from([
            (key("all"), bundle(&[(1, cvr)])),
            (key("school"), bundle(&[(2, cvr), (3, WantedScope::OwnProductionUnit)])),
            (key("hall"), bundle(&[(4, cvr)])),
        ]),
        rules: BTreeMap::from([
            (key("all"), rule("all", None)),
            (key("school"), rule("school", Some("Skolen"))),
            (key("hall"), rule("hall", Some("Rådhuset"))),
        ]),
        separations: BTreeSet::new(),
    }
}

/// A production unit of the organisation.
pub fn p_number(cvr: &Cvr, place: usize) -> String {
    emulator::world::p_numbers(cvr.as_str()).nth(place).unwrap().to_string()
}

/// What somebody must hold, worked out by hand: number of the right, type and value of the scope.
pub fn expected(human: &Human, cvr: &Cvr) -> BTreeSet<(u128, String)> {
    let whole = format!("Cvr {cvr}");
    let mut expected = BTreeSet::from([(1, whole.clone())]);
    match human.unit.as_str() {
        "Skolen" => expected.extend([(2, whole), (3, format!("PU {}", p_number(cvr, human.place)))]),
        _ => expected.extend([(4, whole)]),
    }
    expected
}

/// The number of one of the emulator's rights.
pub fn number_of(uuid: Uuid) -> u128 {
    uuid.as_u128() & 0xffff_ffff
}

/// A right that somebody gives or takes in the portal.
pub fn of_the_portal(dice: &Dice, cvr: &Cvr) -> PortalRight {
    let number = *dice.one_of(&[1, 2, 3, 4, LEFT_ALONE]).unwrap();
    let scope = if number == 3 {
        WireScope { kind: ScopeKind::ProductionUnit, value: p_number(cvr, dice.between(0, 1)) }
    } else {
        WireScope { kind: ScopeKind::Cvr, value: cvr.to_string() }
    };
    PortalRight { uuid: right(number).0, scope }
}
