//! Who one is, and how one comes in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;

/// The first user, made with the link that the server printed at its first start.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// The secret of the link.
    pub secret: String,
    /// The name to log in with.
    pub name: String,
    /// The password, of 12 characters at least.
    pub password: String,
}

/// Whether the installation has its first user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetupState {
    /// Whether the first user is still missing.
    pub is_needed: bool,
}

/// A log-in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The name.
    pub name: String,
    /// The password.
    pub password: String,
    /// The six digits of the second factor, where the user has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// The one who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// `user` or `token`.
    pub kind: String,
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The name that others see; of users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The names of the roles.
    pub roles: Vec<String>,
    /// What may be done somewhere: `images.read`.
    pub permissions: Vec<String>,
    /// Those of them that are held within application scopes alone; what belongs to no application is beyond these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limited: Vec<String>,
    /// The application scopes that limit these, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<OwnScope>,
    /// Whether the password must be changed before anything else.
    pub must_change_password: bool,
    /// Whether a second factor is in use.
    pub has_second_factor: bool,
    /// When the session ends at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_expires: Option<Moment>,
}

/// An application scope that limits the one who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnScope {
    /// The id, as tokens and exceptions are limited by it.
    pub id: String,
    /// The name.
    pub name: String,
}

/// A change of one's own password.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password so far.
    pub current: String,
    /// The new one, of 12 characters at least.
    pub new: String,
}

/// A session of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OwnSession)]
pub struct Session {
    /// The id.
    pub id: String,
    /// When it began.
    pub created: Moment,
    /// When it was last used, to the minute.
    pub last_seen: Moment,
    /// When it ends at the latest.
    pub expires: Moment,
    /// The address that it was begun from.
    pub address: String,
    /// The program that it was begun with.
    pub user_agent: String,
    /// Whether it is the one that asks.
    pub is_current: bool,
}
