//! `bulkhead intel serve`: a mirror that others update from.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::feeds::build;
use crate::run::Program;

/// A mirror that runs until it is dropped.
struct Mirror {
    child: Child,
    /// `127.0.0.1:PORT`.
    address: String,
}

impl Mirror {
    fn start(program: &Program, file: &str) -> Mirror {
        let mut command = program.command(&["intel", "serve", "--listen", "127.0.0.1:0", "--intel", file]);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let (_, address) =
            line.trim_end().trim_end_matches('/').rsplit_once("http://").unwrap_or_else(|| panic!("{line}"));
        Mirror { child, address: address.to_owned() }
    }

    /// The head and body of the answer to a request.
    fn ask(&self, request: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(format!("{}\r\n\r\n", request.replace('\n', "\r\n")).as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Program {
    let program = Program::new();
    program.run(&["intel", "keygen", "--out", "key"]).ended(0, &[]);
    build(&program, "2098-05-01T00:00:00Z", "signed.db", Some("key"));
    program
}

#[test]
fn others_update_from_a_mirror() {
    let program = program();
    let mirror = Mirror::start(&program, "signed.db");
    let other = Program::new();
    other.write("key.pub", program.read("key.pub"));
    let address = format!("http://{}/", mirror.address);
    other.run(&["intel", "update", &address, "--key", "key.pub"]).ended(0, &["installed sequence 4049740800"]);
    let plain = format!("{address}intelligence.db");
    other.run(&["intel", "update", &plain, "--key", "key.pub"]).ended(0, &["is current"]);
    other.run(&["intel", "update", &format!("{address}other.db"), "--key", "key.pub"]).ended(3, &["404", "stays"]);
}

#[test]
fn a_mirror_speaks_as_much_http_as_downloads_need() {
    let program = program();
    let mirror = Mirror::start(&program, "signed.db");
    let whole = std::fs::read(program.path("signed.db")).unwrap();
    let (head, body) = mirror.ask("GET /intelligence.db HTTP/1.1\nHost: x");
    assert!(head.starts_with("HTTP/1.1 200 OK") && body == whole, "{head}");
    let tag = head.lines().find_map(|line| line.strip_prefix("ETag: ")).unwrap().to_owned();
    let (head, body) = mirror.ask("GET /intelligence.db HTTP/1.1\nRange: bytes=100-199");
    assert!(head.starts_with("HTTP/1.1 206") && body == whole[100..200], "{head}");
    assert!(head.contains(&format!("Content-Range: bytes 100-199/{}", whole.len())), "{head}");
    let (head, body) = mirror.ask(&format!("GET /intelligence.db HTTP/1.1\nIf-None-Match: {tag}"));
    assert!(head.starts_with("HTTP/1.1 304") && body.is_empty(), "{head}");
    let (head, body) = mirror.ask("HEAD /intelligence.db.zst HTTP/1.1");
    assert!(head.starts_with("HTTP/1.1 200") && body.is_empty(), "{head}");
    let (head, _) = mirror.ask("GET /intelligence.db HTTP/1.1\nRange: bytes=99999999999-");
    assert!(head.starts_with("HTTP/1.1 416"), "{head}");
    let (head, body) = mirror.ask("GET /status.json HTTP/1.1");
    let status: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert!(head.contains("application/json"));
    assert_eq!(status["sequence"], 4_049_740_800_u64);
    for (request, answer) in [
        ("GET /../signed.db HTTP/1.1", "404"),
        ("POST / HTTP/1.1", "405"),
        ("GET /", "400"),
        (&format!("GET /{} HTTP/1.1", "a".repeat(20_000)), "431"),
    ] {
        let mut stream = TcpStream::connect(&mirror.address).unwrap();
        // It may hang up before it has read everything.
        let _ = stream.write_all(format!("{request}\r\n\r\n").as_bytes());
        let mut start = [0; 12];
        if stream.read_exact(&mut start).is_ok() {
            assert_eq!(String::from_utf8_lossy(&start), format!("HTTP/1.1 {answer}"), "{request}");
        }
    }
}

#[test]
fn a_mirror_keeps_up_with_its_file() {
    let program = program();
    let mirror = Mirror::start(&program, "signed.db");
    build(&program, "2098-06-01T00:00:00Z", "newer.db", Some("key"));
    std::fs::rename(program.path("newer.db"), program.path("signed.db")).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    // The first answers may be of the state before, which is served until the other is ready.
    while !String::from_utf8_lossy(&mirror.ask("GET / HTTP/1.1").1).contains("4052419200") {
        assert!(Instant::now() < deadline, "the mirror still offers the old state");
    }
    // What is no database does not take the good one's place.
    program.write("signed.db", "torn");
    for _ in 0..3 {
        assert!(String::from_utf8_lossy(&mirror.ask("GET / HTTP/1.1").1).contains("4052419200"));
    }
    assert!(mirror.ask("HEAD /intelligence.db.zst HTTP/1.1").0.starts_with("HTTP/1.1 200"));
}

#[test]
fn a_mirror_offers_only_what_others_can_install() {
    let program = program();
    build(&program, "2024-05-01T00:00:00Z", "unsigned.db", None);
    program.run(&["intel", "serve", "--intel", "unsigned.db"]).ended(2, &["unsigned.db", "--sign"]);
    program.run(&["intel", "serve"]).ended(2, &["intel update", "--intel"]);
    program.run(&["intel", "serve", "--listen", "nowhere"]).ended(2, &["--listen"]);
}
