//! The web pages: for now the console, where an organisation sees and steers how its people are kept in step.
//!
//! [`router`] gives the whole console; [`routes`] is the table it is made from. A request passes the [`gate`] (host,
//! session, role, form token), reaches one module of [`pages`] named after its address, and is answered by a template
//! around which [`layout`] puts what every page has. Pages read the database and write wishes into it; what a wish
//! leads to is the worker's business.

mod address;
mod assets;
mod console;
mod cookie;
mod events;
mod failure;
mod faults;
mod form;
mod format;
mod gate;
mod headers;
mod layout;
mod pages;
mod paging;
mod reason;
mod route;
mod text;
mod visit;

pub use address::{Address, AddressFault};
pub use assets::{StyleSheet, style_sheet};
pub use console::{Configured, Console, Origin};
pub use route::{Access, Method, Route, router, routes};
