//! `bulkhead worker` against the real server and Debian's docker-registry, with encryption and passwords, on loopback.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails where it must, and says what it skips")]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// `user:secret`, hashed with bcrypt.
const PASSWORDS: &str = "user:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

const IMAGE: &str = "images/docker-archive/alpine-3.10.1-four-layers-with-whiteouts.tar";

#[expect(clippy::disallowed_methods, reason = "tests run the real programs")]
fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn run(name: &str, arguments: &[&str]) -> bool {
    program(name).args(arguments).status().is_ok_and(|status| status.success())
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(150);
    while !is_so() {
        assert!(Instant::now() < until, "{what} does not come");
        thread::sleep(Duration::from_millis(100));
    }
}

/// A registry with images and a server that knows it.
struct World {
    folder: tempfile::TempDir,
    registry_port: u16,
    server_port: u16,
    registry: Child,
    server: Child,
}

impl Drop for World {
    fn drop(&mut self) {
        for child in [&mut self.registry, &mut self.server] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl World {
    /// Starts both; `None` where a program is not there.
    fn start(images: &[&str], is_enabled: bool) -> Option<World> {
        let server = Path::new(env!("CARGO_BIN_EXE_bulkhead")).with_file_name("bulkhead-server");
        let archive = test_support::test_data(IMAGE)?;
        for (name, argument) in
            [("docker-registry", "--version"), ("skopeo", "--version"), ("openssl", "version"), ("curl", "--version")]
        {
            if !run(name, &[argument]) {
                eprintln!("SKIPPED: {name} is not installed");
                return None;
            }
        }
        if !server.is_file() {
            eprintln!("SKIPPED: {} is not built (cargo build -p server)", server.display());
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display().to_string();
        certificates(folder.path());
        fs::write(folder.path().join("passwords"), PASSWORDS).unwrap();
        let (registry_port, server_port) = (free_port(), free_port());
        let config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {place}/data\nhttp:\n  \
             addr: 127.0.0.1:{registry_port}\n  tls:\n    certificate: {place}/server.pem\n    key: {place}/server.key\n\
             auth:\n  htpasswd:\n    realm: test\n    path: {place}/passwords\n"
        );
        fs::write(folder.path().join("config.yml"), config).unwrap();
        let registry = program("docker-registry").arg("serve").arg(folder.path().join("config.yml")).spawn().unwrap();
        let server = program(&server.display().to_string())
            .env("BULKHEAD_DATA_DIR", folder.path().join("data-of-server"))
            .env("BULKHEAD_LISTEN", format!("127.0.0.1:{server_port}"))
            .env("BULKHEAD_OPERATIONS_LISTEN", "off")
            .env("BULKHEAD_WORKER_TOKEN_FILE", folder.path().join("token"))
            .stdout(fs::File::create(folder.path().join("out")).unwrap())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let world = World { folder, registry_port, server_port, registry, server };
        for port in [registry_port, server_port] {
            wait_for("a listener", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        }
        for image in images {
            world.push(&archive, image);
        }
        wait_for("the set-up link", || world.text("out").contains('#'));
        let out = world.text("out");
        let secret = out.split('#').nth(1).unwrap().trim();
        let user = json!({ "secret": secret, "name": "admin", "password": "correct horse battery" });
        assert!(world.ask("POST", "/setup", user)["id"].is_string());
        let made = world.ask("POST", "/registries", json!({
            "name": "local", "kind": "oci", "is_enabled": is_enabled, "address": format!("127.0.0.1:{registry_port}"), "ca": world.text("ca.pem"),
            "credential": { "type": "password", "user": "user", "password": "secret" } }));
        assert!(made["id"].is_string(), "{made}");
        Some(world)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn push(&self, archive: &Path, name: &str) {
        let authorities = self.path("authorities");
        fs::create_dir_all(&authorities).unwrap();
        fs::copy(self.path("ca.pem"), authorities.join("ca.crt")).unwrap();
        let policy = self.path("policy.json");
        fs::write(&policy, r#"{"default":[{"type":"insecureAcceptAnything"}]}"#).unwrap();
        let (policy, authorities) = (policy.display().to_string(), authorities.display().to_string());
        let from = format!("docker-archive:{}", archive.display());
        let to = format!("docker://127.0.0.1:{}/{name}", self.registry_port);
        let options = ["--policy", &policy, "copy", "--dest-cert-dir", &authorities, "--dest-creds", "user:secret"];
        assert!(run("skopeo", &[&options[..], &[&from, &to]].concat()), "skopeo cannot push");
    }

    fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        let (jar, ca) = (self.path("jar").display().to_string(), self.path("data-of-server/tls/ca.pem"));
        let url = format!("https://127.0.0.1:{}/api/v1{path}", self.server_port);
        let mut command = program("curl");
        command.args(["-s", "-b", &jar, "-c", &jar, "-X", method, &url, "--cacert"]).arg(ca).stdout(Stdio::piped());
        if !body.is_null() {
            command.args(["-H", "Content-Type: application/json", "-d", &body.to_string()]);
        }
        let output = command.output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    fn worker(&self, name: &str, options: &[&str]) -> Child {
        program(env!("CARGO_BIN_EXE_bulkhead"))
            .args(["worker", "--name", name, "--server", &format!("https://127.0.0.1:{}", self.server_port), "--ca"])
            .arg(self.path("data-of-server/tls/ca.pem"))
            .arg("--token-file")
            .arg(self.path("token"))
            .arg("--cache-dir")
            .arg(self.path("cache"))
            .args(options)
            .stderr(fs::OpenOptions::new().append(true).create(true).open(self.path("worker.log")).unwrap())
            .spawn()
            .unwrap()
    }

    /// The scans that ended with an answer of theirs: their ids and who answered.
    fn answered(&self) -> Vec<(String, String)> {
        let jobs = self.ask("GET", "/jobs?filter=kind:scan", json!(null));
        let is_answered = |job: &&Value| job["state"] == "done";
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let jobs = jobs["items"].as_array().cloned().unwrap_or_default();
        jobs.iter().filter(is_answered).map(|job| (text(&job["id"]), text(&job["leased_by"]))).collect()
    }
}

/// Makes an authority and a certificate for the loopback address.
fn certificates(folder: &Path) {
    let path = |name: &str| folder.join(name).display().to_string();
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\n").unwrap();
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let authority = ["req", "-x509", "-days", "2", "-subj", "/CN=test authority", "-keyout"];
    assert!(run("openssl", &[&authority[..], &[&path("ca.key"), "-out", &path("ca.pem")], &key].concat()));
    let request = ["req", "-subj", "/CN=registry", "-keyout"];
    assert!(run("openssl", &[&request[..], &[&path("server.key"), "-out", &path("server.csr")], &key].concat()));
    let sign = ["x509", "-req", "-days", "2", "-CAcreateserial", "-in", &path("server.csr"), "-CA", &path("ca.pem")];
    let rest = ["-CAkey", &path("ca.key"), "-extfile", &path("names"), "-out", &path("server.pem")];
    assert!(run("openssl", &[&sign[..], &rest].concat()));
}

#[test]
fn a_worker_scans_every_image_of_a_registry_and_tells_no_secret() {
    let Some(world) = World::start(&["team/one:1", "team/two:1", "three:latest"], true) else { return };
    let status = world.worker("once", &["--once"]).wait().unwrap();
    assert!(status.success(), "{}", world.text("worker.log"));
    assert_eq!(world.answered().len(), 3, "{}\n{}", world.text("worker.log"), world.ask("GET", "/jobs", json!(null)));
    assert!(world.text("worker.log").contains("locked in: "));
    let registries = world.ask("GET", "/registries", json!(null)).to_string();
    for text in [world.text("worker.log"), world.text("log"), registries] {
        assert!(
            !text.contains("\"secret\"") && !text.contains("user:secret") && !text.contains("dXNlcjpzZWNyZXQ"),
            "{text}"
        );
    }
}

#[test]
fn a_job_of_a_worker_that_is_killed_ends_elsewhere_with_one_answer() {
    let Some(world) = World::start(&["team/one:1"], false) else { return };
    let registry = world.ask("GET", "/registries", json!(null))["items"][0]["id"].as_str().unwrap().to_owned();
    let image = json!({ "repository": "team/one", "tag": "1" });
    let job = world.ask("POST", &format!("/registries/{registry}/scan"), image)["id"].as_str().unwrap().to_owned();
    let state =
        || world.ask("GET", &format!("/jobs/{job}"), json!(null))["state"].as_str().unwrap_or_default().to_owned();
    // A registry that does not answer keeps the first worker in the middle of its scan.
    let id = world.registry.id().to_string();
    assert!(run("kill", &["-STOP", &id]));
    let mut victim = world.worker("victim", &[]);
    wait_for("the scan", || state() == "leased");
    victim.kill().unwrap();
    let _ = victim.wait();
    assert!(run("kill", &["-CONT", &id]));
    let mut heir = world.worker("heir", &[]);
    wait_for("the answer", || !world.answered().is_empty());
    assert!(run("kill", &["-TERM", &heir.id().to_string()]));
    assert!(heir.wait().unwrap().success(), "it drains");
    assert_eq!(world.answered(), [(job.clone(), "heir".to_owned())], "{}", world.text("worker.log"));
}
