#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod digest;
mod distribution;
mod ecosystem;
mod finding;
mod gap;
mod image;
mod image_name;
mod package;
mod path;
mod platform;
mod purl;
mod report;
mod severity;
mod vulnerability;

pub mod cvss;
#[doc(hidden)]
pub mod exercise;
pub mod version;

pub use digest::{Digest, DigestAlgorithm, InvalidDigest};
pub use distribution::Distribution;
pub use ecosystem::Ecosystem;
pub use finding::{AdvisoryReference, Finding, FindingStatus, VulnerabilityFinding};
pub use gap::Gap;
pub use image::{BaseImage, ImageFacts, LayerFacts};
pub use image_name::{ImageName, InvalidImageName};
pub use package::{Inventory, Package, PackageId, RemovedPackage, SourcePackage};
pub use path::UntrustedPath;
pub use platform::{InvalidPlatform, Platform};
pub use purl::{InvalidPurl, Purl};
pub use report::{IntelligenceFacts, IntelligenceSource, ScanReport, ScanTarget, TargetKind};
pub use severity::Severity;
pub use vulnerability::{CveId, EpssScore, InvalidCveId, SourcedScore};
