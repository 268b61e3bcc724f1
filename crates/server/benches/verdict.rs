//! How long `GET /verdict` takes at 1,000 requests a second, over TLS, as admission asks it: plain and signed.
//!
//! `cargo bench -p server --bench verdict`. The goal is 5 ms for 99 of 100. Requests are sent on a schedule, and each is
//! measured from when it was due, so that a server that stalls is not asked less for it (no coordinated omission). Images
//! are registered before; each request asks for another one. On PostgreSQL too, where it is installed; that of the tests
//! does not flush, which reading does not do either.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on says where")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

const IMAGES: usize = 500;
const PACKAGES: usize = 200;
const PER_SECOND: usize = 1000;
const SPAN: Duration = Duration::from_secs(15);

/// As many connections as a few admission webhooks keep open.
const CONNECTIONS: usize = 16;

fn main() {
    measure("SQLite", None);
    match test_support::postgres_database() {
        Some(uri) => measure("PostgreSQL", Some(&uri)),
        None => println!("PostgreSQL is not installed"),
    }
}

/// A running server.
struct Server {
    child: Child,
    address: String,
    token: String,
    ca: CertificateDer<'static>,
}

fn measure(name: &str, database: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), database);
    let agent = server.agent();
    for number in 0..IMAGES {
        let (status, body) = server.ask(&agent, "POST", "/images", Some(&index(number)));
        assert_eq!(status, 200, "{body}");
    }
    for path in ["/verdict", "/verdict/signed"] {
        let took = server.load(path);
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
        println!(
            "{name}: GET {path} at {PER_SECOND}/s over {CONNECTIONS} connections, {} requests: p50 {:.2} ms, p99 {:.2} ms, \
             p99.9 {:.2} ms, longest {:.1} ms",
            took.len(),
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0)
        );
    }
    drop(server);
}

impl Server {
    #[expect(clippy::disallowed_methods, reason = "the bench starts the program that it measures")]
    fn start(folder: &Path, database: Option<&str>) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bulkhead-server"));
        command
            .env_clear()
            .env("BULKHEAD_DATA_DIR", folder)
            .env("BULKHEAD_LISTEN", "127.0.0.1:0")
            .env("BULKHEAD_OPERATIONS_LISTEN", "off")
            .env("BULKHEAD_STOP_WITH_STDIN", "true")
            .env("BULKHEAD_LOG_LEVEL", "warn")
            .envs(database.map(|uri| ("BULKHEAD_DATABASE_URL", uri)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.next().unwrap().strip_prefix("ready: ").unwrap().to_owned();
        let secret = lines.next().unwrap().rsplit_once('#').unwrap().1.to_owned();
        let ca = CertificateDer::from_pem_file(folder.join("tls/ca.pem")).unwrap();
        let mut server = Server { child, address, token: String::new(), ca };
        let agent = server.agent();
        let password = "a password of the bench";
        let first = json!({ "secret": secret, "name": "bench", "password": password });
        let cookie = server.session(&agent, &first);
        let token = json!({ "name": "bench", "permissions": ["images.write", "verdicts.read"] });
        server.token = server.with_cookie(&agent, &cookie, "/me/tokens", &token)["secret"].as_str().unwrap().to_owned();
        server
    }

    fn agent(&self) -> ureq::Agent {
        let roots = vec![ureq::tls::Certificate::from_der(&self.ca).to_owned()];
        let tls = ureq::tls::TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .root_certs(ureq::tls::RootCerts::Specific(Arc::new(roots)))
            .build();
        let config = ureq::Agent::config_builder().http_status_as_error(false).tls_config(tls);
        config.timeout_global(Some(Duration::from_secs(30))).build().new_agent()
    }

    fn session(&self, agent: &ureq::Agent, body: &Value) -> String {
        let request = ureq::http::Request::post(format!("{}/api/v1/setup", self.address));
        let request = request.header("content-type", "application/json").body(body.to_string()).unwrap();
        let answer = agent.run(request).unwrap();
        let cookie = answer.headers().get("set-cookie").unwrap().to_str().unwrap().to_owned();
        cookie.split(';').next().unwrap().to_owned()
    }

    fn with_cookie(&self, agent: &ureq::Agent, cookie: &str, path: &str, body: &Value) -> Value {
        let request = ureq::http::Request::post(format!("{}/api/v1{path}", self.address));
        let request = request.header("content-type", "application/json").header("cookie", cookie);
        let mut answer = agent.run(request.body(body.to_string()).unwrap()).unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    fn ask(&self, agent: &ureq::Agent, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
        let request = ureq::http::Request::builder().method(method).uri(format!("{}/api/v1{path}", self.address));
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let request = request.header("content-type", "application/json");
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut answer = agent.run(request.body(body).unwrap()).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// Asks on schedule, and tells how long each took from when it was due, the shortest first.
    fn load(&self, path: &str) -> Vec<Duration> {
        let count = PER_SECOND * SPAN.as_secs() as usize;
        let every = Duration::from_secs(1) / u32::try_from(PER_SECOND).unwrap();
        let began = Instant::now() + Duration::from_millis(200);
        let mut took: Vec<Duration> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..CONNECTIONS)
                .map(|own| {
                    scope.spawn(move || {
                        let agent = self.agent();
                        let mut took = Vec::new();
                        for number in (own..count).step_by(CONNECTIONS) {
                            let due = began + every * u32::try_from(number).unwrap();
                            if let Some(early) = due.checked_duration_since(Instant::now()) {
                                std::thread::sleep(early);
                            }
                            let image = digest(number * 7 % IMAGES);
                            let (status, body) = self.ask(&agent, "GET", &format!("{path}?image={image}"), None);
                            assert_eq!(status, 200, "{body}");
                            took.push(due.elapsed());
                        }
                        took
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        took.sort_unstable();
        took
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with its standard input.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn digest(number: usize) -> String {
    format!("sha256:{number:064x}")
}

/// The index of an image with some hundred packages.
fn index(number: usize) -> Value {
    let packages: Vec<Value> = (0..PACKAGES)
        .map(|package| {
            let (name, version) = (format!("package-{package}"), format!("1.{}.0", number % 20));
            json!({ "purl": format!("pkg:npm/{name}@{version}"), "name": name, "version": version, "ecosystem": "npm",
                "type": "npm", "paths": ["app/package-lock.json"], "licenses": ["MIT"], "layer": 0 })
        })
        .collect();
    json!({ "schema": "bulkhead.report/1",
        "target": { "name": format!("registry.example/shop/api-{number}:1"), "kind": "image", "digest": digest(number),
            "platform": "linux/amd64" },
        "packages": packages, "findings": [], "removed": [], "gaps": [],
        "verdict": { "decision": "not_judged", "policies": [] } })
}
