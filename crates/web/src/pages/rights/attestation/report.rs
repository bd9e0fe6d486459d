//! `/rights/attestation/{id}/report/{format}`: every line of a review as a file, for whoever must prove that it was done.

use std::collections::{HashMap, HashSet};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::IdentityId;
use domain::rights::attestation::{Campaign, CampaignId, Item};
use store::rights::attestation;
use store::{AuditEntry, StoreError, Tx, identity};

use super::{Names, grounds, since};
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::Layout;
use crate::pages::export::{self, Sheet};
use crate::visit::SignedIn;

struct Read {
    campaign: Campaign,
    items: Vec<Item>,
    names: HashMap<IdentityId, String>,
    things: Names,
}

pub async fn export(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path((id, format)): Path<(i64, String)>,
) -> Result<Response, Failure> {
    let kind = export::Kind::from_name(&format).ok_or(Failure::NotFound)?;
    let id = CampaignId(id);
    let read = console.store.read(|tx| Box::pin(async { read(tx, &signed_in, id).await })).await?;
    let read = read.ok_or(Failure::NotFound)?;
    let detail = serde_json::json!({ "campaign": id, "items": read.items.len(), "format": format });
    let entry = AuditEntry::of(signed_in.name(), "attestation.exported", signed_in.cvr()).detail(detail);
    console.store.write(|tx| Box::pin(async { tx.audit(entry.clone()).await })).await?;
    let page = signed_in.layout("attestation-title");
    let sheet = Sheet {
        name: page.t("attestation-title"),
        headings: HEADINGS.map(|heading| page.t(heading)).to_vec(),
        rows: read.items.iter().map(|item| row(&page, &read, item)).collect(),
    };
    let name = format!("{} {}", page.t("attestation-title"), read.campaign.id.0);
    let file_name = export::file_name(&name, signed_in.cvr(), signed_in.now());
    Ok(export::answer(kind, &file_name, &sheet)?.into_response())
}

const HEADINGS: [&str; 14] = [
    "word-name",
    "word-user-name",
    "word-unit",
    "word-job-title",
    "attestation-what",
    "word-why",
    "attestation-since",
    "rights-managed",
    "attestation-reviewer",
    "attestation-answer",
    "attestation-answered-by",
    "attestation-answered-at",
    "reason-label",
    "attestation-removed-from",
];

async fn read(tx: &mut Tx, signed_in: &SignedIn, id: CampaignId) -> Result<Option<Read>, StoreError> {
    let Some(campaign) = attestation::one(tx, signed_in.cvr(), id).await? else { return Ok(None) };
    let items = attestation::all(tx, id).await?;
    let people = items.iter().flat_map(|item| [Some(item.identity), item.reviewer]).flatten();
    let people: Vec<IdentityId> = people.collect::<HashSet<_>>().into_iter().collect();
    let names = identity::names(tx, &people).await?;
    Ok(Some(Read { campaign, items, names, things: Names::read(tx, signed_in).await? }))
}

fn row(page: &Layout, read: &Read, item: &Item) -> Vec<String> {
    let answer = item.answer.as_ref();
    let said = match answer {
        Some(answer) if answer.keep => page.t("attestation-kept"),
        Some(_) => page.t("attestation-removed"),
        None if item.departed => page.t("attestation-departed"),
        None => page.t("attestation-unanswered"),
    };
    let reviewer = item.reviewer.and_then(|one| read.names.get(&one).cloned());
    let removed = answer.filter(|answer| answer.withdrawal.is_some());
    let removed = removed.map(|answer| read.campaign.plan.removed_from(domain::danish_date(answer.at)));
    vec![
        read.names.get(&item.identity).cloned().unwrap_or_else(|| item.label.clone()),
        item.label.clone(),
        item.unit.clone().unwrap_or_default(),
        item.title.clone().unwrap_or_default(),
        read.things.subject(page, item),
        grounds(page, item).join("; "),
        since(page, &item.since),
        page.t(if item.managed { "word-yes" } else { "word-no" }),
        reviewer.unwrap_or_else(|| page.t("attestation-administrators")),
        said,
        answer.map(|answer| answer.by.clone()).unwrap_or_default(),
        answer.map(|answer| format::machine(answer.at)).unwrap_or_default(),
        answer.map(|answer| answer.why.clone()).unwrap_or_default(),
        removed.map(|day| day.to_string()).unwrap_or_default(),
    ]
}
