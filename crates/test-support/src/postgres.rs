//! A real PostgreSQL (Debian package) for tests: one server for the process, a database for each that asks.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Makes a cluster, starts the server, says so, and ends it when whoever started it is gone: its end of standard input
/// closes then, however it died. Durability is off: what is tested is the program, not the disk.
const LIFE: &str = r#"
set -e
folder=$(mktemp -d /tmp/bulkhead-postgres-XXXXXX)
trap 'rm -rf "$folder"' EXIT
"$1/initdb" -D "$folder/data" -U bulkhead -A trust -E UTF8 --locale=C.UTF-8 --no-sync > "$folder/log" 2>&1
"$1/postgres" -D "$folder/data" -k "$folder" -c listen_addresses=127.0.0.1 -c port="$2" -c fsync=off \
    -c full_page_writes=off -c max_connections=200 >> "$folder/log" 2>&1 &
server=$!
for _ in $(seq 100); do
    "$1/pg_isready" -q -h 127.0.0.1 -p "$2" && break
    sleep 0.1
done
echo ready
cat > /dev/null
kill -INT $server
wait $server || true
"#;

/// The life of a server whose cluster is kept from one start to the next.
const LIFE_OF_KEPT: &str = r#"
set -e
[ -d "$3/data" ] || "$1/initdb" -D "$3/data" -U bulkhead -A trust -E UTF8 --locale=C.UTF-8 --no-sync > "$3/log" 2>&1 ||
    { cat "$3/log" >&2; exit 1; }
[ ! -w "$3/small" ] || mkdir -p "$3/small/space"
"$1/postgres" -D "$3/data" -k "$3" -c listen_addresses=127.0.0.1 -c port="$2" -c fsync=off >> "$3/log" 2>&1 &
server=$!
for _ in $(seq 300); do
    "$1/pg_isready" -q -h 127.0.0.1 -p "$2" && break
    sleep 0.1
done
echo ready
cat > /dev/null
kill -QUIT $server
wait $server || true
"#;

/// A server of one test's own, which can go away and come back with what it had.
pub struct OwnPostgres {
    programs: PathBuf,
    port: u16,
    folder: tempfile::TempDir,
    process: Option<Child>,
    small_mebibytes: Option<u32>,
}

impl OwnPostgres {
    /// Starts it with an empty cluster; with `small_mebibytes` it has a file system of that size for tablespaces at
    /// [`OwnPostgres::small_folder`], which takes a superuser. Says SKIPPED and returns nothing where that cannot be.
    ///
    /// # Panics
    /// When PostgreSQL is installed and does not start.
    #[expect(clippy::print_stderr, reason = "tests say what they skip")]
    pub fn start_new(small_mebibytes: Option<u32>) -> Option<OwnPostgres> {
        let Some(programs) = programs() else {
            eprintln!("SKIPPED: PostgreSQL is not installed (Debian package postgresql)");
            return None;
        };
        if small_mebibytes.is_some() && !can_mount() {
            eprintln!("SKIPPED: only a superuser with mount namespaces can make a small file system");
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let own = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(folder.path(), own).expect("permissions can be set");
        std::fs::create_dir(folder.path().join("small")).expect("a folder can be made");
        let mut server = OwnPostgres { programs, port: free_port(), folder, process: None, small_mebibytes };
        server.start();
        Some(server)
    }

    /// The address of its first database.
    pub fn uri(&self) -> String {
        format!("postgres://bulkhead@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Where the small file system is, for the server.
    pub fn small_folder(&self) -> PathBuf {
        self.folder.path().join("small/space")
    }

    /// Starts it again.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(&mut self) {
        let folder = self.folder.path().display().to_string();
        let user = "setpriv --reuid=postgres --regid=postgres --clear-groups --";
        let mut command = match (self.small_mebibytes, is_root()) {
            (Some(size), _) => {
                let mut command = program(&PathBuf::from("unshare"));
                let mount = format!(
                    "mount -t tmpfs -o size={size}m,mode=777 tmpfs \"$3/small\"; \
                     life=$0; exec {user} sh -c \"$life\" postgres-for-tests \"$@\""
                );
                command.args(["--mount", "sh", "-c", &mount, LIFE_OF_KEPT]);
                command
            }
            (None, true) => {
                let mut command = program(&PathBuf::from("setpriv"));
                let own = ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"];
                command.args(own).args(["sh", "-c", LIFE_OF_KEPT, "postgres-for-tests"]);
                command
            }
            (None, false) => {
                let mut command = program(&PathBuf::from("sh"));
                command.args(["-c", LIFE_OF_KEPT, "postgres-for-tests"]);
                command
            }
        };
        command.arg(&self.programs).arg(self.port.to_string()).arg(folder).current_dir("/");
        self.process = Some(until_ready(command));
    }

    /// Ends it at once, as a crash would.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.stdin.take());
            let _ = process.wait();
        }
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whether this process can make a small file system that nobody else sees.
pub fn can_mount() -> bool {
    is_root()
        && program(&PathBuf::from("unshare")).args(["--mount", "true"]).status().is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    program(&PathBuf::from("id")).arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

/// Starts a shell and waits for its word.
fn until_ready(mut command: std::process::Command) -> Child {
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell starts");
    let mut said = String::new();
    let output = process.stdout.take().expect("standard output is piped");
    BufReader::new(output).read_line(&mut said).expect("the shell says something");
    assert_eq!(said, "ready\n", "PostgreSQL does not start");
    process
}

struct Server {
    _process: Child,
    port: u16,
    programs: PathBuf,
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The address of a fresh, empty database. Says SKIPPED and returns nothing where PostgreSQL is not installed.
///
/// # Panics
/// When PostgreSQL is installed and does not start.
pub fn postgres_database() -> Option<String> {
    let server = SERVER.get_or_init(start).as_ref()?;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let created = program(&server.programs.join("createdb"))
        .args(["-h", "127.0.0.1", "-p", &server.port.to_string(), "-U", "bulkhead", &name])
        .output()
        .expect("createdb comes with PostgreSQL");
    assert!(created.status.success(), "createdb failed: {}", String::from_utf8_lossy(&created.stderr));
    Some(format!("postgres://bulkhead@127.0.0.1:{}/{name}?sslmode=disable", server.port))
}

#[expect(clippy::print_stderr, reason = "tests say what they skip")]
fn start() -> Option<Server> {
    let Some(programs) = programs() else {
        eprintln!("SKIPPED: PostgreSQL is not installed (Debian package postgresql)");
        return None;
    };
    let port = free_port();
    // PostgreSQL refuses to run as root.
    let mut command = match is_root() {
        true => {
            let mut command = program(&PathBuf::from("setpriv"));
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", "sh"]);
            command
        }
        false => program(&PathBuf::from("sh")),
    };
    command.args(["-c", LIFE, "postgres-for-tests"]).arg(&programs).arg(port.to_string()).current_dir("/");
    let process = until_ready(command);
    Some(Server { _process: process, port, programs })
}

/// Debian keeps the programs of each version apart.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path().join("bin")).collect();
    versions.retain(|folder| folder.join("initdb").exists() && folder.join("postgres").exists());
    versions.sort();
    versions.pop()
}

#[expect(clippy::disallowed_methods, reason = "tests start the programs that they test against")]
fn program(path: &std::path::Path) -> std::process::Command {
    std::process::Command::new(path)
}
