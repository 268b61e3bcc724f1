//! A server for tests: the whole of it but the socket, over a database of its own.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, header};
use axum::response::Response;
use axum::{Extension, Router};
use daemon::{Metrics, PeerAddress, Settings};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use store::{Lane, Store, StoreOptions, rights, tokens, users};
use tower::ServiceExt as _;

use crate::app::{App, Parts};
use crate::config::{Config, SETTINGS};
use crate::passwords::Passwords;
use crate::rate::Rates;
use crate::sealed::Sealer;
use crate::signing_key::SigningKey;
use crate::{clock, guard, ids, routes, secrets};

/// The password of every user of a test.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A server whose parts a test may look at.
pub(crate) struct TestServer {
    pub(crate) app: App,
    router: Router,
    runtime: tokio::runtime::Runtime,
    /// The secret of the set-up link.
    pub(crate) setup: String,
    _folder: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Value,
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) headers: axum::http::HeaderMap,
    /// Nothing of an answer that does not end.
    pub(crate) body: Vec<u8>,
}

/// Whoever asks in a test.
#[derive(Debug, Clone)]
pub(crate) enum As {
    Nobody,
    /// A session's cookie.
    Session(String),
    /// An API token.
    Token(String),
}

impl TestServer {
    pub(crate) fn new() -> TestServer {
        TestServer::with(&[])
    }

    /// The same on PostgreSQL, where it is installed.
    pub(crate) fn on_postgres() -> Option<TestServer> {
        let uri = test_support::postgres_database()?;
        Some(TestServer::with(&[("BULKHEAD_DATABASE_URL", &uri)]))
    }

    /// A server with settings beside the usual ones.
    pub(crate) fn with(variables: &[(&str, &str)]) -> TestServer {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().display().to_string();
        let own = [("BULKHEAD_DATA_DIR", data.as_str())];
        let variables = own.iter().chain(variables).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::of(&Settings::read(SETTINGS, None, variables).unwrap()).unwrap();
        let store = Store::open(&StoreOptions::new(config.database.clone())).unwrap();
        store.write_blocking(Lane::Beside, |connection| rights::install_presets(connection, 0)).unwrap();
        let app = App::new(Parts {
            audit_key: SigningKey::in_folder(folder.path(), crate::audit_key::PURPOSE).unwrap(),
            verdict_key: SigningKey::in_folder(folder.path(), "verdict-signing").unwrap(),
            verifications: Arc::new(tokio::sync::Semaphore::new(1)),
            streams: Arc::new(tokio::sync::Semaphore::new(8)),
            sealer: Sealer::from_file(&folder.path().join("master.key"), true).unwrap(),
            store,
            passwords: Passwords::new(),
            rates: Rates::default(),
            metrics: Metrics::default(),
            assurance: crate::assurance::Assurance::new(&config),
            uses: crate::uses::Uses::default(),
            last_used: crate::last_used::LastUsed::default(),
            clouds: crate::clouds::Clouds::new(config.surroundings.clone(), config.private_addresses),
            config,
        });
        let peer = PeerAddress("192.0.2.7:1234".parse().unwrap());
        let router = routes::router(&app).layer(Extension(peer));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let setup = runtime.block_on(crate::setup::offer(&app, clock::now())).unwrap();
        TestServer { app, router, runtime, setup, _folder: folder }
    }

    /// Runs what is asynchronous to its end.
    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Sends a request with a JSON body, or none where it is null.
    pub(crate) fn ask(&self, who: &As, method: &str, path: &str, body: Value) -> Answer {
        self.ask_with(who, method, path, &[], body)
    }

    /// Sends a request with headers.
    pub(crate) fn ask_with(&self, who: &As, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let bytes = if body.is_null() { Vec::new() } else { serde_json::to_vec(&body).unwrap() };
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(format!("{}{path}", routes::PREFIX));
        if !body.is_null() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(who, request, bytes)
    }

    /// Sends a request with a body of any type.
    pub(crate) fn send(&self, who: &As, mut request: axum::http::request::Builder, body: Vec<u8>) -> Answer {
        match who {
            As::Nobody => {}
            As::Session(cookie) => request = request.header(header::COOKIE, cookie),
            As::Token(token) => request = request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        }
        let request = request.body(Body::from(body)).unwrap();
        self.runtime.block_on(async {
            let response: Response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            let body = serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
            Answer { status: parts.status.as_u16(), headers: parts.headers, body }
        })
    }

    /// Sends a request as it is; nothing where the answer does not come in time.
    pub(crate) fn raw(&self, who: &As, mut request: Request<Body>, within: std::time::Duration) -> Option<RawAnswer> {
        let (name, value) = match who {
            As::Nobody => (header::ACCEPT, "*/*".to_owned()),
            As::Session(cookie) => (header::COOKIE, cookie.clone()),
            As::Token(token) => (header::AUTHORIZATION, format!("Bearer {token}")),
        };
        request.headers_mut().insert(name, value.parse().unwrap());
        let answer = async {
            let response: Response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            let body = match kind {
                Some("text/event-stream") => Vec::new(),
                _ => body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default(),
            };
            RawAnswer { status: parts.status.as_u16(), headers: parts.headers, body }
        };
        self.runtime.block_on(async { tokio::time::timeout(within, answer).await.ok() })
    }

    /// An answer that does not end, to be read piece by piece.
    pub(crate) fn open(&self, who: &As, path: &str, headers: &[(&str, &str)]) -> Body {
        let mut request = Request::builder().uri(format!("{}{path}", routes::PREFIX));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match who {
            As::Nobody => {}
            As::Session(cookie) => request = request.header(header::COOKIE, cookie),
            As::Token(token) => request = request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        }
        let request = request.body(Body::empty()).unwrap();
        self.runtime.block_on(async { self.router.clone().oneshot(request).await.unwrap().into_body() })
    }

    /// Its next piece; nothing where it has ended.
    pub(crate) fn piece(&self, body: &mut Body) -> Option<String> {
        let frame = self.runtime.block_on(body.frame())?.unwrap();
        Some(String::from_utf8_lossy(frame.data_ref().unwrap()).into_owned())
    }

    /// The first pieces of an answer that does not end.
    pub(crate) fn beginning(&self, who: &As, path: &str, headers: &[(&str, &str)], pieces: usize) -> String {
        let mut body = self.open(who, path, headers);
        (0..pieces).map(|_| self.piece(&mut body).unwrap()).collect()
    }

    /// A user with these roles and [`PASSWORD`], logged in.
    pub(crate) fn user(&self, name: &str, roles: &[&str]) -> As {
        let hash = self.runtime.block_on(self.app.passwords.hash(PASSWORD.to_owned()));
        let user = users::User {
            id: ids::new(clock::now()),
            name: name.to_owned(),
            display_name: name.to_owned(),
            email: None,
            password_hash: hash,
            must_change: false,
            totp_secret: None,
            totp_last_step: 0,
            is_disabled: false,
            failures: 0,
            locked_until: 0,
            last_login: None,
            created: 0,
            changed: 0,
            version: 1,
        };
        let roles: std::collections::BTreeSet<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        self.app
            .store
            .write_blocking(Lane::Beside, move |connection| {
                users::insert(connection, &user)?;
                rights::set_roles_held(connection, &user.id, &roles)
            })
            .unwrap();
        let answer = self.ask(&As::Nobody, "POST", "/sessions", json!({ "name": name, "password": PASSWORD }));
        answer.expect(201);
        answer.session()
    }

    /// A machine's token with these permissions over everything.
    pub(crate) fn token(&self, permissions: &str) -> As {
        let text = secrets::new("bh_");
        let (hash, permissions) = (secrets::hash(&text), permissions.parse().unwrap());
        let token = tokens::Token {
            id: ids::new(clock::now()),
            name: "test".to_owned(),
            owner: None,
            permissions,
            scopes: std::collections::BTreeSet::new(),
            addresses: Vec::new(),
            created: 0,
            created_by: "test".to_owned(),
            expires: None,
            last_used: None,
            revoked: None,
            group: None,
            answerable: Some("server".to_owned()),
            orphaned: None,
        };
        self.app
            .store
            .write_blocking(Lane::Beside, move |connection| tokens::insert(connection, &token, &hash))
            .unwrap();
        As::Token(text)
    }

    /// Everything that is stored, as text: what must not be there is looked for in it.
    pub(crate) fn database(&self) -> String {
        let text = self.app.store.read_blocking(|connection| {
            let tables = connection.rows("SELECT name FROM sqlite_master WHERE type = 'table'", &[])?;
            let mut text = String::new();
            for table in tables {
                let rows = connection.rows(&format!("SELECT * FROM {}", table.text(0)), &[])?;
                for row in rows {
                    for at in 0..40 {
                        text.push_str(&format!("{} {} ", row.text(at), String::from_utf8_lossy(&row.bytes(at))));
                    }
                }
            }
            Ok(text)
        });
        text.unwrap()
    }

    /// Does what the server does in the background until nothing is left of it.
    pub(crate) fn catch_up(&self) {
        let steps = async { while crate::assurance::reevaluation::step(&self.app, "test").await.unwrap() {} };
        self.runtime.block_on(steps);
    }

    /// Does the jobs that the server does itself until none waits.
    pub(crate) fn do_jobs(&self) {
        let steps = async { while crate::background::step(&self.app).await.unwrap() {} };
        self.runtime.block_on(steps);
    }

    /// A folder of the server's own: the data folder.
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.app.config.data_folder
    }

    /// The actions and outcomes in the audit trail, the oldest first.
    pub(crate) fn trail(&self) -> Vec<String> {
        let permit = policy::access::permit(&policy::access::Principal::server(), "audit.read".parse().unwrap());
        let permit = Arc::new(permit.unwrap());
        let records = self.app.store.read_blocking(move |connection| {
            store::audit::list(connection, &permit, &store::audit::AuditQuery::default(), 500)
        });
        let text = |record: &store::audit::AuditRecord| {
            let body: Value = serde_json::from_str(&record.body).unwrap();
            format!("{} {}", body["action"].as_str().unwrap(), body["outcome"].as_str().unwrap())
        };
        records.unwrap().iter().rev().map(text).collect()
    }
}

/// Waits until another session of this database, which is PostgreSQL's, waits for a lock.
pub(crate) fn until_another_waits(connection: &mut store::Connection) -> Result<(), store::StoreError> {
    let sql = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (
        SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database())";
    while connection.row(sql, &[])?.is_none_or(|row| row.integer(0) == 0) {
        std::thread::yield_now();
    }
    Ok(())
}

impl Answer {
    /// Panics unless the status is this one.
    pub(crate) fn expect(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.body);
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The session that was begun.
    pub(crate) fn session(&self) -> As {
        let cookie = self.header("set-cookie");
        assert!(cookie.starts_with(guard::COOKIE), "{cookie}");
        As::Session(cookie.split(';').next().unwrap_or_default().to_owned())
    }
}
