//! Jobs, and what workers lease and answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use crate::Moment;
use crate::bulk::BulkWork;
use crate::exports::{ExportFormat, ExportResource};
use crate::registries::{Cause, RegistryCredential, RegistryKind, RegistryRules};

/// How long a worker may wait for a job in one request, in seconds.
pub const LONGEST_LEASE_WAIT_SECONDS: u32 = 25;

/// The most tags that one listing tells.
pub const MOST_LISTED_TAGS: usize = 100_000;

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// `scan`, `list`, `test`, which workers do; `export`, `bulk`, `dry_run`, which the server does itself.
    pub kind: String,
    /// `waiting`, `leased`, `done`, `dead` or `cancelled`.
    pub state: String,
    /// The id of the registry that it asks; empty of what the server does itself.
    pub registry_id: String,
    /// Who waits for it: `person`, `webhook` or `schedule`.
    pub priority: String,
    /// What is to be done; absent where it is done with the rights of another, who alone learns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
    /// How often it was tried.
    pub tries: u32,
    /// It is not tried before then.
    pub not_before: Moment,
    /// Who does it, or did it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leased_by: Option<String>,
    /// Why the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Cause>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    pub result: Option<serde_json::Value>,
    /// Who asked for it.
    pub requested_by: String,
    /// When it was made.
    pub created: Moment,
    /// When it was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Moment>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Moment>,
    /// How far it is; of what the server does itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<JobProgress>,
    /// When what it made goes; of a bulk action that can be taken back, until when that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Moment>,
    /// Where its owner gets what it made, until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// How far a job is that the server does itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobProgress {
    /// How many rows or objects there were when it began; absent where nobody counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// How many were looked at.
    pub done: u64,
    /// How many were changed, or would be.
    #[serde(default)]
    pub changed: u64,
    /// How many were left as they are, because they are so already, or cannot be otherwise.
    #[serde(default)]
    pub unchanged: u64,
    /// How many may be seen, but not changed, by whoever asked.
    #[serde(default)]
    pub not_permitted: u64,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// Index an image.
    Scan {
        /// The repository.
        repository: String,
        /// The tag that it was found by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
        /// The digest; where it is not known, the tag says which image.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<String>,
    },
    /// List repositories and tags within these rules.
    List {
        /// Which images are wanted.
        rules: RegistryRules,
    },
    /// Try the connection.
    Test {
        /// A repository whose tags are asked for; without one, the list of repositories is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repository: Option<String>,
    },
    /// Write a list as a file.
    Export {
        /// What is exported.
        resource: ExportResource,
        /// How it is written.
        format: ExportFormat,
        /// Which rows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<String>,
        /// Of findings: in which images.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        images: Option<String>,
        /// In which order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sort: Option<String>,
    },
    /// Do the same to all that a filter takes.
    Bulk {
        /// What, to which.
        work: BulkWork,
    },
    /// Judge every stored image by policies that are not in force.
    DryRun {
        /// The policy that would be replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<String>,
        /// The document that it would have.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<String>,
    },
}

impl Work {
    /// The word of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Work::Scan { .. } => "scan",
            Work::List { .. } => "list",
            Work::Test { .. } => "test",
            Work::Export { .. } => "export",
            Work::Bulk { .. } => "bulk",
            Work::DryRun { .. } => "dry_run",
        }
    }
}

/// A worker's wish for a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseRequest {
    /// The worker's name, for people who look at jobs.
    pub worker: String,
    /// How many seconds to wait for one: 0 to 25.
    #[serde(default)]
    pub wait_seconds: u32,
}

/// The answer to a wish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeaseAnswer {
    /// The job; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<LeasedJob>,
}

/// A leased job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeasedJob {
    /// Its id.
    pub id: String,
    /// What shows that one holds it.
    pub lease: String,
    /// For how many seconds it is held; a heartbeat begins them anew.
    pub lease_seconds: u32,
    /// What is to be done.
    pub work: Work,
    /// The registry that is asked.
    pub registry: LeasedRegistry,
    /// The key of the lists of known malware that files are asked about; absent where the server has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub malware_lists: Option<String>,
    /// Whether a policy asks who signed images.
    #[serde(default)]
    pub wants_signatures: bool,
}

/// Which lists of known malware are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct MalwareListsQuery {
    /// The key that the job told.
    pub key: String,
}

/// How a worker reaches a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeasedRegistry {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: RegistryKind,
    /// The host, with its port where it has one.
    pub address: String,
    /// Further certificate authorities, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// Whether to speak plain http.
    pub plain_http: bool,
    /// Whether it may be at a private address.
    pub may_be_private: bool,
    /// What proves who asks.
    pub credential: RegistryCredential,
}

/// A sign of life of whoever holds a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// What shows that one holds it.
    pub lease: String,
}

/// What came of a job: the field of its kind.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobAnswer {
    /// What shows that one holds it.
    pub lease: String,
    /// Of a scan: the index of the image, a `bulkhead.report/1` document without vulnerabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    pub index: Option<Box<RawValue>>,
    /// Of a scan of an image of several platforms: the documents of the image indexes through which the image was found, the
    /// one that was asked for first. They prove that the image is what the job is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_indexes: Vec<String>,
    /// Of a listing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<Listing>,
    /// Of a test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<TestStep>>,
}

/// What a registry has within its rules.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// The tags that are wanted, of every repository that is.
    pub tags: Vec<ListedTag>,
    /// Whether everything was listed: what is not among the tags is gone then.
    pub is_complete: bool,
    /// What could not be listed, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Cause>,
    /// Whether anybody may read, without a credential; absent where it was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_open: Option<bool>,
}

/// A tag of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedTag {
    /// The repository.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The digest that it means.
    pub digest: String,
    /// When the image says it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built: Option<Moment>,
}

/// A step of a test of a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestStep {
    /// `exchange` (of the credential, where the server exchanges it), `dns`, `tcp`, `tls`, `authentication`, `authorization`,
    /// `rate_limit`.
    pub step: String,
    /// `ok`, `failed`, or `skipped` where an earlier one failed or it does not apply.
    pub outcome: String,
    /// What was found, where there is something to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

/// Why a job could not be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobFailure {
    /// What shows that one holds it.
    pub lease: String,
    /// The code: `registry.unauthorized`; `job.given_back` where the worker stops.
    pub code: String,
    /// The values of the sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// Whether another try may succeed.
    pub may_pass: bool,
}
