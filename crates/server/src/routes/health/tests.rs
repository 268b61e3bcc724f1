//! How the installation does.

use serde_json::{Value, json};
use store::Lane;

use crate::sample::intelligence;
use crate::testing::{As, TestServer};

fn health(server: &TestServer, who: &As) -> Value {
    let answer = server.ask(who, "GET", "/health", json!(null));
    answer.expect(200);
    answer.body
}

fn part(health: &Value, name: &str) -> Value {
    health["parts"].as_array().unwrap().iter().find(|part| part["part"] == name).cloned().unwrap_or_default()
}

#[test]
fn what_is_wrong_is_told_with_its_cause_and_time() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let admin = server.user("admin", &["administrator"]);
        let first = health(&server, &admin);
        assert_eq!((&first["state"], &part(&first, "database")["state"]), (&json!("failing"), &json!("ok")));
        assert_eq!(part(&first, "intelligence")["cause"]["code"], "health.intelligence.none");
        intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
        server.catch_up();
        let old = health(&server, &admin);
        assert_eq!(
            part(&old, "intelligence")["cause"]["code"],
            "health.intelligence.old",
            "its record is of January 2026"
        );
        assert!(part(&old, "intelligence")["since"].is_string());
        assert_eq!(part(&old, "jobs")["state"], "ok");
        let add = |connection: &mut store::Connection| {
            connection.execute(
            "INSERT INTO jobs (id, kind, key, registry_id, priority, state, work, tries, not_before, requested_by, created,
             finished) VALUES ('1', 'scan', 'a', 'r', 1, 'dead', '{}', 5, 0, 'x', 0, 7000000)",
            &[],
        )
        };
        server.app.store.write_blocking(Lane::Beside, add).unwrap();
        let dead = part(&health(&server, &admin), "jobs");
        assert_eq!(
            (&dead["cause"]["code"], &dead["cause"]["parameters"]["count"]),
            (&json!("health.jobs.dead"), &json!(1))
        );
        assert_eq!(dead["since"], "1970-01-01T00:00:07Z");
        let wait = |connection: &mut store::Connection| connection.execute("UPDATE jobs SET state = 'waiting'", &[]);
        server.app.store.write_blocking(Lane::Beside, wait).unwrap();
        let waiting = part(&health(&server, &admin), "jobs");
        assert_eq!(
            (&waiting["cause"]["code"], &waiting["state"]),
            (&json!("health.jobs.no_worker"), &json!("failing"))
        );
    }
}

#[test]
fn parts_that_one_may_not_see_are_not_told() {
    let server = TestServer::new();
    let scoped = server.scoped_token("images.read,jobs.read,registries.read", "shop", "shop/*");
    let told = health(&server, &scoped);
    let parts: Vec<&str> =
        told["parts"].as_array().unwrap().iter().map(|part| part["part"].as_str().unwrap()).collect();
    assert_eq!(parts, ["database", "intelligence"]);
    server.ask(&server.token("jobs.read"), "GET", "/health", json!(null)).expect(403);
}
