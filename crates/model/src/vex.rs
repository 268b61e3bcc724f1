//! VEX: what somebody says of a vulnerability in a product (Minimum Requirements for VEX, CISA, April 2023), whatever
//! the document it stands in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Digest, FindingStatus, Purl};

/// What a VEX statement says of a vulnerability. The order is that of caution, the most careful word last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VexStatus {
    /// The product has nothing to fear of it.
    NotAffected,
    /// The product has the repair.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
    /// The product is affected.
    Affected,
}

impl VexStatus {
    /// Every status.
    pub const ALL: [VexStatus; 4] =
        [VexStatus::NotAffected, VexStatus::Fixed, VexStatus::UnderInvestigation, VexStatus::Affected];

    /// The word of the standard.
    pub fn as_str(self) -> &'static str {
        match self {
            VexStatus::NotAffected => "not_affected",
            VexStatus::Fixed => "fixed",
            VexStatus::UnderInvestigation => "under_investigation",
            VexStatus::Affected => "affected",
        }
    }
}

/// One statement of a VEX document.
#[derive(Debug, Clone, PartialEq)]
pub struct VexStatement {
    /// The document.
    pub document: Arc<VexDocument>,
    /// Its place in the document, counted from 1.
    pub number: usize,
    /// The ids of the vulnerability, aliases included, as they are written.
    pub ids: Arc<[String]>,
    /// What it speaks of; any of them.
    pub products: Vec<Arc<VexProduct>>,
    /// What it says.
    pub status: VexStatus,
    /// Why a product is not affected, in the document's own word: the five of OpenVEX and CSAF, or one of CycloneDX.
    pub justification: Option<String>,
    /// What its author adds in words.
    pub detail: Option<String>,
    /// When it was said, RFC 3339, as it is written.
    pub timestamp: Option<String>,
}

/// Where statements come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VexDocument {
    /// The file, as the caller named it.
    pub file: String,
    /// The document's own id.
    pub id: Option<String>,
    /// Who speaks.
    pub author: Option<String>,
}

/// Something that a statement speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VexProduct {
    /// What it is called; each alone names it.
    pub names: Arc<[VexName]>,
    /// Only these versions, each as it is or as a range (`vers:…`); empty for those of the names.
    pub versions: Vec<String>,
    /// Only as a part of this; `None` wherever it is.
    pub within: Option<Arc<[VexName]>>,
}

/// What a product is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VexName {
    /// A package URL, of a package or of an image (`pkg:oci/…`).
    Purl(Purl),
    /// The digest of an image.
    Digest(Digest),
    /// A CPE, of an operating system.
    Cpe(String),
    /// Any other name, that of the target say.
    Other(String),
}

/// What a VEX statement said of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VexAssertion {
    /// What it says.
    pub status: VexStatus,
    /// Why the package is not affected, in the document's own word.
    pub justification: Option<String>,
    /// What its author adds in words.
    pub detail: Option<String>,
    /// Who says it.
    pub author: Option<String>,
    /// When it was said, as it is written.
    pub timestamp: Option<String>,
    /// The document's own id; the file's name where it has none.
    pub document: String,
    /// What the sources of the intelligence say.
    pub vendor_status: FindingStatus,
}
