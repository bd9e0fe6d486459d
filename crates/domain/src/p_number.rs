//! P-numbers: which production unit of an organisation.

use serde::{Deserialize, Serialize};

use crate::value::number_value;

/// The number of a production unit: ten digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PNumber(u64);

number_value!(PNumber, PNumberFault, 10);

/// The text is no P-number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a P-number has ten digits and nothing else: look it up in the company register and write it again")]
pub struct PNumberFault;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_digits_and_nothing_else() {
        assert_eq!(PNumber::parse(" 9001234567 ").unwrap().to_string(), "9001234567");
        for wrong in ["", "900123456", "90012345678", "9,0012E+09", "90 01 23 45 67"] {
            assert_eq!(PNumber::parse(wrong), Err(PNumberFault), "{wrong}");
        }
    }
}
