//! `/rights/rules`: who gets which bundle, by unit, title and so on.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use domain::permission::Action as Allowed;
use domain::rights::{Key, Rule, SENSITIVE_APPROVALS};
use jiff::civil::Date;
use serde::Deserialize;

use super::proposal::Present;
use super::{preview, say};
use crate::console::Console;
use crate::failure::Failure;
use crate::layout::{Layout, Section};
use crate::pages::person::Badge;
use crate::visit::{Asked, SignedIn};

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage {
    page: Layout,
    notice: Option<String>,
    rules: Vec<Line>,
}

struct Line {
    key: Key,
    name: String,
    sentence: String,
    badge: Badge,
    people: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(done): Asked<Done>,
) -> Result<Html<String>, Failure> {
    let present = Present::read(&console, &signed_in).await?;
    let page = signed_in.layout("rules-title").below(Section::Rights);
    let reached = preview::reached(&present, present.policy());
    let rules = present.policy().rules.iter().map(|(key, rule)| Line {
        key: key.clone(),
        name: rule.name.clone(),
        sentence: say::rule(&page, present.policy(), rule),
        badge: badge(&page, &present, rule, present.scene.today),
        people: page.n(reached.get(key).map_or(0, |reach| reach.people)),
    });
    let mut rules: Vec<Line> = rules.collect();
    rules.sort_by_cached_key(|one| domain::text::danish_sort_key(&one.name));
    let template =
        RulesPage { notice: (done.done == "removed").then(|| page.t("notice-rule-removed")), rules, page };
    Ok(Html(template.render()?))
}

/// Whether a rule counts today, and if not, why.
pub fn badge(page: &Layout, present: &Present, rule: &Rule, today: Date) -> Badge {
    let (kind, key) = if lacks_approval(present, rule) {
        ("warning", "rule-waits")
    } else if rule.from.is_some_and(|from| today < from) {
        ("info", "rule-not-yet")
    } else if rule.until.is_some_and(|until| until < today) {
        ("info", "rule-over")
    } else {
        ("success", "rule-counts")
    };
    Badge { kind, text: page.t(key) }
}

/// Whether a second person must say yes before the rule counts.
pub fn lacks_approval(present: &Present, rule: &Rule) -> bool {
    let bundle = present.policy().bundles.get(&rule.bundle);
    bundle.is_some_and(|bundle| bundle.sensitive) && rule.approved_by.len() < SENSITIVE_APPROVALS
}
