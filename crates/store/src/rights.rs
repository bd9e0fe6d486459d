//! Rights to self-services: what exists, who holds what, and what is decided about it.
//!
//! `catalogue` has the tables `catalogue_right` and `place`, `holding` what people hold in MitID Erhverv, `policy` the
//! versions of the policy, `grant` what one person was given directly, and `facts` what rules see in people, now and on
//! a day in the past.

pub mod catalogue;
pub mod facts;
pub mod grant;
pub mod holding;
pub mod policy;
