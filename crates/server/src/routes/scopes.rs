//! Application scopes: what belongs to one application.

use api::people::{ApplicationScope, ScopeEdit, ScopeVariable};
use api::{Moment, Page, PageQuery};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use policy::{Attribute, Pattern, Scope, Variable};
use serde::{Deserialize, Serialize};
use store::{StoreError, audit, rights};

use super::paging::{Asked, described, named, told};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path, Query, Versioned, if_match};
use crate::{clock, ids};

/// The longest value or key of a variable, in bytes.
const LONGEST_VALUE: usize = 1024;

/// The most variables of one scope.
const MOST_VARIABLES: usize = 100;

/// What the store keeps of a scope: `{"expression": "v1 && v2", "variables": [{"attribute", "key", "value"}]}`.
#[derive(Debug, Serialize, Deserialize)]
struct Definition {
    expression: String,
    variables: Vec<ScopeVariable>,
}

/// Application scopes by name.
#[utoipa::path(get, path = "/scopes", operation_id = "list_scopes", tag = "access", params(PageQuery),
    responses((status = 200, description = "A page of scopes", body = Page<ApplicationScope>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<ApplicationScope>>> {
    let (permit, asked) = (caller.permit()?, Asked::read(&query, rights::SCOPE_KEYS, "name")?);
    let own = asked.query.clone();
    let found = app.read(move |connection| {
        let found = rights::list_scopes(connection, &permit, &own)?;
        found.into_iter().map(|(scope, place)| Ok((view(scope)?, place))).collect::<Result<Vec<_>, _>>()
    });
    Ok(Json(asked.page(found.await?, |scope| scope)))
}

/// Makes an application scope.
#[utoipa::path(post, path = "/scopes", operation_id = "create_scope", tag = "access", request_body = ScopeEdit,
    responses((status = 201, description = "The scope", body = ApplicationScope)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(edit): Body<ScopeEdit>,
) -> ApiResult<Versioned<ApplicationScope>> {
    let now = clock::now();
    caller.has_confirmed(now)?;
    let scope = rights::ApplicationScope {
        id: ids::new(now),
        name: named(&edit.name)?,
        description: described(&edit.description)?,
        definition: definition(edit)?,
        created: now,
        changed: now,
        version: 1,
    };
    let permit = caller.permit()?;
    let scope = app
        .change(move |connection| {
            rights::may_administer(&permit)?;
            rights::insert_scope(connection, &scope)?;
            let is = view(scope.clone())?;
            let mut record = caller.entry(now, "scope.create", "scope", &is.id, &is.name);
            record.after = told(&is);
            audit::append(connection, &record)?;
            Ok(is)
        })
        .await?;
    Ok(Versioned::created(1, scope))
}

/// An application scope.
#[utoipa::path(get, path = "/scopes/{id}", operation_id = "show_scope", tag = "access",
    params(("id" = String, Path, description = "The scope")),
    responses((status = 200, description = "The scope", body = ApplicationScope)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Versioned<ApplicationScope>> {
    let permit = caller.permit()?;
    let (version, scope) = app
        .read(move |connection| {
            rights::may_see(&permit)?;
            let scope = rights::scope_by_id(connection, &id)?;
            Ok((scope.version, view(scope)?))
        })
        .await?;
    Ok(Versioned::read(version, scope))
}

/// Changes an application scope, which changes what the roles limited to it reach: whoever does it must hold what those
/// roles allow, everywhere.
#[utoipa::path(put, path = "/scopes/{id}", operation_id = "update_scope", tag = "access", request_body = ScopeEdit,
    params(("id" = String, Path, description = "The scope")),
    responses((status = 200, description = "The scope as it is", body = ApplicationScope)))]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<ScopeEdit>,
) -> ApiResult<Versioned<ApplicationScope>> {
    let (now, version) = (clock::now(), if_match(&headers)?);
    caller.has_confirmed(now)?;
    let (name, description) = (named(&edit.name)?, described(&edit.description)?);
    let definition = definition(edit)?;
    let permit = caller.permit()?;
    let scope = app
        .change(move |connection| {
            rights::may_administer(&permit)?;
            let before = rights::scope_by_id(connection, &id)?;
            if before.version != version {
                return Err(StoreError::Changed { what: "scope" });
            }
            if before.definition != definition {
                let given = rights::permissions_within(connection, &id)?;
                rights::may_give(&caller.principal, given, &std::collections::BTreeSet::new())?;
            }
            let after = rights::ApplicationScope {
                name: name.clone(),
                description: description.clone(),
                definition: definition.clone(),
                changed: now,
                version: version + 1,
                ..before.clone()
            };
            rights::update_scope(connection, &after)?;
            let (was, is) = (view(before)?, view(after)?);
            let mut record = caller.entry(now, "scope.update", "scope", &is.id, &is.name);
            (record.before, record.after) = (told(&was), told(&is));
            audit::append(connection, &record)?;
            Ok(is)
        })
        .await?;
    Ok(Versioned::read(version + 1, scope))
}

/// Removes an application scope that no role and no token is limited to.
#[utoipa::path(delete, path = "/scopes/{id}", operation_id = "delete_scope", tag = "access",
    params(("id" = String, Path, description = "The scope")),
    responses((status = 204, description = "The scope is gone")))]
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
        let before = rights::scope_by_id(connection, &id)?;
        if before.version != version {
            return Err(StoreError::Changed { what: "scope" });
        }
        rights::delete_scope(connection, &id)?;
        let was = view(before)?;
        let mut record = caller.entry(now, "scope.delete", "scope", &id, &was.name);
        record.before = told(&was);
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is stored of a scope, once it was found to be one.
fn definition(edit: ScopeEdit) -> ApiResult<String> {
    if edit.variables.is_empty() || edit.variables.len() > MOST_VARIABLES {
        return Err(ApiError::invalid("variables", format_args!("use 1 to {MOST_VARIABLES}")));
    }
    let variables: ApiResult<Vec<Variable>> = edit.variables.iter().enumerate().map(variable).collect();
    let scope = Scope::new(&edit.expression, variables?)
        .map_err(|error| ApiError::invalid("expression", &error).with("position", error.position))?;
    let definition = Definition { expression: scope.expression().to_owned(), variables: edit.variables };
    serde_json::to_string(&definition).map_err(|error| ApiError::invalid("variables", error))
}

fn variable((at, given): (usize, &ScopeVariable)) -> ApiResult<Variable> {
    let wrong = |problem: String| ApiError::invalid(&format!("variables[{at}]"), problem).with("position", at + 1);
    let attribute: Attribute =
        given.attribute.parse().map_err(|error: policy::UnknownAttribute| wrong(error.to_string()))?;
    match (attribute.has_keys(), &given.key) {
        (true, None) => return Err(wrong(format!("`{}` needs the key of a label", attribute.as_str()))),
        (false, Some(_)) => return Err(wrong(format!("`{}` has no keys", attribute.as_str()))),
        _ => {}
    }
    let longest = given.value.len().max(given.key.as_ref().map_or(0, String::len));
    if given.value.is_empty() || longest > LONGEST_VALUE {
        return Err(wrong(format!("use 1 to {LONGEST_VALUE} bytes for value and key")));
    }
    let (key, value) = (given.key.clone(), Pattern::new(given.value.as_str()));
    Ok(Variable { term: format!("v{}", at + 1), attribute, key, value })
}

fn view(scope: rights::ApplicationScope) -> Result<ApplicationScope, StoreError> {
    let definition: Definition = serde_json::from_str(&scope.definition)
        .map_err(|error| StoreError::Damaged { place: "scopes.definition", problem: error.to_string() })?;
    Ok(ApplicationScope {
        id: scope.id,
        name: scope.name,
        description: scope.description,
        expression: definition.expression,
        variables: definition.variables,
        created: Moment(scope.created),
        changed: Moment(scope.changed),
    })
}

#[cfg(test)]
mod tests;
