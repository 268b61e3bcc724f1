//! Roles, groups and application scopes: what makes a user a principal with grants.

mod lists;

use std::collections::BTreeSet;

use policy::access::{self, Action, Area, Grant, PRESETS, Permission, PermissionSet, Permit, Principal};

use crate::permitted::require;
use crate::{Connection, Row, StoreError, values};
pub use lists::{GROUP_KEYS, ROLE_KEYS, SCOPE_KEYS, list_groups, list_roles, list_scopes};
pub(crate) use lists::{GROUPS, ROLES, SCOPES};
use model::counted;

/// A role: permissions within application scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its id; a preset's is its name.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whom it is for.
    pub description: String,
    /// What it allows.
    pub permissions: PermissionSet,
    /// The ids of the scopes that it is limited to; none for everything.
    pub scopes: BTreeSet<String>,
    /// Whether it came with the installation and cannot be changed.
    pub is_preset: bool,
    /// When it was made, in microseconds since 1970.
    pub created: i64,
    /// When it was last changed.
    pub changed: i64,
    /// Counts changes.
    pub version: i64,
}

/// A group of users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The ids of its members.
    pub members: BTreeSet<String>,
    /// The ids of its roles.
    pub roles: BTreeSet<String>,
    /// When it was made, in microseconds since 1970.
    pub created: i64,
    /// When it was last changed.
    pub changed: i64,
    /// Counts changes.
    pub version: i64,
}

/// An application scope: what belongs to one application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationScope {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its expression and variables, as JSON.
    pub definition: String,
    /// When it was made, in microseconds since 1970.
    pub created: i64,
    /// When it was last changed.
    pub changed: i64,
    /// Counts changes.
    pub version: i64,
}

/// What a user may do: a grant for each role that it or one of its groups holds.
///
/// # Errors
/// When the database fails.
pub fn grants_of(connection: &mut Connection, user_id: &str) -> Result<Vec<Grant>, StoreError> {
    let sql = "SELECT DISTINCT r.id, r.name, r.permissions FROM role_holders h JOIN roles r ON r.id = h.role_id
        WHERE h.holder = $1 OR h.holder IN (SELECT group_id FROM group_members WHERE user_id = $1) ORDER BY r.name";
    let rows = connection.rows(sql, &values![user_id])?;
    rows.iter().map(|row| grant(connection, row)).collect()
}

/// What a group gives its members: a grant for each of its roles. Of a group that is gone there is none.
///
/// # Errors
/// When the database fails.
pub fn grants_of_group(connection: &mut Connection, group_id: &str) -> Result<Vec<Grant>, StoreError> {
    let sql = "SELECT r.id, r.name, r.permissions FROM role_holders h JOIN roles r ON r.id = h.role_id
        WHERE h.holder = $1 ORDER BY r.name";
    let rows = connection.rows(sql, &values![group_id])?;
    rows.iter().map(|row| grant(connection, row)).collect()
}

fn grant(connection: &mut Connection, row: &Row) -> Result<Grant, StoreError> {
    let scopes = texts(connection, "SELECT scope_id FROM role_scopes WHERE role_id = $1", &row.text(0))?;
    Ok(Grant { role: row.text(1), permissions: permissions(&row.text(2))?, scopes })
}

/// Whether a permit lets its holder give and take rights of others.
///
/// # Errors
/// When it does not.
pub fn may_administer(permit: &Permit) -> Result<(), StoreError> {
    require(permit, Area::Access, Action::Write)
}

/// Whether a permit lets its holder see the rights of others.
///
/// # Errors
/// When it does not.
pub fn may_see(permit: &Permit) -> Result<(), StoreError> {
    require(permit, Area::Access, Action::Read)
}

/// Whether somebody holds all that these roles give, so that they may give them.
///
/// # Errors
/// When they do not, a role does not exist, or the database fails.
pub fn may_give_roles<'a>(
    connection: &mut Connection,
    giver: &Principal,
    roles: impl IntoIterator<Item = &'a String>,
) -> Result<(), StoreError> {
    for id in roles {
        let role = role_by_id(connection, id)?;
        may_give(giver, role.permissions, &role.scopes)?;
    }
    Ok(())
}

/// Whether somebody holds these permissions within these scopes (everywhere, where there are none).
///
/// # Errors
/// When they do not.
pub fn may_give(giver: &Principal, permissions: PermissionSet, scopes: &BTreeSet<String>) -> Result<(), StoreError> {
    match access::beyond(giver, permissions, scopes) {
        None => Ok(()),
        Some(permission) => Err(StoreError::Beyond { permission: permission.to_string() }),
    }
}

/// Whether somebody holds these permissions somewhere.
///
/// # Errors
/// When they do not.
pub fn may_use(principal: &Principal, permissions: PermissionSet) -> Result<(), StoreError> {
    match permissions.iter().find(|permission| access::permit(principal, *permission).is_err()) {
        None => Ok(()),
        Some(permission) => Err(StoreError::Beyond { permission: permission.to_string() }),
    }
}

/// Whether somebody holds all that a user may do: only then may they act on the user's account.
///
/// # Errors
/// When they do not, or the database fails.
pub fn may_manage(connection: &mut Connection, manager: &Principal, user_id: &str) -> Result<(), StoreError> {
    for grant in grants_of(connection, user_id)? {
        may_give(manager, grant.permissions, &grant.scopes)?;
    }
    Ok(())
}

/// All that the roles and tokens limited to a scope allow, and what the exceptions limited to it amount to: what a wider
/// scope would give more of.
///
/// # Errors
/// When the database fails.
pub fn permissions_within(connection: &mut Connection, scope_id: &str) -> Result<PermissionSet, StoreError> {
    let of_roles = "SELECT r.permissions FROM role_scopes s JOIN roles r ON r.id = s.role_id WHERE s.scope_id = $1";
    let of_tokens =
        "SELECT permissions FROM tokens WHERE revoked IS NULL AND ',' || scopes || ',' LIKE '%,' || $1 || ',%'";
    let mut rows = connection.rows(of_roles, &values![scope_id])?;
    rows.extend(connection.rows(of_tokens, &values![scope_id])?);
    let mut all = PermissionSet::default();
    for row in &rows {
        all = all.union(permissions(&row.text(0))?);
    }
    let of_exceptions = "SELECT 1 FROM exception_scopes WHERE scope_id = $1 LIMIT 1";
    if connection.row(of_exceptions, &values![scope_id])?.is_some() {
        all = all.union([Permission::new(Area::Exceptions, Action::Approve)].into_iter().collect());
    }
    Ok(all)
}

/// The groups that a user is in, by id.
///
/// # Errors
/// When the database fails.
pub fn groups_of(connection: &mut Connection, user_id: &str) -> Result<BTreeSet<String>, StoreError> {
    texts(connection, "SELECT group_id FROM group_members WHERE user_id = $1", user_id)
}

/// Puts the presets in, or brings them up to date with this program.
///
/// # Errors
/// When the database fails.
pub fn install_presets(connection: &mut Connection, now: i64) -> Result<(), StoreError> {
    for preset in PRESETS {
        let permissions = preset.permissions().to_string();
        connection.execute(
            "INSERT INTO roles (id, name, description, permissions, is_preset, created, changed, version)
             VALUES ($1, $1, $2, $3, 1, $4, $4, 1)
             ON CONFLICT (id) DO UPDATE SET description = $2, permissions = $3 WHERE roles.permissions <> $3",
            &values![preset.name, preset.summary, permissions, now],
        )?;
    }
    Ok(())
}

const ROLE: &str = "id, name, description, permissions, is_preset, created, changed, version";

/// A role by id.
///
/// # Errors
/// When there is none, or the database fails.
pub fn role_by_id(connection: &mut Connection, id: &str) -> Result<Role, StoreError> {
    let sql = format!("SELECT {ROLE} FROM roles WHERE id = $1");
    let row = connection.row(&sql, &values![id])?.ok_or(StoreError::NotFound { what: "role" })?;
    role(connection, &row)
}

/// Adds a role.
///
/// # Errors
/// When the name is taken, a scope does not exist, or the database fails.
pub fn insert_role(connection: &mut Connection, role: &Role) -> Result<(), StoreError> {
    free(connection, "roles", "role", &role.name)?;
    connection.execute(
        &format!("INSERT INTO roles ({ROLE}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
        &values![
            &role.id,
            &role.name,
            &role.description,
            role.permissions.to_string(),
            role.is_preset,
            role.created,
            role.changed,
            role.version
        ],
    )?;
    set_scopes(connection, role)
}

/// Replaces a role whose version is the one before. Presets stay as they are.
///
/// # Errors
/// When somebody else changed it, it is a preset, a scope does not exist, or the database fails.
pub fn update_role(connection: &mut Connection, role: &Role) -> Result<(), StoreError> {
    free_but_for(connection, "roles", "role", &role.name, &role.id)?;
    let sql = "UPDATE roles SET name = $1, description = $2, permissions = $3, changed = $4, version = $5
        WHERE id = $6 AND version = $7 AND is_preset = 0";
    let parameters = values![
        &role.name,
        &role.description,
        role.permissions.to_string(),
        role.changed,
        role.version,
        &role.id,
        role.version - 1
    ];
    if connection.execute(sql, &parameters)? == 0 {
        return Err(StoreError::Changed { what: "role" });
    }
    connection.execute("DELETE FROM role_scopes WHERE role_id = $1", &values![&role.id])?;
    set_scopes(connection, role)
}

/// Removes a role that nobody holds.
///
/// # Errors
/// When there is none, somebody holds it, it is a preset, or the database fails.
pub fn delete_role(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    let holders = connection.row("SELECT count(*) FROM role_holders WHERE role_id = $1", &values![id])?;
    let holders = holders.map_or(0, |row| row.integer(0));
    if holders > 0 {
        return Err(StoreError::InUse { what: "role", by: counted(holders, "user or group", "users or groups") });
    }
    match connection.execute("DELETE FROM roles WHERE id = $1 AND is_preset = 0", &values![id])? {
        0 => Err(StoreError::NotFound { what: "role" }),
        _ => Ok(()),
    }
}

/// The roles of a user or group themselves, by id.
///
/// # Errors
/// When the database fails.
pub fn roles_held(connection: &mut Connection, holder: &str) -> Result<BTreeSet<String>, StoreError> {
    texts(connection, "SELECT role_id FROM role_holders WHERE holder = $1", holder)
}

/// Gives a user or group these roles and no others.
///
/// # Errors
/// When a role does not exist, or the database fails.
pub fn set_roles_held(connection: &mut Connection, holder: &str, roles: &BTreeSet<String>) -> Result<(), StoreError> {
    connection.execute("DELETE FROM role_holders WHERE holder = $1", &values![holder])?;
    for role in roles {
        exists(connection, "roles", "role", role)?;
        connection.execute("INSERT INTO role_holders (holder, role_id) VALUES ($1, $2)", &values![holder, role])?;
    }
    Ok(())
}

const GROUP: &str = "id, name, description, created, changed, version";

/// A group by id.
///
/// # Errors
/// When there is none, or the database fails.
pub fn group_by_id(connection: &mut Connection, id: &str) -> Result<Group, StoreError> {
    let row = connection.row(&format!("SELECT {GROUP} FROM groups WHERE id = $1"), &values![id])?;
    group(connection, &row.ok_or(StoreError::NotFound { what: "group" })?)
}

/// Adds a group.
///
/// # Errors
/// When the name is taken, a member or role does not exist, or the database fails.
pub fn insert_group(connection: &mut Connection, group: &Group) -> Result<(), StoreError> {
    free(connection, "groups", "group", &group.name)?;
    connection.execute(
        &format!("INSERT INTO groups ({GROUP}) VALUES ($1, $2, $3, $4, $5, $6)"),
        &values![&group.id, &group.name, &group.description, group.created, group.changed, group.version],
    )?;
    set_members(connection, group)
}

/// Replaces a group whose version is the one before.
///
/// # Errors
/// When somebody else changed it, a member or role does not exist, or the database fails.
pub fn update_group(connection: &mut Connection, group: &Group) -> Result<(), StoreError> {
    free_but_for(connection, "groups", "group", &group.name, &group.id)?;
    let sql =
        "UPDATE groups SET name = $1, description = $2, changed = $3, version = $4 WHERE id = $5 AND version = $6";
    let parameters =
        values![&group.name, &group.description, group.changed, group.version, &group.id, group.version - 1];
    if connection.execute(sql, &parameters)? == 0 {
        return Err(StoreError::Changed { what: "group" });
    }
    connection.execute("DELETE FROM group_members WHERE group_id = $1", &values![&group.id])?;
    set_members(connection, group)
}

/// Removes a group that bounds no token; its members stay.
///
/// # Errors
/// When there is none, a token in use is bounded by it, or the database fails.
pub fn delete_group(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    let used = "SELECT name FROM tokens WHERE group_id = $1 AND revoked IS NULL LIMIT 1";
    if let Some(row) = connection.row(used, &values![id])? {
        return Err(StoreError::InUse { what: "group", by: format!("the token {}", row.text(0)) });
    }
    connection.execute("DELETE FROM role_holders WHERE holder = $1", &values![id])?;
    match connection.execute("DELETE FROM groups WHERE id = $1", &values![id])? {
        0 => Err(StoreError::NotFound { what: "group" }),
        _ => Ok(()),
    }
}

const SCOPE: &str = "id, name, description, definition, created, changed, version";

/// Every application scope, by name. There are few: each is an application of the house.
///
/// # Errors
/// When the database fails.
pub fn all_scopes(connection: &mut Connection) -> Result<Vec<ApplicationScope>, StoreError> {
    let rows = connection.rows(&format!("SELECT {SCOPE} FROM scopes ORDER BY name"), &[])?;
    Ok(rows.iter().map(scope).collect())
}

/// An application scope by id.
///
/// # Errors
/// When there is none, or the database fails.
pub fn scope_by_id(connection: &mut Connection, id: &str) -> Result<ApplicationScope, StoreError> {
    let row = connection.row(&format!("SELECT {SCOPE} FROM scopes WHERE id = $1"), &values![id])?;
    row.as_ref().map(scope).ok_or(StoreError::NotFound { what: "scope" })
}

/// Adds an application scope.
///
/// # Errors
/// When the name is taken, or the database fails.
pub fn insert_scope(connection: &mut Connection, scope: &ApplicationScope) -> Result<(), StoreError> {
    free(connection, "scopes", "scope", &scope.name)?;
    connection.execute(
        &format!("INSERT INTO scopes ({SCOPE}) VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        &values![
            &scope.id,
            &scope.name,
            &scope.description,
            &scope.definition,
            scope.created,
            scope.changed,
            scope.version
        ],
    )?;
    Ok(())
}

/// Replaces an application scope whose version is the one before.
///
/// # Errors
/// When somebody else changed it, or the database fails.
pub fn update_scope(connection: &mut Connection, scope: &ApplicationScope) -> Result<(), StoreError> {
    free_but_for(connection, "scopes", "scope", &scope.name, &scope.id)?;
    let sql = "UPDATE scopes SET name = $1, description = $2, definition = $3, changed = $4, version = $5
        WHERE id = $6 AND version = $7";
    let parameters = values![
        &scope.name,
        &scope.description,
        &scope.definition,
        scope.changed,
        scope.version,
        &scope.id,
        scope.version - 1
    ];
    match connection.execute(sql, &parameters)? {
        0 => return Err(StoreError::Changed { what: "scope" }),
        _ => crate::evaluation::forget_scope(connection, &scope.id)?,
    }
    // Where an exception is limited to it, other images have that exception now.
    match is_scope_of_exception(connection, &scope.id)? {
        Some(_) => crate::evaluation::want(connection, "scope"),
        None => Ok(()),
    }
}

/// The name of an exception in force, or asked for, that is limited to a scope.
fn is_scope_of_exception(connection: &mut Connection, scope_id: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT e.name FROM exception_scopes s JOIN exceptions e ON e.id = s.exception_id
        WHERE s.scope_id = $1 AND e.state IN ('requested', 'approved') LIMIT 1";
    Ok(connection.row(sql, &values![scope_id])?.map(|row| row.text(0)))
}

/// Removes an application scope that no role is limited to.
///
/// # Errors
/// When there is none, a role uses it, or the database fails.
pub fn delete_scope(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    let used = "SELECT r.name FROM role_scopes s JOIN roles r ON r.id = s.role_id WHERE s.scope_id = $1 LIMIT 1";
    if let Some(row) = connection.row(used, &values![id])? {
        return Err(StoreError::InUse { what: "scope", by: format!("the role {}", row.text(0)) });
    }
    // Without its scope a token would be limited to nothing that exists, and its holder would not know why.
    let used = "SELECT name FROM tokens WHERE revoked IS NULL AND ',' || scopes || ',' LIKE $1 LIMIT 1";
    if let Some(row) = connection.row(used, &values![format!("%,{id},%")])? {
        return Err(StoreError::InUse { what: "scope", by: format!("the token {}", row.text(0)) });
    }
    if let Some(name) = is_scope_of_exception(connection, id)? {
        return Err(StoreError::InUse { what: "scope", by: format!("the exception {name}") });
    }
    match connection.execute("DELETE FROM scopes WHERE id = $1", &values![id])? {
        0 => Err(StoreError::NotFound { what: "scope" }),
        _ => crate::evaluation::forget_scope(connection, id),
    }
}

fn role(connection: &mut Connection, row: &Row) -> Result<Role, StoreError> {
    let id = row.text(0);
    let scopes = texts(connection, "SELECT scope_id FROM role_scopes WHERE role_id = $1", &id)?;
    Ok(Role {
        id,
        name: row.text(1),
        description: row.text(2),
        permissions: permissions(&row.text(3))?,
        scopes,
        is_preset: row.truth(4),
        created: row.integer(5),
        changed: row.integer(6),
        version: row.integer(7),
    })
}

fn group(connection: &mut Connection, row: &Row) -> Result<Group, StoreError> {
    let id = row.text(0);
    let members = texts(connection, "SELECT user_id FROM group_members WHERE group_id = $1", &id)?;
    let roles = roles_held(connection, &id)?;
    Ok(Group {
        id,
        name: row.text(1),
        description: row.text(2),
        members,
        roles,
        created: row.integer(3),
        changed: row.integer(4),
        version: row.integer(5),
    })
}

fn scope(row: &Row) -> ApplicationScope {
    ApplicationScope {
        id: row.text(0),
        name: row.text(1),
        description: row.text(2),
        definition: row.text(3),
        created: row.integer(4),
        changed: row.integer(5),
        version: row.integer(6),
    }
}

fn set_scopes(connection: &mut Connection, role: &Role) -> Result<(), StoreError> {
    for scope in &role.scopes {
        exists(connection, "scopes", "scope", scope)?;
        connection.execute("INSERT INTO role_scopes (role_id, scope_id) VALUES ($1, $2)", &values![&role.id, scope])?;
    }
    Ok(())
}

fn set_members(connection: &mut Connection, group: &Group) -> Result<(), StoreError> {
    for member in &group.members {
        exists(connection, "users", "user", member)?;
        connection
            .execute("INSERT INTO group_members (group_id, user_id) VALUES ($1, $2)", &values![&group.id, member])?;
    }
    set_roles_held(connection, &group.id, &group.roles)
}

fn exists(connection: &mut Connection, table: &str, what: &'static str, id: &str) -> Result<(), StoreError> {
    match connection.row(&format!("SELECT 1 FROM {table} WHERE id = $1"), &values![id])? {
        Some(_) => Ok(()),
        None => Err(StoreError::NotFound { what }),
    }
}

fn free(connection: &mut Connection, table: &str, what: &'static str, name: &str) -> Result<(), StoreError> {
    free_but_for(connection, table, what, name, "")
}

fn free_but_for(
    connection: &mut Connection,
    table: &str,
    what: &'static str,
    name: &str,
    id: &str,
) -> Result<(), StoreError> {
    match connection.row(&format!("SELECT 1 FROM {table} WHERE name = $1 AND id <> $2"), &values![name, id])? {
        Some(_) => Err(StoreError::Exists { what }),
        None => Ok(()),
    }
}

fn texts(connection: &mut Connection, sql: &str, id: &str) -> Result<BTreeSet<String>, StoreError> {
    Ok(connection.rows(sql, &values![id])?.iter().map(|row| row.text(0)).collect())
}

/// Permissions as they are stored. One that this program does not know (of a later version, taken back) gives nothing.
fn permissions(text: &str) -> Result<PermissionSet, StoreError> {
    Ok(text.split(',').filter_map(|name| name.parse().ok()).collect())
}
