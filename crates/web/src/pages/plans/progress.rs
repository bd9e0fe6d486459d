//! How far a plan has come, wave by wave.

use std::collections::BTreeMap;

use domain::PlanId;
use store::plan::{self, PlanRecord, PlanState};
use store::{StoreError, Tx, outbox};

use crate::console::Console;
use crate::events::Progress;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::visit::SignedIn;

/// The progress of a plan that has operations in the outbox.
pub struct Running {
    pub wave: String,
    pub count: String,
    pub parked: String,
    pub done: i64,
    pub total: i64,
    pub finished: bool,
}

/// The operations in the outbox by state; `None` while nothing of the plan is there.
pub async fn running(tx: &mut Tx, plan: &PlanRecord) -> Result<Option<BTreeMap<String, i64>>, StoreError> {
    let counts = outbox::counts_of_plan(tx, plan.id).await?;
    Ok((!counts.is_empty()).then_some(counts))
}

pub fn shown(page: &Layout, plan: &PlanRecord, counts: &BTreeMap<String, i64>) -> Running {
    let of = |states: &[&str]| states.iter().filter_map(|state| counts.get(*state)).sum::<i64>();
    let total: i64 = counts.values().sum();
    let done = of(&["done", "withdrawn", "given-up"]);
    let parked = of(&["parked"]);
    let numbers = [("done", page.n(done).into()), ("total", page.n(total).into())];
    let waves = [("wave", page.n(plan.wave).into()), ("waves", page.n(plan.waves).into())];
    Running {
        wave: page.tv("plan-wave", &waves),
        count: page.tv("plan-count", &numbers),
        parked: page.tn("plan-parked", parked),
        done,
        total,
        finished: plan.state != PlanState::Running || plan.stopped.is_some() || done + parked == total,
    }
}

/// One look for the stream of events.
pub async fn look(console: &Console, signed_in: &SignedIn, id: PlanId) -> Result<Progress, Failure> {
    let look = console.store.read(|tx| {
        Box::pin(async {
            let plan = plan::one(tx, id).await?;
            Ok::<_, StoreError>((plan, outbox::counts_of_plan(tx, id).await?))
        })
    });
    let (plan, counts) = look.await?;
    let plan = plan.ok_or(Failure::NotFound)?;
    let running = shown(&signed_in.layout("plan-title"), &plan, &counts);
    let texts = vec![("wave", running.wave), ("count", running.count), ("parked", running.parked)];
    Ok(Progress { done: running.done, total: running.total, finished: running.finished, texts })
}
