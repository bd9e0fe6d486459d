//! Places of a plan as `[[first, last], ...]`: a first plan holds every one of its operations, and may have 100,000.

use serde::{Deserialize, Deserializer, Serializer};

/// A run of places, or one place.
#[derive(Deserialize)]
#[serde(untagged)]
enum Run {
    From(usize, usize),
    One(usize),
}

pub fn serialize<S: Serializer>(places: &[usize], serializer: S) -> Result<S::Ok, S::Error> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for place in places {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *place => *last = *place,
            _ => runs.push((*place, *place)),
        }
    }
    serializer.collect_seq(runs)
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<usize>, D::Error> {
    let runs: Vec<Run> = Vec::deserialize(deserializer)?;
    let places = runs.into_iter().flat_map(|run| match run {
        Run::From(first, last) => first..=last,
        Run::One(place) => place..=place,
    });
    Ok(places.collect())
}

#[cfg(test)]
mod tests {
    use crate::guard::{Held, Rule};

    #[test]
    fn a_long_list_of_places_is_kept_as_its_ends() {
        let held = Held { rule: Rule::FirstContact, operations: (0..100_000).chain([100_007]).collect() };
        let text = serde_json::to_string(&held).unwrap();
        assert_eq!(text, r#"{"rule":"first-contact","operations":[[0,99999],[100007,100007]]}"#);
        assert_eq!(serde_json::from_str::<Held>(&text).unwrap(), held);
    }

    #[test]
    fn places_that_were_kept_one_by_one_are_read() {
        let held: Held = serde_json::from_str(r#"{"rule":"early-deletion","operations":[1,2,9]}"#).unwrap();
        assert_eq!(held.operations, [1, 2, 9]);
    }
}
