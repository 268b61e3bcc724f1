#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod comparison;
mod counted;
mod digest;
mod distribution;
mod ecosystem;
mod executable;
mod finding;
mod gap;
mod hashed_file;
mod image;
mod image_index;
mod image_name;
mod package;
mod path;
mod phrase_book;
mod platform;
mod purl;
mod remedy;
mod report;
mod severity;
mod sha256;
mod signature;
mod verdict;
mod vex;
mod vulnerability;

pub mod cvss;
#[doc(hidden)]
pub mod exercise;
pub mod time;
pub mod version;

pub use comparison::Comparison;
pub use counted::counted;
pub use digest::{Digest, DigestAlgorithm, InvalidDigest};
pub use distribution::Distribution;
pub use ecosystem::Ecosystem;
pub use executable::{Executable, WritableFolder};
pub use finding::{
    AdvisoryReference, Finding, FindingKind, FindingStatus, LicenseCategory, LicenseFile, LicenseFinding,
    LicenseSource, MalwareEngine, MalwareFinding, Misconfiguration, SecretFinding, SecretLocation,
    VulnerabilityFinding,
};
pub use gap::Gap;
pub use hashed_file::HashedFile;
pub use image::{BaseImage, BetterBase, Healthcheck, ImageFacts, LayerFacts};
pub use image_index::is_attachment;
pub use image_name::{ImageName, InvalidImageName};
pub use package::{Inventory, LockTool, Package, PackageId, RemovedPackage, SourcePackage};
pub use path::UntrustedPath;
pub use phrase_book::PhraseBook;
pub use platform::{InvalidPlatform, Platform};
pub use purl::{InvalidPurl, Purl};
pub use remedy::{RemedyKind, RemedyStep};
pub use report::{IntelligenceFacts, IntelligenceSource, ScanReport, ScanTarget, Shown, TargetKind};
pub use severity::Severity;
pub use sha256::{InvalidSha256, Sha256};
pub use signature::{Attestation, Signature, SignatureKind, SignatureProblem};
pub use verdict::{
    ControlAction, ControlDecision, ControlVerdict, Decision, Evidence, EvidenceList, ExceptionState, ExceptionUse,
    Parameter, PolicyEffect, PolicyMode, PolicyVerdict, Reason, ScopeTerm, Verdict,
};
pub use vex::{VexAssertion, VexDocument, VexName, VexProduct, VexStatement, VexStatus};
pub use vulnerability::{CveId, EpssScore, InvalidCveId, SourcedScore, as_written};
