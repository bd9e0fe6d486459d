//! What can be put into a column, in the few kinds that both engines store alike.
//!
//! Moments are milliseconds since 1970 in UTC and dates are ISO text, so that they sort and compare the same on
//! both engines. Each kind carries its own absence, because PostgreSQL wants to know the kind of a NULL.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

/// One bound value of a statement.
#[derive(Clone, PartialEq)]
pub enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Bool(Option<bool>),
    Real(Option<f64>),
}

impl std::fmt::Debug for Value {
    /// Shows the kind only: a value may be a CPR number.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Int(_) => "Int(..)",
            Self::Text(_) => "Text(..)",
            Self::Bytes(_) => "Bytes(..)",
            Self::Bool(_) => "Bool(..)",
            Self::Real(_) => "Real(..)",
        })
    }
}

/// Makes a `Value` of one kind from a type and from its `Option`.
macro_rules! value_from {
    ($($kind:ident: $source:ty, $convert:expr;)*) => {$(
        impl From<$source> for Value {
            fn from(source: $source) -> Self {
                Self::$kind(Some($convert(source)))
            }
        }

        impl From<Option<$source>> for Value {
            fn from(source: Option<$source>) -> Self {
                Self::$kind(source.map($convert))
            }
        }
    )*};
}

value_from! {
    Int: i64, std::convert::identity;
    Int: i32, i64::from;
    Int: u32, i64::from;
    Int: Timestamp, Timestamp::as_millisecond;
    Text: String, std::convert::identity;
    Text: &str, str::to_owned;
    Text: &String, String::clone;
    Text: Date, |date: Date| date.to_string();
    Text: Uuid, |uuid: Uuid| uuid.to_string();
    Bytes: Vec<u8>, std::convert::identity;
    Bytes: &[u8], <[u8]>::to_vec;
    Bytes: [u8; 32], Vec::from;
    Bool: bool, std::convert::identity;
    Real: f64, std::convert::identity;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_milliseconds_and_a_date_is_iso_text() {
        let moment: Timestamp = "1970-01-01T00:00:01.5Z".parse().unwrap();
        assert_eq!(Value::from(moment), Value::Int(Some(1500)));
        assert_eq!(Value::from(jiff::civil::date(2026, 11, 2)), Value::Text(Some("2026-11-02".to_owned())));
        assert_eq!(Value::from(None::<Date>), Value::Text(None));
    }

    #[test]
    fn debug_output_never_shows_the_value() {
        assert_eq!(format!("{:?}", Value::from("7001011234")), "Text(..)");
    }
}
