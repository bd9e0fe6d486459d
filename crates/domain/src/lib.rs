//! Everything that Lokalid decides, and nothing that it does.
//!
//! People and organisations, what each person must be in MitID Erhverv, the plan that leads there, and the
//! guard that stops a plan for a second pair of eyes. Pure: no IO, no SQL, no HTTP, no clock, no randomness.

pub mod clock;
pub mod cpr;
pub mod cvr;
pub mod email;
pub mod name;
pub mod p_number;
pub mod permission;
pub mod rid;
pub mod text;
pub mod user_name;
mod value;

pub use clock::{Clock, Random, copenhagen, danish_date};
pub use cpr::{Cpr, CprFault, MINIMUM_AGE};
pub use cvr::{Cvr, CvrFault};
pub use email::{Email, EmailFault};
pub use name::{Name, NameFault};
pub use p_number::{PNumber, PNumberFault};
pub use permission::{Action, Role};
pub use rid::{Rid, RidFault};
pub use user_name::{UserName, UserNameFault};
