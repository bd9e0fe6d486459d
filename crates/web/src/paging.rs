//! Long lists in pages, with links that keep the filters.

use crate::address;
use crate::layout::Layout;

/// Which part of a list is shown. Pages are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    path: String,
    filters: Vec<(&'static str, String)>,
    current: i64,
    last: i64,
}

/// A numbered link.
#[derive(Debug, PartialEq, Eq)]
pub struct PageLink {
    pub number: i64,
    pub address: String,
    pub current: bool,
}

/// Rows on a page.
pub const PAGE_SIZE: i64 = 50;

impl Pages {
    /// Pages of a list of `total` rows; a page number outside becomes the nearest one.
    pub fn new(path: &str, filters: Vec<(&'static str, String)>, asked: i64, total: i64) -> Self {
        Self::of_size(path, filters, asked, total, PAGE_SIZE)
    }

    pub fn of_size(
        path: &str,
        filters: Vec<(&'static str, String)>,
        asked: i64,
        total: i64,
        size: i64,
    ) -> Self {
        let last = total.max(1).div_euclid(size) + i64::from(total.max(1) % size != 0);
        Self { path: path.to_owned(), filters, current: asked.clamp(1, last), last }
    }

    pub fn current(&self) -> i64 {
        self.current
    }

    pub fn several(&self) -> bool {
        self.last > 1
    }

    /// `Side 2 af 14`: what a phone shows instead of the numbers.
    pub fn position(&self, page: &Layout) -> String {
        let values = [("current", page.n(self.current).into()), ("last", page.n(self.last).into())];
        page.tv("pages-position", &values)
    }

    pub fn previous(&self) -> Option<String> {
        (self.current > 1).then(|| self.address(self.current - 1))
    }

    pub fn next(&self) -> Option<String> {
        (self.current < self.last).then(|| self.address(self.current + 1))
    }

    /// The first, the last and those around the current one; `None` where some are left out.
    pub fn links(&self) -> Vec<Option<PageLink>> {
        let mut links = Vec::new();
        let mut before = 0;
        for number in 1..=self.last {
            let near = (number - self.current).abs() <= 2;
            if number == 1 || number == self.last || near {
                if number > before + 1 {
                    links.push(None);
                }
                let address = self.address(number);
                links.push(Some(PageLink { number, address, current: number == self.current }));
                before = number;
            }
        }
        links
    }

    fn address(&self, number: i64) -> String {
        let number = if number == 1 { String::new() } else { number.to_string() };
        let filters = self.filters.iter().map(|(name, value)| (*name, value.as_str()));
        address::with_query(&self.path, filters.chain([("page", number.as_str())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_links_show_both_ends_and_the_neighbourhood() {
        let pages = Pages::new("/people", vec![("q", "bo".to_owned())], 10, 1000);
        let shown: Vec<_> = pages.links().into_iter().map(|link| link.map(|link| link.number)).collect();
        let around = [8, 9, 10, 11, 12].map(Some);
        let expected: Vec<_> = [Some(1), None].into_iter().chain(around).chain([None, Some(20)]).collect();
        assert_eq!(shown, expected);
        assert_eq!(pages.next().unwrap(), "/people?q=bo&page=11");
    }

    #[test]
    fn a_page_beyond_the_end_is_the_last_one() {
        let pages = Pages::new("/people", Vec::new(), 99, 51);
        assert_eq!((pages.current(), pages.next()), (2, None));
        assert_eq!(pages.previous().unwrap(), "/people");
        assert!(!Pages::new("/people", Vec::new(), 1, 50).several());
        assert_eq!(Pages::new("/people", Vec::new(), -3, 0).current(), 1);
    }
}
