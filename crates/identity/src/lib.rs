//! Who is asking, and may they: sign-in links and the sessions of the console.
//!
//! Start with [`sign_in`]: a link is made for a name and a role, and whoever opens it first is signed in. Later this
//! crate also holds passwords, passkeys, recovery and what the Local IdP decides.

mod secret;
pub mod session;
pub mod sign_in;

pub use secret::Secret;
pub use session::{Limits, Session};
pub use sign_in::{Invitation, Refusal};
