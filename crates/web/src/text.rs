//! Every word of the pages, from `locales/da` and `locales/en`.
//!
//! A test proves that both languages have the same keys and that every key used in code or templates exists.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use domain::Language;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "da",
        // Marks around inserted names confuse tests, exports and some screen readers; both languages run left to right.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static DANISH: LazyLock<LanguageIdentifier> = LazyLock::new(|| "da".parse().unwrap_or_default());
static ENGLISH: LazyLock<LanguageIdentifier> = LazyLock::new(|| "en".parse().unwrap_or_default());

/// The text of a key. A key that does not exist is shown as itself, which a test rules out.
pub fn say(language: Language, key: &str) -> String {
    LOCALES.try_lookup(identifier(language), key).unwrap_or_else(|| key.to_owned())
}

/// The text of a key that may not exist.
pub fn find(language: Language, key: &str) -> Option<String> {
    LOCALES.try_lookup(identifier(language), key)
}

/// The text of a key with values put in. Give a number as [`Value::Count`] where the sentence depends on it.
pub fn say_with(language: Language, key: &str, values: &[(&'static str, Value)]) -> String {
    let values: HashMap<Cow<'static, str>, FluentValue<'_>> = values
        .iter()
        .map(|(name, value)| {
            let value = match value {
                Value::Text(text) => FluentValue::from(text.as_str()),
                Value::Count(count) => FluentValue::from(*count),
            };
            (Cow::Borrowed(*name), value)
        })
        .collect();
    LOCALES.try_lookup_with_args(identifier(language), key, &values).unwrap_or_else(|| key.to_owned())
}

/// A value in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// Chooses between singular and plural. Show it by a [`Value::Text`] of its own: large numbers need separators.
    Count(i64),
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// The value of the `lang` attribute and of the language cookie.
pub fn code(language: Language) -> &'static str {
    language.pick("da", "en")
}

/// The language of a code; `None` for anything else.
pub fn from_code(code: &str) -> Option<Language> {
    match code {
        "da" => Some(Language::Danish),
        "en" => Some(Language::English),
        _ => None,
    }
}

fn identifier(language: Language) -> &'static LanguageIdentifier {
    match language {
        Language::Danish => &DANISH,
        Language::English => &ENGLISH,
    }
}

#[cfg(test)]
mod tests;
