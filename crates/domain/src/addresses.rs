//! What is odd about an e-mail address: nothing is refused for it, but somebody should look.

use crate::{Parts, Warning};

/// For a person whose address has a Danish letter.
pub fn danish(place: &str) -> Warning {
    let text = "the e-mail address has æ, ø or å, which certificates for e-mail do not take: give the person another \
                address if one is to be made";
    Warning { place: place.to_owned(), text: text.to_owned(), parts: Some(Parts::new("csv-email-danish")) }
}

/// For a person who shares an address with somebody else.
pub fn shared(place: &str, other: &str) -> Warning {
    let text = format!(
        "the e-mail address is also that of {other}: the link for activation goes there, so give each person an address \
         of their own"
    );
    Warning {
        place: place.to_owned(),
        text,
        parts: Some(Parts::new("csv-email-shared").with("found", other)),
    }
}
