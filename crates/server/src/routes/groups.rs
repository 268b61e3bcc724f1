//! Groups of users.

use api::people::{Group, GroupEdit};
use api::{Moment, Page, PageQuery};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use store::{StoreError, audit, rights, users};

use super::paging::{Asked, bounded, described, named, told};
use crate::app::App;
use crate::error::ApiResult;
use crate::guard::Caller;
use crate::json::{Body, Path, Query, Versioned, if_match};
use crate::{clock, ids};

/// Groups by name.
#[utoipa::path(get, path = "/groups", operation_id = "list_groups", tag = "access", params(PageQuery),
    responses((status = 200, description = "A page of groups", body = Page<Group>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Group>>> {
    let (permit, asked) = (caller.permit()?, Asked::read(&query, rights::GROUP_KEYS, "name")?);
    let own = asked.query.clone();
    let found = app.read(move |connection| rights::list_groups(connection, &permit, &own)).await?;
    Ok(Json(asked.page(found, view)))
}

/// Makes a group.
#[utoipa::path(post, path = "/groups", operation_id = "create_group", tag = "access", request_body = GroupEdit,
    responses((status = 201, description = "The group", body = Group)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(edit): Body<GroupEdit>,
) -> ApiResult<Versioned<Group>> {
    let now = clock::now();
    caller.has_confirmed(now)?;
    let group = rights::Group {
        id: ids::new(now),
        name: named(&edit.name)?,
        description: described(&edit.description)?,
        members: edit.members,
        roles: edit.roles,
        created: now,
        changed: now,
        version: 1,
    };
    bounded("members", group.members.len())?;
    bounded("roles", group.roles.len())?;
    let permit = caller.permit()?;
    let group = app
        .change(move |connection| {
            rights::may_administer(&permit)?;
            rights::may_give_roles(connection, &caller.principal, &group.roles)?;
            rights::insert_group(connection, &group)?;
            let is = view(group.clone());
            let mut record = caller.entry(now, "group.create", "group", &is.id, &is.name);
            record.after = told(&is);
            audit::append(connection, &record)?;
            Ok(is)
        })
        .await?;
    Ok(Versioned::created(1, group))
}

/// A group.
#[utoipa::path(get, path = "/groups/{id}", operation_id = "show_group", tag = "access",
    params(("id" = String, Path, description = "The group")),
    responses((status = 200, description = "The group", body = Group)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Versioned<Group>> {
    let permit = caller.permit()?;
    let group = app
        .read(move |connection| {
            rights::may_see(&permit)?;
            rights::group_by_id(connection, &id)
        })
        .await?;
    Ok(Versioned::read(group.version, view(group)))
}

/// Changes a group.
#[utoipa::path(put, path = "/groups/{id}", operation_id = "update_group", tag = "access", request_body = GroupEdit,
    params(("id" = String, Path, description = "The group")),
    responses((status = 200, description = "The group as it is", body = Group)))]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<GroupEdit>,
) -> ApiResult<Versioned<Group>> {
    let (now, version) = (clock::now(), if_match(&headers)?);
    caller.has_confirmed(now)?;
    let (name, description) = (named(&edit.name)?, described(&edit.description)?);
    bounded("members", edit.members.len())?;
    bounded("roles", edit.roles.len())?;
    let permit = caller.permit()?;
    let group = app
        .change(move |connection| {
            rights::may_administer(&permit)?;
            let before = rights::group_by_id(connection, &id)?;
            if before.version != version {
                return Err(StoreError::Changed { what: "group" });
            }
            // Whoever comes in gets all roles of the group; a role that comes in goes to all members.
            let gives_all = !edit.members.is_subset(&before.members);
            let given = edit.roles.iter().filter(|role| gives_all || !before.roles.contains(*role));
            rights::may_give_roles(connection, &caller.principal, given)?;
            let after = rights::Group {
                name: name.clone(),
                description: description.clone(),
                members: edit.members.clone(),
                roles: edit.roles.clone(),
                changed: now,
                version: version + 1,
                ..before.clone()
            };
            users::keeping_an_administrator(connection, |connection| rights::update_group(connection, &after))?;
            let (was, is) = (view(before), view(after));
            let mut record = caller.entry(now, "group.update", "group", &is.id, &is.name);
            (record.before, record.after) = (told(&was), told(&is));
            audit::append(connection, &record)?;
            Ok(is)
        })
        .await?;
    Ok(Versioned::read(version + 1, group))
}

/// Removes a group; its members stay.
#[utoipa::path(delete, path = "/groups/{id}", operation_id = "delete_group", tag = "access",
    params(("id" = String, Path, description = "The group")),
    responses((status = 204, description = "The group is gone")))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let (now, version) = (clock::now(), if_match(&headers)?);
    caller.has_confirmed(now)?;
    let permit = caller.permit()?;
    app.change(move |connection| {
        rights::may_administer(&permit)?;
        let before = rights::group_by_id(connection, &id)?;
        if before.version != version {
            return Err(StoreError::Changed { what: "group" });
        }
        users::keeping_an_administrator(connection, |connection| rights::delete_group(connection, &id))?;
        let was = view(before);
        let mut record = caller.entry(now, "group.delete", "group", &id, &was.name);
        record.before = told(&was);
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn view(group: rights::Group) -> Group {
    Group {
        id: group.id,
        name: group.name,
        description: group.description,
        members: group.members,
        roles: group.roles,
        created: Moment(group.created),
        changed: Moment(group.changed),
    }
}

#[cfg(test)]
mod tests;
