//! What every page has around its content: title, header, navigation, language, place, footer.
//!
//! A page's template holds a [`Layout`] as `page` and extends `layout.html`.

use domain::permission::{Action, allows};
use domain::{Language, Role};
use jiff::Timestamp;

use crate::assets::{self, StyleSheet};
use crate::format;
use crate::text::{self, Value};

/// Everything that `layout.html` shows, and the words and numbers of the page in its language.
#[derive(Debug, Clone)]
pub struct Layout {
    pub language: Language,
    pub now: Timestamp,
    pub title: String,
    pub section: Option<Section>,
    pub trail: Vec<Crumb>,
    /// Where the language link leads back to: an address that can be read, also on the answer to a form.
    pub address: String,
    pub visitor: Option<Visitor>,
    pub place: Option<Place>,
    pub csrf: String,
    pub faults: Vec<FieldFault>,
    /// The stream that the progress script follows; without JavaScript such a page reloads itself.
    pub events: Option<String>,
    /// Whether a script asks for the preview of the form anew when something in it changes.
    pub previews: bool,
}

/// Who is signed in, as the header says it.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub name: String,
    pub role: String,
    pub as_role: Role,
}

/// Which organisation and which MitID Erhverv the page is about.
#[derive(Debug, Clone)]
pub struct Place {
    pub name: String,
    pub cvr: String,
    pub environment: String,
    pub several: bool,
}

/// A step of the path to a page.
#[derive(Debug, Clone)]
pub struct Crumb {
    pub title: String,
    pub address: String,
}

/// What is wrong with one field of a form, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    pub field: &'static str,
    pub text: String,
}

/// An entry of the main menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Overview,
    People,
    Rights,
    /// For those who see nothing else of rights.
    Requests,
    /// As [`Self::Requests`].
    Attestation,
    Plans,
    Outbox,
    Sources,
    Log,
    Settings,
}

impl Section {
    const ALL: [Self; 10] = [
        Self::Overview,
        Self::People,
        Self::Rights,
        Self::Requests,
        Self::Attestation,
        Self::Plans,
        Self::Outbox,
        Self::Sources,
        Self::Log,
        Self::Settings,
    ];

    pub fn address(self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::People => "/people",
            Self::Rights => "/rights",
            Self::Requests => "/rights/requests",
            Self::Attestation => "/rights/attestation",
            Self::Plans => "/plans",
            Self::Outbox => "/outbox",
            Self::Sources => "/sources",
            Self::Log => "/log",
            Self::Settings => "/settings",
        }
    }

    pub fn title_key(self) -> &'static str {
        match self {
            Self::Overview => "overview-title",
            Self::People => "people-title",
            Self::Rights => "rights-title",
            Self::Requests => "requests-title",
            Self::Attestation => "attestation-title",
            Self::Plans => "plans-title",
            Self::Outbox => "outbox-title",
            Self::Sources => "sources-title",
            Self::Log => "log-title",
            Self::Settings => "settings-title",
        }
    }

    fn needs(self) -> Action {
        match self {
            Self::Overview => Action::SeeOverview,
            Self::People => Action::SeePeople,
            Self::Rights => Action::SeeRights,
            Self::Requests => Action::SeeRequests,
            Self::Attestation => Action::SeeAttestation,
            Self::Plans => Action::SeePlans,
            Self::Outbox => Action::SeeOutbox,
            Self::Sources => Action::SeeSources,
            Self::Log => Action::SeeLog,
            Self::Settings => Action::SeeSettings,
        }
    }

    fn is_for(self, role: Role) -> bool {
        let is_part_of_rights = matches!(self, Self::Requests | Self::Attestation);
        let is_found_elsewhere = is_part_of_rights && allows(role, Action::SeeRights);
        allows(role, self.needs()) && !is_found_elsewhere
    }
}

/// Where somebody begins: the first entry of their main menu.
pub fn home(role: Role) -> &'static str {
    Section::ALL.into_iter().find(|section| section.is_for(role)).unwrap_or(Section::Overview).address()
}

/// One entry of the main menu as shown.
#[derive(Debug)]
pub struct MenuItem {
    pub title: String,
    pub address: &'static str,
    pub current: bool,
    /// `page` on the section's own page, `true` on the pages below it.
    pub mark: &'static str,
}

/// The names of what can stand in a sentence that came in parts.
const PARTS: [&str; 15] = [
    "file", "number", "found", "expected", "other", "what", "accepted", "example", "why", "server", "base",
    "name", "step", "text", "filter",
];

impl Layout {
    pub fn with_faults(mut self, faults: Vec<FieldFault>) -> Self {
        self.faults = faults;
        self
    }

    /// Puts the page below its section: the section is marked in the menu, and a path leads back.
    pub fn below(mut self, section: Section) -> Self {
        self.section = Some(section);
        let steps = [Section::Overview, section].into_iter().filter(|step| self.may(step.needs()));
        let crumb =
            |step: Section| Crumb { title: self.t(step.title_key()), address: step.address().to_owned() };
        self.trail = steps.map(crumb).collect();
        self
    }

    /// Puts the page below requests, wherever this visitor finds those.
    pub fn below_requests(self) -> Self {
        self.below_part_of_rights(Section::Requests)
    }

    /// The same below reviews.
    pub fn below_attestation(self) -> Self {
        self.below_part_of_rights(Section::Attestation)
    }

    /// The first page of a part of rights: below rights for those who see them, and otherwise a section of its own.
    pub fn part_of_rights(self, part: Section) -> Self {
        if self.may(Action::SeeRights) {
            return self.below(Section::Rights);
        }
        Self { section: Some(part), ..self }
    }

    fn below_part_of_rights(self, part: Section) -> Self {
        if self.may(Action::SeeRights) {
            return self.below(Section::Rights).under(part.title_key(), part.address());
        }
        self.below(part)
    }

    /// A further step of the path, between the section and the page.
    pub fn under(mut self, title_key: &str, address: &str) -> Self {
        self.trail.push(Crumb { title: self.t(title_key), address: address.to_owned() });
        self
    }

    pub fn t(&self, key: &str) -> String {
        text::say(self.language, key)
    }

    pub fn tv(&self, key: &str, values: &[(&'static str, Value)]) -> String {
        text::say_with(self.language, key, values)
    }

    /// A text with one number in it, `{ $count }` for singular and plural, `{ $number }` as shown.
    pub fn tn(&self, key: &str, count: i64) -> String {
        self.tv(key, &[("count", Value::Count(count)), ("number", self.n(count).into())])
    }

    /// A text with one word put in for `{ $value }`.
    pub fn t1(&self, key: &str, value: &str) -> String {
        self.tv(key, &[("value", value.into())])
    }

    /// A sentence that came in parts.
    pub fn parts(&self, parts: &domain::Parts) -> String {
        let value = |name: &'static str| {
            let value = parts.values.get(name)?;
            // Some values are words of the language; an attribute of the organisation's own is its own word.
            let family = match name {
                "what" => Some("csv-column"),
                "step" => Some("ldap-step"),
                _ => None,
            };
            let word = family.and_then(|family| text::find(self.language, &format!("{family}-{value}")));
            Some((name, word.unwrap_or_else(|| value.clone()).into()))
        };
        let values: Vec<_> = PARTS.into_iter().filter_map(value).collect();
        self.tv(&parts.key, &values)
    }

    /// The label of a setting's field.
    pub fn setting(&self, name: &str) -> String {
        self.t(&format!("setting-{name}"))
    }

    pub fn setting_hint(&self, name: &str) -> String {
        self.t(&format!("setting-{name}-hint"))
    }

    pub fn n(&self, value: i64) -> String {
        format::number(self.language, value)
    }

    pub fn moment(&self, moment: &Timestamp) -> String {
        format::moment(self.language, self.now, *moment)
    }

    pub fn ago(&self, moment: &Timestamp) -> String {
        format::ago(self.language, self.now, *moment)
    }

    pub fn may(&self, action: Action) -> bool {
        self.visitor.as_ref().is_some_and(|visitor| allows(visitor.as_role, action))
    }

    pub fn fault(&self, field: &str) -> Option<&str> {
        self.faults.iter().find(|fault| fault.field == field).map(|fault| fault.text.as_str())
    }

    pub fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    pub fn code(&self) -> &'static str {
        text::code(self.language)
    }

    pub fn other_code(&self) -> &'static str {
        text::code(self.other())
    }

    /// The other language in its own words.
    pub fn other_language_name(&self) -> &'static str {
        self.other().pick("Dansk", "English")
    }

    pub fn other_language(&self) -> String {
        format!("/language/{}?to={}", self.other_code(), crate::address::escaped(&self.address))
    }

    /// Where the visitor begins.
    pub fn home(&self) -> &'static str {
        self.visitor.as_ref().map_or("/", |visitor| home(visitor.as_role))
    }

    pub fn navigation(&self) -> Vec<MenuItem> {
        let Some(visitor) = &self.visitor else { return Vec::new() };
        let shown = Section::ALL.into_iter().filter(|section| section.is_for(visitor.as_role));
        shown
            .map(|section| MenuItem {
                title: self.t(section.title_key()),
                address: section.address(),
                current: self.section == Some(section),
                mark: if self.trail.is_empty() { "page" } else { "true" },
            })
            .collect()
    }

    fn other(&self) -> Language {
        match self.language {
            Language::Danish => Language::English,
            Language::English => Language::Danish,
        }
    }
}

/// What is the same on every page of this build.
#[expect(clippy::unused_self, reason = "templates reach functions only through a value")]
impl Layout {
    pub fn has_icons(&self) -> bool {
        assets::style_sheet() == StyleSheet::Designsystem
    }

    pub fn icons(&self) -> String {
        assets::address("img/all-svg-icons.svg")
    }

    pub fn style_sheets(&self) -> [String; 2] {
        let base = match assets::style_sheet() {
            StyleSheet::Designsystem => "css/dkfds.min.css",
            StyleSheet::Plain => "css/plain.css",
        };
        [base, "css/lokalid.css"].map(assets::address)
    }

    pub fn mark(&self) -> String {
        assets::address("img/mark.svg")
    }

    pub fn script(&self) -> String {
        assets::address("js/progress.js")
    }

    pub fn preview_script(&self) -> String {
        assets::address("js/preview.js")
    }

    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}
