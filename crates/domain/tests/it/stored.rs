//! What was stored by a version that knew less is read back.

use domain::{Desired, SourceKey, SourceRecord};
use serde_json::Value;

use crate::builders::a_person;

#[test]
fn a_person_without_groups_and_further_attributes_is_stored_as_before_they_were_known() {
    let desired = a_person("mette").desired;
    let stored = serde_json::to_value(&desired).unwrap();
    for key in ["groups", "attributes"] {
        assert_eq!(stored.get(key), None);
    }
    assert_eq!(serde_json::from_value::<Desired>(stored).unwrap(), desired);
}

#[test]
fn a_record_of_before_is_in_no_group() {
    let record = SourceRecord::new(SourceKey::Text("17".to_owned()), "row 2");
    let Value::Object(mut stored) = serde_json::to_value(&record).unwrap() else { panic!("no object") };
    assert!(stored.remove("groups").is_some());
    assert_eq!(serde_json::from_value::<SourceRecord>(Value::Object(stored)).unwrap(), record);
}
