//! Ids as stored: a CVE by its numbers, every other by its text.

use model::CveId;

use crate::time::push_digits;

/// An id as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Id<'a> {
    Text(&'a str),
    Cve { year: u32, number: u64 },
}

impl Id<'_> {
    /// The id as people write it.
    pub(crate) fn to_text(self) -> String {
        let mut text = String::new();
        self.push_to(&mut text);
        text
    }

    /// Appends the id as people write it.
    pub(crate) fn push_to(self, text: &mut String) {
        match self {
            Id::Text(id) => text.push_str(id),
            Id::Cve { year, number } => {
                text.reserve(16);
                text.push_str("CVE-");
                push_digits(text, u64::from(year), 4);
                text.push('-');
                push_digits(text, number, 4);
            }
        }
    }

    /// Orders ids as reports list them: CVE ids by year and number, before all others by their text.
    pub(crate) fn order(&self) -> (bool, u32, u64, &str) {
        match *self {
            Id::Cve { year, number } => (false, year, number, ""),
            // A CVE id with more zeros than it needs is stored as it is written.
            Id::Text(text) if text.starts_with("CVE-") && text.parse::<CveId>().is_ok() => {
                let (year, number) = text.get(4..).and_then(|rest| rest.split_once('-')).unwrap_or_default();
                (false, year.parse().unwrap_or_default(), number.parse().unwrap_or_default(), text)
            }
            Id::Text(text) => (true, 0, 0, text),
        }
    }
}

impl PartialEq<str> for Id<'_> {
    fn eq(&self, other: &str) -> bool {
        match self {
            Id::Text(text) => *text == other,
            Id::Cve { .. } => self.to_text() == other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cve_ids_come_by_year_and_number_before_all_others() {
        let cve = |year, number| Id::Cve { year, number };
        let mut ids = [Id::Text("GHSA-1"), cve(2024, 10_000), Id::Text("CVE-2024-09999"), cve(2024, 7), cve(1999, 1)];
        ids.sort_by(|one, other| one.order().cmp(&other.order()));
        let texts = ids.map(Id::to_text);
        assert_eq!(texts, ["CVE-1999-0001", "CVE-2024-0007", "CVE-2024-09999", "CVE-2024-10000", "GHSA-1"]);
        assert!(cve(2024, 7) == *"CVE-2024-0007" && cve(u32::MAX, u64::MAX).to_text().len() == 35);
    }
}
