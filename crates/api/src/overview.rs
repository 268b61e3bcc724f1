//! What is over everything: counts, search, suggestions, repositories, findings of all images, health, intelligence.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Moment;
use crate::images::Finding;
use crate::registries::Cause;

/// What the summary is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SummaryQuery {
    /// The moment since which changes are counted, RFC 3339; a day ago where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// Counts of what one may see. What one may not see is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    /// When it was counted.
    pub at: Moment,
    /// Images.
    pub images: ImageSummary,
    /// What came since.
    pub deltas: SummaryDeltas,
    /// Exceptions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exceptions: Option<ExceptionSummary>,
    /// Jobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<JobSummary>,
    /// Registries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registries: Option<RegistrySummary>,
    /// The intelligence that images are judged by; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intelligence: Option<IntelligenceAge>,
}

/// Images by what holds of them. Every number is that of a filter of the list of images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageSummary {
    /// All of them.
    pub total: i64,
    /// By decision: `decision:deny`.
    pub decisions: DecisionCounts,
    /// By the worst severity that counts: `severity:critical`.
    pub severities: SeverityCounts,
    /// With a vulnerability that is known to be exploited: `kev:>0`.
    pub known_exploited: i64,
    /// With a vulnerability that a newer version repairs: `fixable:>0`.
    pub fixable: i64,
    /// Whose digest is not approved where digests are: `approval:not_approved`.
    pub not_approved: i64,
    /// With something that could not be read: `gaps:>0`.
    pub with_gaps: i64,
}

/// A number for each decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct DecisionCounts {
    /// Allowed.
    pub allow: i64,
    /// Allowed by an exception.
    pub excepted: i64,
    /// A policy that only audits would deny.
    pub would_deny: i64,
    /// Not known.
    pub unknown: i64,
    /// Denied.
    pub deny: i64,
}

/// A number for each severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct SeverityCounts {
    /// Nothing counts, or nobody has rated it.
    pub unknown: i64,
    /// None.
    pub none: i64,
    /// Low.
    pub low: i64,
    /// Medium.
    pub medium: i64,
    /// High.
    pub high: i64,
    /// Critical.
    pub critical: i64,
}

/// What came since a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SummaryDeltas {
    /// The moment.
    pub since: Moment,
    /// Images that were first registered since: `registered:>=…`.
    pub registered: i64,
    /// Images whose decision came to be since: `decision:deny decided:>=…`.
    pub decided: DecisionCounts,
    /// Vulnerabilities that an image first had since, counted up to 1,000.
    pub vulnerabilities: i64,
}

/// Exceptions by state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExceptionSummary {
    /// They wait for a decision.
    pub requested: i64,
    /// They hold.
    pub approved: i64,
    /// Of these, those that end within 14 days.
    pub ending: i64,
}

/// Jobs by state, each counted up to 1,000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobSummary {
    /// They wait.
    pub waiting: i64,
    /// They are being done.
    pub leased: i64,
    /// They were given up: `state:dead`.
    pub dead: i64,
}

/// Registries by how they do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistrySummary {
    /// All of them.
    pub total: i64,
    /// Those whose last listing failed.
    pub failing: i64,
}

/// Which intelligence it is, and how old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntelligenceAge {
    /// Its sequence number.
    pub sequence: u64,
    /// The time of its newest record, RFC 3339.
    pub built: String,
    /// How long ago that was, in seconds.
    pub age_seconds: i64,
}

/// The intelligence with its sources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IntelligenceStatus {
    /// Which one is in use; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<IntelligenceAge>,
    /// Its sources by name.
    pub sources: Vec<IntelligenceSourceAge>,
    /// When this server took it into use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_use_since: Option<Moment>,
    /// When an update was last tried, by refresh or import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshed: Option<Moment>,
    /// When the server fetches the next one by itself; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_refresh: Option<Moment>,
    /// Whether an update is under way.
    pub is_refreshing: bool,
    /// What is wrong with the file that lies in its place; the one that was read before stays in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_problem: Option<Cause>,
    /// Why the last update, by refresh or import, brought nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_problem: Option<Cause>,
    /// Whether the configuration names where updates come from: else a refresh looks at the file alone.
    pub has_source: bool,
    /// Whether the configuration names a key whose signature is trusted: without one nothing is imported.
    pub has_keys: bool,
    /// Whether all images are judged by it.
    pub is_judged: bool,
}

/// A source of the intelligence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntelligenceSourceAge {
    /// `debian-tracker`, `osv/npm`, `kev`.
    pub name: String,
    /// How many records it brought.
    pub records: u64,
    /// The time of its newest record, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// How long ago that was, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_seconds: Option<i64>,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    /// The text: a name, a digest, an id, the beginning of one; 200 bytes at most.
    pub q: String,
    /// How many hits of each kind at most; 5 where it is not said, 20 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What was found, the nearest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SearchAnswer {
    /// The hits.
    pub items: Vec<SearchHit>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SearchHit {
    /// `image`, `repository`, `vulnerability`, `package`, `policy`, `exception`, `registry`, `integration`, `user`, `group`,
    /// `role`, `scope`.
    pub kind: String,
    /// What it is asked for by: the digest of an image, `registry/name` of a repository, `name@version` of a package.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What tells it from others of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How near it is: 0 for the very text, 1 for what begins so, 2 for what has it somewhere.
    pub rank: u8,
}

/// Of what values are suggested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SuggestionQuery {
    /// The list: `images`.
    pub resource: String,
    /// The key of its filter: `repository`.
    pub key: String,
    /// What the value begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// How many at most; 20 where it is not said, 50 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Which rows are counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CountQuery {
    /// The list: `packages`.
    pub resource: String,
    /// What it is narrowed by, as the list takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}

/// How many rows of a list there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowCount {
    /// So many there are, or so many at least: rows are counted up to 10,000, and not at all (0) where that would take long.
    pub count: u64,
    /// Whether there are no more.
    pub is_exact: bool,
}

/// Values that a filter could have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Suggestions {
    /// The values in their order.
    pub items: Vec<String>,
}

/// The keys that a list can be filtered by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FilterKeys {
    /// The list: `images`.
    pub resource: String,
    /// The keys.
    pub keys: Vec<FilterKey>,
}

/// A key that a list can be filtered by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FilterKey {
    /// Its name.
    pub name: String,
    /// `text`, `number`, `time`, `words`, `flag`.
    pub kind: String,
    /// The words that it takes, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Whether the list can be sorted by it.
    pub sorts: bool,
    /// Whether values are suggested for it.
    pub is_suggested: bool,
    /// What it asks, in English.
    pub meaning: String,
    /// A term that uses it.
    pub example: String,
}

/// All lists with their keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FilterCatalog {
    /// The lists.
    pub items: Vec<FilterKeys>,
}

/// A repository with what its images are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Repository {
    /// The registry's host.
    pub registry: String,
    /// The name.
    pub repository: String,
    /// How many images it has, counted up to 10,000.
    pub images: i64,
    /// How many tags it has, counted up to 10,000.
    pub tags: i64,
    /// How many of its images are denied.
    pub denied: i64,
    /// The worst severity that counts.
    pub severity: String,
    /// When the newest of its images was registered.
    pub registered: Moment,
}

/// A finding with the image that it is in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ListedFinding {
    /// The digest of the image.
    pub digest: String,
    /// The name that the image is listed under.
    pub image: String,
    /// The finding.
    pub finding: Finding,
}

/// Which images are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ComparisonQuery {
    /// The digest of the image as it was.
    pub old: String,
    /// The digest of the image as it is.
    pub new: String,
}

/// How the installation does, part by part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// When it was looked at.
    pub at: Moment,
    /// The worst state of a part.
    pub state: String,
    /// The parts that one may see.
    pub parts: Vec<HealthPart>,
}

/// How a part does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HealthPart {
    /// `database`, `intelligence`, `evaluation`, `jobs`, `registries`, `integrations`, `audit`.
    pub part: String,
    /// `ok`, `warning`, `failing`.
    pub state: String,
    /// Since when, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Moment>,
    /// Why, or what it is doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}
