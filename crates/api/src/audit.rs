//! The audit trail.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;

/// A record of the audit trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditRecord {
    /// Its number, from 1.
    pub sequence: i64,
    /// When it happened.
    pub at: Moment,
    /// Who did it.
    pub actor: AuditActor,
    /// What was done: `user.create`.
    pub action: String,
    /// The sort of object.
    pub object: String,
    /// The id of the object.
    pub object_id: String,
    /// The name of the object at that time.
    pub object_name: String,
    /// How it ended: `done`, `refused`, `failed`.
    pub outcome: String,
    /// The object before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<serde_json::Value>,
    /// The object after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<serde_json::Value>,
    /// The hash, in hexadecimal digits.
    pub hash: String,
}

/// Who acted, and how they reached the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditActor {
    /// `user`, `token`, `server` or `unknown`.
    pub kind: String,
    /// The id.
    pub id: String,
    /// The name at that time.
    pub name: String,
    /// The address that the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

/// What the verification of the trail found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditVerification {
    /// Whether every record is there as it was written.
    pub is_whole: bool,
    /// The number of the oldest record; older ones were removed by the retention setting.
    pub first: i64,
    /// The number of the last good record.
    pub last: i64,
    /// How many checkpoints agree.
    pub checkpoints: u64,
    /// The keys by which these were verified, by id.
    #[serde(default)]
    pub keys: Vec<AuditVerificationKey>,
    /// How many checkpoints were signed by a key that is not known here.
    pub unknown_checkpoints: u64,
    /// The first fault.
    pub fault: Option<AuditFault>,
}

/// A key that signed checkpoints which agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditVerificationKey {
    /// Its id.
    pub id: String,
    /// Whether it is the key of the server that answers; others are of servers that have the same master key, or had.
    pub is_own: bool,
    /// How many checkpoints agree that it signed.
    pub checkpoints: u64,
    /// When the first of these was made, as is signed with it.
    pub first: Moment,
    /// When the last of these was made.
    pub last: Moment,
    /// The public key in base 64, which `bulkhead admin audit verify --key` takes.
    pub public_key: String,
}

/// A fault of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditFault {
    /// The number of the record.
    pub sequence: i64,
    /// `deleted`, `altered`, `moved`, `rewritten`, `forged_checkpoint`, `beheaded` or `added`.
    pub code: String,
    /// Where a moved record stands.
    pub moved_to: Option<i64>,
}

/// A signed statement of how far the trail went, to be kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditCheckpoint {
    /// The number of the record.
    pub sequence: i64,
    /// When it was made.
    pub at: Moment,
    /// The hash of the record, in hexadecimal digits.
    pub hash: String,
    /// Which key signed.
    pub key_id: String,
    /// The text that is signed.
    pub statement: String,
    /// The Ed25519 signature of the statement, in base 64.
    pub signature: String,
    /// The public key in base 64, where it is that of a server with this one's master key.
    pub public_key: Option<String>,
}
