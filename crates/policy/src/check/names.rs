//! Names that nothing bears: checks that nobody runs, licenses that SPDX does not list.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::FindingKind;

use super::{Complaint, complaint};
use crate::document::{Control, Policy, Rule};
use crate::exceptions::{Exception, ExceptionKind};
use crate::nearest::nearest;
use crate::{Pattern, check_id};

/// Complains of ids of checks and names of licenses that do not exist, each with the nearest that does: a control or
/// exception that names one never decides anything. `checks` are the ids of all checks, their aliases included.
pub fn check_names(policies: &[Policy], exceptions: &[Exception], checks: &[&str]) -> Vec<Complaint> {
    let known = Known { spelled: checks.iter().map(|id| check_id(id)).collect(), checks };
    let of_policies = policies.iter().flat_map(|policy| {
        policy.controls.iter().flat_map(|control| known.in_control(policy, control)).collect::<Vec<_>>()
    });
    of_policies.chain(exceptions.iter().flat_map(|exception| known.in_exception(exception))).collect()
}

struct Known<'a> {
    checks: &'a [&'a str],
    /// The same in one spelling.
    spelled: BTreeSet<String>,
}

impl Known<'_> {
    fn in_control(&self, policy: &Policy, control: &Control) -> Vec<Complaint> {
        let told = |code, name: &str, near: &str| {
            let parameters = [("control", control.control.into()), ("name", name.into()), ("nearest", near.into())];
            complaint(&policy.file, control.line, code, parameters)
        };
        match &control.rule {
            Rule::MisconfigurationId { ids, .. } => {
                self.unknown_checks(ids).map(|(id, near)| told("check.unknown_check", id, near)).collect()
            }
            Rule::LicenseAllow { names, .. } | Rule::LicenseDeny { names } => {
                let unknown = names.iter().filter(|name| !is_license(name));
                unknown
                    .map(|name| told("check.unknown_license", name.as_str(), nearest_license(name.as_str())))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn in_exception(&self, exception: &Exception) -> Vec<Complaint> {
        let told = |code, name: &str, near: &str| {
            let parameters =
                [("exception", exception.name.as_str().into()), ("name", name.into()), ("nearest", near.into())];
            complaint(&exception.file, exception.line, code, parameters)
        };
        match exception.kind {
            Some(ExceptionKind::Finding(FindingKind::Misconfiguration)) => {
                let unknown = self.unknown_checks(&exception.ids);
                unknown.map(|(id, near)| told("check.exception_unknown_check", id, near)).collect()
            }
            Some(ExceptionKind::Finding(FindingKind::License)) => {
                let unknown = exception.ids.iter().filter(|name| !is_license(&Pattern::new(name.as_str())));
                unknown.map(|name| told("check.exception_unknown_license", name, nearest_license(name))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn unknown_checks<'i>(&self, ids: &'i [String]) -> impl Iterator<Item = (&'i str, &str)> {
        let unknown = ids.iter().filter(|id| !self.spelled.contains(&check_id(id)));
        unknown.map(|id| (id.as_str(), nearest(id, self.checks.iter().copied()).unwrap_or_default()))
    }
}

/// Whether a pattern means a license of SPDX's list, whole or without `-only` and `-or-later`, with an exception of the
/// list, or one that an SPDX document defines itself (`LicenseRef-…`).
pub(crate) fn is_license(pattern: &Pattern) -> bool {
    let text = pattern.as_str().to_lowercase();
    if text.starts_with("licenseref-") || text.starts_with("documentref-") {
        return true;
    }
    let (license, exception) = match text.split_once(" with ") {
        Some((license, exception)) => (license, Some(exception)),
        None => (text.as_str(), None),
    };
    let license = Pattern::new(license.trim_end_matches('+'));
    let is_listed = LICENSES.iter().any(|known| license.matches(known));
    is_listed && exception.is_none_or(|exception| EXCEPTIONS.iter().any(|known| Pattern::new(exception).matches(known)))
}

/// The license of SPDX's list that is spelled most like a name.
pub(crate) fn nearest_license(name: &str) -> &'static str {
    let name = name.replace(['*', '?'], "").replace(' ', "-");
    nearest(&name, spdx::identifiers::LICENSES.iter().map(|license| license.name)).unwrap_or_default()
}

/// The licenses of the list, lower case, and their families.
static LICENSES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let names = spdx::identifiers::LICENSES.iter().map(|license| license.name.to_lowercase());
    let with_family = |name: String| {
        let family = name.trim_end_matches("-or-later").trim_end_matches("-only").trim_end_matches('+').to_owned();
        [name, family]
    };
    names.flat_map(with_family).collect()
});

static EXCEPTIONS: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| spdx::identifiers::EXCEPTIONS.iter().map(|exception| exception.name.to_lowercase()).collect());

#[cfg(test)]
mod tests {
    use super::*;

    fn found(controls: &str) -> Vec<(&'static str, String, String)> {
        let text = format!("schema: bulkhead.policy/1\nname: p\ncontrols:\n{controls}");
        let policy = crate::read_policy("p.yaml", &text).unwrap();
        let complaints = check_names(&[policy], &[], &["BHD-DOCKER-0002", "DS-0002", "docker-least-privilege-user"]);
        let text = |complaint: &Complaint, key: &str| match &complaint.parameters[key] {
            model::Parameter::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        complaints.iter().map(|it| (it.code, text(it, "name"), text(it, "nearest"))).collect()
    }

    #[test]
    fn checks_that_do_not_exist_are_told_with_the_nearest() {
        let known =
            "- {control: misconfiguration.id, ids: [AVD-DS-0002, ds002, BHD-DOCKER-0002, docker-least-privilege-user]}";
        assert_eq!(found(known), []);
        let wrong = found("- {control: misconfiguration.id, ids: [BHD-DOKER-0002]}");
        assert_eq!(wrong, [("check.unknown_check", "BHD-DOKER-0002".to_owned(), "BHD-DOCKER-0002".to_owned())]);
    }

    #[test]
    fn licenses_that_do_not_exist_are_told_with_the_nearest() {
        let known = "[MIT, GPL-3.0, gpl-2.0+, AGPL-*, 'GPL-2.0-only WITH Classpath-exception-2.0', LicenseRef-ours]";
        assert_eq!(found(&format!("- {{control: license.allow, names: {known}}}")), []);
        let wrong = found("- {control: license.deny, names: [Apache 2.0, 'GLP-*', 'MIT WITH no-such-exception']}");
        let names: Vec<(&str, &str)> = wrong.iter().map(|(_, name, near)| (name.as_str(), near.as_str())).collect();
        assert_eq!(names[0], ("Apache 2.0", "Apache-2.0"));
        assert_eq!(names.len(), 3);
    }

    #[test]
    fn exceptions_are_looked_at_where_they_say_what_they_are_about() {
        let text = "schema: bulkhead.exceptions/1\nexceptions:\n- {name: e, kind: misconfiguration, ids: [DS-0003], owner: o, reason: r, expires: 2027-01-01}\n- {name: f, ids: [CVE-2024-1], owner: o, reason: r, expires: 2027-01-01}\n- {name: g, kind: license, ids: [MTI], owner: o, reason: r, expires: 2027-01-01}\n";
        let exceptions = crate::read_exceptions("e.yaml", text).unwrap();
        let complaints = check_names(&[], &exceptions, &["DS-0002"]);
        let codes: Vec<&str> = complaints.iter().map(|complaint| complaint.code).collect();
        assert_eq!(codes, ["check.exception_unknown_check", "check.exception_unknown_license"]);
    }
}
