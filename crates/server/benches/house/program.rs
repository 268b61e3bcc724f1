//! The server as people run it: its own process, TLS from its own CA, a set-up link.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

/// A running server, which ends with its standard input.
pub(crate) struct Program {
    child: Child,
    input: Option<ChildStdin>,
    address: String,
    setup: Option<String>,
    folder: PathBuf,
}

/// What a process takes of the memory, in MiB.
pub(crate) struct Memory {
    pub(crate) now: u64,
    pub(crate) most: u64,
}

impl Program {
    #[expect(clippy::disallowed_methods, reason = "the bench starts the program that it measures")]
    pub(crate) fn start(folder: &Path, uri: Option<&str>) -> Program {
        let is_new = uri.is_some() && !folder.join("bench-access.json").exists()
            || !folder.join("bulkhead.db").exists() && uri.is_none();
        let mut command = Command::new(env!("CARGO_BIN_EXE_bulkhead-server"));
        command
            .env_clear()
            .env("BULKHEAD_DATA_DIR", folder)
            .env("BULKHEAD_LISTEN", "127.0.0.1:0")
            .env("BULKHEAD_OPERATIONS_LISTEN", "off")
            .env("BULKHEAD_STOP_WITH_STDIN", "true")
            .env("BULKHEAD_LOG_LEVEL", "warn")
            .envs(uri.map(|uri| ("BULKHEAD_DATABASE_URL", uri)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let ready = lines.next().expect("the server says that it is ready");
        let address = ready.strip_prefix("ready: ").expect("the first line says so").to_owned();
        let setup = is_new.then(|| lines.next().expect("a new server offers a link"));
        let setup = setup.map(|line| line.rsplit_once('#').expect("the link has its secret").1.to_owned());
        let input = child.stdin.take();
        Program { child, input, address, setup, folder: folder.to_owned() }
    }

    pub(crate) fn agent(&self) -> ureq::Agent {
        let pem = CertificateDer::from_pem_file(self.folder.join("tls/ca.pem")).unwrap();
        let roots = vec![ureq::tls::Certificate::from_der(&pem).to_owned()];
        let tls = ureq::tls::TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .root_certs(ureq::tls::RootCerts::Specific(Arc::new(roots)))
            .build();
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .tls_config(tls)
            .build()
            .new_agent()
    }

    pub(crate) fn place(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.address)
    }

    /// The first user, logged in: the cookie.
    pub(crate) fn set_up(&self) -> String {
        let body = json!({ "secret": self.setup, "name": "alice", "password": "correct horse battery" });
        let (cookie, _) = self.post("/setup", "", &body);
        cookie.unwrap()
    }

    /// An application scope of a team's repositories: its id.
    pub(crate) fn scope(&self, session: &str, team: &str) -> String {
        let variables = json!([{ "attribute": "image.repository", "value": format!("{team}/*") }]);
        let body = json!({ "name": team, "description": "", "expression": "v1", "variables": variables });
        let (_, answer) = self.post("/scopes", session, &body);
        answer["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// A token that reads everything, or everything of some scopes, and registers.
    pub(crate) fn token(&self, session: &str, scopes: &[String]) -> String {
        let permissions = ["images.read", "images.write", "findings.read", "verdicts.read"];
        let body = json!({ "name": "bench", "permissions": permissions, "scopes": scopes });
        let (_, answer) = self.post("/tokens", session, &body);
        answer["secret"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    fn post(&self, path: &str, session: &str, body: &Value) -> (Option<String>, Value) {
        let request = ureq::http::Request::post(self.place(path)).header("content-type", "application/json");
        let request = if session.is_empty() { request } else { request.header("cookie", session) };
        let mut answer = self.agent().run(request.body(body.to_string()).unwrap()).unwrap();
        let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next().map(str::to_owned));
        let body = answer.body_mut().read_to_string().unwrap();
        (cookie, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    /// As the kernel counts it (proc(5), `VmRSS` and `VmHWM`).
    pub(crate) fn memory(&self) -> Memory {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let mebibytes = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
            kibibytes.unwrap_or_default() >> 10
        };
        Memory { now: mebibytes("VmRSS:"), most: mebibytes("VmHWM:") }
    }

    pub(crate) fn stop(self) {
        drop(self);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
