//! Just enough reading of HTML to check our own pages.

use std::collections::BTreeMap;

/// An opening tag.
#[derive(Debug, Clone)]
pub struct Tag {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
}

impl Tag {
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }
}

/// Every opening tag in order.
pub fn tags(html: &str) -> Vec<Tag> {
    let openings =
        html.split('<').skip(1).filter(|part| part.starts_with(|letter: char| letter.is_ascii_alphabetic()));
    openings.map(tag).collect()
}

pub fn named<'a>(tags: &'a [Tag], name: &'a str) -> impl Iterator<Item = &'a Tag> {
    tags.iter().filter(move |tag| tag.name == name)
}

/// What stands between the first `<name ...>` and its end.
pub fn text_of<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    let after = html.split_once(&format!("<{name}"))?.1.split_once('>')?.1;
    Some(after.split_once(&format!("</{name}>"))?.0.trim())
}

fn tag(part: &str) -> Tag {
    let inside = part.split('>').next().unwrap_or_default().trim_end_matches('/');
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let mut attributes = BTreeMap::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace()).unwrap_or(rest.len());
        let (key, tail) = rest.split_at(end);
        if let Some(quoted) = tail.strip_prefix("=\"") {
            let (value, after) = quoted.split_once('"').unwrap_or((quoted, ""));
            attributes.insert(key.to_owned(), unescaped(value));
            rest = after;
        } else {
            attributes.insert(key.to_owned(), String::new());
            rest = tail.trim_start_matches('=');
        }
    }
    Tag { name: name.to_owned(), attributes }
}

pub fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"").replace("&#39;", "'")
}
