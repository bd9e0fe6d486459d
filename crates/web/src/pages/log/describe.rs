//! Records of the log in words.

use serde_json::Value;
use store::view::log::LogRow;

use crate::layout::Layout;

/// Every action that has words of its own; another one shows its dotted word.
pub const ACTIONS: [&str; 31] = [
    "cpr.searched",
    "cpr.shown",
    "first-contact.approved",
    "identity.reactivated-by-hand",
    "identity.suspended-by-hand",
    "job.asked",
    "observed.gone",
    "operation.done",
    "operation.found-gone",
    "operation.given-up",
    "operation.parked",
    "operation.retried",
    "operation.unknown",
    "organisation.configured",
    "people.exported",
    "person.changed",
    "person.written-by-hand",
    "plan.approved",
    "plan.made",
    "plan.queued",
    "plan.resumed",
    "plan.stopped",
    "question.answered",
    "setting.changed",
    "sign-in.invited",
    "sign-in.used",
    "source.failed",
    "source.imported",
    "unmanaged.left-alone",
    "log.exported",
    "log.verified",
];

pub fn action(page: &Layout, action: &str) -> String {
    if ACTIONS.contains(&action) {
        page.t(&format!("action-{}", action.replace('.', "-")))
    } else {
        action.to_owned()
    }
}

/// Who did it, and the facts of the record in short.
pub fn detail(page: &Layout, row: &LogRow) -> String {
    let by = page.t1("log-by", &row.actor);
    let facts = facts(&row.detail);
    if facts.is_empty() { by } else { format!("{by}. {facts}") }
}

/// `plan: 12, why: moved`: names as the log has them, values in short.
pub fn facts(detail: &Value) -> String {
    let Some(fields) = detail.as_object() else { return String::new() };
    let shown = |(name, value): (&String, &Value)| match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(format!("{name}: {text}")),
        Value::Array(values) if values.is_empty() => None,
        Value::Array(values) => {
            let words: Vec<String> = values.iter().map(|value| value.to_string().replace('"', "")).collect();
            Some(format!("{name}: {}", words.join(", ")))
        }
        Value::Object(inner) if inner.is_empty() => None,
        other => {
            Some(format!("{name}: {}", other.to_string().replace(['"', '{', '}'], "").replace(',', ", ")))
        }
    };
    fields.iter().filter_map(shown).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_facts_of_a_record_are_short_and_leave_out_what_is_empty() {
        let detail =
            json!({ "why": "flyttet", "fields": ["email", "unit"], "count": 3, "none": null, "held": {} });
        assert_eq!(facts(&detail), "count: 3; fields: email, unit; why: flyttet");
        assert_eq!(
            facts(&json!({ "guard": { "stop_count": 5, "stop_percent": 5.0 } })),
            "guard: stop_count:5, stop_percent:5.0"
        );
    }
}
