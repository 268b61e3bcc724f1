//! Intelligence pulled from Debian's docker-registry on the loopback address, pushed as plain requests.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails where it must, and says what it skips")]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

const ARTIFACT_TYPE: &str = "application/vnd.bulkhead.intelligence.v1";

struct Registry {
    folder: tempfile::TempDir,
    port: u16,
    process: Child,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "tests run the real programs")]
fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.stdin(Stdio::null());
    command
}

impl Registry {
    /// Starts one without encryption; `None` where the program is not installed.
    fn start() -> Option<Registry> {
        if program("docker-registry").arg("--version").output().is_err() {
            eprintln!("SKIPPED: docker-registry is not installed");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}/data\nhttp:\n  addr: 127.0.0.1:{port}\n",
            folder.path().display()
        );
        let path = folder.path().join("config.yml");
        fs::write(&path, config).unwrap();
        let mut command = program("docker-registry");
        let process = command.arg("serve").arg(&path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let registry = Registry { folder, port, process };
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "docker-registry does not start");
            thread::sleep(Duration::from_millis(50));
        }
        Some(registry)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Sends a request and gives the head of the answer.
    fn send(&self, method: &str, path: &str, content_type: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Pushes a blob and gives its descriptor.
    fn push_blob(&self, media_type: &str, title: &str, bytes: &[u8]) -> Value {
        let digest = format!("sha256:{}", hex(digest(&SHA256, bytes).as_ref()));
        let answer = self.send("POST", "/v2/team/intel/blobs/uploads/", "application/octet-stream", b"");
        let location = answer.lines().find_map(|line| line.strip_prefix("Location: ")).unwrap().trim();
        let path = &location[location.find("/v2/").unwrap()..];
        let answer = self.send("PUT", &format!("{path}&digest={digest}"), "application/octet-stream", bytes);
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        let annotations = json!({ "org.opencontainers.image.title": title });
        json!({ "mediaType": media_type, "digest": digest, "size": bytes.len(), "annotations": annotations })
    }

    /// Pushes files as an artifact, as `oras push` does.
    fn push(&self, tag: &str, artifact_type: &str, files: &[(&str, &Path)]) {
        let layer = |(media_type, path): &(&str, &Path)| {
            let title = path.file_name().unwrap().to_string_lossy();
            self.push_blob(media_type, &title, &fs::read(path).unwrap())
        };
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "artifactType": artifact_type,
            "config": self.push_blob("application/vnd.oci.empty.v1+json", "empty", b"{}"),
            "layers": files.iter().map(layer).collect::<Vec<_>>(),
        });
        let path = format!("/v2/team/intel/manifests/{tag}");
        let body = manifest.to_string();
        let answer = self.send("PUT", &path, "application/vnd.oci.image.manifest.v1+json", body.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }

    fn bulkhead(&self, arguments: &[&str]) -> Output {
        let mut command = program(env!("CARGO_BIN_EXE_bulkhead"));
        command.env("HOME", self.folder.path()).env("BULKHEAD_DATA_DIR", self.path("installed"));
        command.env("SOURCE_DATE_EPOCH", "4102444800");
        for name in ["HTTP_PROXY", "http_proxy", "BULKHEAD_INTEL", "BULKHEAD_CACHE_DIR"] {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path()).args(arguments).output().unwrap()
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.bulkhead(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {stderr}");
        stderr
    }

    fn update(&self, tag: &str) -> Output {
        let from = format!("oci://127.0.0.1:{}/team/intel:{tag}", self.port);
        self.bulkhead(&["intel", "update", &from, "--plain-http", "--key", "key.pub"])
    }

    /// A signed database whose newest record is of that day of May 2098, so that none is older than the built-in one.
    fn build(&self, name: &str, day: u8, more: &[&str]) -> PathBuf {
        let feed = self.path("feeds/osv/npm");
        fs::create_dir_all(&feed).unwrap();
        let record = json!({
            "id": "GHSA-aaaa-bbbb-cccc", "modified": format!("2098-05-{day:02}T00:00:00Z"), "aliases": ["CVE-2024-0001"],
            "affected": [{ "package": { "ecosystem": "npm", "name": "left-pad" },
                "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "1.3.0" }] }] }],
        });
        fs::write(feed.join("GHSA-aaaa-bbbb-cccc.json"), record.to_string()).unwrap();
        let build = ["intel", "build", "--feeds", "feeds", "--out", name, "--sign", "key"];
        self.run(&[&build[..], more].concat());
        self.path(name)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn intelligence_is_pulled_from_a_registry_whole_and_by_delta() {
    let Some(registry) = Registry::start() else { return };
    registry.run(&["intel", "keygen", "--out", "key"]);
    let (full, delta) = (&format!("{ARTIFACT_TYPE}+zstd"), "application/vnd.bulkhead.intelligence.delta.v1+zstd");
    let installed = registry.path("installed/intelligence.db");
    let stderr = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();

    let old = registry.build("old.db", 1, &[]);
    registry.push("1", ARTIFACT_TYPE, &[(full, &old)]);
    let output = registry.update("1");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(fs::read(&installed).unwrap(), fs::read(&old).unwrap());

    let new = registry.build("new.db", 2, &["--delta-from", "old.db"]);
    let names = fs::read_to_string(registry.path("intelligence.deltas")).unwrap();
    registry.push("2", ARTIFACT_TYPE, &[(full, &new), (delta, &registry.path(names.trim()))]);
    let output = registry.update("2");
    assert!(output.status.success() && stderr(&output).contains("by a delta"), "{}", stderr(&output));
    assert_eq!(fs::read(&installed).unwrap(), fs::read(&new).unwrap());

    // Back to an older one, to something else, and to what is not there: refused, and what is in place stays.
    assert!(stderr(&registry.update("1")).contains("older than"));
    registry.push("chart", "application/vnd.cncf.helm.config.v1+json", &[(full, &new)]);
    assert!(
        stderr(&registry.update("chart")).contains("is no intelligence but `application/vnd.cncf.helm.config.v1+json`")
    );
    let absent = stderr(&registry.update("absent"));
    assert!(
        absent.contains("has no manifest absent") && absent.contains("the installed intelligence stays"),
        "{absent}"
    );
    registry.push("other", ARTIFACT_TYPE, &[("application/x", &new)]);
    assert!(
        stderr(&registry.update("other")).contains("files of other types alone (application/x); push the database")
    );
    assert_eq!(fs::read(&installed).unwrap(), fs::read(&new).unwrap());
}

#[test]
fn stale_intelligence_is_told_and_fails_no_scan() {
    let Some(registry) = Registry::start() else { return };
    registry.run(&["intel", "keygen", "--out", "key"]);
    registry.build("a.db", 1, &[]);
    fs::create_dir(registry.path("empty")).unwrap();
    let scan = |more: &[&str]| registry.run(&[&["scan", "dir:empty", "--no-cache"], more].concat());
    let with_file = |now: &str| scan(&["--intel", "a.db", "--now", now]);
    assert_eq!(with_file("2098-05-08T23:00:00Z"), "");
    assert!(with_file("2098-05-20T00:00:00Z").contains("the intelligence is 19 days old"));
    assert!(scan(&["--now", "2030-01-01T00:00:00Z"]).contains("the intelligence built into the program"));
    assert_eq!(scan(&["--now", "2030-01-01T00:00:00Z", "--quiet"]), "");
}
