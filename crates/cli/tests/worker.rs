//! `bulkhead worker` against the real server and Debian's docker-registry, with encryption and passwords, on loopback.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails where it must, and says what it skips")]

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::{RealRegistry, free_port, is_installed};

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
    server_port: u16,
    registry: RealRegistry,
    server: Child,
    /// What the server's certificate is trusted by.
    ca: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl World {
    /// Starts both; `None` where a program is not there.
    fn start(images: &[&str], is_enabled: bool) -> Option<World> {
        World::start_as(images, is_enabled, |server, folder, port, _| {
            let mut command = program(&server.display().to_string());
            command
                .env("BULKHEAD_DATA_DIR", folder.join("data-of-server"))
                .env("BULKHEAD_LISTEN", format!("127.0.0.1:{port}"))
                .env("BULKHEAD_OPERATIONS_LISTEN", "off")
                .env("BULKHEAD_WORKER_TOKEN_FILE", folder.join("token"));
            (command, folder.join("data-of-server/tls/ca.pem"))
        })
    }

    /// The same with a command of one's own for the server; it says by what the certificate is trusted.
    fn start_as(
        images: &[&str],
        is_enabled: bool,
        command: impl FnOnce(&Path, &Path, u16, &RealRegistry) -> (Command, PathBuf),
    ) -> Option<World> {
        let server = Path::new(env!("CARGO_BIN_EXE_bulkhead")).with_file_name("bulkhead-server");
        let archive = test_support::test_data(IMAGE)?;
        if !is_installed("curl") {
            return None;
        }
        if !server.is_file() {
            eprintln!("SKIPPED: {} is not built (cargo build -p server)", server.display());
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let registry = RealRegistry::start()?;
        let server_port = free_port();
        let (mut command, ca) = command(&server, folder.path(), server_port, &registry);
        let server = command
            .stdout(fs::File::create(folder.path().join("out")).unwrap())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let world = World { folder, server_port, registry, server, ca };
        wait_for("a listener", || TcpStream::connect(("127.0.0.1", server_port)).is_ok());
        for image in images {
            world.registry.push(&archive, image);
        }
        wait_for("the set-up link", || world.text("out").contains('#'));
        let out = world.text("out");
        let secret = out.split('#').nth(1).unwrap().trim();
        let user = json!({ "secret": secret, "name": "admin", "password": "correct horse battery" });
        assert!(world.ask("POST", "/setup", user)["id"].is_string());
        let made = world.ask(
            "POST",
            "/registries",
            json!({
            "name": "local", "kind": "oci", "is_enabled": is_enabled, "address": world.registry.host(),
            "ca": fs::read_to_string(world.registry.path("ca.pem")).unwrap(),
            "credential": { "type": "password", "user": "user", "password": "secret" } }),
        );
        assert!(made["id"].is_string(), "{made}");
        Some(world)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn address(&self) -> String {
        format!("https://127.0.0.1:{}", self.server_port)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        let jar = self.path("jar").display().to_string();
        let url = format!("{}/api/v1{path}", self.address());
        let mut command = program("curl");
        command
            .args(["-s", "-b", &jar, "-c", &jar, "-X", method, &url, "--cacert"])
            .arg(&self.ca)
            .stdout(Stdio::piped());
        if method == "DELETE" {
            // What is removed is as it was made.
            command.args(["-H", "If-Match: \"1\""]);
        }
        if !body.is_null() {
            command.args(["-H", "Content-Type: application/json", "-d", &body.to_string()]);
        }
        let output = command.output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// What a pipeline does: scans the image and registers it, with a token of these permissions. Its exit code.
    fn pipeline(&self, permissions: &[&str], image: &str) -> Option<i32> {
        let asked = json!({ "name": "pipeline", "permissions": permissions });
        let token = self.ask("POST", "/tokens", asked)["secret"].as_str().unwrap().to_owned();
        program(env!("CARGO_BIN_EXE_bulkhead"))
            .args(["scan", "--detectors", "vulnerabilities", "--register", &self.address(), "--register-as", image])
            .args(["--format", "json"])
            .stdout(fs::File::create(self.path("report.json")).unwrap())
            .arg("--register-ca")
            .arg(&self.ca)
            .arg(test_support::test_data(IMAGE).unwrap())
            .env("BULKHEAD_TOKEN", token)
            .env_remove("GITHUB_SERVER_URL")
            .envs([("CI_PROJECT_URL", "https://git.example/shop"), ("CI_COMMIT_SHA", "ab12")])
            .stderr(fs::File::create(self.path("pipeline.log")).unwrap())
            .status()
            .unwrap()
            .code()
    }

    fn worker(&self, name: &str, options: &[&str]) -> Child {
        program(env!("CARGO_BIN_EXE_bulkhead"))
            .args(["worker", "--name", name, "--server", &self.address(), "--ca"])
            .arg(&self.ca)
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

#[test]
fn a_worker_scans_every_image_of_a_registry_and_tells_no_secret() {
    let images = ["a/1:1", "a/2:1", "a/3:1", "a/b/4:1", "a/b/5:1", "6:1", "7:1", "8:1", "9:latest", "10:latest"];
    let Some(world) = World::start(&images, true) else { return };
    let status = world.worker("once", &["--once"]).wait().unwrap();
    assert!(status.success(), "{}", world.text("worker.log"));
    assert_eq!(
        world.answered().len(),
        images.len(),
        "{}\n{}",
        world.text("worker.log"),
        world.ask("GET", "/jobs", json!(null))
    );
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
fn a_pipeline_registers_its_image_and_ends_as_the_server_judges() {
    let Some(world) = World::start(&[], false) else { return };
    let images = || world.ask("GET", "/images", json!(null))["items"].as_array().cloned().unwrap_or_default();
    let may = ["images.write", "verdicts.read"];
    assert_eq!(
        world.pipeline(&["verdicts.read"], "registry.example/shop:1"),
        Some(3),
        "{}",
        world.text("pipeline.log")
    );
    assert_eq!(images().len(), 0, "whoever may not register registers nothing");
    assert_eq!(world.pipeline(&may, "registry.example/shop:1"), Some(1), "{}", world.text("pipeline.log"));
    assert!(world.text("pipeline.log").contains("denies it by default"), "{}", world.text("pipeline.log"));
    let report: Value = serde_json::from_str(&world.text("report.json")).unwrap();
    let verdict = &report["verdict"];
    assert_eq!((&verdict["decision"], &verdict["policies"][0]["name"]), (&json!("non_compliant"), &json!("default")));
    assert!(verdict["reasons"][0]["code"].is_string() && verdict["reasons"][0]["policy"] == "default", "{verdict}");
    let found = images();
    assert_eq!((found.len(), &found[0]["name"]), (1, &json!("registry.example/shop:1")), "{found:?}");
    let digest = found[0]["digest"].as_str().unwrap();
    let source = world.ask("GET", &format!("/images/{digest}"), json!(null))["source"].clone();
    assert_eq!(
        (&source["repository"], &source["commit"]),
        (&json!("https://git.example/shop"), &json!("ab12")),
        "{source}"
    );
    let document = "schema: bulkhead.policy/1\nname: own\nversion: \"1\"\ncontrols:\n  - control: package.deny\n    packages: [{name: not-there}]\n";
    assert!(world.ask("POST", "/policies", json!({ "document": document }))["id"].is_string());
    let policies = world.ask("GET", "/policies", json!(null))["items"].as_array().cloned().unwrap_or_default();
    let built_in = policies.iter().find(|policy| policy["name"] == "default").unwrap();
    world.ask("DELETE", &format!("/policies/{}", built_in["id"].as_str().unwrap()), json!(null));
    assert_eq!(world.pipeline(&may, "registry.example/shop:2"), Some(0), "{}", world.text("pipeline.log"));
    let report: Value = serde_json::from_str(&world.text("report.json")).unwrap();
    assert_eq!(report["verdict"]["policies"][0]["name"], "own", "{}", report["verdict"]);
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
    let id = world.registry.process_id().to_string();
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

#[test]
fn the_platform_comes_up_with_a_certificate_that_was_given_and_its_worker_works() {
    let up = |_: &Path, folder: &Path, port: u16, registry: &RealRegistry| {
        let mut command = program(env!("CARGO_BIN_EXE_bulkhead"));
        command
            .args(["up", "--data-dir"])
            .arg(folder.join("data-of-server"))
            .env("BULKHEAD_LISTEN", format!("127.0.0.1:{port}"))
            .env("BULKHEAD_TLS_CERTIFICATE", registry.path("server.pem"))
            .env("BULKHEAD_TLS_KEY", registry.path("server.key"))
            .env("XDG_CACHE_HOME", folder.join("cache"));
        (command, registry.path("ca.pem"))
    };
    let Some(mut world) = World::start_as(&["team/one:1"], true, up) else { return };
    wait_for("the scan", || !world.answered().is_empty());
    assert!(world.text("out").contains("with the certificate that was given"), "{}", world.text("out"));
    // The folder is the first one's for as long as it lives.
    let mut second = program(env!("CARGO_BIN_EXE_bulkhead"));
    second.args(["up", "--data-dir"]).arg(world.path("data-of-server")).stderr(Stdio::piped());
    let second = second.output().unwrap();
    let told = String::from_utf8_lossy(&second.stderr);
    assert!(
        !second.status.success() && told.contains(&format!("(process {}) uses the folder", world.server.id())),
        "{told}"
    );
    assert!(run("kill", &["-TERM", &world.server.id().to_string()]));
    assert!(world.server.wait().unwrap().success(), "it drains: {}", world.text("log"));
}

/// `bin/busybox` of the image. It is no malware.
const BUSYBOX_SHA256: &str = "8b7c559b8cccca0d30d01bc4b5dc944766208a53d18a03aa8afe97252207521f";

#[test]
fn a_worker_compares_files_with_the_servers_lists_of_malware_and_keeps_them() {
    let Some(world) = World::start(&["team/one:1", "team/two:1"], false) else { return };
    let feeds = world.path("feeds/malware");
    fs::create_dir_all(&feeds).unwrap();
    let list = format!("\"2026-11-01 08:00:00\",\"{BUSYBOX_SHA256}\",\"Test.Family\"\n");
    fs::write(feeds.join("bazaar.csv"), format!("# \"first_seen_utc\",\"sha256_hash\",\"signature\"\n{list}")).unwrap();
    // Lists alone are no intelligence.
    let advisory = json!({ "id": "T-1", "modified": "2026-01-01T00:00:00Z", "published": "2026-01-01T00:00:00Z",
        "affected": [{ "package": { "ecosystem": "npm", "name": "nothing-of-this-image" },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "1.0.0" }] }] }] });
    fs::create_dir_all(world.path("feeds/osv/npm")).unwrap();
    fs::write(world.path("feeds/osv/npm/T-1.json"), advisory.to_string()).unwrap();
    let options = intelligence::BuildOptions::default();
    intelligence::build(&world.path("feeds"), &world.path("built.db"), &options).unwrap();
    fs::rename(world.path("built.db"), world.path("data-of-server/intelligence.db")).unwrap();
    wait_for("the intelligence", || world.text("log").contains("another intelligence is in use"));
    let registry = world.ask("GET", "/registries", json!(null))["items"][0]["id"].as_str().unwrap().to_owned();
    for (at, repository) in ["team/one", "team/two"].iter().enumerate() {
        let image = json!({ "repository": repository, "tag": "1" });
        assert!(world.ask("POST", &format!("/registries/{registry}/scan"), image)["id"].is_string());
        assert!(world.worker("once", &["--once"]).wait().unwrap().success(), "{}", world.text("worker.log"));
        assert_eq!(world.answered().len(), at + 1, "{}", world.text("worker.log"));
    }
    let images = world.ask("GET", "/images", json!(null));
    let digest = images["items"][0]["digest"].as_str().unwrap().to_owned();
    let report = world.ask("GET", &format!("/images/{digest}/report"), json!(null));
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let found: Vec<&Value> = findings.iter().filter(|finding| finding["engine"] == "hash").collect();
    assert_eq!(found.len(), 1, "{findings:?}");
    assert_eq!((found[0]["path"].as_str(), found[0]["rule"].as_str()), (Some("bin/busybox"), Some("Test.Family")));
    let kept: Vec<String> = fs::read_dir(world.path("cache"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("malware-lists-"))
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
}

#[test]
fn a_worker_tells_who_signed_an_image_when_it_knows_whom_to_trust_or_a_policy_asks() {
    let Some(world) = World::start(&[], false) else { return };
    let signed = test_support::checkout().join("crates/cli/testdata/signatures");
    let layout = world.path("layout");
    fs::create_dir_all(&layout).unwrap();
    fs::write(layout.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    fs::copy(signed.join("scenes/ed25519.json"), layout.join("index.json")).unwrap();
    std::os::unix::fs::symlink(signed.join("blobs"), layout.join("blobs")).unwrap();
    let digest = "3dbe201de1a437c72d8b5f9e44b929f593661ba614826e77b324b3a91514b207";
    for tag in ["1", &format!("sha256-{digest}.sig")] {
        world.registry.copy(&format!("oci:{}:{tag}", layout.display()), &format!("team/signed:{tag}"));
    }
    let registry = world.ask("GET", "/registries", json!(null))["items"][0]["id"].as_str().unwrap().to_owned();
    let scanned = |options: &[&str]| {
        let image = json!({ "repository": "team/signed", "tag": "1" });
        assert!(world.ask("POST", &format!("/registries/{registry}/scan"), image)["id"].is_string());
        let options = [&["--once"], options].concat();
        assert!(world.worker("once", &options).wait().unwrap().success(), "{}", world.text("worker.log"));
        let report = world.ask("GET", &format!("/images/sha256:{digest}/report"), json!(null));
        assert!(report["target"].is_object(), "{report}\n{}", world.text("worker.log"));
        report["signatures"].as_array().cloned().unwrap_or_default()
    };
    assert_eq!(scanned(&[]).len(), 0, "nobody has asked");
    let key = signed.join("trust/ed25519.pub").display().to_string();
    let found = scanned(&["--verify-key", &key]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["verified"], json!(true), "{found:?}");
}

/// Writes an image layout (image-spec, image-layout.md) with an index `1` of two images that differ by platform. The digest of
/// the index.
fn write_layout_of_two_platforms(layout: &Path) -> String {
    let blobs = layout.join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    let put = |bytes: &[u8], media_type: &str| {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        let digest = model::Digest::from_hash(model::DigestAlgorithm::Sha256, hash.as_ref());
        fs::write(blobs.join(digest.hex()), bytes).unwrap();
        json!({ "mediaType": media_type, "digest": digest.to_string(), "size": bytes.len() })
    };
    let layer = put(&[0; 1024], "application/vnd.oci.image.layer.v1.tar");
    let image = |architecture: &str| {
        let config = json!({ "os": "linux", "architecture": architecture, "config": { "User": "app" },
            "rootfs": { "type": "layers", "diff_ids": [layer["digest"]] } });
        let config = put(config.to_string().as_bytes(), "application/vnd.oci.image.config.v1+json");
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        let manifest =
            json!({ "schemaVersion": 2, "mediaType": media_type, "config": config, "layers": [layer] }).to_string();
        let mut entry = put(manifest.as_bytes(), media_type);
        entry["platform"] = json!({ "os": "linux", "architecture": architecture });
        entry
    };
    let media_type = "application/vnd.oci.image.index.v1+json";
    let images = [image("s390x"), image("amd64")];
    let index = json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": images }).to_string();
    let mut index = put(index.as_bytes(), media_type);
    let digest = index["digest"].as_str().unwrap().to_owned();
    index["annotations"] = json!({ "org.opencontainers.image.ref.name": "1" });
    fs::write(layout.join("index.json"), json!({ "schemaVersion": 2, "manifests": [index] }).to_string()).unwrap();
    fs::write(layout.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    digest
}

#[test]
fn every_platform_of_an_image_is_scanned_and_its_index_has_the_verdict_of_the_worst() {
    let Some(world) = World::start(&[], true) else { return };
    let layout = world.path("layout");
    let digest = write_layout_of_two_platforms(&layout);
    world.registry.copy(&format!("oci:{}:1", layout.display()), "team/many:1");
    let registry = world.ask("GET", "/registries", json!(null))["items"][0]["id"].as_str().unwrap().to_owned();
    let platforms = || {
        let images =
            world.ask("GET", "/images?sort=name", json!(null))["items"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut found: Vec<[String; 2]> =
            images.iter().map(|image| [text(&image["name"]), text(&image["platform"])]).collect();
        found.sort();
        found
    };
    assert!(world.ask("POST", &format!("/registries/{registry}/list"), json!(null))["id"].is_string());
    assert!(world.worker("once", &["--once"]).wait().unwrap().success(), "{}", world.text("worker.log"));
    let name = format!("{}/team/many:1", world.registry.host());
    let expected = ["linux/amd64", "linux/s390x"].map(|platform| [name.clone(), platform.to_owned()]);
    assert_eq!(platforms(), expected, "{}", world.text("worker.log"));
    let asked = format!("/verdict?image={}/team/many@{digest}", world.registry.host());
    let verdict = world.ask("GET", &asked, json!(null));
    assert_eq!(verdict["digest"], digest, "{verdict}");
    let told: Vec<&Value> = verdict["platforms"].as_array().unwrap().iter().map(|one| &one["platform"]).collect();
    assert_eq!(told, ["linux/amd64", "linux/s390x"], "{verdict}");
    assert_ne!(verdict["reasons"][0]["code"], "verdict.image_not_registered", "{verdict}");
}

#[test]
fn a_pipeline_that_scans_one_platform_tells_the_index_and_has_the_others_scanned() {
    let Some(world) = World::start(&[], true) else { return };
    // The registry is listed before there is anything in it.
    let registry = world.ask("GET", "/registries", json!(null))["items"][0]["id"].as_str().unwrap().to_owned();
    assert!(world.ask("POST", &format!("/registries/{registry}/list"), json!(null))["id"].is_string());
    assert!(world.worker("once", &["--once"]).wait().unwrap().success(), "{}", world.text("worker.log"));
    let layout = world.path("layout");
    let digest = write_layout_of_two_platforms(&layout);
    world.registry.copy(&format!("oci:{}:1", layout.display()), "team/many:1");
    let host = world.registry.host();
    let (name, asked) = (format!("{host}/team/many:1"), format!("/verdict?image={host}/team/many@{digest}"));
    let login = json!({ "auths": { host: { "auth": "dXNlcjpzZWNyZXQ=" } } });
    fs::write(world.path("config.json"), login.to_string()).unwrap();
    let may = json!({ "name": "pipeline", "permissions": ["images.write", "verdicts.read"] });
    let token = world.ask("POST", "/tokens", may)["secret"].as_str().unwrap().to_owned();
    let code = program(env!("CARGO_BIN_EXE_bulkhead"))
        .args(["scan", &format!("registry:{name}"), "--platform", "linux/s390x", "--detectors", "vulnerabilities"])
        .args(["--register", &world.address(), "--register-ca"])
        .arg(&world.ca)
        .arg("--ca")
        .arg(world.registry.path("ca.pem"))
        .env("DOCKER_CONFIG", world.folder.path())
        .env("BULKHEAD_TOKEN", token)
        .stderr(fs::File::create(world.path("pipeline.log")).unwrap())
        .status()
        .unwrap()
        .code();
    assert!(matches!(code, Some(0 | 1)), "{code:?} {}", world.text("pipeline.log"));
    assert!(world.text("pipeline.log").contains("linux/amd64"), "{}", world.text("pipeline.log"));
    let platforms = || {
        let verdict = world.ask("GET", &asked, json!(null));
        let platforms = verdict["platforms"].as_array().cloned().unwrap_or_default();
        let told = platforms.iter().map(|one| (one["platform"].clone(), one["is_registered"].clone()));
        told.collect::<Vec<_>>()
    };
    let told = |is_registered: [bool; 2]| {
        vec![(json!("linux/amd64"), json!(is_registered[0])), (json!("linux/s390x"), json!(is_registered[1]))]
    };
    assert_eq!(platforms(), told([false, true]));
    assert!(world.worker("once", &["--once"]).wait().unwrap().success(), "{}", world.text("worker.log"));
    assert_eq!(platforms(), told([true, true]), "{}", world.text("worker.log"));
}
