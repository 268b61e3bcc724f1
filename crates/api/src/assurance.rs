//! Policies and exceptions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;
use crate::images::Image;

/// A policy as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// Its name, which its document gives.
    pub name: String,
    /// `enforce` or `audit`, from the document.
    pub mode: String,
    /// What it is for, from the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The document, YAML or JSON, as its author wrote it.
    pub document: String,
    /// Whether images are judged by it.
    pub is_enabled: bool,
    /// When it was made.
    pub created: Moment,
    /// When it was last changed.
    pub changed: Moment,
    /// Who changed it last.
    pub author: String,
    /// Counts changes.
    pub version: i64,
}

/// A policy as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyEdit {
    /// The document, YAML or JSON.
    pub document: String,
    /// Whether images are judged by it.
    #[serde(default = "yes")]
    pub is_enabled: bool,
    /// What the author says of the change.
    #[serde(default)]
    pub comment: String,
}

fn yes() -> bool {
    true
}

/// A version of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyVersion {
    /// Its number.
    pub version: i64,
    /// The name it gave.
    pub name: String,
    /// Its document.
    pub document: String,
    /// Whether images were judged by it.
    pub is_enabled: bool,
    /// Who wrote it.
    pub author: String,
    /// What the author said.
    pub comment: String,
    /// When.
    pub at: Moment,
}

/// What a change of policies would do, before anybody makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DryRunRequest {
    /// The policy that would be replaced; none for a new one.
    #[serde(default)]
    pub policy: Option<String>,
    /// The document that it would have; none where it would be removed.
    #[serde(default)]
    pub document: Option<String>,
}

/// What a change of policies would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DryRun {
    /// How many images were judged.
    pub images: u64,
    /// How many of them would have another decision.
    pub changed: u64,
    /// Whether there are more images than were judged.
    pub is_partial: bool,
    /// The id of the job that judges all of them, where there are more than fit in a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The first of those that would change.
    pub items: Vec<DryRunChange>,
}

/// How a dry run stands that is a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DryRunJob {
    /// The id of the job.
    pub job: String,
    /// `waiting`, `leased`, `done`, `dead` or `cancelled`.
    pub state: String,
    /// How many images there were when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// How many images were judged.
    pub images: u64,
    /// How many of them would have another decision.
    pub changed: u64,
    /// When what it found goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Moment>,
}

/// What a version of a policy is compared with: the version before where neither is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PolicyDifferenceQuery {
    /// The older version; the one before `to` where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// The newer version; the newest where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
}

/// A draft to be compared with a version of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDraft {
    /// The version; the newest where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// The draft, YAML or JSON.
    pub document: String,
}

/// What is different between two versions of a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PolicyDifference {
    /// The older version; absent where the newer one is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// The newer version; absent of a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
    /// Whether images were judged by it, before and after; absent where that did not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_enabled: Option<[bool; 2]>,
    /// Whether the text is another one while it says the same: comments, order of keys, spaces.
    pub is_respelled: bool,
    /// What it says differently, in the order of the document.
    pub changes: Vec<PolicyChange>,
}

/// A place at which a policy says something else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PolicyChange {
    /// Where: `controls[2].severities[0]`. Items are counted as they stand afterwards, removed ones as they stood before.
    pub place: String,
    /// What it said; absent where it is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<serde_json::Value>,
    /// What it says; absent where it is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<serde_json::Value>,
}

/// An image that would have another decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DryRunChange {
    /// The image.
    pub image: Image,
    /// The decision now.
    pub from: String,
    /// The decision then.
    pub to: String,
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyException)]
pub struct Exception {
    /// Its id.
    pub id: String,
    /// What is excepted.
    #[serde(flatten)]
    pub terms: ExceptionTerms,
    /// The policy that it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// `requested`, `approved`, `refused`, `withdrawn`, `expired`.
    pub state: String,
    /// The moment from which it no longer holds.
    pub ends: Moment,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    pub requested: Moment,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Moment>,
    /// What they said.
    pub comment: String,
    /// Counts changes.
    pub version: i64,
    /// The ids of the application scopes that it is limited to beside its own: those of whoever asked for it; none for all.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What whoever asks may do with it: `approve`, `refuse`, `withdraw`.
    #[serde(default)]
    pub may_decide: Vec<String>,
    /// Why they may not approve this one, though they may others: `access.separation_of_duties`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
}

/// What an exception would do, before anybody asks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExceptionPreview {
    /// How many images were judged.
    pub images: u64,
    /// How many of them have something that it covers.
    pub matches: u64,
    /// How many of these would have another decision.
    pub changed: u64,
    /// Whether there are more images than were judged.
    pub is_partial: bool,
    /// The first of those that have something that it covers.
    pub items: Vec<DryRunChange>,
}

/// What is excepted, as in a file of exceptions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExceptionTerms {
    /// The name under which verdicts and findings tell of it.
    pub name: String,
    /// `vulnerability`, `secret`, `malware`, `license`, `misconfiguration`, `gap`; none for every kind of finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// CVE ids, ids of checks, names of rules or licenses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// Only in this package: `name`, `ecosystem`, `version`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub package: Option<serde_json::Value>,
    /// Only in files that this pattern matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only in these images: `expression`, `variables`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub scope: Option<serde_json::Value>,
    /// Who answers for it.
    pub owner: String,
    /// Why it may stay.
    pub reason: String,
    /// The last day on which it holds, or the moment at which it ends.
    pub expires: String,
}

/// A request for an exception.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExceptionRequest {
    /// What is to be excepted.
    #[serde(flatten)]
    pub terms: ExceptionTerms,
    /// The id of the policy that it is asked for: its authors cannot approve it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// Refuses what it does not know, which a derived reader of flattened fields does not: a mistyped `scope` would make an
/// exception of everything.
impl<'de> Deserialize<'de> for ExceptionRequest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<ExceptionRequest, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Request {
            name: String,
            kind: Option<String>,
            #[serde(default)]
            ids: Vec<String>,
            package: Option<serde_json::Value>,
            path: Option<String>,
            scope: Option<serde_json::Value>,
            owner: String,
            reason: String,
            expires: String,
            policy: Option<String>,
        }
        let Request { name, kind, ids, package, path, scope, owner, reason, expires, policy } =
            Request::deserialize(deserializer)?;
        let terms = ExceptionTerms { name, kind, ids, package, path, scope, owner, reason, expires };
        Ok(ExceptionRequest { terms, policy })
    }
}

/// A decision on an exception.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionDecision {
    /// Why.
    #[serde(default)]
    pub comment: String,
}
