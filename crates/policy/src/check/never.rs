//! Conditions that nothing meets, and exceptions that everything does.

use model::Ecosystem;
use model::version::VersionScheme;

use super::{Complaint, complaint};
use crate::Pattern;
use crate::document::{Control, PackageMatch, Policy, Rule};
use crate::exceptions::Exception;

/// Why a control finds nothing, whatever the target.
pub(super) fn in_control(policy: &Policy, control: &Control) -> Vec<Complaint> {
    let told = |code, subject: String| {
        let parameters = [("control", control.control.into()), ("subject", subject.into())];
        complaint(&policy.file, control.line, code, parameters)
    };
    match &control.rule {
        Rule::PackageDeny(packages) | Rule::PackageRequire(packages) => {
            let empty = packages.iter().filter(|package| has_no_version(package));
            empty.map(|package| told("check.empty_range", package.describe())).collect()
        }
        Rule::Malware(place)
        | Rule::Secret(place)
        | Rule::MisconfigurationSeverity(place)
        | Rule::MisconfigurationId { place, .. } => ignoring(&place.ignore_paths, told),
        Rule::Gaps { ignore_paths, .. } => ignoring(ignore_paths, told),
        _ => Vec::new(),
    }
}

fn ignoring(patterns: &[Pattern], told: impl Fn(&'static str, String) -> Complaint) -> Vec<Complaint> {
    let everything = patterns.iter().filter(|pattern| is_everything(pattern)).take(1);
    everything.map(|pattern| told("check.ignores_everything", pattern.to_string())).collect()
}

/// Whether no version is in a package's range, by the order of its ecosystem.
fn has_no_version(package: &PackageMatch) -> bool {
    let scheme = package.ecosystem.map_or(VersionScheme::Generic, Ecosystem::version_scheme);
    package.version.as_ref().and_then(|range| range.compile(scheme)).is_some_and(|range| range.is_empty())
}

/// Whether an exception covers everything, as far as it says what it is about.
pub(super) fn covers_everything(exception: &Exception) -> bool {
    let has_any_package = exception
        .package
        .as_ref()
        .is_none_or(|package| is_everything(&package.name) && package.ecosystem.is_none() && package.version.is_none());
    exception.ids.is_empty()
        && exception.purls.is_empty()
        && has_any_package
        && (exception.paths.is_empty() || exception.paths.iter().any(is_everything))
}

/// Whether a pattern matches every text.
fn is_everything(pattern: &Pattern) -> bool {
    let text = pattern.as_str();
    !text.is_empty() && text.bytes().all(|byte| byte == b'*')
}
