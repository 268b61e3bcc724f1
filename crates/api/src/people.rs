//! Users, groups, roles, application scopes: who may do what.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The id.
    pub id: String,
    /// What is typed at the log-in.
    pub name: String,
    /// The name that others see.
    pub display_name: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// The ids of the user's own roles; those of the groups come on top.
    pub roles: BTreeSet<String>,
    /// The ids of the groups that the user is in.
    pub groups: BTreeSet<String>,
    /// Whether log-ins are refused.
    pub is_disabled: bool,
    /// Whether the password must be changed before anything else.
    pub must_change_password: bool,
    /// Whether a second factor is in use.
    pub has_second_factor: bool,
    /// No log-in before this time, after wrong passwords.
    pub locked_until: Option<Moment>,
    /// The last log-in.
    pub last_login: Option<Moment>,
    /// When it was made.
    pub created: Moment,
    /// When it was last changed.
    pub changed: Moment,
}

/// A user to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// What is typed at the log-in: 1 to 64 letters, digits or . - _ @ +.
    pub name: String,
    /// The name that others see; the other name where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where mail goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The ids of the roles; a preset's id is its name.
    #[serde(default)]
    pub roles: BTreeSet<String>,
}

/// What of a user is changed, as a whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserEdit {
    /// The name that others see.
    pub display_name: String,
    /// Where mail goes; nowhere where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The ids of the roles.
    pub roles: BTreeSet<String>,
    /// Whether log-ins are refused, which ends all sessions.
    pub is_disabled: bool,
}

/// A user with a password that works once: it must be changed at the log-in, and is never shown again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UserWithPassword {
    /// The user.
    pub user: User,
    /// The password.
    pub password: String,
}

/// A new password for somebody who lost theirs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// Whether the second factor is taken away too.
    #[serde(default)]
    pub removes_second_factor: bool,
}

/// How many were ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ended {
    /// The number.
    pub ended: u64,
}

/// A group of users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The ids of its members.
    pub members: BTreeSet<String>,
    /// The ids of the roles that all members hold.
    pub roles: BTreeSet<String>,
    /// When it was made.
    pub created: Moment,
    /// When it was last changed.
    pub changed: Moment,
}

/// A group as it shall be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupEdit {
    /// The name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The ids of its members.
    #[serde(default)]
    pub members: BTreeSet<String>,
    /// The ids of the roles that all members hold.
    #[serde(default)]
    pub roles: BTreeSet<String>,
}

/// A role: permissions within application scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Role {
    /// The id; a preset's is its name.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whom it is for.
    pub description: String,
    /// What it allows: `images.read`.
    pub permissions: Vec<String>,
    /// The ids of the application scopes that it is limited to; none for everything.
    pub scopes: BTreeSet<String>,
    /// Whether it came with the installation and cannot be changed.
    pub is_preset: bool,
    /// When it was made.
    pub created: Moment,
    /// When it was last changed.
    pub changed: Moment,
}

/// A role as it shall be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleEdit {
    /// The name.
    pub name: String,
    /// Whom it is for.
    #[serde(default)]
    pub description: String,
    /// What it allows: `images.read`.
    pub permissions: Vec<String>,
    /// The ids of the application scopes that it is limited to; none for everything.
    #[serde(default)]
    pub scopes: BTreeSet<String>,
}

/// The permissions of an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PermissionArea {
    /// The area: `images`.
    pub area: String,
    /// Its permissions: `images.read`.
    pub permissions: Vec<String>,
}

/// An application scope: what belongs to one application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationScope {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How the variables stand together: `v1 && (v2 || !v3)`.
    pub expression: String,
    /// The variables `v1`, `v2` … in their order.
    pub variables: Vec<ScopeVariable>,
    /// When it was made.
    pub created: Moment,
    /// When it was last changed.
    pub changed: Moment,
}

/// An application scope as it shall be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeEdit {
    /// The name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// How the variables stand together; all have to hold where it is empty.
    #[serde(default)]
    pub expression: String,
    /// The variables `v1`, `v2` … in their order.
    pub variables: Vec<ScopeVariable>,
}

/// A variable of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeVariable {
    /// What it asks: `image.repository`.
    pub attribute: String,
    /// The key, where it asks a label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What the attribute must be; `*` stands for any characters.
    pub value: String,
}

/// One's own password, given again before something dangerous.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The password.
    pub password: String,
}

/// A second factor that is being set up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SecondFactor {
    /// The secret in base 32, to be typed into an authenticator application.
    pub secret: String,
    /// The same as an address, to be shown as a QR code.
    pub uri: String,
}

/// A code of the second factor.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorCode {
    /// The six digits.
    pub code: String,
}

/// An API token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// The id, which is no secret.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// The user whose rights bound it; none for a machine's own.
    pub owner: Option<String>,
    /// What it may do.
    pub permissions: Vec<String>,
    /// The ids of the application scopes that it is limited to; none for everything that its owner or group reaches.
    pub scopes: BTreeSet<String>,
    /// The CIDR blocks that it may be used from; none for any address.
    pub addresses: Vec<String>,
    /// When it was made.
    pub created: Moment,
    /// Who made it, by id.
    pub created_by: String,
    /// When it ends.
    pub expires: Option<Moment>,
    /// When it was last used, to the minute.
    pub last_used: Option<Moment>,
    /// When it was revoked.
    pub revoked: Option<Moment>,
    /// The id of the group whose rights bound it, of a machine's token.
    pub group: Option<String>,
    /// The id of the user who answers for a machine's token that no group bounds; `server` for those of the server itself.
    pub answerable: Option<String>,
    /// Since when nobody answers for it who holds what it may do: from some days later on it is refused.
    pub orphaned: Option<Moment>,
}

/// A token to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// What it may do: `images.write`; never more than whoever makes it.
    pub permissions: Vec<String>,
    /// The ids of the application scopes that it is limited to; none for everything, and for a token of one's own for all that
    /// one reaches oneself.
    #[serde(default)]
    pub scopes: BTreeSet<String>,
    /// The CIDR blocks that it may be used from; none for any address.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// When it ends; never where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Moment>,
    /// Of a machine's token: the id of the group whose rights bound it at every moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Of a machine's token without a group: the id of the user who answers for it, and holds what it may do; whoever makes
    /// it where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answerable: Option<String>,
}

/// Who shall answer for a token.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenAnswerable {
    /// The id of the user.
    pub user: String,
}

/// A token with its secret, which is never shown again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenWithSecret {
    /// The token.
    pub token: Token,
    /// What is sent as `Authorization: Bearer …`.
    pub secret: String,
}
