//! One requirement as PEP 508 writes it: `name[extra] (>=1,<2) ; marker`, `name @ URL`.

use super::{normal_name, place};

/// A requirement's name and what comes behind it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Requirement<'a> {
    /// The normalised name.
    pub(super) name: String,
    /// The extras that are asked for, as written between the brackets.
    pub(super) extras: &'a str,
    /// The version specifiers without brackets: `==1.0`, `>=1,<2`; empty where there are none.
    pub(super) specifiers: &'a str,
    /// The address behind `@`.
    pub(super) url: Option<&'a str>,
    /// The environment marker.
    pub(super) marker: &'a str,
}

impl<'a> Requirement<'a> {
    /// Reads a requirement; `None` when the text does not begin with a name.
    pub(super) fn parse(text: &'a str) -> Option<Requirement<'a>> {
        let text = text.trim();
        let name_end = text
            .find(|character: char| !character.is_ascii_alphanumeric() && !matches!(character, '-' | '_' | '.'))
            .unwrap_or(text.len());
        let (name, mut rest) = text.split_at(name_end);
        if !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return None;
        }
        rest = rest.trim_start();
        let mut extras = "";
        if let Some(bracketed) = rest.strip_prefix('[') {
            (extras, rest) = bracketed.split_once(']')?;
            rest = rest.trim_start();
        }
        let name = normal_name(name);
        if let Some(url) = rest.strip_prefix('@') {
            let (url, marker) = url.split_once(" ;").unwrap_or((url, ""));
            return Some(Requirement { name, extras, specifiers: "", url: Some(url.trim()), marker: marker.trim() });
        }
        let (specifiers, marker) = rest.split_once(';').unwrap_or((rest, ""));
        let specifiers = specifiers.trim();
        let specifiers = specifiers.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(specifiers);
        let is_specifier = specifiers.is_empty() || specifiers.starts_with(['=', '<', '>', '!', '~']);
        is_specifier.then(|| Requirement {
            name,
            extras,
            specifiers: specifiers.trim(),
            url: None,
            marker: marker.trim(),
        })
    }

    /// Whether it says itself that it is a folder of the repository.
    pub(super) fn is_part_of_repository(&self) -> bool {
        self.url.is_some_and(place::is_folder_of_repository)
    }

    /// The only version that the specifiers allow.
    pub(super) fn pinned_version(&self) -> Option<&'a str> {
        pinned_version(self.specifiers)
    }
}

/// The only version that specifiers allow: `==1.0` and `===1.0`, not `==1.*`.
pub(super) fn pinned_version(specifiers: &str) -> Option<&str> {
    specifiers.split(',').find_map(|specifier| {
        let specifier = specifier.trim();
        let version = specifier.strip_prefix("===").or_else(|| specifier.strip_prefix("=="))?.trim();
        let is_version = version.starts_with(|first: char| first.is_ascii_alphanumeric()) && !version.contains('*');
        is_version.then_some(version)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, name: &str, specifiers: &str, pinned: Option<&str>) {
        let requirement = Requirement::parse(text).unwrap();
        assert_eq!((requirement.name.as_str(), requirement.specifiers), (name, specifiers), "{text}");
        assert_eq!(requirement.pinned_version(), pinned, "{text}");
    }

    #[test]
    fn every_form_of_pep_508_is_read() {
        check("A", "a", "", None);
        check("name==1.0", "name", "==1.0", Some("1.0"));
        check("name === 1.0+local", "name", "=== 1.0+local", Some("1.0+local"));
        check(
            "requests [security,tests] >= 2.8.1, == 2.8.* ; python_version < \"2.7\"",
            "requests",
            ">= 2.8.1, == 2.8.*",
            None,
        );
        check("importlib_metadata (>=1.0) ; extra == 'x'", "importlib-metadata", ">=1.0", None);
        check("a[b]>=1,==1.5", "a", ">=1,==1.5", Some("1.5"));
        let url = Requirement::parse("pip @ https://x/pip.zip#sha1=da ; os_name == 'a;b'").unwrap();
        assert_eq!((url.url, url.marker), (Some("https://x/pip.zip#sha1=da"), "os_name == 'a;b'"));
    }

    #[test]
    fn what_begins_without_a_name_is_no_requirement() {
        for text in ["", "-e .", "./folder", "https://x/y.whl", "../x", "a[b", "a/b", "a b"] {
            assert_eq!(Requirement::parse(text), None, "{text}");
        }
    }
}
