//! The text of a notice with places in it, such as `{person}`, and how it becomes a letter.
//!
//! The first line is the subject, a blank line follows, and the rest is the body. A text is data that somebody may have
//! written today, so it is checked when it is parsed: a misspelt place would be mailed to people as it stands, and a
//! missing one leaves them without what they are to do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A notice as somebody reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// One line.
    pub subject: String,
    pub body: String,
}

/// A parsed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    subject: String,
    body: String,
}

/// What can be said in the text of one kind of notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// Without these in its body the letter does not say what it is about.
    pub needed: &'static [&'static str],
    pub optional: &'static [&'static str],
}

/// What fills the places, by their names.
pub type Facts = BTreeMap<&'static str, String>;

/// Why a text cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    #[error("the text has no subject: write it in the first line")]
    NoSubject,
    #[error(
        "the second line holds something: leave it blank, so that the subject stands apart from the body"
    )]
    NoBlankLine,
    #[error("the text has no body: write it below the blank line")]
    NoBody,
    #[error("line {line} has a {{ without its }}: write places like {{person}}, and no braces otherwise")]
    OpenBrace { line: usize },
    #[error("line {line} has {{{name}}}, and there is no such place in this notice; there are {known}")]
    Unknown { line: usize, name: String, known: String },
    #[error("the body never has {{{name}}}: write it where the reader needs it")]
    Missing { name: &'static str },
}

impl Template {
    pub fn parse(text: &str, places: Places) -> Result<Self, TemplateFault> {
        let template = Self::unchecked(text);
        if template.subject.is_empty() {
            return Err(TemplateFault::NoSubject);
        }
        if text.lines().nth(1).is_some_and(|line| !line.trim().is_empty()) {
            return Err(TemplateFault::NoBlankLine);
        }
        if template.body.is_empty() {
            return Err(TemplateFault::NoBody);
        }
        for (number, line) in text.lines().enumerate() {
            check_line(line, number + 1, places)?;
        }
        match places.needed.iter().find(|name| !template.body.contains(&format!("{{{name}}}"))) {
            Some(name) => Err(TemplateFault::Missing { name }),
            None => Ok(template),
        }
    }

    /// For the texts that a test parses.
    pub(super) fn unchecked(text: &str) -> Self {
        let (subject, body) = text.split_once('\n').unwrap_or((text, ""));
        Self { subject: subject.trim().to_owned(), body: body.trim().to_owned() }
    }

    /// Puts facts into their places. What a fact says is never read as a place.
    pub fn fill(&self, facts: &Facts) -> Letter {
        Letter { subject: filled(&self.subject, facts), body: filled(&self.body, facts) + "\n" }
    }
}

impl Places {
    fn have(self, name: &str) -> bool {
        self.needed.contains(&name) || self.optional.contains(&name)
    }

    fn in_words(self) -> String {
        let names = self.needed.iter().chain(self.optional).map(|name| format!("{{{name}}}"));
        names.collect::<Vec<_>>().join(", ")
    }
}

/// A part of a line.
enum Piece<'a> {
    Text(&'a str),
    Place(&'a str),
    /// A brace that nothing closes, and what follows it.
    Open(&'a str),
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut parts = text.split('{');
    let first = parts.next().into_iter().map(Piece::Text);
    first.chain(parts.flat_map(|part| match part.split_once('}') {
        Some((name, rest)) => [Piece::Place(name), Piece::Text(rest)],
        None => [Piece::Open(part), Piece::Text("")],
    }))
}

fn check_line(text: &str, line: usize, places: Places) -> Result<(), TemplateFault> {
    pieces(text).try_for_each(|piece| match piece {
        Piece::Place(name) if !places.have(name) => {
            Err(TemplateFault::Unknown { line, name: name.to_owned(), known: places.in_words() })
        }
        Piece::Open(_) => Err(TemplateFault::OpenBrace { line }),
        Piece::Text(_) | Piece::Place(_) => Ok(()),
    })
}

fn filled(text: &str, facts: &Facts) -> String {
    let fill = |piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Place(name) => facts.get(name).map_or_else(|| format!("{{{name}}}"), |fact| one_line(fact)),
        Piece::Open(text) => format!("{{{text}"),
    };
    pieces(text).map(fill).collect()
}

/// A fact is part of a sentence: whoever writes a reason cannot add a line, or a header, of their own.
fn one_line(fact: &str) -> String {
    let words = fact.split(|letter: char| letter.is_whitespace() || letter.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: Places = Places { needed: &["address"], optional: &["person"] };

    fn fault(text: &str) -> TemplateFault {
        Template::parse(text, PLACES).unwrap_err()
    }

    #[test]
    fn facts_come_into_their_places_and_are_read_as_they_stand() {
        let template = Template::parse("To {person}\n\nLook at {address}, {person}.\n", PLACES).unwrap();
        let facts = Facts::from([
            ("address", "https://a.example/1".to_owned()),
            ("person", "Åse {address}\r\nBcc: b@c.example".to_owned()),
        ]);
        let letter = template.fill(&facts);
        assert_eq!(letter.subject, "To Åse {address} Bcc: b@c.example");
        assert_eq!(letter.body, "Look at https://a.example/1, Åse {address} Bcc: b@c.example.\n");
    }

    #[test]
    fn a_text_that_is_not_in_order_is_refused_with_its_reason() {
        assert_eq!(fault(""), TemplateFault::NoSubject);
        assert_eq!(fault("\n\n{address}"), TemplateFault::NoSubject);
        assert_eq!(fault("Subject\nbody {address}"), TemplateFault::NoBlankLine);
        assert_eq!(fault("Subject\n\n"), TemplateFault::NoBody);
        assert_eq!(fault("Subject\n\n{address} {person"), TemplateFault::OpenBrace { line: 3 });
        assert_eq!(fault("{address}\n\nbody"), TemplateFault::Missing { name: "address" });
        let unknown = fault("Subject\n\n{address}\n{persn}");
        assert_eq!(
            unknown.to_string(),
            "line 4 has {persn}, and there is no such place in this notice; there are {address}, {person}"
        );
    }
}
