//! Roles, groups and application scopes as lists.

use policy::access::{Action, Area, Permit};
use policy::filter::{Key, Kind};

use super::{ApplicationScope, GROUP, Group, ROLE, Role, SCOPE, group, role, scope};
use crate::filtering::{Field, FieldKind};
use crate::listing::{ListQuery, Listing, Placed, by_number, by_text, placed};
use crate::permitted::require;
use crate::{Connection, StoreError};

/// What the list of roles can be filtered by.
pub const ROLE_KEYS: &[Key] = &[
    Key::sorting("name", Kind::Text, "The name.", "name:shop*"),
    Key::new("permission", Kind::Text, "What it allows.", "permission:images.write"),
    Key::new("scope", Kind::Text, "The id of a scope that it is limited to.", "scope:0190…"),
    Key::new("preset", Kind::Flag, "Whether it came with the installation.", "preset:false"),
    Key::sorting("created", Kind::Time, "When it was made.", "created:>=7d"),
];

pub(crate) const ROLES: Listing = Listing {
    table: "roles",
    columns: ROLE,
    fields: &[
        Field::text("name", "t.name"),
        Field::new("permission", "t.permissions", FieldKind::List),
        Field::of("scope", "scope_id", "t.id IN (SELECT role_id FROM role_scopes WHERE {})"),
        Field::number("preset", "t.is_preset"),
        Field::number("created", "t.created"),
    ],
    words: &["t.name"],
    orders: &[by_text("name", "t.name"), by_number("created", "t.created")],
};

/// A page of roles.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list_roles(
    connection: &mut Connection,
    permit: &Permit,
    query: &ListQuery,
) -> Result<Vec<Placed<Role>>, StoreError> {
    require(permit, Area::Access, Action::Read)?;
    let rows = ROLES.page(connection, query, |_| {})?;
    placed(rows, |row| role(connection, row))
}

/// What the list of groups can be filtered by.
pub const GROUP_KEYS: &[Key] = &[
    Key::sorting("name", Kind::Text, "The name.", "name:shop*"),
    Key::new("member", Kind::Text, "The id of a member.", "member:0190…"),
    Key::new("role", Kind::Text, "The id of a role that its members hold.", "role:developer"),
    Key::sorting("created", Kind::Time, "When it was made.", "created:>=7d"),
];

pub(crate) const GROUPS: Listing = Listing {
    table: "groups",
    columns: GROUP,
    fields: &[
        Field::text("name", "t.name"),
        Field::of("member", "user_id", "t.id IN (SELECT group_id FROM group_members WHERE {})"),
        Field::of("role", "role_id", "t.id IN (SELECT holder FROM role_holders WHERE {})"),
        Field::number("created", "t.created"),
    ],
    words: &["t.name"],
    orders: &[by_text("name", "t.name"), by_number("created", "t.created")],
};

/// A page of groups.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list_groups(
    connection: &mut Connection,
    permit: &Permit,
    query: &ListQuery,
) -> Result<Vec<Placed<Group>>, StoreError> {
    require(permit, Area::Access, Action::Read)?;
    let rows = GROUPS.page(connection, query, |_| {})?;
    placed(rows, |row| group(connection, row))
}

/// What the list of application scopes can be filtered by.
pub const SCOPE_KEYS: &[Key] = &[
    Key::sorting("name", Kind::Text, "The name.", "name:shop*"),
    Key::new("role", Kind::Text, "The id of a role that is limited to it.", "role:0190…"),
    Key::sorting("created", Kind::Time, "When it was made.", "created:>=7d"),
];

pub(crate) const SCOPES: Listing = Listing {
    table: "scopes",
    columns: SCOPE,
    fields: &[
        Field::text("name", "t.name"),
        Field::of("role", "role_id", "t.id IN (SELECT scope_id FROM role_scopes WHERE {})"),
        Field::number("created", "t.created"),
    ],
    words: &["t.name"],
    orders: &[by_text("name", "t.name"), by_number("created", "t.created")],
};

/// A page of application scopes.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list_scopes(
    connection: &mut Connection,
    permit: &Permit,
    query: &ListQuery,
) -> Result<Vec<Placed<ApplicationScope>>, StoreError> {
    require(permit, Area::Access, Action::Read)?;
    placed(SCOPES.page(connection, query, |_| {})?, |row| Ok(scope(row)))
}
