//! How many rows of a list there are.

use api::overview::{CountQuery, RowCount};
use axum::Json;
use axum::extract::State;
use policy::access::{Action, Permission};
use policy::filter::Filter;
use store::counts::{self, COUNTED};

use crate::app::App;
use crate::clock;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::Query;

/// How many rows of a list a filter takes, of what one may see: pages of lists come at once because most of them do not
/// count. Up to 10,000 the number is exact.
#[utoipa::path(get, path = "/counts", operation_id = "count_rows", tag = "overview", params(CountQuery),
    responses((status = 200, description = "How many they are", body = RowCount)))]
pub(super) async fn count(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CountQuery>,
) -> ApiResult<Json<RowCount>> {
    caller.has_own_password()?;
    let Some(list) = COUNTED.iter().find(|list| list.resource == query.resource) else {
        let known: Vec<&str> = COUNTED.iter().map(|list| list.resource).collect();
        return Err(ApiError::invalid("resource", format_args!("no such list; there are {}", known.join(", "))));
    };
    let permit = caller.permit_for(Permission::new(list.area, Action::Read))?;
    let filter = Filter::read(query.filter.as_deref().unwrap_or_default(), list.keys, clock::now())?;
    let counted = app.read(move |connection| counts::count(connection, &permit, list, &filter)).await?;
    Ok(Json(RowCount { count: counted.count, is_exact: counted.is_exact }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::COUNTED;
    use crate::sample::{index, intelligence};
    use crate::testing::{As, TestServer};

    fn servers() -> impl Iterator<Item = (TestServer, As)> {
        std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(|server| {
            intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
            server.catch_up();
            let admin = server.user("admin", &["administrator"]);
            for (number, repository) in [(1, "shop/api"), (2, "shop/web"), (3, "bank/core")] {
                let own = number.to_string();
                let name = format!("registry.example/{repository}:1");
                server.register(&admin, &index(number, &name, &[("left-pad", "1.2.0"), ("own", &own)])).expect(200);
            }
            (server, admin)
        })
    }

    fn counted(server: &TestServer, who: &As, query: &str) -> Value {
        let answer = server.ask(who, "GET", &format!("/counts?{query}"), json!(null));
        answer.expect(200);
        answer.body.clone()
    }

    #[test]
    fn every_list_has_as_many_rows_as_are_counted() {
        for (server, admin) in servers() {
            for list in COUNTED {
                let resource = list.resource;
                let listed = server.ask(&admin, "GET", &format!("/{resource}?limit=500"), json!(null));
                listed.expect(200);
                let rows = listed.body["items"].as_array().unwrap().len();
                let exactly = json!({ "count": rows, "is_exact": true });
                assert_eq!(counted(&server, &admin, &format!("resource={resource}")), exactly, "{resource}");
            }
        }
    }

    #[test]
    fn rows_are_counted_as_the_filter_narrows_them() {
        let exactly = |count: u64| json!({ "count": count, "is_exact": true });
        for (server, admin) in servers() {
            assert_eq!(counted(&server, &admin, "resource=packages"), exactly(4), "left-pad is one");
            assert_eq!(counted(&server, &admin, "resource=packages&filter=own"), exactly(3));
            assert_eq!(counted(&server, &admin, "resource=packages&filter=version:1.2.0"), exactly(1));
            assert_eq!(counted(&server, &admin, "resource=images&filter=repository:shop/*"), exactly(2));
            assert_eq!(counted(&server, &admin, "resource=users&filter=name:nobody"), exactly(0));
            assert_eq!(counted(&server, &admin, "resource=vulnerabilities&filter=severity:high"), exactly(1));
            assert_eq!(counted(&server, &admin, "resource=audit&filter=action:nothing"), exactly(0));
            for wrong in ["resource=nothing", "resource=packages&filter=nothing:1"] {
                let answer = server.ask(&admin, "GET", &format!("/counts?{wrong}"), json!(null));
                assert!(matches!(answer.status, 400 | 422), "{wrong}: {}", answer.body);
            }
        }
    }

    #[test]
    fn what_one_may_not_see_is_not_counted() {
        for (server, _) in servers() {
            let scoped = server.scoped_token("images.read,findings.read,access.read", "bank", "bank/*");
            server.catch_up();
            assert_eq!(counted(&server, &scoped, "resource=images")["count"], 1);
            assert_eq!(counted(&server, &scoped, "resource=packages")["count"], 2);
            let of_images = ["images", "packages", "vulnerabilities"];
            for list in COUNTED.iter().filter(|list| !of_images.contains(&list.resource)) {
                let answer = server.ask(&scoped, "GET", &format!("/counts?resource={}", list.resource), json!(null));
                answer.expect(403);
            }
        }
    }
}
