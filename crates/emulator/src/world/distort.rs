//! Answers that are right but made wrong: what the field has seen, and what a tolerant reader must bear.

use serde_json::{Value, json};

use super::dice::Dice;
use super::faults::{Fault, FaultKind};
use super::reply::ApiResponse;

/// Half of a page where JSON was due.
const GARBAGE: &[u8] = b"<html><head><title>Working";

/// How much of a search is left when the fault does not say.
const KEPT_OF_SEARCH: f64 = 0.6;

/// Leaves everything but a 200 with JSON as it is.
pub(crate) fn distort(response: ApiResponse, fault: &Fault, dice: &mut Dice) -> ApiResponse {
    if response.status != 200 {
        return response;
    }
    if fault.kind == FaultKind::Garbage200 {
        return ApiResponse { body: GARBAGE.to_vec(), ..response };
    }
    let Ok(mut body) = serde_json::from_slice::<Value>(&response.body) else { return response };
    match fault.kind {
        FaultKind::TruncatedSearch => {
            truncate(list_of(&mut body), fault.keep.unwrap_or(KEPT_OF_SEARCH), dice);
        }
        FaultKind::EmptyList => list_of(&mut body).into_iter().for_each(Vec::clear),
        FaultKind::UnknownFields => add_unknown_fields(&mut body),
        FaultKind::UnknownEnum => replace_enum(&mut body, dice),
        _ => {}
    }
    ApiResponse { body: body.to_string().into_bytes(), ..response }
}

/// The list that an answer consists of: bare, or the only list in an object.
fn list_of(body: &mut Value) -> Option<&mut Vec<Value>> {
    match body {
        Value::Array(list) => Some(list),
        Value::Object(members) => members.values_mut().find_map(Value::as_array_mut),
        _ => None,
    }
}

/// Drops elements one by one, so that which are missing differs from call to call.
fn truncate(list: Option<&mut Vec<Value>>, keep: f64, dice: &mut Dice) {
    if let Some(list) = list {
        list.retain(|_| dice.share() < keep);
    }
}

fn add_unknown_fields(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(add_unknown_fields),
        Value::Object(members) => {
            members.values_mut().for_each(add_unknown_fields);
            members.insert("addedLater".to_owned(), json!({ "since": "V2", "values": [1, null, "æ"] }));
        }
        _ => {}
    }
}

/// One element gets a status, type or scope that nobody has heard of.
fn replace_enum(body: &mut Value, dice: &mut Dice) {
    let chosen = dice.number();
    if let Some(list) = list_of(body) {
        let index = usize::try_from(chosen % (list.len() as u64).max(1)).unwrap_or(0);
        list.get_mut(index).into_iter().for_each(unknown_value);
    } else {
        unknown_value(body);
    }
}

fn unknown_value(element: &mut Value) {
    const PLACES: [(&str, &str); 4] = [
        ("/identityProfile/status", "UnderReview"),
        ("/scope/type", "Region"),
        ("/type", "Wallet"),
        ("/status", "UnderReview"),
    ];
    for (pointer, unknown) in PLACES {
        if let Some(value) = element.pointer_mut(pointer) {
            *value = json!(unknown);
            return;
        }
    }
}
