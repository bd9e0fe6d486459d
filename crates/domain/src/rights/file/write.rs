//! The policy as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};

use crate::{
    Cvr, RightId,
    rights::{Bundle, Catalogue, Key, Policy, Rule, Separation},
};

/// The whole file. Reading it back gives the same policy, but for who approved its rules.
pub fn write(policy: &Policy, catalogue: &Catalogue, cvr: &Cvr) -> String {
    let names = names(policy, catalogue);
    let mut file = File { text: String::new(), names: &names };
    file.line(
        "# Who must hold which rights to public self-services. `lokalid rights import` reads this file back.",
    );
    file.line("# Scopes: \"cvr\", \"se 12345678\", \"production-unit 1234567890\", \"own-production-unit\".");
    file.set("organisation", &text(cvr));
    file.line("");
    file.line("# The rights that Lokalid looks after, by the names that this file calls them. All others are left alone.");
    file.line("[rights]");
    let mut listed: Vec<(&String, &RightId)> = names.iter().map(|(right, name)| (name, right)).collect();
    listed.sort();
    for (name, right) in listed {
        file.set(&text(name), &text(right));
    }
    for (key, bundle) in &policy.bundles {
        file.bundle(key, bundle);
    }
    for (key, rule) in &policy.rules {
        file.rule(key, rule);
    }
    for separation in &policy.separations {
        file.separation(separation);
    }
    file.text
}

/// A name of its own for each managed right.
fn names(policy: &Policy, catalogue: &Catalogue) -> BTreeMap<RightId, String> {
    let plain =
        |right: &RightId| catalogue.get(right).map_or_else(|| right.to_string(), |known| known.name.clone());
    let mut often: BTreeMap<String, usize> = BTreeMap::new();
    for right in &policy.managed {
        *often.entry(plain(right)).or_default() += 1;
    }
    let name = |right: &RightId| {
        let name = plain(right);
        let alone = often.get(&name) == Some(&1);
        if alone { name } else { format!("{name} ({right})") }
    };
    policy.managed.iter().map(|right| (*right, name(right))).collect()
}

struct File<'a> {
    text: String,
    names: &'a BTreeMap<RightId, String>,
}

impl File<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn set(&mut self, key: &str, value: &str) {
        // Writing to a String cannot fail.
        let _written = writeln!(self.text, "{key} = {value}");
    }

    fn set_if(&mut self, key: &str, value: bool) {
        if value {
            self.set(key, "true");
        }
    }

    fn set_some(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.set(key, &value.to_string());
        }
    }

    fn set_list<T: Display>(&mut self, key: &str, values: &BTreeSet<T>) {
        if !values.is_empty() {
            self.set(key, &list(values.iter()));
        }
    }

    fn bundle(&mut self, key: &Key, bundle: &Bundle) {
        self.line("\n[[bundle]]");
        self.set("key", &text(key));
        self.set("name", &text(&bundle.name));
        if !bundle.description.is_empty() {
            self.set("description", &text(&bundle.description));
        }
        self.set_if("sensitive", bundle.sensitive);
        self.set_some("most_holders", bundle.most_holders);
        self.set_some("owner", bundle.owner.as_ref().map(text));
        let words = |words: Vec<String>| words.into_iter().collect::<BTreeSet<String>>();
        self.set_list("may_ask", &words(bundle.may_ask.iter().map(word).collect()));
        self.set_list("approved_by", &words(bundle.approved_by.iter().map(word).collect()));
        self.line("rights = [");
        for given in &bundle.rights {
            let name = self.names.get(&given.right).cloned().unwrap_or_else(|| given.right.to_string());
            self.line(&format!("    {{ right = {}, scope = {} }},", text(&name), text(given.scope)));
        }
        self.line("]");
    }

    fn rule(&mut self, key: &Key, rule: &Rule) {
        let Rule { name, bundle, who, except, from, until, approved_by: _ } = rule;
        self.line("\n[[rule]]");
        self.set("key", &text(key));
        self.set("name", &text(name));
        self.set("bundle", &text(bundle));
        self.set_if("everyone", who.everyone);
        self.set_list("units", &who.units);
        self.set_if("sub_units", who.sub_units);
        self.set_list("titles", &who.titles);
        self.set_list("groups", &who.groups);
        self.set_some("manager", who.manager);
        if !who.attributes.is_empty() {
            let values = who
                .attributes
                .iter()
                .map(|(name, values)| format!("{} = {}", text(name), list(values.iter())));
            self.set("attributes", &format!("{{ {} }}", values.collect::<Vec<_>>().join(", ")));
        }
        self.set_some("from", *from);
        self.set_some("until", *until);
        self.set_list("except_people", &except.people);
        self.set_list("except_units", &except.units);
        self.set_list("except_bundles", &except.bundles);
    }

    fn separation(&mut self, separation: &Separation) {
        self.line("\n[[separation]]");
        self.set("bundles", &list([&separation.first, &separation.second].into_iter()));
        self.set("why", &text(&separation.why));
    }
}

/// A text in quotation marks, as TOML wants it.
fn text(value: impl Display) -> String {
    toml::Value::String(value.to_string()).to_string()
}

fn list(values: impl Iterator<Item = impl Display>) -> String {
    format!("[{}]", values.map(text).collect::<Vec<_>>().join(", "))
}

/// The word of a unit variant.
fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
