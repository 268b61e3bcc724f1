//! Licenses that ask for attention.

use serde::{Deserialize, Serialize};

use crate::{PackageId, Severity};

/// A license of a package that asks for attention, or one whose text is in a file. Sorted by its fields from the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LicenseFinding {
    /// Where it was found.
    pub source: LicenseSource,
    /// An SPDX id or expression; the words of the metadata where they are neither.
    pub name: String,
    /// What it asks of whoever passes the package on. Of licenses to choose from it is the one that asks least.
    pub category: LicenseCategory,
    /// How loudly it asks, as long as no policy says otherwise; `none` for a text that asks for no more than notices.
    pub severity: Severity,
    /// The exception that covers it, by name.
    pub excepted_by: Option<String>,
}

/// What says that a license applies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LicenseSource {
    /// What a package declares.
    Package(PackageId),
    /// The text of a file.
    File(LicenseFile),
}

/// A file that holds the text of a license, or names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LicenseFile {
    /// The file; one in an archive as `a.jar!/META-INF/LICENSE`.
    pub path: String,
    /// How much of the license's wording is there, in percent; `None` where the text is that of no known license.
    pub confidence_percent: Option<u8>,
    /// Index of the layer that brought it; `None` outside images.
    pub layer: Option<u32>,
}

impl LicenseFinding {
    /// The package that declares it.
    pub fn package(&self) -> Option<PackageId> {
        match self.source {
            LicenseSource::Package(package) => Some(package),
            LicenseSource::File(_) => None,
        }
    }

    /// The file that holds it.
    pub fn file(&self) -> Option<&LicenseFile> {
        match &self.source {
            LicenseSource::Package(_) => None,
            LicenseSource::File(file) => Some(file),
        }
    }
}

/// What a license asks of whoever uses a package or passes it on, from the least to the most.
///
/// `Unknown` stands where it weighs: above what is harmless, below what is known to ask for much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenseCategory {
    /// Nothing.
    PublicDomain,
    /// Mostly to keep notices.
    Permissive,
    /// To publish changes to the package itself.
    WeakCopyleft,
    /// Nobody knows: the name is none of the SPDX license list, or one that says nothing.
    Unknown,
    /// To publish the whole work that contains it under the same license.
    StrongCopyleft,
    /// The same already when the work is only used over a network.
    NetworkCopyleft,
    /// The source is open and some uses are forbidden: commercial ones, competing services, changes.
    SourceAvailable,
    /// Not open: to have an agreement with the owner.
    Proprietary,
}

impl LicenseCategory {
    /// Every category.
    pub const ALL: [LicenseCategory; 8] = [
        LicenseCategory::PublicDomain,
        LicenseCategory::Permissive,
        LicenseCategory::WeakCopyleft,
        LicenseCategory::Unknown,
        LicenseCategory::StrongCopyleft,
        LicenseCategory::NetworkCopyleft,
        LicenseCategory::SourceAvailable,
        LicenseCategory::Proprietary,
    ];

    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            LicenseCategory::PublicDomain => "public-domain",
            LicenseCategory::Permissive => "permissive",
            LicenseCategory::WeakCopyleft => "weak-copyleft",
            LicenseCategory::Unknown => "unknown",
            LicenseCategory::StrongCopyleft => "strong-copyleft",
            LicenseCategory::NetworkCopyleft => "network-copyleft",
            LicenseCategory::SourceAvailable => "source-available",
            LicenseCategory::Proprietary => "proprietary",
        }
    }
}
