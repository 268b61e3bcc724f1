//! Doing the same to all that a filter takes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// By how much the number of objects may have moved since somebody saw it, in percent of what they saw.
pub const MOST_MOVED_PERCENT: u64 = 5;

/// What is done to images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImageAction {
    /// Index them again, where they come from a registry.
    Rescan,
    /// Remove them; their verdicts stay.
    Delete,
    /// Approve their digests in the repositories that they have a name in.
    Approve,
    /// Take these approvals back.
    RevokeApproval,
}

/// What is done to jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobAction {
    /// Let those that are dead or cancelled be tried again.
    Retry,
    /// Cancel those that wait or are being done.
    Cancel,
}

/// Something to be done to all images that a filter takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImagesBulkRequest {
    /// What.
    pub action: ImageAction,
    /// Which images; an empty filter takes all.
    pub filter: String,
    /// How many images the person saw that the filter takes. It is refused where the number moved by more than 5 percent.
    pub expected: u64,
    /// Why; told with approvals.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

/// Something to be done to all jobs that a filter takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobsBulkRequest {
    /// What.
    pub action: JobAction,
    /// Which jobs; an empty filter takes all.
    pub filter: String,
    /// How many jobs the person saw that the filter takes. It is refused where the number moved by more than 5 percent.
    pub expected: u64,
}

/// A request for exceptions for all vulnerabilities that a filter takes. Ids are put together, up to 500 in an exception.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VulnerabilitiesBulkRequest {
    /// Which vulnerabilities; an empty filter takes all.
    pub filter: String,
    /// How many the person saw that the filter takes. It is refused where the number moved by more than 5 percent.
    pub expected: u64,
    /// The name of the exceptions; where there are several, a number is put behind it.
    pub name: String,
    /// Only in these images: `expression`, `variables`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub scope: Option<serde_json::Value>,
    /// Who answers for it.
    pub owner: String,
    /// Why they may stay.
    pub reason: String,
    /// The last day on which it holds, or the moment at which it ends.
    pub expires: String,
    /// The id of the policy that it is asked for: its authors cannot approve it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// A bulk action of one's own to be taken back: what it changed, as far as that is still as it left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkUndo {
    /// The id of the job that did it.
    pub job: String,
}

/// What is to be done to all that a filter takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "resource", rename_all = "snake_case")]
pub enum BulkWork {
    /// To images.
    Images(ImagesBulkRequest),
    /// To jobs.
    Jobs(JobsBulkRequest),
    /// To vulnerabilities.
    Vulnerabilities(VulnerabilitiesBulkRequest),
    /// Back to what it was.
    Undo(BulkUndo),
}
