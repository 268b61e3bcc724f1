//! Bulk actions in the hands of several servers, one after another.

use std::collections::BTreeMap;

use api::jobs::Work;
use store::Lane;
use store::audit::AuditQuery;

use super::super::{PACE, lease};
use super::*;
use crate::sample::index;
use crate::testing::{As, TestServer};

const RIGHTS: &str = "images.read,images.write,images.approve,verdicts.read,jobs.read";

fn servers() -> impl Iterator<Item = TestServer> {
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres())
}

/// Somebody asks for the approval of so many images.
fn ask(server: &TestServer, who: &As, images: u32) -> String {
    let writer = server.token("images.write,verdicts.read");
    for number in 1..=images {
        server.register(&writer, &index(number, &format!("registry.example/shop/api-{number:03}:1"), &[])).expect(200);
    }
    let request = json!({ "action": "approve", "filter": "", "expected": images, "comment": "reviewed" });
    let job = server.ask(who, "POST", "/images/bulk", request);
    job.expect(202);
    job.body["id"].as_str().unwrap().to_owned()
}

/// Takes the job into the hands of a server that does it step by step.
fn hold(server: &TestServer) -> (Held, Arc<OverImages>) {
    let (job, secret) = server.run(lease(&server.app, PACE)).unwrap().unwrap();
    let (work, asked) = (jobs::work(&job).unwrap(), job.created);
    let Work::Bulk { work: BulkWork::Images(request) } = work else { panic!("{work:?}") };
    let mut held = Held::new(&server.app, job, secret, PACE);
    let over = server.run(begin_images(&mut held, request, asked)).unwrap();
    (held, over)
}

fn write(server: &TestServer, sql: &'static str) {
    let changed = server.app.store.write_blocking(Lane::Beside, move |connection| connection.execute(sql, &[]));
    assert!(changed.unwrap() > 0, "{sql}");
}

/// Nothing is heard of the holder for longer than its lease.
fn lose(server: &TestServer) {
    let taken = server.app.store.write_blocking(Lane::Beside, |connection| {
        let permit = jobs::own_permit(Permission::new(Area::Scans, Action::Write));
        let later = clock::now() + PACE.lease + clock::SECOND;
        Ok(store::jobs::take_back(connection, &permit, "{}", 0.0, later)?.len())
    });
    assert_eq!(taken.unwrap(), 1);
    write(server, "UPDATE jobs SET not_before = 0");
}

/// How many records there are of each image.
fn approvals(server: &TestServer) -> BTreeMap<String, usize> {
    let permit = jobs::own_permit(Permission::new(Area::Audit, Action::Read));
    let records = server.app.store.read_blocking(move |connection| {
        let query = AuditQuery { action: Some("image.approve".to_owned()), ..AuditQuery::default() };
        audit::list(connection, &permit, &query, 500)
    });
    let mut all = BTreeMap::new();
    for record in records.unwrap() {
        let body: Json = serde_json::from_str(&record.body).unwrap();
        *all.entry(body["object_id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    all
}

fn approved(server: &TestServer) -> i64 {
    let count = |connection: &mut Connection| {
        Ok(connection.row("SELECT count(*) FROM approved_digests", &[])?.map_or(0, |row| row.integer(0)))
    };
    server.app.store.read_blocking(count).unwrap()
}

#[test]
fn each_image_is_changed_once_though_the_holder_changes_in_the_middle() {
    const IMAGES: u32 = 330;
    for server in servers() {
        let who = server.token(RIGHTS);
        let id = ask(&server, &who, IMAGES);
        let (mut first, over) = hold(&server);
        assert!(server.run(step_images(&mut first, &over)).unwrap(), "there is more than one step");
        assert_eq!((approved(&server), approvals(&server).len()), (100, 100));
        lose(&server);
        let (mut second, over_again) = hold(&server);
        assert!(server.run(step_images(&mut second, &over_again)).unwrap());
        assert_eq!(approved(&server), 200, "it goes on where the first was");
        // The first had only been slow. What it does now must not count.
        let late = server.run(step_images(&mut first, &over)).unwrap_err();
        assert_eq!(late.code, ProblemCode::Changed);
        assert_eq!((approved(&server), approvals(&server).len()), (200, 200));
        lose(&server);
        server.do_jobs();
        let job = server.ask(&who, "GET", &format!("/me/jobs/{id}"), json!(null)).body;
        assert_eq!((&job["state"], &job["tries"]), (&json!("done"), &json!(3)), "{job}");
        let told = json!({ "total": IMAGES, "done": IMAGES, "changed": IMAGES, "unchanged": 0, "not_permitted": 0 });
        assert_eq!(job["progress"], told);
        let records = approvals(&server);
        assert_eq!((records.len() as u32, approved(&server)), (IMAGES, i64::from(IMAGES)));
        assert!(records.values().all(|count| *count == 1), "{records:?}");
    }
}

#[test]
fn rights_that_are_taken_away_in_the_middle_end_the_job_with_its_cause() {
    for server in servers() {
        let who = server.token(RIGHTS);
        let id = ask(&server, &who, 120);
        let (mut held, over) = hold(&server);
        assert!(server.run(step_images(&mut held, &over)).unwrap());
        let mut refused = || server.run(step_images(&mut held, &over)).unwrap_err().code;
        write(&server, "UPDATE tokens SET permissions = 'images.read'");
        assert_eq!(refused(), ProblemCode::Forbidden);
        write(&server, "UPDATE tokens SET permissions = 'images.read,images.approve', revoked = 1");
        assert_eq!(refused(), ProblemCode::Unauthenticated);
        lose(&server);
        server.do_jobs();
        let other = server.token("jobs.read");
        let job = server.ask(&other, "GET", &format!("/jobs/{id}"), json!(null)).body;
        let failure = &job["failure"]["code"];
        assert_eq!((&job["state"], failure), (&json!("dead"), &json!("access.unauthenticated")), "{job}");
        assert_eq!(approved(&server), 100, "what was done stays");
    }
}

#[test]
fn a_user_who_is_disabled_in_the_middle_changes_nothing_more() {
    for server in servers() {
        let who = server.user("bob", &["security-engineer"]);
        ask(&server, &who, 101);
        let (mut held, over) = hold(&server);
        assert!(server.run(step_images(&mut held, &over)).unwrap());
        write(&server, "UPDATE users SET is_disabled = 1");
        assert_eq!(server.run(step_images(&mut held, &over)).unwrap_err().code, ProblemCode::Unauthenticated);
        assert_eq!(approved(&server), 100);
    }
}

#[test]
fn a_number_may_move_by_five_percent_whatever_its_size() {
    for (found, expected, holds) in [
        (95, 100, true),
        (94, 100, false),
        (105, 100, true),
        (106, 100, false),
        (0, 0, true),
        (1, 0, false),
        (19, 20, true),
        (0, u64::MAX, false),
        (u64::MAX, u64::MAX, true),
    ] {
        assert_eq!(is_as_expected(found, expected).is_ok(), holds, "{found} of {expected}");
    }
}
