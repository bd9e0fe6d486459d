//! A field of a form that takes several values: one input for each, and two empty ones.

use std::collections::BTreeSet;

use crate::layout::Layout;

pub struct Several {
    pub name: &'static str,
    pub label: String,
    pub hint: String,
    /// The list that the browser proposes values from.
    pub list: Option<&'static str>,
    pub inputs: Vec<Input>,
}

pub struct Input {
    pub id: String,
    pub label: String,
    pub value: String,
}

/// Enough to add something; whoever needs more shows the preview, and gets two more.
const EMPTY: usize = 2;

impl Several {
    pub fn new(
        page: &Layout,
        name: &'static str,
        (label, hint): (&str, &str),
        list: Option<&'static str>,
        values: &BTreeSet<String>,
    ) -> Self {
        let label = page.t(label);
        let empty = std::iter::repeat_n(String::new(), EMPTY);
        let input = |(number, value): (usize, String)| Input {
            // The first one is where a link from the summary of faults leads.
            id: if number == 1 { name.to_owned() } else { format!("{name}-{number}") },
            label: format!("{label} {number}"),
            value,
        };
        let inputs = (1..).zip(values.iter().cloned().chain(empty)).map(input).collect();
        Self { name, hint: page.t(hint), list, inputs, label }
    }
}
