//! Records of the log in words.

use serde_json::Value;
use store::view::log::LogRow;

use crate::layout::Layout;
use crate::text;

/// Every action that has words of its own; another one shows its dotted word.
pub const ACTIONS: [&str; 65] = [
    "attestation.answered",
    "attestation.begun",
    "attestation.closed",
    "attestation.exported",
    "attestation.handed-over",
    "attestation.moved",
    "certificate.checked",
    "certificate.file-read",
    "certificate.removed",
    "certificate.taken-into-use",
    "certificate.uploaded",
    "cpr.searched",
    "cpr.shown",
    "first-contact.approved",
    "grant.approved",
    "grant.ended",
    "grant.given",
    "identity.reactivated-by-hand",
    "identity.suspended-by-hand",
    "job.asked",
    "keys.added",
    "keys.removed",
    "keys.rotated",
    "observed.gone",
    "operation.done",
    "operation.found-gone",
    "operation.given-up",
    "operation.parked",
    "operation.retried",
    "operation.unknown",
    "operation.withdrawn",
    "organisation.configured",
    "people.exported",
    "person.changed",
    "person.written-by-hand",
    "plan.approved",
    "plan.made",
    "plan.queued",
    "plan.rejected",
    "plan.resumed",
    "plan.stopped",
    "place.closed",
    "policy.saved",
    "question.answered",
    "request.decided",
    "request.made",
    "request.withdrawn",
    "right.appeared",
    "right.returned",
    "right.vanished",
    "rights.exported",
    "role.granted",
    "setting.changed",
    "sign-in.invited",
    "sign-in.used",
    "source.failed",
    "source.imported",
    "substitute.ended",
    "substitute.set",
    "unmanaged.adopted",
    "unmanaged.left-alone",
    "unmanaged.to-suspend",
    "log.checkpoints-renewed",
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
    let facts = facts(page, &row.detail);
    if facts.is_empty() { by } else { format!("{by}. {facts}") }
}

/// The facts of a record that have a word in both languages; another one shows its own name.
const FACTS: [&str; 48] = [
    "absent",
    "answer",
    "approved",
    "as",
    "before",
    "bundle",
    "campaign",
    "case",
    "changed",
    "covers",
    "departed",
    "due",
    "faults",
    "fields",
    "fingerprint",
    "filters",
    "format",
    "found",
    "from",
    "gone_already",
    "good",
    "held",
    "items",
    "job",
    "kept",
    "key",
    "kind",
    "left",
    "name",
    "new",
    "operation",
    "operations",
    "people",
    "plan",
    "question",
    "records",
    "removal",
    "removed",
    "request",
    "role",
    "skipped",
    "stands_in",
    "to",
    "unanswered",
    "until",
    "value",
    "warnings",
    "why",
];

/// `plan: 12; begrundelse: flyttet`, without what is empty or zero.
pub fn facts(page: &Layout, detail: &Value) -> String {
    let fields = detail.as_object().into_iter().flatten();
    let shown = |(name, value): (&String, &Value)| {
        let text = short(page, name, value);
        (!text.is_empty()).then(|| format!("{}: {text}", word(page, name)))
    };
    fields.filter_map(shown).collect::<Vec<_>>().join("; ")
}

fn word(page: &Layout, name: &str) -> String {
    if FACTS.contains(&name) { page.t(&format!("fact-{}", name.replace('_', "-"))) } else { name.to_owned() }
}

/// The text of a word in the first of these families that has it; else the word itself.
fn named(page: &Layout, families: &[&str], word: &str) -> String {
    let text = families.iter().find_map(|family| text::find(page.language, &format!("{family}-{word}")));
    text.unwrap_or_else(|| word.to_owned())
}

fn short(page: &Layout, name: &str, value: &Value) -> String {
    match (name, value) {
        (_, Value::Null) => String::new(),
        (_, Value::Number(number)) if number.as_f64() == Some(0.0) => String::new(),
        ("role", Value::String(role)) => page.t(&format!("role-{role}")),
        ("as", Value::String(word)) => named(page, &["approver"], word),
        ("kind", Value::String(kind)) => named(page, &["kind", "job"], kind),
        ("operations", Value::Object(counts)) => counts
            .iter()
            .map(|(kind, count)| format!("{} {count}", named(page, &["kind"], kind)))
            .collect::<Vec<_>>()
            .join(", "),
        ("fields", Value::Array(fields)) => fields
            .iter()
            .filter_map(Value::as_str)
            .map(|field| named(page, &["fact-field", "input"], field))
            .collect::<Vec<_>>()
            .join(", "),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Bool(yes)) => page.t(if *yes { "word-yes" } else { "word-no" }),
        (_, other) => {
            other.to_string().replace(['"', '{', '}', '[', ']'], "").replace(',', ", ").replace(':', ": ")
        }
    }
}
