//! Which declared licenses of packages ask for attention.

use model::{Ecosystem, LicenseCategory, LicenseFinding, LicenseSource, Package};

use crate::category::severity;
use crate::expression::License;

/// The licenses of packages that ask for attention, one finding for each part that does.
///
/// Harmless categories make no finding, and neither does a package that declares nothing: its empty list of licenses says
/// so. Of an operating system's package, words that are not understood make one only where it declares nothing else.
pub fn findings(packages: &[Package]) -> Vec<LicenseFinding> {
    let mut findings: Vec<LicenseFinding> =
        packages.iter().enumerate().flat_map(|(place, package)| of_package(place, package)).collect();
    findings.sort();
    findings.dedup();
    findings
}

fn of_package(place: usize, package: &Package) -> Vec<LicenseFinding> {
    let declared = package.licenses.iter().map(|license| license.trim()).filter(|license| !says_nothing(license));
    let licenses: Vec<License> = declared.map(License::parse).collect();
    let is_operating_system = package.ecosystem.is_operating_system();
    let parts = if are_alternatives(package.ecosystem) && licenses.len() > 1 {
        let name = licenses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" OR ");
        let least = licenses.iter().map(License::category).min();
        least.map(|category| (name, category)).into_iter().collect()
    } else {
        licenses.iter().flat_map(License::parts).collect::<Vec<_>>()
    };
    let is_understood = parts.iter().any(|(_, category)| *category != LicenseCategory::Unknown);
    let asks = |(name, category): (String, LicenseCategory)| {
        if category == LicenseCategory::Unknown && is_operating_system && is_understood {
            return None;
        }
        let severity = severity(category, is_operating_system)?;
        let source = LicenseSource::Package(place);
        Some(LicenseFinding { source, name, category, severity, excepted_by: None })
    };
    parts.into_iter().filter_map(asks).collect()
}

/// Words that mean that nothing was declared (SPDX 2.3, 7.15: NOASSERTION, NONE).
fn says_nothing(license: &str) -> bool {
    ["", "noassertion", "none", "unknown", "n/a", "undefined", "null"]
        .iter()
        .any(|word| license.eq_ignore_ascii_case(word))
}

/// Whether several licenses of a package are to choose from: Composer's schema and Maven's reference say so ("the user can
/// select any of them"), npm's old lists and RubyGems' are used so. Elsewhere all of them hold.
fn are_alternatives(ecosystem: Ecosystem) -> bool {
    matches!(ecosystem, Ecosystem::Composer | Ecosystem::Maven | Ecosystem::Npm | Ecosystem::Gem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ecosystem: Ecosystem, licenses: &[&str], expected: &[&str]) {
        let purl = format!("pkg:{}/a/a@1", ecosystem.purl_type()).parse().unwrap();
        let package = Package {
            ecosystem,
            name: "a".into(),
            version: "1".into(),
            purl,
            source: None,
            architecture: None,
            module: None,
            licenses: licenses.iter().map(|license| (*license).to_owned()).collect(),
            paths: Vec::new(),
            layer: None,
            direct: None,
            development: false,
            dependencies: Vec::new(),
            sha1: None,
            lock_tool: None,
        };
        let found = findings(&[package]);
        let found: Vec<String> = found
            .iter()
            .map(|finding| format!("{:?} {} {}", finding.severity, finding.category.as_str(), finding.name))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn harmless_licenses_are_not_listed() {
        check(Ecosystem::Npm, &["MIT"], &[]);
        check(Ecosystem::Deb, &["LGPL-2.1-or-later", "MIT", "GPL-2.0-only OR MIT"], &[]);
        check(Ecosystem::Cargo, &[], &[]);
        check(Ecosystem::Rpm, &["NOASSERTION"], &[]);
    }

    #[test]
    fn copyleft_asks_more_in_a_library_than_in_a_distribution() {
        check(Ecosystem::Deb, &["GPL-3.0-or-later", "MIT"], &["Low strong-copyleft GPL-3.0-or-later"]);
        check(Ecosystem::Pypi, &["GPL-3.0-or-later AND MIT"], &["Medium strong-copyleft GPL-3.0-or-later"]);
        check(Ecosystem::Apk, &["AGPL-3.0-only"], &["High network-copyleft AGPL-3.0-only"]);
        check(Ecosystem::Npm, &["UNLICENSED"], &["Medium proprietary UNLICENSED"]);
    }

    #[test]
    fn lists_are_alternatives_where_the_ecosystem_says_so() {
        check(Ecosystem::Composer, &["GPL-2.0-only", "MIT"], &[]);
        check(
            Ecosystem::Maven,
            &["AGPL-3.0-only", "GPL-2.0-only"],
            &["Medium strong-copyleft AGPL-3.0-only OR GPL-2.0-only"],
        );
        check(Ecosystem::Pypi, &["GPL-2.0-only", "MIT"], &["Medium strong-copyleft GPL-2.0-only"]);
    }

    #[test]
    fn unknown_words_are_told_as_they_are() {
        check(Ecosystem::Npm, &["SEE LICENSE IN EULA.txt"], &["Unknown unknown SEE LICENSE IN EULA.txt"]);
        check(Ecosystem::Deb, &["Frobnicate-2", "MIT"], &[]);
        check(Ecosystem::Deb, &["Frobnicate-2"], &["Unknown unknown Frobnicate-2"]);
    }
}
