//! The shapes of `bulkhead.report/1`. Fields are in the order in which people read them; what is unknown is left out.

mod comparison;
mod evidence;
mod findings;
mod verdict;
mod vex;
mod vulnerability;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{
    BaseImage, BetterBase, Distribution, Ecosystem, Executable, Finding, FindingKind, Gap, Healthcheck, ImageFacts,
    IntelligenceFacts, IntelligenceSource, Inventory, LayerFacts, LockTool, Package, RemovedPackage, ScanReport,
    ScanTarget, Shown, SourcePackage, TargetKind,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ecosystem_word::ecosystem_word;
use comparison::ComparisonRow;
pub(crate) use evidence::SignatureRow;
use evidence::{ExecutableRow, FolderRow};
pub(crate) use findings::FindingRow;
pub(crate) use verdict::VerdictRow;

pub(super) const SCHEMA: &str = "bulkhead.report/1";

/// Enough to tell whether the rest can be read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    pub(super) schema: Option<Value>,
    /// CycloneDX and SPDX say so of themselves.
    pub(super) bom_format: Option<IgnoredAny>,
    pub(super) spdx_version: Option<IgnoredAny>,
    /// The packages in Syft's own format, whose `schema` is an object.
    pub(super) artifacts: Option<IgnoredAny>,
    /// What reports of Trivy have.
    #[serde(rename = "SchemaVersion")]
    pub(super) trivy_schema: Option<IgnoredAny>,
    #[serde(rename = "ArtifactName")]
    pub(super) trivy_artifact: Option<IgnoredAny>,
}

type Text<'a> = Cow<'a, str>;

/// A text that is only compared: read out of a document it is a part of that, unless characters in it are escaped there.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Word<'a>(#[serde(borrow)] Cow<'a, str>);

/// The places of packages by their purls.
type Places<'p> = HashMap<&'p str, usize>;

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
    #[serde(borrow)]
    packages: Vec<PackageRow<'a>>,
    /// Reports of a time when there was one detector do not name it.
    #[serde(default = "only_vulnerabilities")]
    detectors: Vec<Text<'a>>,
    findings: Vec<FindingRow<'a>>,
    #[serde(default, skip_serializing_if = "Shown::is_everything")]
    shown: Shown,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    signatures: Vec<SignatureRow<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    executables: Vec<ExecutableRow<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    writable_folders: Vec<FolderRow<'a>>,
    removed: Vec<RemovedRow>,
    gaps: Vec<Gap>,
    verdict: VerdictRow,
    /// What is new against an earlier report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comparison: Option<ComparisonRow<'a>>,
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
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    names: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Text<'a>>,
    layers: Vec<LayerRow<'a>>,
    labels: Cow<'a, BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::<String, String>::is_empty")]
    annotations: Cow<'a, BTreeMap<String, String>>,
    environment: Cow<'a, [String]>,
    #[serde(default)]
    healthcheck: Healthcheck,
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    exposed_ports: Cow<'a, [String]>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    better: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    better_digest: Option<model::Digest>,
    /// How many vulnerabilities of this base the better one does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    better_repairs: Option<u32>,
    /// How many it has that this base has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    better_brings: Option<u32>,
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
    #[serde(borrow)]
    purl: Cow<'a, str>,
    name: Text<'a>,
    version: Text<'a>,
    #[serde(borrow, default)]
    ecosystem: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    purl_type: Cow<'a, str>,
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
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock_tool: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
struct SourceRow<'a> {
    name: Text<'a>,
    version: Text<'a>,
}

#[derive(Serialize, Deserialize)]
struct RemovedRow {
    purl: model::Purl,
    added_in: u32,
    removed_in: u32,
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
            detectors: report.detectors.iter().map(|kind| text(kind.detector())).collect(),
            findings: report.findings.iter().map(|finding| FindingRow::from_model(finding, inventory)).collect(),
            shown: report.shown.clone(),
            signatures: report.signatures.iter().map(SignatureRow::from_model).collect(),
            executables: inventory.executables.iter().map(|row| ExecutableRow::from_model(row, inventory)).collect(),
            writable_folders: inventory.writable_folders.iter().map(FolderRow::from_model).collect(),
            removed: inventory.removed.iter().map(RemovedRow::from_model).collect(),
            gaps: inventory.gaps.clone(),
            verdict: VerdictRow::from_model(report.verdict.as_ref()),
            comparison: report.comparison.as_ref().map(|row| ComparisonRow::from_model(row, report)),
            intelligence: report.intelligence.as_ref().map(Intelligence::from_model),
        }
    }

    /// Whether it says to be of the schema that is read here.
    pub(super) fn is_of_this_schema(&self) -> bool {
        self.schema == SCHEMA
    }

    pub(super) fn into_model(self) -> Result<ScanReport, String> {
        let purls: Vec<Cow<'_, str>> = self.packages.iter().map(|row| row.purl.clone()).collect();
        let ids: Places<'_> = purls.iter().enumerate().map(|(id, purl)| (&**purl, id)).collect();
        let packages: Result<Vec<Package>, String> =
            self.packages.into_iter().map(|row| row.into_model(&ids)).collect();
        let findings: Result<Vec<Finding>, String> =
            self.findings.into_iter().map(|row| row.into_model(&ids)).collect();
        let executables: Result<Vec<Executable>, String> =
            self.executables.into_iter().map(|row| row.into_model(&ids)).collect();
        let detectors: Result<BTreeSet<FindingKind>, String> =
            self.detectors.iter().map(|word| detector(word)).collect();
        let base = self.base.map(Base::into_model);
        let inventory = Inventory {
            distribution: self.os.map(Os::into_model),
            image: self.image.map(|image| image.into_model(base)),
            packages: packages?,
            removed: self.removed.into_iter().map(RemovedRow::into_model).collect(),
            executables: executables?,
            writable_folders: self.writable_folders.into_iter().map(FolderRow::into_model).collect(),
            gaps: self.gaps,
        };
        let target = ScanTarget {
            kind: target_kind(&self.target.kind)?,
            name: owned(self.target.name),
            digest: self.target.digest,
            platform: self.target.platform,
        };
        let findings = findings?;
        let comparison = self.comparison.map(|row| row.into_model(findings.len())).transpose()?;
        Ok(ScanReport {
            target,
            inventory,
            detectors: detectors?,
            findings,
            shown: self.shown,
            signatures: self.signatures.into_iter().map(SignatureRow::into_model).collect(),
            verdict: self.verdict.into_model()?,
            comparison,
            intelligence: self.intelligence.map(Intelligence::into_model),
        })
    }
}

fn target_kind(word: &str) -> Result<TargetKind, String> {
    use TargetKind::{Container, Directory, Host, Image, Rootfs, Sbom};
    let kinds = [Image, Rootfs, Directory, Sbom, Host, Container];
    kinds.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| format!("`{word}` is no kind of target"))
}

fn detector(word: &str) -> Result<FindingKind, String> {
    let known = FindingKind::ALL.into_iter().find(|kind| kind.detector() == word);
    known.ok_or_else(|| format!("`{word}` is no detector"))
}

fn only_vulnerabilities() -> Vec<Text<'static>> {
    vec![text(FindingKind::Vulnerability.detector())]
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
            names: Cow::Borrowed(&image.names),
            user: maybe(&image.user),
            user_id: image.user_id,
            created: maybe(&image.created),
            layers: image.layers.iter().map(LayerRow::from_model).collect(),
            labels: Cow::Borrowed(&image.labels),
            annotations: Cow::Borrowed(&image.annotations),
            environment: Cow::Borrowed(&image.environment),
            healthcheck: image.healthcheck,
            exposed_ports: Cow::Borrowed(&image.exposed_ports),
            empty_history: Cow::Borrowed(&image.empty_history),
        }
    }

    fn into_model(self, base: Option<BaseImage>) -> ImageFacts {
        ImageFacts {
            names: self.names.into_owned(),
            user: self.user.map(owned),
            user_id: self.user_id,
            labels: self.labels.into_owned(),
            annotations: self.annotations.into_owned(),
            environment: self.environment.into_owned(),
            healthcheck: self.healthcheck,
            exposed_ports: self.exposed_ports.into_owned(),
            created: self.created.map(owned),
            layers: self.layers.into_iter().map(LayerRow::into_model).collect(),
            empty_history: self.empty_history.into_owned(),
            base,
        }
    }
}

impl<'a> Base<'a> {
    fn from_model(base: &'a BaseImage) -> Base<'a> {
        let better = base.better.as_ref();
        Base {
            name: maybe(&base.name),
            digest: base.digest.clone(),
            layers: base.layers,
            approved: base.is_approved,
            better: better.map(|better| text(&better.name)),
            better_digest: better.and_then(|better| better.digest.clone()),
            better_repairs: better.map(|better| better.repairs),
            better_brings: better.map(|better| better.brings),
        }
    }

    fn into_model(self) -> BaseImage {
        BaseImage {
            name: self.name.map(owned),
            digest: self.digest,
            layers: self.layers,
            is_approved: self.approved,
            better: self.better.map(|name| BetterBase {
                name: owned(name),
                digest: self.better_digest,
                repairs: self.better_repairs.unwrap_or(0),
                brings: self.better_brings.unwrap_or(0),
            }),
        }
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
            dependencies: dependencies.map(|package| Word(Cow::Owned(package.purl.to_string()))).collect(),
            sha1: maybe(&package.sha1),
            lock_tool: package.lock_tool.map(|tool| Cow::Borrowed(tool.as_str())),
        }
    }

    fn into_model(self, ids: &Places<'_>) -> Result<Package, String> {
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
            dependencies: self.dependencies.iter().filter_map(|purl| ids.get(&*purl.0).copied()).collect(),
            sha1: self.sha1.map(owned),
            lock_tool: self.lock_tool.and_then(|word| LockTool::from_word(&word)),
        })
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
