//! What policies are asked of: a scan report, prepared once so that many policies read it fast.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use model::{
    EpssScore, Evidence, Finding, FindingKind, FindingStatus, Gap, ImageFacts, ImageName, Package, PackageId,
    ScanReport, Severity, TargetKind, VulnerabilityFinding,
};
use serde_json::Value;

use crate::custom::{CelReport, CheckProblem};
use crate::document::ScoreSource;
use crate::judge::class;
use crate::license::License;
use crate::rego::{RegoAsker, RegoCheck, RegoDenials};
use crate::scope::{Attribute, Attributes};
use model::time;

/// A scan report as policies see it.
pub struct Facts<'a> {
    pub(crate) report: &'a ScanReport,
    /// What scopes may ask of it.
    pub attributes: Attributes,
    pub(crate) vulnerabilities: Vec<VulnerabilityFact<'a>>,
    /// The class of each vulnerability: its severity, and whether it has a repair.
    pub(crate) classes: Vec<u8>,
    /// What the findings are as evidence, which all reasons share.
    pub(crate) evidence: Arc<Vec<Evidence>>,
    /// Places in `vulnerabilities` by id and alias, upper case and sorted, once somebody asks.
    by_id: OnceCell<Vec<(Cow<'a, str>, usize)>>,
    pub(crate) others: Vec<OtherFact<'a>>,
    /// Each license text and the packages that have it, once somebody asks: most policies do not.
    licenses: OnceCell<Vec<(License, Vec<LicensedPackage>)>>,
    /// Gaps that say that packages were never matched; every control over vulnerabilities asks for them.
    unmatched: Vec<&'a Gap>,
    /// Gaps that say that nobody knows the packages of the system, for the same controls.
    unknown: Vec<&'a Gap>,
    document: Option<Value>,
    cel: OnceCell<Result<CelReport, CheckProblem>>,
    rego: Option<RegoAsker<'a>>,
}

/// A vulnerability that counts. What controls ask of each is kept at hand: they ask it of thousands.
pub(crate) struct VulnerabilityFact<'a> {
    finding: &'a VulnerabilityFinding,
    /// The place of its evidence.
    pub(crate) evidence: u32,
    pub(crate) is_exploited: bool,
    pub(crate) epss: Option<EpssScore>,
    pub(crate) is_excepted: bool,
    pub(crate) has_fix: bool,
    pub(crate) is_in_base: bool,
    /// When it became public, in seconds since 1970.
    pub(crate) published: Option<i64>,
    /// When its repair came out; where nobody says so, when it became public, for the repair cannot be older.
    pub(crate) fixed: Option<i64>,
    pub(crate) scores: Scores,
}

/// The base scores of a vulnerability, 0 to 10. One without any counts as the least of its severity's band.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Scores {
    vendor: f64,
    nvd: f64,
    highest: f64,
}

/// A package that has a license, and the evidence that it has, once somebody asks for it.
pub(crate) struct LicensedPackage {
    pub(crate) id: PackageId,
    pub(crate) evidence: OnceCell<Arc<Evidence>>,
}

/// A finding of another kind.
pub(crate) struct OtherFact<'a> {
    pub(crate) finding: &'a Finding,
    /// The place of its evidence.
    pub(crate) evidence: u32,
}

impl<'a> Facts<'a> {
    /// Prepares a report.
    pub fn new(report: &'a ScanReport) -> Facts<'a> {
        let mut facts = Facts {
            report,
            attributes: attributes(report),
            vulnerabilities: Vec::new(),
            classes: Vec::new(),
            evidence: Arc::default(),
            by_id: OnceCell::new(),
            others: Vec::new(),
            licenses: OnceCell::new(),
            unmatched: report.inventory.gaps.iter().filter(|gap| gap.is_about_matching()).collect(),
            unknown: report.inventory.gaps.iter().filter(|gap| gap.is_about_unknown_packages()).collect(),
            document: None,
            cel: OnceCell::new(),
            rego: None,
        };
        let mut purls: HashMap<PackageId, Option<String>> = HashMap::new();
        let mut evidence = Vec::with_capacity(report.findings.len());
        for finding in &report.findings {
            let write = |id: &PackageId| report.inventory.packages.get(*id).map(|package| package.purl.to_string());
            let purl = finding.package().and_then(|id| purls.entry(id).or_insert_with_key(write).as_ref());
            let place = u32::try_from(evidence.len()).unwrap_or(u32::MAX);
            match finding {
                Finding::Vulnerability(vulnerability) => {
                    evidence.extend(facts.add_vulnerability(vulnerability, purl, place));
                }
                Finding::Secret(_) | Finding::Malware(_) | Finding::License(_) | Finding::Misconfiguration(_) => {
                    facts.others.push(OtherFact { finding, evidence: place });
                    evidence.push(other_evidence(finding, purl));
                }
            }
        }
        facts.evidence = Arc::new(evidence);
        facts
    }

    /// Adds the report as the document that custom checks see: what `scan --format json` writes.
    pub fn with_document(mut self, document: Value) -> Facts<'a> {
        self.document = Some(document);
        self
    }

    /// Adds the way in which checks in Rego are asked: [`RegoCheck::ask`] where the policies are trusted, else in a process
    /// with limits on time and memory.
    pub fn with_rego(mut self, asker: RegoAsker<'a>) -> Facts<'a> {
        self.rego = Some(asker);
        self
    }

    /// Asks a check in Rego.
    pub(crate) fn rego(&self, check: &RegoCheck) -> Result<RegoDenials, CheckProblem> {
        match (&self.rego, &self.document) {
            (Some(asker), Some(document)) => asker(check, document),
            (None, _) | (_, None) => Err(CheckProblem::NoWay),
        }
    }

    /// The report as custom checks see it.
    pub(crate) fn cel(&self) -> Result<&CelReport, CheckProblem> {
        let prepare = || self.document.as_ref().ok_or(CheckProblem::NoWay).and_then(CelReport::new);
        self.cel.get_or_init(prepare).as_ref().map_err(Clone::clone)
    }

    /// Adds one that counts, and gives its evidence.
    fn add_vulnerability(
        &mut self,
        finding: &'a VulnerabilityFinding,
        purl: Option<&String>,
        place: u32,
    ) -> Option<Evidence> {
        // What VEX says is repaired or not affected does not count, and needs no exception.
        if matches!(finding.status, FindingStatus::Fixed | FindingStatus::NotAffected) {
            return None;
        }
        let scores = Scores::of(finding);
        let published = finding.published.as_deref().and_then(time::parse);
        self.classes.push(class(finding.severity, finding.fixed_version.is_some()));
        self.vulnerabilities.push(VulnerabilityFact {
            finding,
            evidence: place,
            is_exploited: finding.kev,
            epss: finding.epss,
            is_excepted: finding.excepted_by.is_some(),
            has_fix: finding.fixed_version.is_some(),
            is_in_base: self.is_in_base(finding.package),
            published,
            fixed: finding.fix_published.as_deref().and_then(time::parse).or(published),
            scores,
        });
        Some(Evidence {
            kind: Some(FindingKind::Vulnerability),
            id: finding.id.clone(),
            package: purl.cloned(),
            severity: Some(finding.severity),
            score: (!finding.scores.is_empty()).then_some(scores.vendor),
            fixed_version: finding.fixed_version.clone(),
            remedy: finding.remedy.clone(),
            ..Evidence::default()
        })
    }

    /// The places in `vulnerabilities` of those with an id or alias, which is asked for in upper case.
    pub(crate) fn places(&self, id: &str) -> impl Iterator<Item = usize> {
        let by_id = self.by_id.get_or_init(|| {
            let mut by_id: Vec<(Cow<'a, str>, usize)> = Vec::with_capacity(self.vulnerabilities.len());
            for (at, fact) in self.vulnerabilities.iter().enumerate() {
                let ids = std::iter::once(&fact.finding.id).chain(&fact.finding.aliases);
                by_id.extend(ids.map(|id| match id.bytes().any(|byte| byte.is_ascii_lowercase()) {
                    true => (Cow::Owned(id.to_ascii_uppercase()), at),
                    false => (Cow::Borrowed(id.as_str()), at),
                }));
            }
            by_id.sort_unstable();
            by_id
        });
        let first = by_id.partition_point(|(known, _)| &**known < id);
        by_id[first..].iter().take_while(move |(known, _)| known == id).map(|(_, at)| *at)
    }

    /// Each license text and the packages that have it.
    pub(crate) fn licenses(&self) -> &[(License, Vec<LicensedPackage>)] {
        self.licenses.get_or_init(|| licenses(&self.report.inventory.packages))
    }

    /// Whether an approved base image brought the package.
    fn is_in_base(&self, package: PackageId) -> bool {
        let Some(image) = &self.report.inventory.image else { return false };
        let is_approved = image.base.as_ref().is_some_and(|base| base.is_approved);
        let layer = self.report.inventory.packages.get(package).and_then(|package| package.layer);
        let is_base_layer = |layer: u32| image.layers.get(layer as usize).and_then(|layer| layer.base) == Some(true);
        is_approved && layer.is_some_and(is_base_layer)
    }

    /// What the image's configuration says; the archive of a root file system has layers and no configuration.
    pub(crate) fn image(&self) -> Option<&'a ImageFacts> {
        self.report.inventory.image.as_ref().filter(|image| image.user.is_some())
    }

    /// The gaps that say that packages were not matched at all, so that the lack of findings means nothing.
    pub(crate) fn unmatched(&self) -> impl Iterator<Item = &'a Gap> {
        self.unmatched.iter().copied()
    }

    /// The gaps that say that the packages of the system are not known, so that the lack of findings means nothing either.
    pub(crate) fn unknown_packages(&self) -> impl Iterator<Item = &'a Gap> {
        self.unknown.iter().copied()
    }

    pub(crate) fn package_evidence(&self, package: &Package, id: &str, kind: Option<FindingKind>) -> Arc<Evidence> {
        Arc::new(Evidence {
            kind,
            id: id.to_owned(),
            package: Some(package.purl.to_string()),
            path: package.paths.first().cloned(),
            ..Evidence::default()
        })
    }
}

impl Scores {
    fn of(finding: &VulnerabilityFinding) -> Scores {
        let unscored = match finding.severity {
            Severity::Critical => 9.0,
            Severity::High => 7.0,
            Severity::Medium => 4.0,
            Severity::Low => 0.1,
            Severity::None | Severity::Unknown => 0.0,
        };
        let highest_of = |source: Option<&str>| {
            let of_source = finding.scores.iter().filter(|score| source.is_none_or(|source| score.source == source));
            // A score of one decimal stays that number: 7.3 is not 7.300000190734863.
            of_source.map(|score| (f64::from(score.vector.base_score()) * 10.0).round() / 10.0).reduce(f64::max)
        };
        let highest = highest_of(None).unwrap_or(unscored);
        let nvd = highest_of(Some("nvd"));
        let vendor = finding.severity_source.as_deref().and_then(|source| highest_of(Some(source)));
        Scores { vendor: vendor.or(nvd).unwrap_or(highest), nvd: nvd.or(vendor).unwrap_or(highest), highest }
    }

    pub(crate) fn by(self, source: ScoreSource) -> f64 {
        match source {
            ScoreSource::Vendor => self.vendor,
            ScoreSource::Nvd => self.nvd,
            ScoreSource::Highest => self.highest,
        }
    }
}

fn other_evidence(finding: &Finding, purl: Option<&String>) -> Evidence {
    let (path, line, remedy) = match finding {
        Finding::Vulnerability(_) => (None, None, None),
        Finding::License(finding) => (finding.file().map(|file| &file.path), None, None),
        Finding::Secret(finding) => (Some(&finding.path), finding.line, None),
        Finding::Malware(finding) => (Some(&finding.path), None, None),
        Finding::Misconfiguration(finding) => (Some(&finding.path), finding.line, finding.remedy.clone()),
    };
    Evidence {
        kind: Some(finding.kind()),
        id: finding.id().to_owned(),
        package: purl.cloned(),
        path: path.filter(|path| !path.is_empty()).cloned(),
        line,
        severity: Some(finding.severity()),
        remedy,
        ..Evidence::default()
    }
}

/// What scopes may ask of a scan.
pub(crate) fn attributes(report: &ScanReport) -> Attributes {
    let mut attributes = Attributes::default();
    let target = &report.target;
    attributes.add(Attribute::TargetKind, None, target.kind.as_str());
    attributes.add(Attribute::TargetName, None, &target.name);
    if matches!(target.kind, TargetKind::Image | TargetKind::Container) {
        add_name(&mut attributes, &target.name);
        // An archive is asked for by its place; what it calls the image is what policies are about.
        for name in report.inventory.image.iter().flat_map(|image| &image.names) {
            match name.contains(['/', ':']) {
                true => add_name(&mut attributes, name),
                // A layout may name the tag alone.
                false => attributes.add(Attribute::ImageTag, None, name),
            }
        }
    }
    if let Some(digest) = &target.digest {
        attributes.add(Attribute::ImageDigest, None, digest.to_string());
    }
    if let Some(image) = &report.inventory.image {
        for (key, value) in &image.labels {
            attributes.add(Attribute::ImageLabel, Some(key), value);
        }
    }
    if let Some(distribution) = &report.inventory.distribution {
        attributes.add(Attribute::OsId, None, &distribution.id);
        attributes.add(Attribute::OsVersion, None, &distribution.version);
    }
    if let Some(platform) = &target.platform {
        let platform = platform.to_string();
        attributes.add(Attribute::OsType, None, platform.split('/').next().unwrap_or_default());
    }
    attributes
}

/// A name as it was given, and its parts.
fn add_name(attributes: &mut Attributes, text: &str) {
    attributes.add(Attribute::ImageName, None, text);
    if let Ok(name) = text.parse::<ImageName>() {
        attributes.add(Attribute::ImageRegistry, None, name.registry());
        attributes.add(Attribute::ImageRepository, None, name.repository());
        if let Some(tag) = name.tag() {
            attributes.add(Attribute::ImageTag, None, tag);
        }
    }
}

fn licenses(packages: &[Package]) -> Vec<(License, Vec<LicensedPackage>)> {
    let mut by_text: BTreeMap<&str, Vec<LicensedPackage>> = BTreeMap::new();
    for (id, package) in packages.iter().enumerate() {
        for text in &package.licenses {
            by_text.entry(text).or_default().push(LicensedPackage { id, evidence: OnceCell::new() });
        }
    }
    by_text.into_iter().map(|(text, packages)| (License::new(text), packages)).collect()
}
