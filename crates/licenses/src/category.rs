//! What a license asks, by its SPDX id: the rows of `content/licenses/categories.tsv` and `exceptions.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use model::{LicenseCategory, Severity};

/// The category of a license of the SPDX list, by its id there.
///
/// Ids of the list that no row names are permissive.
pub fn category_of_id(id: &str) -> LicenseCategory {
    if let Some(category) = EXACT.get(id) {
        return *category;
    }
    let fits = FAMILIES.iter().find(|(begin, _)| id.starts_with(begin));
    fits.map_or(LicenseCategory::Permissive, |(_, category)| *category)
}

/// How loudly a category asks for attention as long as no policy says otherwise; nothing where it does not ask.
///
/// A distribution's packages are separate works that it ships side by side, so strong copyleft in them reaches nothing
/// beside them and asks less than in a library that becomes a part of the application (GNU GPL version 3, section 5,
/// "aggregate"; version 2, section 2, "mere aggregation").
pub fn severity(category: LicenseCategory, is_operating_system: bool) -> Option<Severity> {
    match category {
        LicenseCategory::PublicDomain | LicenseCategory::Permissive | LicenseCategory::WeakCopyleft => None,
        LicenseCategory::Unknown => Some(Severity::Unknown),
        LicenseCategory::StrongCopyleft if is_operating_system => Some(Severity::Low),
        LicenseCategory::StrongCopyleft | LicenseCategory::Proprietary => Some(Severity::Medium),
        LicenseCategory::NetworkCopyleft | LicenseCategory::SourceAvailable => Some(Severity::High),
    }
}

/// The category of a license of this one with an SPDX exception.
pub(crate) fn with_exception(category: LicenseCategory, exception: &str) -> LicenseCategory {
    match (category, EXCEPTIONS.get(exception)) {
        (LicenseCategory::StrongCopyleft, Some(lowered)) => *lowered,
        _ => category,
    }
}

/// The category that is called so in the tables.
pub(crate) fn category_called(name: &str) -> Option<LicenseCategory> {
    LicenseCategory::ALL.into_iter().find(|category| category.as_str() == name)
}

/// The rows of a table, without its heading.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().skip(1).filter_map(|line| line.split_once('\t'))
}

const CATEGORIES_TABLE: &str = include_str!("../../../content/licenses/categories.tsv");
const EXCEPTIONS_TABLE: &str = include_str!("../../../content/licenses/exceptions.tsv");

static EXACT: LazyLock<HashMap<&str, LicenseCategory>> = LazyLock::new(|| {
    let exact = rows(CATEGORIES_TABLE).filter(|(_, id)| !id.ends_with('*'));
    exact.filter_map(|(category, id)| Some((id, category_called(category)?))).collect()
});

/// How ids begin, the longest first.
static FAMILIES: LazyLock<Vec<(&str, LicenseCategory)>> = LazyLock::new(|| {
    let families = rows(CATEGORIES_TABLE).filter_map(|(category, id)| Some((id.strip_suffix('*')?, category)));
    let mut families: Vec<_> =
        families.filter_map(|(begin, category)| Some((begin, category_called(category)?))).collect();
    families.sort_by_key(|(begin, _)| std::cmp::Reverse(begin.len()));
    families
});

static EXCEPTIONS: LazyLock<HashMap<&str, LicenseCategory>> = LazyLock::new(|| {
    rows(EXCEPTIONS_TABLE).filter_map(|(category, exception)| Some((exception, category_called(category)?))).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_licenses_are_in_their_categories() {
        for (category, ids) in [
            (LicenseCategory::PublicDomain, "CC0-1.0 Unlicense 0BSD"),
            (LicenseCategory::Permissive, "MIT Apache-2.0 BSD-3-Clause ISC Zlib curl OpenSSL CC-BY-4.0 MulanPSL-2.0"),
            (
                LicenseCategory::WeakCopyleft,
                "LGPL-2.1-or-later MPL-2.0 EPL-2.0 CDDL-1.1 GFDL-1.3-or-later CC-BY-SA-4.0",
            ),
            (LicenseCategory::StrongCopyleft, "GPL-2.0-only GPL-3.0-or-later CECILL-2.1 OSL-2.1 EUPL-1.0"),
            (LicenseCategory::NetworkCopyleft, "AGPL-3.0-only OSL-3.0 EUPL-1.2 CPAL-1.0 RPL-1.5 Parity-7.0.0"),
            (LicenseCategory::SourceAvailable, "SSPL-1.0 BUSL-1.1 Elastic-2.0 CC-BY-NC-SA-4.0 FSL-1.1-MIT"),
        ] {
            for id in ids.split(' ') {
                assert_eq!(category_of_id(id), category, "{id}");
            }
        }
    }

    #[test]
    fn every_row_names_something_that_the_spdx_list_has() {
        for (category, id) in rows(CATEGORIES_TABLE) {
            assert!(category_called(category).is_some(), "{category}");
            let is_there = match id.strip_suffix('*') {
                Some(begin) => spdx::identifiers::LICENSES.iter().any(|license| license.name.starts_with(begin)),
                None => spdx::license_id(id).is_some(),
            };
            assert!(is_there, "{id}");
        }
        for (category, exception) in rows(EXCEPTIONS_TABLE) {
            assert!(category_called(category).is_some() && spdx::exception_id(exception).is_some(), "{exception}");
        }
    }

    #[test]
    fn a_new_spdx_list_is_read_through_before_its_ids_count_as_permissive() {
        // Whoever changes this number has read the new ids and given those that ask for more a row.
        assert_eq!(spdx::identifiers::LICENSES.len(), 747);
        let copyleft = spdx::identifiers::LICENSES
            .iter()
            .filter_map(|license| spdx::license_id(license.name))
            .filter(|id| id.is_copyleft() && category_of_id(id.name) == LicenseCategory::Permissive)
            .map(|id| id.name);
        // The list calls these copyleft; their texts let changed versions go under other terms.
        assert_eq!(copyleft.collect::<Vec<_>>(), ["CECILL-B", "MS-PL", "xinetd"]);
    }
}
