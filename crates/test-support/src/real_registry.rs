//! Debian's docker-registry on the loopback address, with encryption and passwords, into which skopeo pushes.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// `user:secret`, hashed with bcrypt.
const PASSWORDS: &str = "user:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

/// How long it may take to start.
const LONGEST_START: Duration = Duration::from_secs(150);

/// A running registry whose user is `user` with the password `secret`; it ends with the value.
#[derive(Debug)]
pub struct RealRegistry {
    folder: tempfile::TempDir,
    port: u16,
    process: Child,
}

impl Drop for RealRegistry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl RealRegistry {
    /// Starts one. Says SKIPPED and returns nothing where a program is not installed.
    ///
    /// # Panics
    /// When the programs are installed and it does not start.
    pub fn start() -> Option<RealRegistry> {
        RealRegistry::start_with("")
    }

    /// Starts one with further lines in the section `tls` of its configuration; `PLACE` stands for its folder.
    ///
    /// # Panics
    /// When the programs are installed and it does not start.
    pub fn start_with(tls: &str) -> Option<RealRegistry> {
        if !["docker-registry", "skopeo", "openssl"].iter().all(|name| is_installed(name)) {
            return None;
        }
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let place = folder.path().display().to_string();
        make_certificates(folder.path());
        fs::write(folder.path().join("passwords"), PASSWORDS).expect("the folder can be written");
        let port = free_port();
        let config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {place}/data\n\
             http:\n  addr: 127.0.0.1:{port}\n  tls:\n    certificate: {place}/server.pem\n    key: {place}/server.key\n{}\
             auth:\n  htpasswd:\n    realm: test\n    path: {place}/passwords\n",
            tls.replace("PLACE", &place)
        );
        let path = folder.path().join("config.yml");
        fs::write(&path, config).expect("the folder can be written");
        let process = program("docker-registry").arg("serve").arg(&path).spawn().expect("docker-registry starts");
        let registry = RealRegistry { folder, port, process };
        let deadline = Instant::now() + LONGEST_START;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "docker-registry does not start");
            thread::sleep(Duration::from_millis(50));
        }
        Some(registry)
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A file of its folder: `ca.pem`, `server.pem`, `server.key`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The id of its process, for tests that let it pause.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Pushes an archive of `docker save` under a name: `team/app:1`.
    ///
    /// # Panics
    /// When it cannot be pushed.
    pub fn push(&self, archive: &Path, name: &str) {
        self.copy(&format!("docker-archive:{}", archive.display()), name);
    }

    /// Copies what skopeo calls so, as it is, under a name: `oci:FOLDER:TAG`.
    ///
    /// # Panics
    /// When it cannot be pushed.
    pub fn copy(&self, from: &str, name: &str) {
        let authorities = self.path("authorities");
        fs::create_dir_all(&authorities).expect("the folder can be written");
        fs::copy(self.path("ca.pem"), authorities.join("ca.crt")).expect("the authority was made");
        let policy = self.path("policy.json");
        let anything = r#"{"default":[{"type":"insecureAcceptAnything"}]}"#;
        fs::write(&policy, anything).expect("the folder can be written");
        let (policy, authorities) = (policy.display().to_string(), authorities.display().to_string());
        let to = format!("docker://{}/{name}", self.host());
        let options = ["--policy", &policy, "copy", "--dest-cert-dir", &authorities, "--dest-creds", "user:secret"];
        assert!(
            run("skopeo", &[&options[..], &["--all", "--preserve-digests", from, &to]].concat()),
            "skopeo cannot push {name}"
        );
    }
}

/// A port of the loopback address that nobody listens on.
///
/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port is free").port()
}

/// Makes an authority and a certificate for the loopback address.
fn make_certificates(folder: &Path) {
    let path = |name: &str| folder.join(name).display().to_string();
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\n").expect("the folder can be written");
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let authority = ["req", "-x509", "-days", "2", "-subj", "/CN=test authority", "-keyout"];
    assert!(run("openssl", &[&authority[..], &[&path("ca.key"), "-out", &path("ca.pem")], &key].concat()));
    let request = ["req", "-subj", "/CN=registry", "-keyout"];
    assert!(run("openssl", &[&request[..], &[&path("server.key"), "-out", &path("server.csr")], &key].concat()));
    let sign = ["x509", "-req", "-days", "2", "-CAcreateserial", "-in", &path("server.csr"), "-CA", &path("ca.pem")];
    let rest = ["-CAkey", &path("ca.key"), "-extfile", &path("names"), "-out", &path("server.pem")];
    assert!(run("openssl", &[&sign[..], &rest].concat()));
}

/// Whether a program is there; says SKIPPED where it is not.
#[expect(clippy::print_stderr, reason = "tests say what they skip")]
pub fn is_installed(name: &str) -> bool {
    let argument = if name == "openssl" { "version" } else { "--version" };
    let is_there = run(name, &[argument]);
    if !is_there {
        eprintln!("SKIPPED: {name} is not installed");
    }
    is_there
}

fn run(name: &str, arguments: &[&str]) -> bool {
    program(name).args(arguments).status().is_ok_and(|status| status.success())
}

#[expect(clippy::disallowed_methods, reason = "tests start the programs that they test against")]
fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
