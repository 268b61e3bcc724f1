//! The program itself: started, asked over TLS, stopped.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery";

/// A running server, which ends with its standard input.
struct Server {
    child: Child,
    input: Option<ChildStdin>,
    address: String,
    setup: Option<String>,
    folder: PathBuf,
}

#[expect(clippy::disallowed_methods, reason = "the test starts the program that it tests")]
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bulkhead-server"));
    command
        .env_clear()
        .env("BULKHEAD_DATA_DIR", folder)
        .env("BULKHEAD_LISTEN", "127.0.0.1:0")
        .env("BULKHEAD_OPERATIONS_LISTEN", "off")
        .env("BULKHEAD_STOP_WITH_STDIN", "true")
        .env("BULKHEAD_LOG_LEVEL", "warn")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

impl Server {
    /// Starts it; a new one offers a link for the first user.
    fn start(command: &mut Command, folder: &Path, is_new: bool) -> Server {
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let ready = lines.next().expect("the server says that it is ready");
        let address = ready.strip_prefix("ready: ").expect("the first line says so").to_owned();
        let setup = is_new.then(|| lines.next().expect("a new server offers a link"));
        let setup = setup.map(|line| line.rsplit_once('#').expect("the link has its secret").1.to_owned());
        let input = child.stdin.take();
        Server { child, input, address, setup, folder: folder.to_owned() }
    }

    fn ask(&self, method: &str, path: &str, cookie: Option<&str>, body: &Value) -> (u16, Value, Option<String>) {
        let pem = CertificateDer::from_pem_file(self.folder.join("tls/ca.pem")).unwrap();
        let roots = vec![ureq::tls::Certificate::from_der(&pem).to_owned()];
        let tls = ureq::tls::TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .root_certs(ureq::tls::RootCerts::Specific(Arc::new(roots)))
            .build();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .tls_config(tls)
            .build()
            .new_agent();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}/api/v1{path}", self.address));
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let request = request.header("content-type", "application/json").body(body.to_string()).unwrap();
        let mut answer = agent.run(request).unwrap();
        let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let cookie = cookie.and_then(|cookie| cookie.split(';').next().map(str::to_owned));
        let body = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&body).unwrap_or(Value::String(body)), cookie)
    }

    /// The first user, logged in.
    fn set_up(&self) -> String {
        let body = json!({ "secret": self.setup, "name": "alice", "password": PASSWORD });
        let (status, answer, cookie) = self.ask("POST", "/setup", None, &body);
        assert_eq!(status, 201, "{answer}");
        cookie.unwrap()
    }

    /// Lets it stop, and tells how it ended and what it logged.
    fn stop(mut self) -> (Option<i32>, String) {
        drop(self.input.take());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

#[test]
fn a_fresh_server_is_set_up_by_its_link_and_keeps_what_it_knows() {
    life(None);
}

#[test]
fn the_same_on_postgresql() {
    if let Some(uri) = test_support::postgres_database() {
        life(Some(&uri));
    }
}

fn life(database: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    let start = |is_new| {
        let mut command = program(folder.path());
        command.envs(database.map(|uri| ("BULKHEAD_DATABASE_URL", uri)));
        Server::start(&mut command, folder.path(), is_new)
    };
    let server = start(true);
    let cookie = server.set_up();
    let (status, me, _) = server.ask("GET", "/me", Some(&cookie), &Value::Null);
    assert_eq!((status, &me["name"]), (200, &json!("alice")));
    assert_eq!(server.stop().0, Some(0), "it drains");

    let server = start(false);
    let (status, _, _) = server.ask("GET", "/me", Some(&cookie), &Value::Null);
    assert_eq!(status, 200, "a session outlives a restart");
    let (_, state, _) = server.ask("GET", "/setup", None, &Value::Null);
    assert_eq!(state, json!({ "is_needed": false }));
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_token_for_workers_is_made_once_and_the_ca_is_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("worker.token");
    let start = || {
        let mut command = program(folder.path());
        command.env("BULKHEAD_WORKER_TOKEN_FILE", &file).env("BULKHEAD_CA_FILE", folder.path().join("copy.pem"));
        Server::start(&mut command, folder.path(), true)
    };
    assert_eq!(start().stop().0, Some(0));
    let token = std::fs::read_to_string(&file).unwrap();
    assert!(token.starts_with("bh_"));
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("copy.pem"), read("tls/ca.pem"));
    assert_eq!(start().stop().0, Some(0));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), token);
}

/// Runs it to its end, which comes by itself.
fn run(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } =
        program(folder).envs(variables.iter().copied()).args(arguments).output().unwrap();
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

#[test]
fn wrong_settings_end_with_2_and_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = run(folder.path(), &[("BULKHEAD_LISTEN", "everywhere")], &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.starts_with("bulkhead-server: BULKHEAD_LISTEN: `everywhere` cannot be used for listen"), "{said}");
    assert_eq!(run(folder.path(), &[("BULKHEAD_CONFIG", "/nowhere/server.toml")], &[]).0, Some(2));
    assert_eq!(run(folder.path(), &[], &["--port", "1"]).0, Some(2));
}

#[test]
fn a_taken_port_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, said) = run(folder.path(), &[("BULKHEAD_LISTEN", &address)], &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
}

#[test]
fn nothing_secret_is_written_but_where_it_belongs() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    let server = Server::start(command.env("BULKHEAD_LOG_LEVEL", "info,store=trace,server=trace"), folder.path(), true);
    let setup = server.setup.clone().unwrap();
    let cookie = server.set_up();
    let wrong = json!({ "name": "alice", "password": "marker-of-a-wrong-password" });
    assert_eq!(server.ask("POST", "/sessions", None, &wrong).0, 401);
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    let mut written = vec![log.into_bytes()];
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    written.extend(files.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap()));
    let secret = cookie.split_once('=').unwrap().1;
    for marker in [PASSWORD, "marker-of-a-wrong-password", &setup, secret] {
        let is_written = written.iter().any(|bytes| bytes.windows(marker.len()).any(|part| part == marker.as_bytes()));
        assert!(!is_written, "`{marker}` was written");
    }
}

#[test]
fn a_declaration_is_applied_over_tls_and_the_trail_is_verified_at_the_machine() {
    use api::declared::{self, Kind};

    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()), folder.path(), true);
    let cookie = server.set_up();
    let (_, me, _) = server.ask("GET", "/me", Some(&cookie), &Value::Null);
    let token = json!({ "name": "declare", "permissions": me["permissions"] });
    let (status, token, _) = server.ask("POST", "/me/tokens", Some(&cookie), &token);
    assert_eq!(status, 201, "{token}");
    let client = api::Client::new(&api::ClientOptions {
        server: server.address.clone(),
        token: token["secret"].as_str().map(str::to_owned),
        ca: Some(folder.path().join("tls/ca.pem")),
        timeout: Duration::from_secs(30),
    })
    .unwrap();
    let kinds = [Kind::Scope, Kind::Role].into();
    let apply = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let declared = declared::read_files(&files).unwrap();
        let current = declared::read_server(&client, &kinds).unwrap();
        let plan = declared::plan(&declared, &current, &kinds, false).unwrap();
        let applied = declared::apply(&client, &plan, &current, &mut |_| Err("no secret".to_owned())).unwrap();
        (applied.made, applied.changed, applied.removed)
    };
    let scope = ("scopes/shop.yaml", "name: shop\nvariables:\n  - attribute: image.repository\n    value: shop/*\n");
    let role = "name: dev\npermissions: [images.read]\nscopes: [shop]\n";
    let wider = role.replace("images.read", "images.read, jobs.read");
    assert_eq!(apply(&[scope, ("roles/dev.yaml", role)]), (2, 0, 0));
    assert_eq!(apply(&[scope, ("roles/dev.yaml", role)]), (0, 0, 0));
    assert_eq!(apply(&[scope, ("roles/dev.yaml", &wider)]), (0, 1, 0));
    assert_eq!(apply(&[]), (0, 0, 2));

    let (status, export) = client.send("GET", "/audit/export?format=jsonl", None).unwrap();
    assert_eq!(status, 200);
    assert_eq!(server.stop().0, Some(0));
    let whole = folder.path().join("whole.jsonl");
    std::fs::write(&whole, &export).unwrap();
    let altered = folder.path().join("altered.jsonl");
    std::fs::write(&altered, String::from_utf8(export).unwrap().replacen("role.update", "role.create", 1)).unwrap();
    let verify = |words: &[&str]| run(folder.path(), &[], &[&["admin", "audit-verify"], words].concat());
    assert_eq!(verify(&[]).0, Some(0));
    assert_eq!(verify(&["--file", &whole.display().to_string()]).0, Some(0));
    assert_eq!(verify(&["--file", &altered.display().to_string()]).0, Some(1));
    assert_eq!(verify(&["--file", "/nowhere"]).0, Some(3));
}
