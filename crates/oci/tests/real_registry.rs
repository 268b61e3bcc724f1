//! Images pushed by skopeo to Debian's docker-registry, with encryption and passwords, on the loopback address.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails where it must, and says what it skips")]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use oci::credentials::CredentialSources;
use oci::engine::{EngineAddress, EngineOptions, open_docker};
use oci::registry::{
    RegistryError, RegistryOptions, Repository, StageOutcome, is_open, list_repositories, open_registry, probe,
};
use oci::{EntryStream, LayerIdentity};

/// `user:secret`, hashed with bcrypt.
const PASSWORDS: &str = "user:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

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
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn run(name: &str, arguments: &[&str]) -> bool {
    program(name).args(arguments).status().is_ok_and(|status| status.success())
}

impl Registry {
    /// Starts one; `None` where the programs are not installed.
    fn start() -> Option<Registry> {
        Registry::start_with("")
    }

    /// Starts one with further lines on its encryption.
    fn start_with(tls: &str) -> Option<Registry> {
        for name in ["docker-registry", "skopeo", "openssl"] {
            let argument = if name == "openssl" { "version" } else { "--version" };
            if !run(name, &[argument]) {
                eprintln!("SKIPPED: {name} is not installed");
                return None;
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display().to_string();
        make_certificates(folder.path());
        fs::write(folder.path().join("passwords"), PASSWORDS).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {place}/data\n\
             http:\n  addr: 127.0.0.1:{port}\n  tls:\n    certificate: {place}/server.pem\n    key: {place}/server.key\n{}\
             auth:\n  htpasswd:\n    realm: test\n    path: {place}/passwords\n",
            tls.replace("PLACE", &place)
        );
        let path = folder.path().join("config.yml");
        fs::write(&path, config).unwrap();
        let process = program("docker-registry").arg("serve").arg(&path).spawn().unwrap();
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

    fn push(&self, archive: &Path, name: &str) {
        let authorities = self.path("authorities");
        fs::create_dir_all(&authorities).unwrap();
        fs::copy(self.path("ca.pem"), authorities.join("ca.crt")).unwrap();
        let policy = self.path("policy.json");
        fs::write(&policy, r#"{"default":[{"type":"insecureAcceptAnything"}]}"#).unwrap();
        let pushed = run(
            "skopeo",
            &[
                "--policy",
                &policy.display().to_string(),
                "copy",
                "--dest-cert-dir",
                &authorities.display().to_string(),
                "--dest-creds",
                "user:secret",
                &format!("docker-archive:{}", archive.display()),
                &format!("docker://127.0.0.1:{}/{name}", self.port),
            ],
        );
        assert!(pushed, "skopeo cannot push");
    }

    /// Options with the registry's authority, and the password as a log-in command keeps it.
    fn options(&self) -> RegistryOptions {
        let path = self.path("config.json");
        fs::write(&path, format!(r#"{{"auths":{{"127.0.0.1:{}":{{"auth":"dXNlcjpzZWNyZXQ="}}}}}}"#, self.port))
            .unwrap();
        RegistryOptions {
            ca_files: vec![self.path("ca.pem")],
            credentials: CredentialSources { files: vec![path], ..CredentialSources::default() },
            ..RegistryOptions::default()
        }
    }
}

/// Makes an authority and a certificate for the loopback address.
fn make_certificates(folder: &Path) {
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

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(&format!(": {error}"));
        next = error.source();
    }
    text
}

#[test]
fn a_pushed_image_comes_back_verified() {
    let Some(archive) = test_support::test_data("images/docker-archive/alpine-3.10.1-four-layers-with-whiteouts.tar")
    else {
        return;
    };
    let Some(registry) = Registry::start() else { return };
    registry.push(&archive, "team/alpine:3.10.1");
    let name = format!("127.0.0.1:{}/team/alpine:3.10.1", registry.port);
    let image = open_registry(&name.parse().unwrap(), &registry.options()).map_err(|error| chain(&error)).unwrap();
    assert_eq!(image.name, name);
    assert_eq!(image.platform.as_ref().map(ToString::to_string).as_deref(), Some("linux/amd64"));
    assert_eq!(image.layers.len(), 4);
    for (index, layer) in image.layers.iter().enumerate() {
        let LayerIdentity::Verified(digest) = &layer.identity else { panic!("{layer:?}") };
        let mut reader = image.open_layer(index).unwrap();
        while reader.next_entry().unwrap().is_some() {}
        assert_eq!(reader.finish().unwrap(), *digest);
    }
    let by_digest = format!("127.0.0.1:{}/team/alpine@{}", registry.port, image.digest.clone().unwrap());
    assert_eq!(open_registry(&by_digest.parse().unwrap(), &registry.options()).unwrap().digest, image.digest);

    let tell = |name: &str, options: &RegistryOptions| {
        let name = format!("127.0.0.1:{}/{name}", registry.port).parse().unwrap();
        open_registry(&name, options).err().map(|error| chain(&error)).unwrap_or_default()
    };
    let stranger = RegistryOptions { credentials: CredentialSources::default(), ..registry.options() };
    assert!(
        tell("team/alpine:3.10.1", &stranger)
            .contains("without a credential; check the name, or log in with `docker login 127.0.0.1")
    );
    assert!(tell("team/alpine:nope", &registry.options()).contains("has no manifest nope in team/alpine"));
    let distrustful = RegistryOptions { ca_files: Vec::new(), ..registry.options() };
    assert!(tell("team/alpine:3.10.1", &distrustful).contains("no certificate that this machine trusts"));
    let plain = RegistryOptions { plain_http: true, ..registry.options() };
    assert!(!tell("team/alpine:3.10.1", &plain).is_empty());
}

#[test]
fn a_registry_is_listed_and_a_try_tells_what_does_not_work() {
    let Some(archive) = test_support::test_data("images/docker-archive/alpine-3.10.1-four-layers-with-whiteouts.tar")
    else {
        return;
    };
    let Some(registry) = Registry::start() else { return };
    for name in ["team/alpine:1", "team/alpine:2", "other:latest"] {
        registry.push(&archive, name);
    }
    let (host, options) = (format!("127.0.0.1:{}", registry.port), registry.options());
    assert_eq!(list_repositories(&host, &options).unwrap().names, ["other", "team/alpine"]);
    let name: model::ImageName = format!("{host}/team/alpine:2").parse().unwrap();
    let repository = Repository::open(&name, &options).unwrap();
    assert_eq!(repository.tags().unwrap().names, ["1", "2"]);
    let digest = repository.digest("2").unwrap();
    assert!(repository.built(&digest).unwrap().unwrap().starts_with("20"));
    assert_eq!(open_registry(&name, &options).unwrap().digest, Some(digest));
    assert_eq!(is_open(&host, "team/alpine", &options), Some(false));

    let check = |host: &str, options: &RegistryOptions, expected: &str| {
        let probed = probe(host, None, options);
        let letters = probed.stages.iter().map(|(_, outcome)| match outcome {
            StageOutcome::Good => '+',
            StageOutcome::Failed => 'x',
            StageOutcome::Skipped => '-',
        });
        let told = probed.failure.map(|error| chain(&error)).unwrap_or_default();
        assert_eq!(letters.collect::<String>(), expected, "{told}");
    };
    check(&host, &options, "++++++");
    check("nothing.invalid", &options, "x-----");
    check("169.254.169.254", &options, "x-----");
    check(&host, &RegistryOptions { public_only: true, ..options.clone() }, "x-----");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check(&closed.to_string(), &options, "+x----");
    check(&host, &RegistryOptions { ca_files: Vec::new(), ..options.clone() }, "++x---");
    check(&host, &RegistryOptions { credentials: CredentialSources::default(), ..options.clone() }, "+++x--");
}

#[test]
fn a_mirror_serves_what_the_registry_cannot() {
    let Some(archive) = test_support::test_data("images/docker-archive/alpine-3.10.1-four-layers-with-whiteouts.tar")
    else {
        return;
    };
    let Some(registry) = Registry::start() else { return };
    registry.push(&archive, "hub/library/alpine:3.10.1");
    let mirror = format!("docker.io=127.0.0.1:{}/hub", registry.port).parse().unwrap();
    let options = RegistryOptions { mirrors: vec![mirror], ..registry.options() };
    let image = open_registry(&"alpine:3.10.1".parse().unwrap(), &options).map_err(|error| chain(&error)).unwrap();
    assert_eq!(image.name, "docker.io/library/alpine:3.10.1");
    assert_eq!(image.layers.len(), 4);
    let error = open_registry(&"quay.invalid/team/app:1".parse().unwrap(), &options).err().unwrap();
    assert!(matches!(error, RegistryError::Exchange(_)), "{error}");
}

#[test]
fn an_engine_behind_encryption_gets_the_certificate_it_asks_for() {
    // Any server that checks certificates will do; this one has no images of an engine.
    let Some(registry) = Registry::start_with("    clientcas:\n      - PLACE/ca.pem\n") else { return };
    fs::copy(registry.path("server.pem"), registry.path("cert.pem")).unwrap();
    fs::copy(registry.path("server.key"), registry.path("key.pem")).unwrap();
    let tell = |certificates: PathBuf| {
        let address = EngineAddress::Tls { host: format!("127.0.0.1:{}", registry.port), certificates };
        open_docker("alpine", &EngineOptions::at(address)).err().map(|error| chain(&error)).unwrap_or_default()
    };
    assert!(tell(registry.path("")).starts_with("Docker has no image `alpine`"), "{}", tell(registry.path("")));
    assert!(tell(registry.path("absent")).starts_with("cannot read "));
}
