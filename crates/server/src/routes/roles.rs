//! Roles and permissions.

use api::people::{PermissionArea, Role, RoleEdit};
use api::{Moment, Page, PageQuery, ProblemCode};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use policy::access::{Area, Permission, PermissionSet};
use store::{StoreError, audit, rights, users};

use super::paging::{Asked, bounded, described, named, told};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path, Query, Versioned, if_match};
use crate::{clock, ids};

/// Every permission that exists, by area.
#[utoipa::path(get, path = "/permissions", operation_id = "list_permissions", tag = "access",
    responses((status = 200, description = "The areas with their permissions", body = Page<PermissionArea>)))]
pub(super) async fn permissions() -> Json<Page<PermissionArea>> {
    let area = |area: &Area| PermissionArea {
        area: area.as_str().to_owned(),
        permissions: area.actions().iter().map(|action| Permission::new(*area, *action).to_string()).collect(),
    };
    let items: Vec<PermissionArea> = Area::ALL.iter().map(area).collect();
    let total = u64::try_from(items.len()).ok();
    Json(Page { items, next: None, total })
}

/// Roles by name.
#[utoipa::path(get, path = "/roles", operation_id = "list_roles", tag = "access", params(PageQuery),
    responses((status = 200, description = "A page of roles", body = Page<Role>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Role>>> {
    let (permit, asked) = (caller.permit()?, Asked::read(&query, rights::ROLE_KEYS, "name")?);
    let own = asked.query.clone();
    let found = app.read(move |connection| rights::list_roles(connection, &permit, &own)).await?;
    Ok(Json(asked.page(found, view)))
}

/// Makes a role, of permissions and scopes that one holds.
#[utoipa::path(post, path = "/roles", operation_id = "create_role", tag = "access", request_body = RoleEdit,
    responses((status = 201, description = "The role", body = Role)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(edit): Body<RoleEdit>,
) -> ApiResult<Versioned<Role>> {
    let now = clock::now();
    caller.has_confirmed(now)?;
    bounded("scopes", edit.scopes.len())?;
    let role = rights::Role {
        id: ids::new(now),
        name: named(&edit.name)?,
        description: described(&edit.description)?,
        permissions: permission_set(&edit.permissions)?,
        scopes: edit.scopes,
        is_preset: false,
        created: now,
        changed: now,
        version: 1,
    };
    let permit = caller.permit()?;
    let role = app
        .change(move |connection| {
            rights::may_administer(&permit)?;
            rights::may_give(&caller.principal, role.permissions, &role.scopes)?;
            rights::insert_role(connection, &role)?;
            let is = view(role.clone());
            let mut record = caller.entry(now, "role.create", "role", &is.id, &is.name);
            record.after = told(&is);
            audit::append(connection, &record)?;
            Ok(is)
        })
        .await?;
    Ok(Versioned::created(1, role))
}

/// A role.
#[utoipa::path(get, path = "/roles/{id}", operation_id = "show_role", tag = "access",
    params(("id" = String, Path, description = "The role")),
    responses((status = 200, description = "The role", body = Role)))]
pub(super) async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Versioned<Role>> {
    let permit = caller.permit()?;
    let role = app
        .read(move |connection| {
            rights::may_see(&permit)?;
            rights::role_by_id(connection, &id)
        })
        .await?;
    Ok(Versioned::read(role.version, view(role)))
}

/// Changes a role, for all who hold it at once. Presets stay as they are.
#[utoipa::path(put, path = "/roles/{id}", operation_id = "update_role", tag = "access", request_body = RoleEdit,
    params(("id" = String, Path, description = "The role")),
    responses((status = 200, description = "The role as it is", body = Role)))]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<RoleEdit>,
) -> ApiResult<Versioned<Role>> {
    let (now, version) = (clock::now(), if_match(&headers)?);
    caller.has_confirmed(now)?;
    is_no_preset(&id)?;
    bounded("scopes", edit.scopes.len())?;
    let (name, description) = (named(&edit.name)?, described(&edit.description)?);
    let permissions = permission_set(&edit.permissions)?;
    let permit = caller.permit()?;
    let role = app
        .change(move |connection| {
            rights::may_administer(&permit)?;
            let before = rights::role_by_id(connection, &id)?;
            if before.version != version {
                return Err(StoreError::Changed { what: "role" });
            }
            rights::may_give(&caller.principal, permissions, &edit.scopes)?;
            let after = rights::Role {
                name: name.clone(),
                description: description.clone(),
                permissions,
                scopes: edit.scopes.clone(),
                changed: now,
                version: version + 1,
                ..before.clone()
            };
            users::keeping_an_administrator(connection, |connection| rights::update_role(connection, &after))?;
            let (was, is) = (view(before), view(after));
            let mut record = caller.entry(now, "role.update", "role", &is.id, &is.name);
            (record.before, record.after) = (told(&was), told(&is));
            audit::append(connection, &record)?;
            Ok(is)
        })
        .await?;
    Ok(Versioned::read(version + 1, role))
}

/// Removes a role that nobody holds.
#[utoipa::path(delete, path = "/roles/{id}", operation_id = "delete_role", tag = "access",
    params(("id" = String, Path, description = "The role")),
    responses((status = 204, description = "The role is gone")))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let (now, version) = (clock::now(), if_match(&headers)?);
    caller.has_confirmed(now)?;
    is_no_preset(&id)?;
    let permit = caller.permit()?;
    app.change(move |connection| {
        rights::may_administer(&permit)?;
        let before = rights::role_by_id(connection, &id)?;
        if before.version != version {
            return Err(StoreError::Changed { what: "role" });
        }
        rights::delete_role(connection, &id)?;
        let was = view(before);
        let mut record = caller.entry(now, "role.delete", "role", &id, &was.name);
        record.before = told(&was);
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Permissions by name; at least one.
pub(super) fn permission_set(names: &[String]) -> ApiResult<PermissionSet> {
    let set: Result<PermissionSet, _> = names.iter().map(|name| name.trim().parse::<Permission>()).collect();
    let set = set.map_err(|error| ApiError::invalid("permissions", error))?;
    match set.is_empty() {
        true => Err(ApiError::invalid("permissions", "at least one is needed")),
        false => Ok(set),
    }
}

fn is_no_preset(id: &str) -> ApiResult<()> {
    match policy::access::preset(id) {
        Some(_) => Err(ApiError::new(ProblemCode::State, "A preset role stays as it is; make one of your own.")),
        None => Ok(()),
    }
}

fn view(role: rights::Role) -> Role {
    Role {
        id: role.id,
        name: role.name,
        description: role.description,
        permissions: role.permissions.iter().map(|permission| permission.to_string()).collect(),
        scopes: role.scopes,
        is_preset: role.is_preset,
        created: Moment(role.created),
        changed: Moment(role.changed),
    }
}

#[cfg(test)]
mod tests;
