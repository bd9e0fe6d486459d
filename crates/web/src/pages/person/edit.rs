//! `/people/new` and `/people/{id}/edit`: people of the source *by hand*, with the same checks as every other source.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::{
    Cpr, Email, IdentityId, MINIMUM_AGE, Name, PNumber, Rid, SourceKey, SourceName, SourceRecord, UserName,
    danish_date,
};
use jiff::civil::Date;
use store::job::{self, Wish};
use store::view::person;
use store::{identity, source};

use crate::console::Console;
use crate::failure::Failure;
use crate::faults::refused;
use crate::layout::{FieldFault, Layout, Section};
use crate::visit::{At, Posted, SignedIn};

#[derive(Template)]
#[template(path = "person_edit.html")]
struct EditPage {
    page: Layout,
    action: String,
    back: String,
    inputs: Vec<Input>,
}

/// One field of the form as shown.
struct Input {
    name: &'static str,
    label: String,
    hint: String,
    value: String,
    kind: &'static str,
    autocomplete: &'static str,
}

/// The fields in the order of the form: name, kind of input.
const FIELDS: [(&str, &str); 12] = [
    ("given-name", "text"),
    ("surname", "text"),
    ("user-name", "text"),
    ("cpr", "text"),
    ("email", "email"),
    ("phone", "tel"),
    ("unit", "text"),
    ("job-title", "text"),
    ("p-number", "text"),
    ("rid", "text"),
    ("start", "date"),
    ("end", "date"),
];

pub async fn blank(signed_in: SignedIn) -> Result<Html<String>, Failure> {
    let page = signed_in.layout("person-new-title").below(Section::People);
    Ok(Html(form_page(page, "/people/new", "/people", |_| String::new()).render()?))
}

pub async fn create(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let page = signed_in.layout("person-new-title").below(Section::People);
    let again = |page: Layout| refused(&form_page(page, "/people/new", "/people", |name| typed(&form, name)));
    let blank = SourceRecord::new(SourceKey::Text(String::new()), String::new());
    let record = match read(&page, &form, blank, danish_date(signed_in.now())) {
        Ok(record) => record,
        Err(faults) => return again(page.with_faults(faults)),
    };
    let taken = record.user_name.as_ref().map(ToString::to_string).unwrap_or_default();
    let written = console
        .store
        .write(|tx| {
            Box::pin(async {
                if !taken.is_empty() && !identity::find(tx, Some(signed_in.cvr()), &taken).await?.is_empty() {
                    return Ok(None);
                }
                let key = tx.new_id().to_string();
                let record =
                    SourceRecord { key: SourceKey::Text(key.clone()), place: key.clone(), ..record.clone() };
                source::write_by_hand(tx, &signed_in.organisation, record, signed_in.name()).await?;
                job::ask(tx, signed_in.cvr(), &Wish::Settle, signed_in.name()).await?;
                Ok::<_, Failure>(Some(
                    person::of_record(tx, signed_in.cvr(), SourceName::BY_HAND, &key).await?,
                ))
            })
        })
        .await?;
    match written {
        None => {
            let fault = FieldFault { field: "user-name", text: page.t("fault-user-name-taken") };
            again(page.with_faults(vec![fault]))
        }
        Some(Some(id)) => Ok(Redirect::to(&format!("/people/{id}?done=saved")).into_response()),
        // Two records with one CPR number are a question first.
        Some(None) => Ok(Redirect::to("/questions").into_response()),
    }
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<IdentityId>,
) -> Result<Html<String>, Failure> {
    let record = own_record(&console, &signed_in, id).await?;
    let page = signed_in.layout("person-edit-title").below(Section::People);
    let template =
        form_page(page, &format!("/people/{id}/edit"), &format!("/people/{id}"), |name| kept(&record, name));
    Ok(Html(template.render()?))
}

pub async fn save(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<IdentityId>,
    form: Posted,
) -> Result<Response, Failure> {
    let before = own_record(&console, &signed_in, id).await?;
    let page = signed_in.layout("person-edit-title").below(Section::People);
    let record = match read(&page, &form, before, danish_date(signed_in.now())) {
        Ok(record) => record,
        Err(faults) => {
            let (action, back) = (format!("/people/{id}/edit"), format!("/people/{id}"));
            return refused(&form_page(page.with_faults(faults), &action, &back, |name| typed(&form, name)));
        }
    };
    console
        .store
        .write(|tx| {
            Box::pin(async {
                source::write_by_hand(tx, &signed_in.organisation, record.clone(), signed_in.name()).await?;
                job::ask(tx, signed_in.cvr(), &Wish::Settle, signed_in.name()).await
            })
        })
        .await?;
    Ok(Redirect::to(&format!("/people/{id}?done=saved")).into_response())
}

/// What the source *by hand* says of the person; people of other sources are changed there.
async fn own_record(
    console: &Console,
    signed_in: &SignedIn,
    id: IdentityId,
) -> Result<SourceRecord, Failure> {
    let view = super::find(console, signed_in, id).await?;
    let own = view.records.into_iter().find(|record| record.source.0 == SourceName::BY_HAND);
    own.map(|record| record.record).ok_or(Failure::NotFound)
}

fn form_page(mut page: Layout, action: &str, back: &str, value: impl Fn(&str) -> String) -> EditPage {
    action.clone_into(&mut page.address);
    let input = |(name, kind): (&'static str, &'static str)| Input {
        name,
        label: page.t(&format!("input-{name}")),
        hint: page.t(&format!("input-{name}-hint")),
        value: value(name),
        kind,
        autocomplete: "off",
    };
    let inputs = FIELDS.map(input).into();
    EditPage { action: action.to_owned(), back: back.to_owned(), inputs, page }
}

/// What was typed, put back after a refusal; a CPR number is typed again.
fn typed(form: &Posted, name: &str) -> String {
    if name == "cpr" { String::new() } else { form.value(name).to_owned() }
}

/// What is kept, for changing. The CPR number is not shown: an empty field leaves it as it is.
fn kept(record: &SourceRecord, name: &str) -> String {
    let text = |value: Option<String>| value.unwrap_or_default();
    match name {
        "given-name" => text(record.given_name.as_ref().map(ToString::to_string)),
        "surname" => text(record.surname.as_ref().map(ToString::to_string)),
        "user-name" => text(record.user_name.as_ref().map(ToString::to_string)),
        "email" => text(record.email.as_ref().map(ToString::to_string)),
        "phone" => text(record.phone.clone()),
        "unit" => text(record.unit.clone()),
        "job-title" => text(record.title.clone()),
        "p-number" => text(record.p_number.as_ref().map(ToString::to_string)),
        "rid" => text(record.rid.as_ref().map(ToString::to_string)),
        "start" => text(record.start.map(|date| date.to_string())),
        "end" => text(record.end.map(|date| date.to_string())),
        _ => String::new(),
    }
}

/// Reads the form into a record, or says everything that is wrong with it.
fn read(
    page: &Layout,
    form: &Posted,
    before: SourceRecord,
    today: Date,
) -> Result<SourceRecord, Vec<FieldFault>> {
    let mut faults = Vec::new();
    let cpr = optional(page, form, "cpr", Cpr::parse, &mut faults).or(before.cpr);
    let record = SourceRecord {
        given_name: required(page, form, "given-name", Name::parse, &mut faults),
        surname: required(page, form, "surname", Name::parse, &mut faults),
        user_name: optional(page, form, "user-name", UserName::parse, &mut faults),
        email: required(page, form, "email", Email::parse, &mut faults),
        p_number: optional(page, form, "p-number", PNumber::parse, &mut faults),
        rid: optional(page, form, "rid", Rid::parse, &mut faults),
        start: optional(page, form, "start", str::parse::<Date>, &mut faults),
        end: optional(page, form, "end", str::parse::<Date>, &mut faults),
        phone: words(form, "phone"),
        unit: words(form, "unit"),
        title: words(form, "job-title"),
        cpr,
        ..before
    };
    if record.cpr.as_ref().is_some_and(|cpr| cpr.age_on(today) < MINIMUM_AGE) {
        faults.push(FieldFault { field: "cpr", text: page.t("fault-too-young") });
    }
    if matches!((record.start, record.end), (Some(start), Some(end)) if end < start) {
        faults.push(FieldFault { field: "end", text: page.t("fault-end-before-start") });
    }
    if faults.is_empty() { Ok(record) } else { Err(faults) }
}

fn words(form: &Posted, name: &str) -> Option<String> {
    let words = form.value(name).split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then_some(words)
}

fn required<T, E>(
    page: &Layout,
    form: &Posted,
    field: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
    faults: &mut Vec<FieldFault>,
) -> Option<T> {
    if form.value(field).is_empty() {
        faults.push(FieldFault { field, text: page.t(&format!("fault-{field}-missing")) });
        return None;
    }
    optional(page, form, field, parse, faults)
}

fn optional<T, E>(
    page: &Layout,
    form: &Posted,
    field: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
    faults: &mut Vec<FieldFault>,
) -> Option<T> {
    let value = form.value(field);
    if value.is_empty() {
        return None;
    }
    let read = parse(value).ok();
    if read.is_none() {
        faults.push(FieldFault { field, text: page.t(&format!("fault-{field}")) });
    }
    read
}
