//! What the planner, the guard and the resolution decide, held against behaviour.md.
//!
//! `scenarios/*.txt` has a situation and the plan for each sentence; `laws` holds for every situation; `decisions`
//! follows what humans decided from one plan to the next.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod builders;
mod decisions;
mod laws;
mod model;
mod rights_law;
mod rights_world;
mod scenario;
mod scenario_plan;
mod scenario_requests;
mod scenario_resolve;
mod stored;
mod words;
