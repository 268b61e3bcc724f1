//! Exports while rights change, and over a slow store.

use std::time::Duration;

use api::jobs::Work;
use serde_json::json;
use store::{Connection, Lane};

use super::super::{PACE, Pace, lease, step_at};
use super::*;
use crate::jobs;
use crate::sample::index;
use crate::testing::{As, TestServer};

fn servers() -> impl Iterator<Item = TestServer> {
    let filled = |server: TestServer| {
        let who = server.token("images.write,verdicts.read");
        server.register(&who, &index(1, "registry.example/shop/api:1", &[])).expect(200);
        server.register(&who, &index(2, "registry.example/bank/api:1", &[])).expect(200);
        server
    };
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled)
}

/// An export of images that somebody asks for, in the hands of a server that makes it step by step.
fn hold(server: &TestServer, who: &As) -> (Held, Making) {
    server.ask(who, "POST", "/images/export", json!({ "format": "csv" })).expect(202);
    let (job, secret) = server.run(lease(&server.app, PACE)).unwrap().unwrap();
    let (work, asked) = (jobs::work(&job).unwrap(), job.created);
    let Work::Export { resource, format, filter, images, sort } = work else { panic!("{work:?}") };
    let request = ExportRequest { format, filter, images, sort };
    let mut held = Held::new(&server.app, job, secret, PACE);
    let making = server.run(Making::begin(&mut held, resource, &request, asked)).unwrap();
    (held, making)
}

#[test]
fn a_token_that_is_revoked_on_the_way_gets_no_more_rows() {
    for server in servers() {
        let who = server.token("images.read");
        let (mut held, mut making) = hold(&server, &who);
        assert!(server.run(making.step(&mut held)).unwrap());
        let revoke = |connection: &mut Connection| connection.execute("UPDATE tokens SET revoked = 1", &[]);
        server.app.store.write_blocking(Lane::Beside, revoke).unwrap();
        assert_eq!(server.run(making.step(&mut held)).unwrap_err().code, ProblemCode::Unauthenticated);
    }
}

#[test]
fn an_application_that_changes_on_the_way_ends_the_export() {
    for server in servers() {
        let shop = server.scoped_token("images.read", "shop", "shop/*");
        server.catch_up();
        let (mut held, mut making) = hold(&server, &shop);
        assert!(server.run(making.step(&mut held)).unwrap());
        server.redefine_scope("shop", "bank/*");
        assert_eq!(server.run(making.step(&mut held)).unwrap_err().code, ProblemCode::State);
    }
}

#[test]
fn a_store_that_is_slow_does_not_lose_the_export() {
    // Only here can somebody hold up who reads.
    let Some(server) = TestServer::on_postgres() else { return };
    let who = server.token("images.read");
    server.ask(&who, "POST", "/images/export", json!({ "format": "csv" })).expect(202);
    let pace = Pace { lease: clock::SECOND, sign: Duration::from_millis(100) };
    let (locked, is_locked) = std::sync::mpsc::channel();
    let store = server.app.store.clone();
    let slow = std::thread::spawn(move || {
        store.write_blocking(Lane::Beside, move |connection| {
            connection.execute("LOCK TABLE images IN ACCESS EXCLUSIVE MODE", &[])?;
            let _ = locked.send(());
            std::thread::sleep(Duration::from_millis(2500));
            Ok(())
        })
    });
    is_locked.recv().unwrap();
    let (done, taken) = server.run(async {
        let look = async {
            tokio::time::sleep(Duration::from_millis(2000)).await;
            let take_back = |connection: &mut Connection| {
                let permit = jobs::own_permit("scans.write".parse().unwrap());
                Ok(store::jobs::take_back(connection, &permit, "{}", 0.0, clock::now())?.len())
            };
            server.app.note(take_back).await.unwrap()
        };
        tokio::join!(step_at(&server.app, pace), look)
    });
    slow.join().unwrap().unwrap();
    assert_eq!((done.unwrap(), taken), (true, 0), "it was held all the time");
    let job = server.ask(&who, "GET", "/me/jobs", json!(null)).body["items"][0].clone();
    assert_eq!((&job["state"], &job["tries"]), (&json!("done"), &json!(1)), "{job}");
}
