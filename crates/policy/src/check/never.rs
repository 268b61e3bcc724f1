//! Conditions that nothing meets, custom checks that ask for what is not there, and exceptions that cover everything.

use model::Ecosystem;
use model::version::VersionScheme;

use super::{Complaint, complaint};
use crate::Pattern;
use crate::document::{Control, PackageMatch, Policy, Rule};
use crate::exceptions::Exception;
use crate::{custom, rego};

/// Why a control finds nothing, whatever the target.
pub(super) fn in_control(policy: &Policy, control: &Control) -> Vec<Complaint> {
    let told = |code, subject: String| {
        let parameters = [("control", control.control.into()), ("subject", subject.into())];
        complaint(&policy.file, control.line, code, parameters)
    };
    let named = |code, name: &str, near: &str| {
        let parameters = [("control", control.control.into()), ("name", name.into()), ("nearest", near.into())];
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
        Rule::CveDeny { ids } | Rule::CveAllow { ids, .. } => {
            ids.iter().filter(|id| !is_advisory_id(id)).map(|id| named("check.no_such_id", id, "")).collect()
        }
        Rule::Custom(check) => {
            let asked = custom::asked(check);
            let unknown = asked.unknown.iter();
            let nothing = (!asked.asks_report).then(|| named("check.asks_nothing", "", ""));
            unknown.map(|field| named("check.unknown_field", &field.path, &field.nearest)).chain(nothing).collect()
        }
        Rule::Rego(check) => {
            let fields = rego::unknown_fields(check);
            let fields = fields.iter().map(|field| named("check.unknown_field", &field.path, &field.nearest));
            let functions = rego::unknown_functions(check);
            fields.chain(functions.iter().map(|name| named("check.unknown_function", name, ""))).collect()
        }
        _ => Vec::new(),
    }
}

fn ignoring(patterns: &[Pattern], told: impl Fn(&'static str, String) -> Complaint) -> Vec<Complaint> {
    let everything = patterns.iter().filter(|pattern| is_everything(pattern)).take(1);
    everything.map(|pattern| told("check.ignores_everything", pattern.to_string())).collect()
}

/// Whether an advisory can have the id. Of ids whose form is published, that form counts (CVE: a year and at least four
/// digits; GHSA: three groups of four); every other has parts that are joined, and a digit.
fn is_advisory_id(id: &str) -> bool {
    let id = id.to_ascii_uppercase();
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_group = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if let Some(rest) = id.strip_prefix("CVE-") {
        return rest.split_once('-').is_some_and(|(year, number)| {
            year.len() == 4 && is_digits(year) && number.len() >= 4 && is_digits(number)
        });
    }
    if let Some(rest) = id.strip_prefix("GHSA-") {
        return rest.split('-').count() == 3 && rest.split('-').all(is_group);
    }
    id.contains('-')
        && id.bytes().any(|byte| byte.is_ascii_digit())
        && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'*')
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
