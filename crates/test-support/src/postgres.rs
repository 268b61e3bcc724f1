//! A real PostgreSQL (Debian package) for tests: one server for the process, a database for each that asks.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
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
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
    // PostgreSQL refuses to run as root.
    let is_root = program(&PathBuf::from("id")).arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let mut command = match is_root {
        true => {
            let mut command = program(&PathBuf::from("setpriv"));
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", "sh"]);
            command
        }
        false => program(&PathBuf::from("sh")),
    };
    let mut process = command
        .args(["-c", LIFE, "postgres-for-tests"])
        .arg(&programs)
        .arg(port.to_string())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell starts");
    let mut said = String::new();
    let output = process.stdout.take().expect("standard output is piped");
    BufReader::new(output).read_line(&mut said).expect("the shell says something");
    assert_eq!(said, "ready\n", "PostgreSQL does not start");
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
