//! Whether an entry of a package applies to an installed version, and which version repairs it.

use model::Package;

use crate::database::packages::{End, Entry, Range, Standing};

/// Whether the entry's module is that of the installed package.
///
/// A record for a module speaks of that module's packages only, and a record without one only of packages outside
/// modules: the same version number means different builds in different streams.
pub(super) fn fits_module(entry: &Entry<'_>, package: &Package) -> bool {
    let label = package.module.as_deref().filter(|label| !label.is_empty());
    match (entry.module, label) {
        (Some(module), Some(label)) => name_and_stream(module) == name_and_stream(label),
        // The release alone tells a modular build whose label the package database does not have.
        (Some(_), None) => is_modular_release(&package.version),
        (None, _) => entry.is_modular == (label.is_some() || is_modular_release(&package.version)),
    }
}

fn name_and_stream(label: &str) -> (Option<&str>, Option<&str>) {
    let mut parts = label.split(':');
    (parts.next(), parts.next())
}

fn is_modular_release(version: &str) -> bool {
    version.contains(".module_") || version.contains(".module+")
}

/// Whether the installed version is among those the entry means.
pub(crate) fn applies(entry: &Entry<'_>, standing: Standing) -> bool {
    entry.all_versions
        || match standing {
            Standing::Between { from, to } => {
                entry.ranges.iter().any(|range| contains(range, from, to))
                    || entry.versions.iter().any(|rank| (from..to).contains(rank))
            }
            Standing::Text { rank } => rank.is_some_and(|rank| entry.versions.contains(&rank)),
        }
}

/// The rank of the lowest version above the installed one that ends a range around it with a repair.
pub(crate) fn fixed(entry: &Entry<'_>, standing: Standing) -> Option<u32> {
    let Standing::Between { from, to } = standing else { return None };
    let fixes = entry.ranges.iter().filter(|range| contains(range, from, to)).filter_map(|range| match range.end {
        End::Fixed(rank) => Some(rank),
        End::Open | End::LastAffected(_) | End::Limit(_) => None,
    });
    fixes.min()
}

fn contains(range: &Range, from: u32, to: u32) -> bool {
    let after_start = range.introduced.is_none_or(|rank| rank < to);
    let before_end = match range.end {
        End::Open => true,
        End::Fixed(rank) | End::Limit(rank) => rank >= to,
        End::LastAffected(rank) => rank >= from,
    };
    after_start && before_end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ranks 0 to 4 stand for versions 10, 20, 30, 40, 50.
    fn standing(version: u32) -> Standing {
        let ranks = [10, 20, 30, 40, 50];
        let from = ranks.partition_point(|&known| known < version) as u32;
        let to = ranks.partition_point(|&known| known <= version) as u32;
        Standing::Between { from, to }
    }

    fn check(range: Range, inside: &[u32], outside: &[u32]) {
        let entry = Entry { ranges: vec![range], ..Entry::default() };
        for &version in inside {
            assert!(applies(&entry, standing(version)), "{version} in {range:?}");
        }
        for &version in outside {
            assert!(!applies(&entry, standing(version)), "{version} not in {range:?}");
        }
    }

    #[test]
    fn ranges_include_their_start_and_end_as_they_say() {
        check(Range { introduced: Some(1), end: End::Fixed(3) }, &[20, 25, 39], &[10, 19, 40, 41, 60]);
        check(Range { introduced: Some(1), end: End::LastAffected(3) }, &[20, 40], &[19, 41]);
        check(Range { introduced: Some(1), end: End::Limit(3) }, &[20, 39], &[40]);
        check(Range { introduced: None, end: End::Fixed(0) }, &[1, 9], &[10, 11]);
        check(Range { introduced: Some(4), end: End::Open }, &[50, 99], &[49]);
    }

    #[test]
    fn the_smallest_step_repairs() {
        let range = |introduced, fixed| Range { introduced: Some(introduced), end: End::Fixed(fixed) };
        let entry = Entry { ranges: vec![range(0, 4), range(0, 1), range(2, 3)], ..Entry::default() };
        assert_eq!(fixed(&entry, standing(15)), Some(1));
        assert_eq!(fixed(&entry, standing(35)), Some(3));
        assert_eq!(fixed(&entry, standing(55)), None);
    }
}
