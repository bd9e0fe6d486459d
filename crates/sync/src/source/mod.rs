//! Sources: where people come from. Each reader ends in a complete [`domain::Snapshot`] or in an error that
//! says what is wrong and where; there is nothing between the two that could look like people who left.

mod addresses;
pub mod csv;
pub mod ldap;
