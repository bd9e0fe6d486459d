//! A JSON answer read with patience: names in any case, numbers or text, absent or null, more than expected.

use serde_json::Value;

/// One place in an answer, which may turn out to be nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tree<'a>(Option<&'a Value>);

impl<'a> Tree<'a> {
    pub fn new(value: &'a Value) -> Self {
        Self(Some(value).filter(|value| !value.is_null()))
    }

    /// The member of that name; exactly so written, else in any case.
    pub fn member(self, name: &str) -> Self {
        let found = self.0.and_then(Value::as_object).and_then(|members| {
            members.get(name).or_else(|| {
                members.iter().find_map(|(other, value)| other.eq_ignore_ascii_case(name).then_some(value))
            })
        });
        Self(found.filter(|value| !value.is_null()))
    }

    pub fn is_there(self) -> bool {
        self.0.is_some()
    }

    pub fn is_object(self) -> bool {
        self.0.is_some_and(Value::is_object)
    }

    /// Text, a number or a truth value as text; anything else is not there.
    pub fn text(self) -> Option<String> {
        match self.0? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    /// A truth value, also written as text.
    pub fn truth(self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The elements of a list; `None` if there is no list here.
    pub fn list(self) -> Option<Vec<Tree<'a>>> {
        self.0?.as_array().map(|elements| elements.iter().map(Tree::new).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_count_in_any_case_and_the_exact_one_first() {
        let value = json!({ "RegisteredIAL": "x", "registeredIal": "Low", "TARGETIAL": 5 });
        let tree = Tree::new(&value);
        assert_eq!(tree.member("registeredIal").text().as_deref(), Some("Low"));
        assert_eq!(tree.member("targetIal").text().as_deref(), Some("5"));
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        let value = json!({ "profile": null, "list": {}, "text": "x" });
        let tree = Tree::new(&value);
        assert!(!tree.member("profile").is_there());
        assert!(tree.member("profile").member("x").text().is_none());
        assert!(tree.member("list").list().is_none() && tree.member("list").text().is_none());
        assert!(tree.member("text").member("x").truth().is_none());
    }

    #[test]
    fn truth_may_be_text() {
        let value = json!([true, "True", "FALSE", "yes", 1]);
        let read: Vec<_> = Tree::new(&value).list().unwrap().into_iter().map(Tree::truth).collect();
        assert_eq!(read, [Some(true), Some(true), Some(false), None, None]);
    }
}
