//! Findings of every kind, as rows of the report.

use std::borrow::Cow;

use model::{
    Finding, Inventory, LicenseCategory, LicenseFile, LicenseFinding, LicenseSource, MalwareEngine, MalwareFinding,
    Misconfiguration, Package, SecretFinding, SecretLocation, Severity, Sha256, VulnerabilityFinding,
};
use serde::{Deserialize, Serialize};

use super::vulnerability::VulnerabilityRow;
use super::{Places, Text, maybe, owned, text};

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum FindingRow<'a> {
    Vulnerability(Box<VulnerabilityRow<'a>>),
    Secret(SecretRow<'a>),
    Malware(MalwareRow<'a>),
    License(LicenseRow<'a>),
    Misconfiguration(Box<MisconfigurationRow<'a>>),
}

#[derive(Serialize, Deserialize)]
pub(crate) struct SecretRow<'a> {
    rule: Text<'a>,
    title: Text<'a>,
    location: SecretLocation,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    path: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(rename = "match")]
    matched: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
    severity: Severity,
    category: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed_in: Option<u32>,
    /// Whether the layer is one of the base image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<bool>,
    excepted_by: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct MalwareRow<'a> {
    rule: Text<'a>,
    engine: MalwareEngine,
    severity: Severity,
    path: Text<'a>,
    sha256: Sha256,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed_in: Option<u32>,
    /// Whether the layer is one of the base image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<bool>,
    excepted_by: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct LicenseRow<'a> {
    name: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    package: Option<PackageName<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence_percent: Option<u8>,
    category: LicenseCategory,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<u32>,
    /// Whether the layer is one of the base image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<bool>,
    excepted_by: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct MisconfigurationRow<'a> {
    id: Text<'a>,
    aliases: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    path: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    severity: Severity,
    title: Text<'a>,
    message: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<u32>,
    /// Whether the layer is one of the base image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<bool>,
    excepted_by: Option<Text<'a>>,
}

/// The package that a finding is about.
#[derive(Serialize, Deserialize)]
pub(super) struct PackageName<'a> {
    purl: Text<'a>,
    name: Text<'a>,
    version: Text<'a>,
}

impl<'a> FindingRow<'a> {
    pub(crate) fn of_vulnerability(finding: &'a VulnerabilityFinding, inventory: &'a Inventory) -> FindingRow<'a> {
        FindingRow::Vulnerability(Box::new(VulnerabilityRow::from_model(finding, inventory)))
    }

    /// A vulnerability at some of the places of its package.
    pub(crate) fn of_vulnerability_at(
        finding: &'a VulnerabilityFinding,
        places: &[&'a str],
        inventory: &'a Inventory,
    ) -> FindingRow<'a> {
        FindingRow::Vulnerability(Box::new(VulnerabilityRow::at(finding, places.iter().copied(), inventory)))
    }

    pub(crate) fn from_model(finding: &'a Finding, inventory: &'a Inventory) -> FindingRow<'a> {
        match finding {
            Finding::Vulnerability(finding) => FindingRow::of_vulnerability(finding, inventory),
            Finding::Secret(finding) => FindingRow::Secret(SecretRow::from_model(finding, inventory)),
            Finding::Malware(finding) => FindingRow::Malware(MalwareRow::from_model(finding, inventory)),
            Finding::License(finding) => FindingRow::License(LicenseRow::from_model(finding, inventory)),
            Finding::Misconfiguration(finding) => {
                FindingRow::Misconfiguration(Box::new(MisconfigurationRow::from_model(finding, inventory)))
            }
        }
    }

    pub(super) fn into_model(self, ids: &Places<'_>) -> Result<Finding, String> {
        Ok(match self {
            FindingRow::Vulnerability(row) => Finding::Vulnerability(row.into_model(ids)?),
            FindingRow::Secret(row) => Finding::Secret(row.into_model()),
            FindingRow::Malware(row) => Finding::Malware(row.into_model()),
            FindingRow::License(row) => Finding::License(row.into_model(ids)?),
            FindingRow::Misconfiguration(row) => Finding::Misconfiguration(row.into_model()),
        })
    }
}

impl<'a> PackageName<'a> {
    pub(super) fn of(package: &'a Package) -> PackageName<'a> {
        PackageName {
            purl: Cow::Owned(package.purl.to_string()),
            name: text(&package.name),
            version: text(&package.version),
        }
    }

    /// The place of the package among those of the report, for the finding `id`.
    pub(super) fn place(&self, id: &str, ids: &Places<'_>) -> Result<usize, String> {
        let place = ids.get(&*self.purl).copied();
        place.ok_or_else(|| format!("{id} is on {}, which is no package of it", self.purl))
    }
}

impl<'a> SecretRow<'a> {
    fn from_model(finding: &'a SecretFinding, inventory: &Inventory) -> SecretRow<'a> {
        SecretRow {
            rule: text(&finding.rule),
            title: text(&finding.title),
            location: finding.location,
            path: text(&finding.path),
            line: finding.line,
            matched: text(&finding.matched),
            number: finding.number,
            severity: finding.severity,
            category: text(&finding.category),
            layer: finding.layer,
            removed_in: finding.removed_in,
            base: inventory.is_of_base(finding.layer),
            excepted_by: maybe(&finding.excepted_by),
        }
    }

    fn into_model(self) -> SecretFinding {
        SecretFinding {
            location: self.location,
            path: owned(self.path),
            line: self.line,
            rule: owned(self.rule),
            title: owned(self.title),
            matched: owned(self.matched),
            number: self.number,
            severity: self.severity,
            category: owned(self.category),
            layer: self.layer,
            removed_in: self.removed_in,
            excepted_by: self.excepted_by.map(owned),
        }
    }
}

impl<'a> MalwareRow<'a> {
    fn from_model(finding: &'a MalwareFinding, inventory: &Inventory) -> MalwareRow<'a> {
        MalwareRow {
            rule: text(&finding.rule),
            engine: finding.engine,
            severity: finding.severity,
            path: text(&finding.path),
            sha256: finding.sha256,
            description: maybe(&finding.description),
            layer: finding.layer,
            removed_in: finding.removed_in,
            base: inventory.is_of_base(finding.layer),
            excepted_by: maybe(&finding.excepted_by),
        }
    }

    fn into_model(self) -> MalwareFinding {
        MalwareFinding {
            path: owned(self.path),
            rule: owned(self.rule),
            engine: self.engine,
            severity: self.severity,
            sha256: self.sha256,
            description: self.description.map(owned),
            layer: self.layer,
            removed_in: self.removed_in,
            excepted_by: self.excepted_by.map(owned),
        }
    }
}

impl<'a> LicenseRow<'a> {
    fn from_model(finding: &'a LicenseFinding, inventory: &'a Inventory) -> LicenseRow<'a> {
        let package = finding.package().map(|package| &inventory.packages[package]);
        let file = finding.file();
        let layer = package.map_or_else(|| file.and_then(|file| file.layer), |package| package.layer);
        LicenseRow {
            name: text(&finding.name),
            package: package.map(PackageName::of),
            path: file.map(|file| text(&file.path)),
            confidence_percent: file.and_then(|file| file.confidence_percent),
            category: finding.category,
            severity: finding.severity,
            layer,
            base: inventory.is_of_base(layer),
            excepted_by: maybe(&finding.excepted_by),
        }
    }

    fn into_model(self, ids: &Places<'_>) -> Result<LicenseFinding, String> {
        let source = match (self.package, self.path) {
            (Some(package), _) => LicenseSource::Package(package.place(&self.name, ids)?),
            (None, Some(path)) => {
                let confidence_percent = self.confidence_percent;
                LicenseSource::File(LicenseFile { path: owned(path), confidence_percent, layer: self.layer })
            }
            (None, None) => return Err(format!("the license {} has neither a package nor a path", self.name)),
        };
        Ok(LicenseFinding {
            source,
            name: owned(self.name),
            category: self.category,
            severity: self.severity,
            excepted_by: self.excepted_by.map(owned),
        })
    }
}

impl<'a> MisconfigurationRow<'a> {
    fn from_model(finding: &'a Misconfiguration, inventory: &Inventory) -> MisconfigurationRow<'a> {
        MisconfigurationRow {
            id: text(&finding.id),
            aliases: Cow::Borrowed(&finding.aliases),
            path: text(&finding.path),
            line: finding.line,
            severity: finding.severity,
            title: text(&finding.title),
            message: text(&finding.message),
            remedy: maybe(&finding.remedy),
            layer: finding.layer,
            base: inventory.is_of_base(finding.layer),
            excepted_by: maybe(&finding.excepted_by),
        }
    }

    fn into_model(self) -> Misconfiguration {
        Misconfiguration {
            path: owned(self.path),
            line: self.line,
            id: owned(self.id),
            aliases: self.aliases.into_owned(),
            severity: self.severity,
            title: owned(self.title),
            message: owned(self.message),
            remedy: self.remedy.map(owned),
            layer: self.layer,
            excepted_by: self.excepted_by.map(owned),
        }
    }
}
