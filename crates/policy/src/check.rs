//! What is wrong with policies that read well: contradictions, what can never count, exceptions whose time is over.

mod names;
mod never;

pub use names::check_names;
pub(crate) use names::{is_license, nearest_license};

use std::collections::BTreeMap;

use model::{ControlAction, Parameter};

use crate::Pattern;
use crate::document::{Control, Filter, Fix, LabelMatch, Policy, Rule};
use crate::exceptions::Exception;

/// Something to look at in a policy or a list of exceptions. The catalogs word its code.
#[derive(Debug, Clone, PartialEq)]
pub struct Complaint {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The stable code: `check.contradiction`.
    pub code: &'static str,
    /// What goes into the sentence.
    pub parameters: BTreeMap<String, Parameter>,
}

/// Looks for what is wrong, in the order of files and lines. `now` is in seconds since 1970.
pub fn check_policies(policies: &[Policy], exceptions: &[Exception], now: i64) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (at, policy) in policies.iter().enumerate() {
        if policies[..at].iter().any(|other| other.name == policy.name) {
            complaints.push(complaint(&policy.file, 1, "check.same_name", [("name", policy.name.as_str().into())]));
        }
        check_scope(policy, &mut complaints);
        complaints.extend(unused_variables(policy));
        let earlier = policies[..at].iter().filter(|other| meet(other, policy));
        let others: Vec<(&Policy, &Control)> =
            earlier.flat_map(|other| other.controls.iter().map(move |control| (other, control))).collect();
        for (place, control) in policy.controls.iter().enumerate() {
            let own = policy.controls[..place].iter().map(|other| (policy, other));
            for (source, other) in others.iter().copied().chain(own) {
                complaints.extend(contradiction(policy, control, source, other));
            }
            complaints.extend(unreachable(policy, place));
            complaints.extend(never::in_control(policy, control));
        }
    }
    for exception in exceptions {
        let parameters = [("name", exception.name.as_str().into()), ("date", exception.expires.as_str().into())];
        if never::covers_everything(exception) {
            let parameters = [("name", exception.name.as_str().into())];
            complaints.push(complaint(&exception.file, exception.line, "check.covers_everything", parameters));
        }
        if exception.is_expired(now) {
            complaints.push(complaint(&exception.file, exception.line, "check.expired", parameters));
        } else if exception.scope.as_ref().and_then(|scope| scope.can_be()).is_some_and(|(can_hold, _)| !can_hold) {
            complaints.push(complaint(&exception.file, exception.line, "check.scope_never", parameters));
        }
    }
    complaints
}

fn complaint<const N: usize>(
    file: &str,
    line: usize,
    code: &'static str,
    parameters: [(&str, Parameter); N],
) -> Complaint {
    let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Complaint { file: file.to_owned(), line, code, parameters }
}

/// Whether two policies surely apply to the same things.
fn meet(one: &Policy, other: &Policy) -> bool {
    one.scope.is_none() || other.scope.is_none() || one.scope == other.scope
}

fn check_scope(policy: &Policy, complaints: &mut Vec<Complaint>) {
    let can_be = policy.scope.as_ref().and_then(|scope| scope.can_be());
    let code = match can_be {
        Some((false, _)) => "check.scope_never",
        Some((_, false)) => "check.scope_always",
        _ => return,
    };
    complaints.push(complaint(&policy.file, 1, code, [("name", policy.name.as_str().into()), ("date", "".into())]));
}

/// Variables that the expression of a scope does not name, so that nobody asks them.
fn unused_variables(policy: &Policy) -> Vec<Complaint> {
    let Some(scope) = &policy.scope else { return Vec::new() };
    let unused = scope.unused().map(|variable| {
        let parameters = [("name", variable.term.as_str().into()), ("meaning", variable.meaning().into())];
        complaint(&policy.file, 1, "check.unused_variable", parameters)
    });
    unused.collect()
}

/// What one control asks for and another forbids.
fn contradiction(policy: &Policy, control: &Control, source: &Policy, other: &Control) -> Option<Complaint> {
    let subject = clash(&control.rule, &other.rule).or_else(|| clash(&other.rule, &control.rule))?;
    let parameters = [
        ("subject", subject.into()),
        ("control", control.control.into()),
        ("other", other.control.into()),
        ("file", source.file.as_str().into()),
        ("line", Parameter::Text(other.line.to_string())),
    ];
    Some(complaint(&policy.file, control.line, "check.contradiction", parameters))
}

fn clash(wants: &Rule, forbids: &Rule) -> Option<String> {
    match (wants, forbids) {
        (Rule::CveAllow { ids, .. }, Rule::CveDeny { ids: denied }) => {
            ids.iter().find(|id| denied.contains(id)).cloned()
        }
        (Rule::PackageRequire(required), Rule::PackageDeny(denied)) => required
            .iter()
            .find(|wanted| {
                denied.iter().any(|denied| {
                    denied.version.as_ref().is_none_or(|version| Some(version) == wanted.version.as_ref())
                        && denied.ecosystem.is_none_or(|ecosystem| Some(ecosystem) == wanted.ecosystem)
                        && denied.name.matches(wanted.name.as_str())
                })
            })
            .map(|wanted| wanted.describe()),
        (Rule::LabelRequire(required), Rule::LabelForbid(forbidden)) => required
            .iter()
            .find(|wanted| forbidden.iter().any(|forbidden| forbids_label(forbidden, wanted)))
            .map(LabelMatch::describe),
        (Rule::LabelRequire(required), Rule::LabelRequire(others)) => required
            .iter()
            .find(|wanted| others.iter().any(|other| wants_another_value(wanted, other)))
            .map(LabelMatch::describe),
        (Rule::LicenseAllow { names, .. }, Rule::LicenseDeny { names: denied }) => names
            .iter()
            .find(|name| denied.iter().any(|denied| denied.matches(name.as_str())))
            .map(|name| name.as_str().to_owned()),
        _ => None,
    }
}

fn forbids_label(forbidden: &LabelMatch, wanted: &LabelMatch) -> bool {
    forbidden.key == wanted.key
        && match (&forbidden.value, &wanted.value) {
            (None, _) => true,
            (Some(forbidden), Some(wanted)) => forbidden.matches(wanted.as_str()),
            (Some(_), None) => false,
        }
}

/// Whether a label would need two values at once.
fn wants_another_value(one: &LabelMatch, other: &LabelMatch) -> bool {
    let differ = |one: &Pattern, other: &Pattern| one.is_plain() && !other.matches(one.as_str());
    one.key == other.key
        && one
            .value
            .as_ref()
            .zip(other.value.as_ref())
            .is_some_and(|(one, other)| differ(one, other) || differ(other, one))
}

/// Why a control never decides anything.
fn unreachable(policy: &Policy, place: usize) -> Option<Complaint> {
    let control = &policy.controls[place];
    let told = |code, parameters| Some(complaint(&policy.file, control.line, code, parameters));
    let name = || ("control", Parameter::from(control.control));
    let none = || ("line", Parameter::from(""));
    if filter(&control.rule).is_some_and(is_empty) {
        return told("check.never_counts", [name(), none()]);
    }
    if let Rule::CveAllow { .. } = control.rule
        && !policy.controls.iter().any(|other| filter(&other.rule).is_some())
    {
        return told("check.nothing_to_allow", [name(), none()]);
    }
    let covering = policy
        .controls
        .iter()
        .enumerate()
        .find(|(at, other)| *at != place && covers(other, control) && (!covers(control, other) || *at < place))?;
    told("check.covered", [name(), ("line", Parameter::Text(covering.1.line.to_string()))])
}

fn filter(rule: &Rule) -> Option<&Filter> {
    match rule {
        Rule::VulnerabilitySeverity(filter)
        | Rule::VulnerabilityAge { filter, .. }
        | Rule::Kev(filter)
        | Rule::Epss { filter, .. }
        | Rule::MaximumScore { filter, .. } => Some(filter),
        _ => None,
    }
}

/// Whether no vulnerability can be among those that a filter chooses.
fn is_empty(filter: &Filter) -> bool {
    let is_outside =
        |least| !filter.severities.is_empty() && filter.severities.iter().all(|severity| *severity < least);
    filter.at_least.is_some_and(is_outside)
}

/// Whether whatever makes `inner` fail makes `outer` fail at least as hard.
fn covers(outer: &Control, inner: &Control) -> bool {
    let is_as_hard = match outer.action {
        ControlAction::Fail => true,
        ControlAction::Warn | ControlAction::Audit => inner.action != ControlAction::Fail,
    };
    is_as_hard
        && match (&outer.rule, &inner.rule) {
            (Rule::VulnerabilitySeverity(outer), Rule::VulnerabilitySeverity(inner)) => takes_in(outer, inner),
            (Rule::Kev(outer), Rule::Kev(inner)) => takes_in(outer, inner),
            (Rule::VulnerabilitySeverity(outer), Rule::Kev(inner)) => takes_in(outer, inner),
            (
                Rule::MaximumScore { filter: outer, score: low, source },
                Rule::MaximumScore { filter: inner, score: high, source: other },
            ) => source == other && low <= high && takes_in(outer, inner),
            (
                Rule::VulnerabilityAge { filter: outer, days: few, since },
                Rule::VulnerabilityAge { filter: inner, days: many, since: other },
            ) => since == other && few <= many && takes_in(outer, inner),
            (Rule::ImageAge { days: few }, Rule::ImageAge { days: many }) => few <= many,
            (Rule::Superuser, Rule::Superuser) => true,
            (Rule::Malware(outer), Rule::Malware(inner)) | (Rule::Secret(outer), Rule::Secret(inner)) => {
                outer.ignore_paths.is_empty() && outer.at_least <= inner.at_least
            }
            (Rule::MisconfigurationSeverity(outer), Rule::MisconfigurationSeverity(inner)) => {
                outer.ignore_paths.is_empty() && outer.at_least <= inner.at_least
            }
            _ => false,
        }
}

/// Whether one filter chooses all that another does.
fn takes_in(outer: &Filter, inner: &Filter) -> bool {
    let least_of = |filter: &Filter| filter.at_least.or_else(|| filter.severities.iter().min().copied());
    let takes_severities = match (&outer.severities[..], outer.at_least) {
        ([], None) => true,
        ([], Some(least)) => least_of(inner).is_some_and(|inner| inner >= least),
        (own, least) => {
            least.is_none()
                && !inner.severities.is_empty()
                && inner.severities.iter().all(|severity| own.contains(severity))
        }
    };
    let is_no_younger =
        |outer: Option<u32>, inner: Option<u32>| outer.is_none_or(|outer| inner.is_some_and(|inner| outer <= inner));
    takes_severities
        && (outer.fix == Fix::Any || outer.fix == inner.fix)
        && is_no_younger(outer.published_days_ago, inner.published_days_ago)
        && is_no_younger(outer.fixed_days_ago, inner.fixed_days_ago)
        && (!outer.ignores_base_image || inner.ignores_base_image)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(controls: &str) -> Vec<(usize, &'static str)> {
        let text = format!("schema: bulkhead.policy/1\nname: p\ncontrols:\n{controls}");
        let policy = crate::read_policy("p.yaml", &text).unwrap();
        check_policies(&[policy], &[], 0).iter().map(|complaint| (complaint.line, complaint.code)).collect()
    }

    #[test]
    fn contradictions_are_found() {
        let found = codes(
            "- {control: vulnerability.kev}\n- {control: cve.allow, ids: [CVE-2024-1000], reason: r}\n- {control: cve.deny, ids: [cve-2024-1000]}\n",
        );
        assert_eq!(found, [(6, "check.contradiction")]);
        let found = codes(
            "- {control: label.require, labels: [{key: a, value: b}]}\n- {control: label.forbid, labels: [{key: a}]}\n",
        );
        assert_eq!(found, [(5, "check.contradiction")]);
    }

    #[test]
    fn labels_with_two_values_ranges_without_versions_and_patterns_of_everything_are_found() {
        let label = |value: &str| format!("- {{control: label.require, labels: [{{key: a, value: '{value}'}}]}}\n");
        assert_eq!(codes(&(label("x") + &label("y"))), [(5, "check.contradiction")]);
        assert_eq!(codes(&(label("x*") + &label("xy"))), []);
        let range = |range: &str| {
            codes(&format!(
                "- {{control: package.deny, packages: [{{name: a, ecosystem: deb, version: '{range}'}}]}}\n"
            ))
        };
        assert_eq!(range(">=3 <2"), [(4, "check.empty_range")]);
        assert_eq!(range(">3 <=3"), [(4, "check.empty_range")]);
        assert_eq!(range("=3 !=3"), [(4, "check.empty_range")]);
        assert_eq!(range(">=3 <=3"), []);
        assert_eq!(range(">=3 <2 || =1"), []);
        for control in ["malware, ignore_paths: ['*']", "gaps, ignore_paths: [a, '**']"] {
            assert_eq!(codes(&format!("- {{control: {control}}}\n")), [(4, "check.ignores_everything")], "{control}");
        }
        assert_eq!(codes("- {control: secret, ignore_paths: ['test/*']}\n"), []);
    }

    #[test]
    fn ids_that_no_advisory_can_have_are_found() {
        let known = "CVE-2021-44228, GHSA-jfh8-c2jp-5v3q, ghsa-jfh8-c2jp-5v3q, RUSTSEC-2024-0001, 'RHSA-2024:1234', TEMP-0000000-ABCDEF, MAL-2024-1";
        assert_eq!(codes(&format!("- {{control: cve.deny, ids: [{known}]}}\n")), []);
        for id in
            ["CVE-21-44228", "CVE-2021-442", "CVE-2021-4422x", "GHSA-jfh8-c2jp", "log4shell", "'CVE-2021-*'", "'x 1-2'"]
        {
            let found = codes(&format!("- {{control: cve.deny, ids: [CVE-2021-44228, {id}]}}\n"));
            assert_eq!(found, [(4, "check.no_such_id")], "{id}");
        }
    }

    #[test]
    fn custom_checks_that_ask_for_what_is_not_there_are_found() {
        let cel = |expression: &str| codes(&format!("- {{control: custom, message: m, cel: \"{expression}\"}}\n"));
        assert_eq!(cel("report.target.kind == 'image'"), []);
        assert_eq!(cel("report.target.knid == 'image'"), [(4, "check.unknown_field")]);
        assert_eq!(cel("1 == 1"), [(4, "check.asks_nothing")]);
        let rego = |body: &str| {
            let program = format!("package main\\n{body}");
            codes(&format!("- {{control: custom.rego, rego: \"{program}\"}}\n"))
        };
        assert_eq!(rego("deny contains input.target.name if startswith(input.target.name, `a`)"), []);
        assert_eq!(
            rego("deny contains input.target.nme if startswith(input.target.name, `a`)"),
            [(4, "check.unknown_field")]
        );
        assert_eq!(
            rego("deny contains input.target.name if startwith(input.target.name, `a`)"),
            [(4, "check.unknown_function")]
        );
    }

    #[test]
    fn variables_that_nobody_asks_and_exceptions_of_everything_are_found() {
        let text = "schema: bulkhead.policy/1\nname: p\nscope:\n  expression: v1\n  variables: [{attribute: os.id, value: a}, {attribute: os.id, value: b}]\ncontrols: [{control: malware}]\n";
        let policy = crate::read_policy("p.yaml", text).unwrap();
        let exceptions = |what: &str| {
            let text = format!(
                "schema: bulkhead.exceptions/1\nexceptions: [{{name: e, {what}, owner: o, reason: r, expires: 2027-01-01}}]"
            );
            crate::read_exceptions("e.yaml", &text).unwrap()
        };
        let found = |what: &str| -> Vec<&'static str> {
            let complaints = check_policies(std::slice::from_ref(&policy), &exceptions(what), 0);
            complaints.iter().map(|complaint| complaint.code).collect()
        };
        assert_eq!(found("path: '**'"), ["check.unused_variable", "check.covers_everything"]);
        assert_eq!(found("package: {name: '*'}"), ["check.unused_variable", "check.covers_everything"]);
        for what in ["path: '*', ids: [CVE-2024-1000]", "path: '*.pem'", "package: {name: '*', version: <1}"] {
            assert_eq!(found(what), ["check.unused_variable"], "{what}");
        }
    }

    #[test]
    fn what_can_never_decide_is_found() {
        let found = codes("- {control: cvss.maximum_score, score: 7}\n- {control: cvss.maximum_score, score: 9}\n");
        assert_eq!(found, [(5, "check.covered")]);
        let found = codes(
            "- {control: cvss.maximum_score, score: 7, action: warn}\n- {control: cvss.maximum_score, score: 9}\n",
        );
        assert_eq!(found, []);
        let found = codes("- {control: vulnerability.severity, at_least: high, severities: [low]}\n");
        assert_eq!(found, [(4, "check.never_counts")]);
        let found = codes("- {control: superuser}\n- {control: superuser}\n");
        assert_eq!(found, [(5, "check.covered")]);
        let found = codes("- {control: superuser}\n- {control: cve.allow, ids: [CVE-2024-1000], reason: r}\n");
        assert_eq!(found, [(5, "check.nothing_to_allow")]);
    }
}
