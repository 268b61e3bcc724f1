//! The shapes of `bulkhead.report/1`. Fields are in the order in which people read them; what is unknown is left out.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use model::cvss::CvssVector;
use model::{
    AdvisoryReference, BaseImage, Distribution, Ecosystem, EpssScore, Finding, FindingStatus, Gap, ImageFacts,
    IntelligenceFacts, IntelligenceSource, Inventory, LayerFacts, Package, RemovedPackage, ScanReport, ScanTarget,
    Severity, SourcePackage, SourcedScore, TargetKind, VulnerabilityFinding,
};
use serde::{Deserialize, Serialize};

use super::ecosystem_word::ecosystem_word;

pub(super) const SCHEMA: &str = "bulkhead.report/1";

/// Enough to tell whether the rest can be read.
#[derive(Deserialize)]
pub(super) struct Header {
    pub(super) schema: String,
}

type Text<'a> = Cow<'a, str>;

#[derive(Serialize, Deserialize)]
pub(super) struct Report<'a> {
    schema: Text<'a>,
    target: Target<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    os: Option<Os<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Image<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<Base<'a>>,
    packages: Vec<PackageRow<'a>>,
    findings: Vec<FindingRow<'a>>,
    removed: Vec<RemovedRow>,
    gaps: Vec<Gap>,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    intelligence: Option<Intelligence<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Target<'a> {
    name: Text<'a>,
    kind: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<model::Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<model::Platform>,
}

#[derive(Serialize, Deserialize)]
struct Os<'a> {
    id: Text<'a>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    id_like: Vec<Text<'a>>,
    version: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    codename: Option<Text<'a>>,
    name: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_of_life: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Image<'a> {
    user: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Text<'a>>,
    layers: Vec<LayerRow<'a>>,
    labels: Cow<'a, BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::<String, String>::is_empty")]
    annotations: Cow<'a, BTreeMap<String, String>>,
    environment: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    empty_history: Cow<'a, [String]>,
}

#[derive(Serialize, Deserialize)]
struct Base<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<model::Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layers: Option<u32>,
    approved: bool,
}

#[derive(Serialize, Deserialize)]
struct LayerRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<model::Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff_id: Option<model::Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Text<'a>>,
    size_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<bool>,
}

#[derive(Serialize, Deserialize)]
struct PackageRow<'a> {
    purl: Text<'a>,
    name: Text<'a>,
    version: Text<'a>,
    #[serde(default)]
    ecosystem: Text<'a>,
    #[serde(rename = "type")]
    purl_type: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<SourceRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    architecture: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<Text<'a>>,
    #[serde(default)]
    licenses: Cow<'a, [String]>,
    #[serde(default)]
    paths: Cow<'a, [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direct: Option<bool>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    development: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
struct SourceRow<'a> {
    name: Text<'a>,
    version: Text<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum FindingRow<'a> {
    Vulnerability(Box<VulnerabilityRow<'a>>),
}

#[derive(Serialize, Deserialize)]
pub(crate) struct VulnerabilityRow<'a> {
    id: Text<'a>,
    aliases: Cow<'a, [String]>,
    package: PackageName<'a>,
    target: Text<'a>,
    status: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_version: Option<Text<'a>>,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity_source: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_severity: Option<Text<'a>>,
    scores: Vec<ScoreRow<'a>>,
    kev: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    epss: Option<EpssRow>,
    advisories: Vec<AdvisoryRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<u32>,
    excepted_by: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
struct PackageName<'a> {
    purl: Text<'a>,
    name: Text<'a>,
    version: Text<'a>,
}

#[derive(Serialize, Deserialize)]
struct ScoreRow<'a> {
    source: Text<'a>,
    vector: Text<'a>,
    score: f32,
}

#[derive(Serialize, Deserialize)]
struct EpssRow {
    probability: f32,
    percentile: f32,
}

#[derive(Serialize, Deserialize)]
struct AdvisoryRow<'a> {
    source: Text<'a>,
    id: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
struct RemovedRow {
    purl: model::Purl,
    added_in: u32,
    removed_in: u32,
}

#[derive(Serialize, Deserialize)]
struct Verdict {
    decision: String,
    policies: Vec<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
struct Intelligence<'a> {
    sequence: u64,
    built: Text<'a>,
    sources: Vec<SourceFacts<'a>>,
}

#[derive(Serialize, Deserialize)]
struct SourceFacts<'a> {
    name: Text<'a>,
    records: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<Text<'a>>,
}

fn text(text: &str) -> Text<'_> {
    Cow::Borrowed(text)
}

fn maybe(text: &Option<String>) -> Option<Text<'_>> {
    text.as_deref().map(Cow::Borrowed)
}

fn owned(text: Text<'_>) -> String {
    text.into_owned()
}

impl<'a> Report<'a> {
    pub(super) fn from_model(report: &'a ScanReport) -> Report<'a> {
        let inventory = &report.inventory;
        let distribution = inventory.distribution.as_ref();
        Report {
            schema: text(SCHEMA),
            target: Target {
                name: text(&report.target.name),
                kind: text(report.target.kind.as_str()),
                digest: report.target.digest.clone(),
                platform: report.target.platform.clone(),
            },
            os: distribution.map(Os::from_model),
            image: inventory.image.as_ref().map(Image::from_model),
            base: inventory.image.as_ref().and_then(|image| image.base.as_ref()).map(Base::from_model),
            packages: inventory.packages.iter().map(|p| PackageRow::from_model(p, inventory)).collect(),
            findings: report.findings.iter().map(|finding| FindingRow::from_model(finding, inventory)).collect(),
            removed: inventory.removed.iter().map(RemovedRow::from_model).collect(),
            gaps: inventory.gaps.clone(),
            verdict: Verdict { decision: "not_judged".into(), policies: Vec::new() },
            intelligence: report.intelligence.as_ref().map(Intelligence::from_model),
        }
    }

    pub(super) fn into_model(self) -> Result<ScanReport, String> {
        let ids: HashMap<String, usize> =
            self.packages.iter().enumerate().map(|(id, row)| (row.purl.clone().into_owned(), id)).collect();
        let packages: Result<Vec<Package>, String> =
            self.packages.into_iter().map(|row| row.into_model(&ids)).collect();
        let findings: Result<Vec<Finding>, String> =
            self.findings.into_iter().map(|row| row.into_model(&ids)).collect();
        let base = self.base.map(Base::into_model);
        let inventory = Inventory {
            distribution: self.os.map(Os::into_model),
            image: self.image.map(|image| image.into_model(base)),
            packages: packages?,
            removed: self.removed.into_iter().map(RemovedRow::into_model).collect(),
            gaps: self.gaps,
        };
        let target = ScanTarget {
            kind: target_kind(&self.target.kind)?,
            name: owned(self.target.name),
            digest: self.target.digest,
            platform: self.target.platform,
        };
        Ok(ScanReport {
            target,
            inventory,
            findings: findings?,
            intelligence: self.intelligence.map(Intelligence::into_model),
        })
    }
}

fn target_kind(word: &str) -> Result<TargetKind, String> {
    use TargetKind::{Container, Directory, Host, Image, Rootfs, Sbom};
    let kinds = [Image, Rootfs, Directory, Sbom, Host, Container];
    kinds.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| format!("`{word}` is no kind of target"))
}

impl<'a> Os<'a> {
    fn from_model(distribution: &'a Distribution) -> Os<'a> {
        Os {
            id: text(&distribution.id),
            id_like: distribution.id_like.iter().map(|id| text(id)).collect(),
            version: text(&distribution.version),
            codename: maybe(&distribution.codename),
            name: text(&distribution.name),
            cpe: maybe(&distribution.cpe),
            end_of_life: maybe(&distribution.end_of_life),
        }
    }

    fn into_model(self) -> Distribution {
        Distribution {
            id: owned(self.id),
            id_like: self.id_like.into_iter().map(owned).collect(),
            version: owned(self.version),
            codename: self.codename.map(owned),
            name: owned(self.name),
            cpe: self.cpe.map(owned),
            end_of_life: self.end_of_life.map(owned),
        }
    }
}

impl<'a> Image<'a> {
    fn from_model(image: &'a ImageFacts) -> Image<'a> {
        Image {
            user: text(&image.user),
            created: maybe(&image.created),
            layers: image.layers.iter().map(LayerRow::from_model).collect(),
            labels: Cow::Borrowed(&image.labels),
            annotations: Cow::Borrowed(&image.annotations),
            environment: Cow::Borrowed(&image.environment),
            empty_history: Cow::Borrowed(&image.empty_history),
        }
    }

    fn into_model(self, base: Option<BaseImage>) -> ImageFacts {
        ImageFacts {
            user: owned(self.user),
            labels: self.labels.into_owned(),
            annotations: self.annotations.into_owned(),
            environment: self.environment.into_owned(),
            created: self.created.map(owned),
            layers: self.layers.into_iter().map(LayerRow::into_model).collect(),
            empty_history: self.empty_history.into_owned(),
            base,
        }
    }
}

impl<'a> Base<'a> {
    fn from_model(base: &'a BaseImage) -> Base<'a> {
        Base { name: maybe(&base.name), digest: base.digest.clone(), layers: base.layers, approved: base.is_approved }
    }

    fn into_model(self) -> BaseImage {
        BaseImage { name: self.name.map(owned), digest: self.digest, layers: self.layers, is_approved: self.approved }
    }
}

impl<'a> LayerRow<'a> {
    fn from_model(layer: &'a LayerFacts) -> LayerRow<'a> {
        LayerRow {
            digest: layer.digest.clone(),
            diff_id: layer.diff_id.clone(),
            created_by: maybe(&layer.created_by),
            size_bytes: layer.size_bytes,
            base: layer.base,
        }
    }

    fn into_model(self) -> LayerFacts {
        LayerFacts {
            digest: self.digest,
            diff_id: self.diff_id,
            created_by: self.created_by.map(owned),
            size_bytes: self.size_bytes,
            base: self.base,
        }
    }
}

impl<'a> PackageRow<'a> {
    fn from_model(package: &'a Package, inventory: &'a Inventory) -> PackageRow<'a> {
        let dependencies = package.dependencies.iter().filter_map(|id| inventory.packages.get(*id));
        PackageRow {
            purl: Cow::Owned(package.purl.to_string()),
            name: text(&package.name),
            version: text(&package.version),
            ecosystem: text(ecosystem_word(package.ecosystem, inventory.distribution.as_ref())),
            purl_type: text(package.ecosystem.purl_type()),
            source: package
                .source
                .as_ref()
                .map(|source| SourceRow { name: text(&source.name), version: text(&source.version) }),
            architecture: maybe(&package.architecture),
            module: maybe(&package.module),
            licenses: Cow::Borrowed(&package.licenses),
            paths: Cow::Borrowed(&package.paths),
            layer: package.layer,
            direct: package.direct,
            development: package.development,
            dependencies: dependencies.map(|package| Cow::Owned(package.purl.to_string())).collect(),
            sha1: maybe(&package.sha1),
        }
    }

    fn into_model(self, ids: &HashMap<String, usize>) -> Result<Package, String> {
        let ecosystem = Ecosystem::from_purl_type(&self.purl_type)
            .ok_or_else(|| format!("`{}` of {} is no package type", self.purl_type, self.purl))?;
        Ok(Package {
            ecosystem,
            name: owned(self.name),
            version: owned(self.version),
            purl: self.purl.parse().map_err(|error: model::InvalidPurl| error.to_string())?,
            source: self
                .source
                .map(|source| SourcePackage { name: owned(source.name), version: owned(source.version) }),
            architecture: self.architecture.map(owned),
            module: self.module.map(owned),
            licenses: self.licenses.into_owned(),
            paths: self.paths.into_owned(),
            layer: self.layer,
            direct: self.direct,
            development: self.development,
            dependencies: self.dependencies.iter().filter_map(|purl| ids.get(purl.as_ref()).copied()).collect(),
            sha1: self.sha1.map(owned),
        })
    }
}

impl<'a> FindingRow<'a> {
    /// The row of one vulnerability.
    pub(crate) fn of_vulnerability(finding: &'a VulnerabilityFinding, inventory: &'a Inventory) -> FindingRow<'a> {
        FindingRow::Vulnerability(Box::new(VulnerabilityRow::from_model(finding, inventory)))
    }

    fn from_model(finding: &'a Finding, inventory: &'a Inventory) -> FindingRow<'a> {
        match finding {
            Finding::Vulnerability(finding) => FindingRow::of_vulnerability(finding, inventory),
        }
    }

    fn into_model(self, ids: &HashMap<String, usize>) -> Result<Finding, String> {
        match self {
            FindingRow::Vulnerability(row) => row.into_model(ids).map(Finding::Vulnerability),
        }
    }
}

impl<'a> VulnerabilityRow<'a> {
    fn from_model(finding: &'a VulnerabilityFinding, inventory: &'a Inventory) -> VulnerabilityRow<'a> {
        let package = &inventory.packages[finding.package];
        let manifest = package.paths.first().map_or("", String::as_str);
        VulnerabilityRow {
            id: text(&finding.id),
            aliases: Cow::Borrowed(&finding.aliases),
            package: PackageName {
                purl: Cow::Owned(package.purl.to_string()),
                name: text(&package.name),
                version: text(&package.version),
            },
            target: text(if package.ecosystem.is_operating_system() { "os" } else { manifest }),
            status: text(finding.status.as_str()),
            fixed_version: maybe(&finding.fixed_version),
            severity: finding.severity,
            severity_source: maybe(&finding.severity_source),
            vendor_severity: maybe(&finding.vendor_severity),
            scores: finding.scores.iter().map(ScoreRow::from_model).collect(),
            kev: finding.kev,
            epss: finding.epss.map(|epss| EpssRow { probability: epss.probability, percentile: epss.percentile }),
            advisories: finding.advisories.iter().map(AdvisoryRow::from_model).collect(),
            title: maybe(&finding.title),
            published: maybe(&finding.published),
            remedy: maybe(&finding.remedy),
            layer: package.layer,
            excepted_by: maybe(&finding.excepted_by),
        }
    }

    fn into_model(self, ids: &HashMap<String, usize>) -> Result<VulnerabilityFinding, String> {
        let package = ids.get(self.package.purl.as_ref());
        Ok(VulnerabilityFinding {
            package: *package
                .ok_or_else(|| format!("{} is on {}, which is no package of it", self.id, self.package.purl))?,
            id: owned(self.id),
            aliases: self.aliases.into_owned(),
            status: finding_status(&self.status)?,
            fixed_version: self.fixed_version.map(owned),
            severity: self.severity,
            severity_source: self.severity_source.map(owned),
            vendor_severity: self.vendor_severity.map(owned),
            scores: self.scores.into_iter().map(ScoreRow::into_model).collect::<Result<_, _>>()?,
            kev: self.kev,
            epss: self.epss.map(|epss| EpssScore { probability: epss.probability, percentile: epss.percentile }),
            advisories: self.advisories.into_iter().map(AdvisoryRow::into_model).collect(),
            title: self.title.map(owned),
            published: self.published.map(owned),
            remedy: self.remedy.map(owned),
            excepted_by: self.excepted_by.map(owned),
        })
    }
}

fn finding_status(word: &str) -> Result<FindingStatus, String> {
    use FindingStatus::{Affected, EndOfLife, FixDeferred, Fixed, NotAffected, UnderInvestigation, WillNotFix};
    let statuses = [Affected, WillNotFix, FixDeferred, UnderInvestigation, EndOfLife, Fixed, NotAffected];
    statuses
        .into_iter()
        .find(|status| status.as_str() == word)
        .ok_or_else(|| format!("`{word}` is no status of a finding"))
}

impl<'a> ScoreRow<'a> {
    fn from_model(score: &'a SourcedScore) -> ScoreRow<'a> {
        ScoreRow {
            source: text(&score.source),
            vector: Cow::Owned(score.vector.to_string()),
            score: score.vector.base_score(),
        }
    }

    fn into_model(self) -> Result<SourcedScore, String> {
        let vector = CvssVector::parse(&self.vector).map_err(|error| error.to_string())?;
        Ok(SourcedScore { source: owned(self.source), vector })
    }
}

impl<'a> AdvisoryRow<'a> {
    fn from_model(advisory: &'a AdvisoryReference) -> AdvisoryRow<'a> {
        AdvisoryRow { source: text(&advisory.source), id: text(&advisory.id), url: maybe(&advisory.url) }
    }

    fn into_model(self) -> AdvisoryReference {
        AdvisoryReference { source: owned(self.source), id: owned(self.id), url: self.url.map(owned) }
    }
}

impl RemovedRow {
    fn from_model(removed: &RemovedPackage) -> RemovedRow {
        RemovedRow { purl: removed.purl.clone(), added_in: removed.added_in, removed_in: removed.removed_in }
    }

    fn into_model(self) -> RemovedPackage {
        RemovedPackage { purl: self.purl, added_in: self.added_in, removed_in: self.removed_in }
    }
}

impl<'a> Intelligence<'a> {
    fn from_model(intelligence: &'a IntelligenceFacts) -> Intelligence<'a> {
        let source = |source: &'a IntelligenceSource| SourceFacts {
            name: text(&source.name),
            records: source.records,
            updated: maybe(&source.updated),
        };
        Intelligence {
            sequence: intelligence.sequence,
            built: text(&intelligence.built),
            sources: intelligence.sources.iter().map(source).collect(),
        }
    }

    fn into_model(self) -> IntelligenceFacts {
        let source = |source: SourceFacts<'_>| IntelligenceSource {
            name: owned(source.name),
            records: source.records,
            updated: source.updated.map(owned),
        };
        IntelligenceFacts {
            sequence: self.sequence,
            built: owned(self.built),
            sources: self.sources.into_iter().map(source).collect(),
        }
    }
}
