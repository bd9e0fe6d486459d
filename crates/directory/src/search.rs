//! One search, whole or not at all: page after page, every answer with a time-out, no referral followed.

use ldap3::asn1::{PL, StructureTag};
use ldap3::controls::{Control, RawControl};
use ldap3::{LdapError, LdapResult, Scope};

use crate::connection::Connection;
use crate::control::{CookieControl, PAGED_RESULTS};
use crate::entry::{Attributes, Value};
use crate::error::{ReadError, Step};

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Search<'a> {
    pub(crate) base: &'a str,
    pub(crate) scope: Scope,
    pub(crate) filter: &'a str,
    pub(crate) attributes: Vec<&'a str>,
}

/// An entry as it came.
pub(crate) struct Found {
    pub(crate) distinguished_name: String,
    pub(crate) attributes: Attributes,
}

/// One answer: its entries and what the server said about going on.
pub(crate) struct Page {
    pub(crate) found: Vec<Found>,
    pub(crate) controls: Vec<Control>,
}

const EVERYTHING: &str = "(objectClass=*)";

impl Connection {
    /// The entry with exactly this name.
    pub(crate) async fn read_one(&mut self, name: &str, attributes: &[&str]) -> Result<Found, ReadError> {
        let attributes = attributes.to_vec();
        let search = Search { base: name, scope: Scope::Base, filter: EVERYTHING, attributes };
        let page = self.page(&search, Vec::new()).await?;
        let nothing = || ReadError::BaseNotFound { server: self.server.clone(), base: name.to_owned() };
        page.found.into_iter().next().ok_or_else(nothing)
    }

    /// Everything the search finds, in pages.
    pub(crate) async fn search(&mut self, search: &Search<'_>) -> Result<Vec<Found>, ReadError> {
        let mut found = Vec::new();
        let mut control =
            CookieControl { integers: vec![self.limits.page_entries.into()], cookie: Vec::new() };
        for _ in 0..self.limits.pages {
            let page = self.page(search, vec![control.request(PAGED_RESULTS)]).await?;
            found.extend(page.found);
            // A server that knows paging always answers it; without an answer there may be more to come.
            let answer = CookieControl::find(&page.controls, PAGED_RESULTS).ok_or_else(|| self.garbled())?;
            if answer.cookie.is_empty() {
                return Ok(found);
            }
            control.cookie = answer.cookie;
        }
        Err(self.limit_reached("pages", self.limits.pages))
    }

    /// One request and its whole answer.
    pub(crate) async fn page(
        &mut self,
        search: &Search<'_>,
        controls: Vec<RawControl>,
    ) -> Result<Page, ReadError> {
        let (found, result) =
            self.ask(search, controls).await.map_err(|error| self.not_answered(&error, search))?;
        if result.rc != 0 {
            return Err(self.refused(result, search));
        }
        let found = found.into_iter().map(read_entry).collect::<Option<Vec<Found>>>();
        Ok(Page { found: found.ok_or_else(|| self.garbled())?, controls: result.ctrls })
    }

    async fn ask(
        &mut self,
        search: &Search<'_>,
        controls: Vec<RawControl>,
    ) -> Result<(Vec<StructureTag>, LdapResult), LdapError> {
        let ldap = self.ldap.with_timeout(self.limits.answer_timeout);
        // An empty list of controls is not the same on the wire as none.
        let ldap = if controls.is_empty() { ldap } else { ldap.with_controls(controls) };
        let attributes = search.attributes.clone();
        let mut stream = ldap.streaming_search(search.base, search.scope, search.filter, attributes).await?;
        let mut found = Vec::new();
        while let Some(item) = stream.next().await? {
            if !item.is_ref() && !item.is_intermediate() {
                found.push(item.0);
            }
        }
        Ok((found, stream.finish().await))
    }

    fn not_answered(&self, error: &LdapError, search: &Search<'_>) -> ReadError {
        match error {
            LdapError::FilterParsing => ReadError::FilterMalformed { filter: search.filter.to_owned() },
            _ => ReadError::broken(error, &self.server, Step::Search, self.limits.answer_timeout),
        }
    }

    fn refused(&self, result: LdapResult, search: &Search<'_>) -> ReadError {
        let server = self.server.clone();
        let base = search.base.to_owned();
        match result.rc {
            3 => ReadError::TimeLimit { server, base },
            4 | 11 => ReadError::SizeLimit { server, base },
            10 => ReadError::Elsewhere { server, base },
            32 => ReadError::BaseNotFound { server, base },
            34 => ReadError::NameMalformed { server, name: base },
            50 => ReadError::NotPermitted { server, base },
            code => ReadError::Refused { server, step: Step::Search, code, text: result.text },
        }
    }

    pub(crate) fn garbled(&self) -> ReadError {
        ReadError::Garbled { server: self.server.clone(), step: Step::Search }
    }

    pub(crate) fn limit_reached(&self, what: &'static str, limit: u32) -> ReadError {
        ReadError::LimitReached { server: self.server.clone(), what, limit }
    }
}

/// SearchResultEntry of RFC 4511, 4.5.2. The reader of the library stops the program at malformed input.
fn read_entry(tag: StructureTag) -> Option<Found> {
    let [name, attributes] = <[StructureTag; 2]>::try_from(tag.expect_constructed()?).ok()?;
    let distinguished_name = text(name)?;
    let attributes = attributes.expect_constructed()?.into_iter().map(read_attribute);
    Some(Found { distinguished_name, attributes: attributes.collect::<Option<Attributes>>()? })
}

fn read_attribute(tag: StructureTag) -> Option<(String, Vec<Value>)> {
    let [name, values] = <[StructureTag; 2]>::try_from(tag.expect_constructed()?).ok()?;
    let values =
        values.expect_constructed()?.into_iter().map(|value| value.expect_primitive().map(Value::from));
    Some((text(name)?.to_ascii_lowercase(), values.collect::<Option<Vec<Value>>>()?))
}

fn text(tag: StructureTag) -> Option<String> {
    match tag.payload {
        PL::P(bytes) => String::from_utf8(bytes).ok(),
        PL::C(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use ldap3::asn1::TagClass;

    use super::*;

    fn octets(text: &str) -> StructureTag {
        StructureTag { class: TagClass::Universal, id: 4, payload: PL::P(text.as_bytes().to_vec()) }
    }

    fn sequence(inner: Vec<StructureTag>) -> StructureTag {
        StructureTag { class: TagClass::Universal, id: 16, payload: PL::C(inner) }
    }

    #[test]
    fn an_entry_is_read_with_lower_case_names() {
        let attribute = sequence(vec![octets("GivenName"), sequence(vec![octets("Søren")])]);
        let found = read_entry(sequence(vec![octets("cn=a"), sequence(vec![attribute])])).unwrap();
        assert_eq!(found.distinguished_name, "cn=a");
        assert_eq!(found.attributes["givenname"], [Value::Text("Søren".to_owned())]);
    }

    #[test]
    fn a_malformed_entry_is_no_entry() {
        let name_only = sequence(vec![octets("cn=a")]);
        let attribute_without_values =
            sequence(vec![octets("cn=a"), sequence(vec![sequence(vec![octets("cn")])])]);
        for malformed in [octets("cn=a"), name_only, attribute_without_values] {
            assert!(read_entry(malformed).is_none());
        }
    }
}
