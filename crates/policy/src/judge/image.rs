//! Controls over everything but vulnerabilities: files, packages, licenses, and what the image says of itself.

use std::sync::Arc;

use model::{Evidence, Finding, FindingKind, LicenseCategory, Severity, SignatureKind};

use super::tally::{Outcome, Tally};
use super::{Bench, reason};
use crate::Pattern;
use crate::check_id::check_id;
use crate::document::{LabelMatch, PackageMatch, Where};
use crate::facts::LicensedPackage;
use crate::license::{License, is_named, lowered};
use model::time::{self, DAY};

impl Bench<'_, '_> {
    /// Findings of one kind in files.
    pub(super) fn files(&self, kind: FindingKind, place: &Where, code: &str) -> Outcome {
        let tally = self.tally_of(kind, |finding| place.counts(finding.severity(), path_of(finding)));
        let least = place.at_least.unwrap_or(Severity::Unknown);
        tally.outcome(code, [("severity", least.as_str().into())])
    }

    pub(super) fn checks(&self, ids: &[String], place: &Where) -> Outcome {
        let is_listed = |id: &str| ids.binary_search(&check_id(id)).is_ok();
        let tally = self.tally_of(FindingKind::Misconfiguration, |finding| match finding {
            Finding::Misconfiguration(found) => {
                (is_listed(&found.id) || found.aliases.iter().any(|alias| is_listed(alias)))
                    && place.counts(found.severity, &found.path)
            }
            Finding::Vulnerability(_) | Finding::Secret(_) | Finding::Malware(_) | Finding::License(_) => false,
        });
        tally.outcome("verdict.misconfiguration.id", [])
    }

    pub(super) fn license_categories(&self, categories: &[LicenseCategory]) -> Outcome {
        let tally = self.tally_of(FindingKind::License, |finding| match finding {
            Finding::License(found) => categories.contains(&found.category),
            Finding::Vulnerability(_) | Finding::Secret(_) | Finding::Malware(_) | Finding::Misconfiguration(_) => {
                false
            }
        });
        let names: Vec<&str> = categories.iter().map(|category| category.as_str()).collect();
        tally.outcome("verdict.license.category", [("categories", names.join(", ").into())])
    }

    fn tally_of(&self, kind: FindingKind, counts: impl Fn(&Finding) -> bool) -> Tally {
        let mut tally = Tally::of(self.facts);
        for fact in self.facts.others.iter().filter(|fact| fact.finding.kind() == kind) {
            if counts(fact.finding) {
                tally.take_finding(fact.evidence, fact.finding.excepted_by().is_some());
            }
        }
        tally
    }

    pub(super) fn packages_denied(&self, denied: &[PackageMatch]) -> Outcome {
        let mut tally = Tally::of(self.facts);
        for package in &self.facts.report.inventory.packages {
            if let Some(found) = denied.iter().find(|denied| denied.may_match(package)) {
                tally.take(&self.facts.package_evidence(package, &found.describe(), None), false);
            }
        }
        tally.outcome("verdict.package.deny", [])
    }

    pub(super) fn packages_required(&self, required: &[PackageMatch]) -> Outcome {
        let packages = &self.facts.report.inventory.packages;
        let missing = required.iter().filter(|required| !packages.iter().any(|package| required.matches(package)));
        named("verdict.package.require", missing.map(PackageMatch::describe))
    }

    pub(super) fn licenses_denied(&self, names: &[Pattern]) -> Outcome {
        let patterns = lowered(names);
        self.licenses(|names| !is_named(names, &patterns)).outcome("verdict.license.deny", [])
    }

    pub(super) fn licenses_allowed(&self, names: &[Pattern], passes_undeclared: bool) -> Outcome {
        let patterns = lowered(names);
        let tally = self.licenses(|names| is_named(names, &patterns));
        let mut outcome = tally.outcome("verdict.license.allow", []);
        if !passes_undeclared {
            let mut undeclared = Tally::of(self.facts);
            for package in self.facts.report.inventory.packages.iter().filter(|package| package.licenses.is_empty()) {
                let evidence = self.facts.package_evidence(package, &package.name, Some(FindingKind::License));
                undeclared.take(&evidence, self.holding.covers_license("", package));
            }
            let undeclared = undeclared.outcome("verdict.license.undeclared", []);
            outcome.reasons.extend(undeclared.reasons);
            outcome.excepted += undeclared.excepted;
        }
        outcome
    }

    /// Packages, and files with texts of licenses, that cannot be had under licenses as wanted.
    fn licenses(&self, is_wanted: impl Fn(&[String]) -> bool) -> Tally {
        let packages = &self.facts.report.inventory.packages;
        let mut tally = Tally::of(self.facts);
        for (license, licensed) in self.facts.licenses().iter().filter(|(license, _)| !license.can_be_had(&is_wanted)) {
            for LicensedPackage { id, evidence } in licensed {
                let Some(package) = packages.get(*id) else { continue };
                let make = || self.facts.package_evidence(package, &license.text, Some(FindingKind::License));
                tally.take(evidence.get_or_init(make), self.holding.covers_license(&license.text, package));
            }
        }
        for fact in &self.facts.others {
            let Finding::License(found) = fact.finding else { continue };
            if found.file().is_some() && !License::new(&found.name).can_be_had(&is_wanted) {
                tally.take_finding(fact.evidence, found.excepted_by.is_some());
            }
        }
        tally
    }

    pub(super) fn superuser(&self) -> Outcome {
        match self.facts.image() {
            Some(image) if image.runs_as_superuser() => {
                let user = image.user.as_deref().filter(|user| !user.is_empty()).unwrap_or("root");
                Outcome::failing(reason("verdict.superuser", [("user", user.into())]))
            }
            Some(_) => Outcome::default(),
            None => self.no_image("superuser"),
        }
    }

    pub(super) fn base(&self, names: &[Pattern]) -> Outcome {
        let Some(image) = self.facts.image() else { return self.no_image("base.approved") };
        let Some(base) = &image.base else {
            return Outcome::failing(reason("verdict.base.unknown", []));
        };
        let name = base.name.clone().unwrap_or_default();
        let is_named = names.is_empty() || names.iter().any(|pattern| pattern.matches(&name));
        if base.is_approved && is_named {
            return Outcome::default();
        }
        let code = if name.is_empty() { "verdict.base.unnamed" } else { "verdict.base.unapproved" };
        Outcome::failing(reason(code, [("name", name.into())]))
    }

    pub(super) fn signature(
        &self,
        identities: &[Pattern],
        kinds: &[SignatureKind],
        attestations: &[String],
    ) -> Outcome {
        let signatures = &self.facts.report.signatures;
        let mut best: Option<String> = None;
        for signature in signatures.iter().filter(|signature| kinds.is_empty() || kinds.contains(&signature.kind)) {
            let identity = signature.identity.clone().unwrap_or_default();
            let is_wanted = identities.is_empty() || identities.iter().any(|pattern| pattern.matches(&identity));
            if !signature.verified || !is_wanted {
                continue;
            }
            let states = |wanted: &&String| {
                signature.attestations.iter().any(|found| found.verified && found.predicate_type == **wanted)
            };
            match attestations.iter().find(|wanted| !states(wanted)) {
                None => return Outcome::default(),
                Some(missing) => best = Some(missing.clone()),
            }
        }
        if let Some(missing) = best {
            return Outcome::failing(reason("verdict.signature.attestation", [("attestation", missing.into())]));
        }
        let mut tally = Tally::of(self.facts);
        for signature in signatures {
            let who = signature.identity.clone().unwrap_or_else(|| signature.kind.as_str().to_owned());
            let id = match &signature.problem {
                Some(problem) => format!("{who} ({})", problem.code),
                None => who,
            };
            tally.take(&Arc::new(Evidence { id, ..Evidence::default() }), false);
        }
        let wanted: Vec<&str> = identities.iter().map(Pattern::as_str).collect();
        let code = match (signatures.is_empty(), wanted.is_empty()) {
            (true, _) => return Outcome::failing(reason("verdict.signature.none", [])),
            (false, true) => "verdict.signature.unverified",
            (false, false) => "verdict.signature.other",
        };
        tally.outcome(code, [("identities", wanted.join(", ").into())])
    }

    pub(super) fn labels_required(&self, labels: &[LabelMatch]) -> Outcome {
        let Some(image) = self.facts.image() else { return self.no_image("label.require") };
        let missing = labels.iter().filter(|label| !label.is_among(&image.labels));
        named("verdict.label.require", missing.map(LabelMatch::describe))
    }

    pub(super) fn labels_forbidden(&self, labels: &[LabelMatch]) -> Outcome {
        let Some(image) = self.facts.image() else { return self.no_image("label.forbid") };
        let present = labels.iter().filter(|label| label.is_among(&image.labels));
        named("verdict.label.forbid", present.map(LabelMatch::describe))
    }

    pub(super) fn gaps(&self, ignore_paths: &[Pattern], at_most: u32) -> Outcome {
        let mut tally = Tally::of(self.facts);
        for gap in &self.facts.report.inventory.gaps {
            if ignore_paths.iter().any(|pattern| pattern.matches(&gap.path)) {
                continue;
            }
            let path = Some(gap.path.clone()).filter(|path| !path.is_empty());
            let evidence = Evidence { id: gap.reason.clone(), path, ..Evidence::default() };
            tally.take(&Arc::new(evidence), self.holding.covers_gap(gap));
        }
        let passes = tally.count() <= at_most as usize;
        let mut outcome = tally.outcome("verdict.gaps", []);
        if passes {
            outcome.reasons.clear();
        }
        outcome
    }

    pub(super) fn image_age(&self, days: u32) -> Outcome {
        let Some(image) = self.facts.image() else { return self.no_image("image.age") };
        let created = image.created.as_deref().and_then(time::parse);
        let Some(created) = created else {
            return Outcome::failing(reason("verdict.image.age_unknown", []));
        };
        let age = self.now.saturating_sub(created).div_euclid(DAY);
        // Clocks differ, by a day where a time zone was left out.
        if age < -1 {
            return Outcome::failing(reason("verdict.image.age_future", [("date", time::date(created).into())]));
        }
        if age <= i64::from(days) {
            return Outcome::default();
        }
        let parameters = [
            ("age", usize::try_from(age).unwrap_or_default().into()),
            ("days", (days as usize).into()),
            ("date", time::date(created).into()),
        ];
        Outcome::failing(reason("verdict.image.age", parameters))
    }

    pub(super) fn end_of_life(&self, days_ahead: u32) -> Outcome {
        let Some(os) = &self.facts.report.inventory.distribution else { return Outcome::default() };
        let name = if os.name.is_empty() { &os.id } else { &os.name };
        let Some(end) = os.end_of_life.as_deref() else {
            let unknown = || reason("verdict.os.end_of_life_unknown", [("os", name.as_str().into())]);
            return if os.is_rolling() { Outcome::default() } else { Outcome::failing(unknown()) };
        };
        // The last day still counts.
        let ends = time::parse(end).map(|day| day + DAY);
        let asked = self.now.saturating_add(i64::from(days_ahead) * DAY);
        if ends.is_some_and(|ends| asked < ends) {
            return Outcome::default();
        }
        Outcome::failing(reason("verdict.os.end_of_life", [("os", name.as_str().into()), ("date", end.into())]))
    }

    /// A control over images fails where there is none to ask, unless the target is nothing that could have one.
    fn no_image(&self, control: &str) -> Outcome {
        use model::TargetKind::{Container, Directory, Host, Image, Rootfs, Sbom};
        match self.facts.report.target.kind {
            Image | Container => Outcome::failing(reason("verdict.no_image", [("control", control.into())])),
            Rootfs | Directory | Sbom | Host => Outcome::default(),
        }
    }
}

/// A reason whose evidence is names.
fn named(code: &str, names: impl Iterator<Item = String>) -> Outcome {
    let mut tally = Tally::default();
    let mut list = Vec::new();
    for name in names {
        tally.take(&Arc::new(Evidence { id: name.clone(), ..Evidence::default() }), false);
        list.push(name);
    }
    tally.outcome(code, [("names", list.join(", ").into())])
}

fn path_of(finding: &Finding) -> &str {
    match finding {
        Finding::Secret(finding) => &finding.path,
        Finding::Malware(finding) => &finding.path,
        Finding::Misconfiguration(finding) => &finding.path,
        Finding::License(finding) => finding.file().map_or("", |file| file.path.as_str()),
        Finding::Vulnerability(_) => "",
    }
}
