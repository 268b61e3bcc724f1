//! Images, their packages, findings and verdicts.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use crate::Moment;

/// What a registration says beside the index, which is the body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RegistrationQuery {
    /// The names of the image, joined by commas: `registry.example/shop/api:1.2`; without it, the name in the index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The address of the code repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The address of the build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
}

/// The media type of an image's index alone.
pub const INDEX_TYPE: &str = "application/json";

/// The media type of an image's index with the documents of the image indexes through which the image was found.
pub const REGISTRATION_TYPE: &str = "application/vnd.bulkhead.registration+json";

/// The content codings (RFC 9110, section 8.4.1) that an index may be sent in.
pub const REGISTRATION_CODINGS: &[&str] = &["zstd", "gzip"];

/// An image's index, and what proves which image indexes stand for the image.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationDocument {
    /// The index of the image, a `bulkhead.report/1` document.
    pub index: Box<RawValue>,
    /// The documents of the image indexes (OCI image-spec, image-index.md) through which the image was found, the one that was
    /// asked for first.
    pub image_indexes: Vec<String>,
}

/// A verdict object: id, decision, effects (what follows of it), subject, digest, policies with their scopes and controls, reasons
/// as codes with evidence, exceptions, when it was evaluated and by which intelligence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct VerdictObject(pub serde_json::Value);

/// An image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// The digest of its manifest.
    pub digest: String,
    /// The name that it is listed under.
    pub name: String,
    /// Its platform.
    pub platform: String,
    /// Id and version of its distribution.
    pub os: String,
    /// When it was made, as it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// The size of its layers as stored, in bytes.
    pub size_bytes: i64,
    /// How many packages it has.
    pub packages: i64,
    /// What counts against it.
    pub counts: ImageCounts,
    /// The severity of the worst finding that counts.
    pub severity: String,
    /// `allow`, `excepted`, `would_deny`, `unknown`, `deny`.
    pub decision: String,
    /// The id of the verdict.
    pub verdict: String,
    /// Whether its digest may run: `none` where nobody approves digests in its repositories, `approved`, `not_approved`.
    pub approval: String,
    /// When it was first registered.
    pub registered: Moment,
    /// When its index came.
    pub indexed: Moment,
    /// When its verdict came to be as it is.
    pub evaluated: Moment,
    /// When its decision came to be what it is.
    pub decided: Moment,
}

/// How many findings that count an image has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageCounts {
    /// Critical vulnerabilities.
    pub critical: i64,
    /// High ones.
    pub high: i64,
    /// Medium ones.
    pub medium: i64,
    /// Low ones.
    pub low: i64,
    /// Vulnerabilities without a severity, or of severity none.
    pub unrated: i64,
    /// Vulnerabilities that are known to be exploited.
    pub kev: i64,
    /// Vulnerabilities that a newer version repairs.
    pub fixable: i64,
    /// Secrets.
    pub secrets: i64,
    /// Malware.
    pub malware: i64,
    /// Misconfigurations.
    pub misconfigurations: i64,
    /// What could not be read.
    pub gaps: i64,
}

/// An image with its names and its verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImageDetails {
    /// The image.
    #[serde(flatten)]
    pub image: Image,
    /// Its names.
    pub names: Vec<ImageReference>,
    /// The digests of the indexes of several platforms that stand for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<String>,
    /// Where its index is from.
    #[schema(value_type = Object)]
    pub source: serde_json::Value,
    /// Whether the server knows a registry of one of its names, and so can scan it again.
    pub is_fetchable: bool,
    /// The approvals of its digest.
    pub approvals: Vec<DigestApproval>,
    /// Its verdict.
    pub current_verdict: Option<VerdictObject>,
}

/// A name of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageReference {
    /// The registry.
    pub registry: String,
    /// The repository.
    pub repository: String,
    /// The tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Since when it is known.
    pub seen: Moment,
    /// Whether the tag still names this image.
    pub is_current: bool,
}

/// That somebody approved a digest in a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DigestApproval {
    /// The registry.
    pub registry: String,
    /// The repository.
    pub repository: String,
    /// Who approved it.
    pub by: String,
    /// What they said.
    pub comment: String,
    /// When.
    pub at: Moment,
}

/// An approval that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequest {
    /// Why.
    #[serde(default)]
    pub comment: String,
}

/// A package of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImagePackage)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `deb`, `npm`.
    pub ecosystem: String,
    /// Its purl.
    pub purl: String,
    /// The source package, or the spelling that advisories use, where it is another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The index of the layer that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<i64>,
}

/// A finding of an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImageFinding)]
pub struct Finding {
    /// `vulnerability`, `secret`, `malware`, `license`, `misconfiguration`.
    pub kind: String,
    /// Id of the vulnerability or check, name of the rule or license.
    pub id: String,
    /// How bad it is.
    pub severity: String,
    /// The purl of the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What the vendor says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The version that repairs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_version: Option<String>,
    /// The score that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Whether it is known to be exploited.
    pub kev: bool,
    /// The probability of exploitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<f64>,
    /// The exception that covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excepted_by: Option<String>,
    /// The line in the file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<i64>,
    /// The index of the layer that brought it, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<i64>,
    /// One line on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The same in Japanese, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_ja: Option<String>,
    /// What somebody who has seen it says; it changes no verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledgement: Option<FindingAcknowledgement>,
}

/// That somebody has seen a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingAcknowledgement {
    /// Its id.
    pub id: String,
    /// Where it counts: `registry/repository` for all images there, or the digest of one.
    pub place: String,
    /// Who.
    pub by: String,
    /// What they say.
    pub reason: String,
    /// When.
    pub at: Moment,
    /// Until when it counts; for ever where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// That one has seen a finding of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgementRequest {
    /// `vulnerability`, `secret`, `malware`, `license`, `misconfiguration`.
    pub kind: String,
    /// Id of the vulnerability or check, name of the rule or license.
    pub id: String,
    /// The purl of the package, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The file, where it is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What one says of it: 3 to 2,000 characters.
    pub reason: String,
    /// Until when it counts; for ever where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// Whether it counts for this image alone, and not for all images of its repositories.
    #[serde(default)]
    pub is_of_image: bool,
}

/// What was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledged {
    /// One acknowledgement for each place that it counts in.
    pub items: Vec<FindingAcknowledgement>,
}

/// A package of any image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KnownPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `deb`, `npm`.
    pub ecosystem: String,
    /// Its purl.
    pub purl: String,
    /// The source package, or the spelling that advisories use, where it is another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How many images have it, counted up to 1,000 in lists and 10,000 where one is asked for; within application scopes
    /// up to 100. What many images have is counted once a minute.
    pub images: u64,
}

/// A vulnerability of any image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KnownVulnerability {
    /// Its id.
    pub id: String,
    /// The worst severity that an image has it with.
    pub severity: String,
    /// Whether it is known to be exploited.
    pub kev: bool,
    /// The probability of exploitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<f64>,
    /// One line on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it became public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// When an image first had it.
    pub first_seen: Moment,
    /// How many images have it, counted up to 1,000 in lists and 10,000 where one is asked for; within application scopes
    /// up to 100. What many images have is counted once a minute.
    pub images: u64,
}

/// A vulnerability with what its sources say and the images that have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VulnerabilityDetails {
    /// The vulnerability.
    #[serde(flatten)]
    pub vulnerability: KnownVulnerability,
    /// Its other ids.
    pub aliases: Vec<String>,
    /// What the sources say.
    pub advisories: Vec<SourceAdvisory>,
    /// The first of the images that have it; the list of images has all of them by the filter `vulnerability:ID`.
    pub touched: Vec<Image>,
}

/// What one source says of a vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceAdvisory {
    /// The source.
    pub source: String,
    /// Its own id.
    pub id: String,
    /// Where to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The source's own rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
}

/// Which verdict is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct VerdictQuery {
    /// The image by digest: `registry.example/shop/api@sha256:…`, or the digest alone. The digest of an index of several
    /// platforms stands for all of its images, of which the worst decides.
    pub image: String,
    /// Of an index: the image of this platform alone, `linux/arm64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
}
