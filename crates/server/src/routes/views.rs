//! Saved views, each one's own: how somebody looks at a list, under a name. What they do changes nothing for anybody else, so
//! that no record tells of it.

use api::views::{NewSavedView, SavedView, SavedViewEdit};
use api::{Moment, Page, ProblemCode};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use store::views::{self, View};

use super::paging::named;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path, Versioned, if_match};
use crate::{clock, ids};

/// The longest filter, in bytes: addresses with longer ones are refused by what lies between.
const LONGEST_FILTER_BYTES: usize = 4000;

/// The longest name of a list, an order or a column, in bytes.
const LONGEST_WORD_BYTES: usize = 40;

/// The longest width of a column, in bytes.
const LONGEST_WIDTH_BYTES: usize = 6;

/// The most columns of one view.
const MOST_COLUMNS: usize = 50;

/// One's own saved views, by list and name: 100 at most.
#[utoipa::path(get, path = "/me/views", operation_id = "list_views", tag = "me",
    responses((status = 200, description = "All of them", body = Page<SavedView>)))]
pub(super) async fn list(State(app): State<App>, caller: Caller) -> ApiResult<Json<Page<SavedView>>> {
    let user_id = caller.user()?.id.clone();
    let own = app.read(move |connection| views::of_user(connection, &user_id)).await?;
    let total = u64::try_from(own.len()).ok();
    Ok(Json(Page { items: own.into_iter().map(told).collect(), next: None, total }))
}

/// Saves a view of a list.
#[utoipa::path(post, path = "/me/views", operation_id = "create_view", tag = "me", request_body = NewSavedView,
    responses((status = 201, description = "The view", body = SavedView)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<NewSavedView>,
) -> ApiResult<Versioned<SavedView>> {
    let now = clock::now();
    if !is_word(&request.list) {
        return Err(ApiError::invalid("list", "use up to 40 lower-case letters, digits, `.`, `-` and `_`"));
    }
    let NewSavedView { list, name, filter, sort, columns } = request;
    let checked = checked(SavedViewEdit { name, filter, sort, columns })?;
    let new = View {
        id: ids::new(now),
        user_id: caller.user()?.id.clone(),
        list,
        name: checked.name,
        filter: checked.filter,
        sort: checked.sort,
        columns: checked.columns,
        created: now,
        changed: now,
        version: 1,
    };
    let view = new.clone();
    match app.note(move |connection| views::insert(connection, &new)).await? {
        true => Ok(Versioned::created(1, told(view))),
        false => {
            let detail = format!("You have {} saved views, which is as many as there may be; remove one.", views::MOST);
            Err(ApiError::new(ProblemCode::State, detail).with("most", views::MOST))
        }
    }
}

/// A saved view of one's own.
#[utoipa::path(get, path = "/me/views/{id}", operation_id = "show_view", tag = "me",
    params(("id" = String, Path, description = "The view")),
    responses((status = 200, description = "The view", body = SavedView)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Versioned<SavedView>> {
    let user_id = caller.user()?.id.clone();
    let view = app.read(move |connection| views::by_id(connection, &user_id, &id)).await?;
    Ok(Versioned::read(view.version, told(view)))
}

/// Renames a saved view, or replaces what it shows.
#[utoipa::path(put, path = "/me/views/{id}", operation_id = "update_view", tag = "me", request_body = SavedViewEdit,
    params(("id" = String, Path, description = "The view")),
    responses((status = 200, description = "The view as it is", body = SavedView)))]
pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<SavedViewEdit>,
) -> ApiResult<Versioned<SavedView>> {
    let (now, version) = (clock::now(), if_match(&headers)?);
    let (user_id, edit) = (caller.user()?.id.clone(), checked(edit)?);
    let view = app
        .note(move |connection| {
            let before = views::by_id(connection, &user_id, &id)?;
            let edit = edit.clone();
            let after = View {
                name: edit.name,
                filter: edit.filter,
                sort: edit.sort,
                columns: edit.columns,
                changed: now,
                version: version.saturating_add(1),
                ..before
            };
            views::update(connection, &after)?;
            Ok(after)
        })
        .await?;
    Ok(Versioned::read(view.version, told(view)))
}

/// Removes a saved view.
#[utoipa::path(delete, path = "/me/views/{id}", operation_id = "delete_view", tag = "me",
    params(("id" = String, Path, description = "The view")),
    responses((status = 204, description = "The view is gone")))]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let (version, user_id) = (if_match(&headers)?, caller.user()?.id.clone());
    app.note(move |connection| views::delete(connection, &user_id, &id, version)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was given, found to be of a bounded size. Whether the list takes it, the list says when it is asked.
fn checked(edit: SavedViewEdit) -> ApiResult<SavedViewEdit> {
    if edit.filter.len() > LONGEST_FILTER_BYTES || edit.filter.chars().any(char::is_control) {
        return Err(ApiError::invalid("filter", "use up to 4,000 bytes without line breaks"));
    }
    if !edit.sort.is_empty() && !is_word(edit.sort.strip_prefix('-').unwrap_or(&edit.sort)) {
        return Err(ApiError::invalid("sort", "use a key as `severity` or `-severity`"));
    }
    if edit.columns.len() > MOST_COLUMNS || !edit.columns.iter().all(|column| is_column(column)) {
        return Err(ApiError::invalid("columns", "use up to 50 names of columns, with widths in rem as `name:18`"));
    }
    Ok(SavedViewEdit { name: named(&edit.name)?, ..edit })
}

/// A name, with the width of the column in rem where it is not the usual one: `name`, `name:18`, `name:6.5`.
fn is_column(text: &str) -> bool {
    match text.split_once(':') {
        None => is_word(text),
        Some((name, width)) => is_word(name) && is_width(width),
    }
}

fn is_width(text: &str) -> bool {
    text.len() <= LONGEST_WIDTH_BYTES
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.parse::<f64>().is_ok_and(|width| width > 0.0)
}

fn is_word(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter);
    !text.is_empty() && text.len() <= LONGEST_WORD_BYTES && text.chars().all(is_letter)
}

fn told(view: View) -> SavedView {
    SavedView {
        id: view.id,
        list: view.list,
        name: view.name,
        filter: view.filter,
        sort: view.sort,
        columns: view.columns,
        created: Moment(view.created),
        changed: Moment(view.changed),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestServer;

    #[test]
    fn a_view_is_saved_renamed_replaced_and_removed_by_its_person_alone() {
        for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
            let (bob, eve) = (server.user("bob", &["developer"]), server.user("eve", &["administrator"]));
            let before = server.trail().len();
            let view = json!({ "list": "images", "name": " Denied ", "filter": "decision:deny", "sort": "-severity",
                "columns": ["verdict", "os:12.5"] });
            let made = server.ask(&bob, "POST", "/me/views", view.clone());
            made.expect(201);
            assert_eq!((&made.body["name"], &made.body["columns"]), (&json!("Denied"), &json!(["verdict", "os:12.5"])));
            assert_eq!(server.ask(&bob, "POST", "/me/views", view).code(), "object.exists");
            let path = format!("/me/views/{}", made.body["id"].as_str().unwrap());
            for method in ["GET", "DELETE"] {
                server.ask_with(&eve, method, &path, &[("if-match", "\"1\"")], json!(null)).expect(404);
            }
            assert_eq!(server.ask(&eve, "GET", "/me/views", json!(null)).body["items"], json!([]));
            let edit = json!({ "name": "Worst", "filter": "severity:critical" });
            server.ask_with(&eve, "PUT", &path, &[("if-match", "\"1\"")], edit.clone()).expect(404);
            server.ask(&bob, "PUT", &path, edit.clone()).expect(428);
            let changed = server.ask_with(&bob, "PUT", &path, &[("if-match", "\"1\"")], edit.clone());
            changed.expect(200);
            assert_eq!((changed.header("etag"), &changed.body["sort"]), ("\"2\"", &json!("")));
            server.ask_with(&bob, "PUT", &path, &[("if-match", "\"1\"")], edit).expect(412);
            let listed = server.ask(&bob, "GET", "/me/views", json!(null));
            assert_eq!((&listed.body["total"], &listed.body["items"][0]["name"]), (&json!(1), &json!("Worst")));
            assert_eq!(server.ask(&bob, "GET", &path, json!(null)).header("etag"), "\"2\"");
            server.ask_with(&bob, "DELETE", &path, &[("if-match", "\"2\"")], json!(null)).expect(204);
            server.ask(&bob, "GET", &path, json!(null)).expect(404);
            assert_eq!(server.trail().len(), before, "what is one's own alone stands in no record");
        }
    }

    #[test]
    fn views_are_bounded_and_no_machine_has_any() {
        let server = TestServer::new();
        let bob = server.user("bob", &["developer"]);
        let save = |list: &str, name: &str, filter: &str, sort: &str, columns: &[&str]| {
            let body = json!({ "list": list, "name": name, "filter": filter, "sort": sort, "columns": columns });
            server.ask(&bob, "POST", "/me/views", body)
        };
        let long = "a".repeat(4001);
        for (list, name, filter, sort, column) in [
            ("", "n", "", "", "c"),
            ("Images", "n", "", "", "c"),
            ("images", " ", "", "", "c"),
            ("images", &long, "", "", "c"),
            ("images", "n", &long, "", "c"),
            ("images", "n", "a\nb", "", "c"),
            ("images", "n", "", "-", "c"),
            ("images", "n", "", "", "a,b"),
            ("images", "n", "", "", "a:"),
            ("images", "n", "", "", ":4"),
            ("images", "n", "", "", "a:0"),
            ("images", "n", "", "", "a:-1"),
            ("images", "n", "", "", "a:1e9"),
            ("images", "n", "", "", "a:4:4"),
        ] {
            assert_eq!(save(list, name, filter, sort, &[column]).code(), "request.invalid", "{list} {sort} {column}");
        }
        assert_eq!(save("images", "n", "", "", &["c"; 51]).code(), "request.invalid");
        for number in 0..store::views::MOST {
            save("images", &number.to_string(), "", "", &[]).expect(201);
        }
        let full = save("images", "one more", "", "", &[]);
        assert_eq!((full.status, full.code(), &full.body["parameters"]["most"]), (409, "object.state", &json!(100)));
        server.ask(&server.token("images.read"), "GET", "/me/views", json!(null)).expect(409);
    }
}
