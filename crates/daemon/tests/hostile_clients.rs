//! Clients that mean no good, over raw sockets: slow ones, silent ones, and those whose requests two programs would read
//! differently (RFC 9112, section 11.2).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::{Method, Uri};
use daemon::{Drain, Listener, ListenerOptions};

/// How long a head may take here.
const HEAD_WAIT: Duration = Duration::from_secs(1);

/// By when a connection must have ended that was to end: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(15);

/// A listener whose service notes what it was asked.
struct Service {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _runtime: tokio::runtime::Runtime,
    _drain: Drain,
}

impl Service {
    fn start() -> Service {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let options = ListenerOptions {
            address: "127.0.0.1:0".parse().unwrap(),
            tls: None,
            most_connections: 64,
            head_wait: HEAD_WAIT,
        };
        let listener = runtime.block_on(Listener::bind(options)).unwrap();
        let (address, asked) = (listener.address(), Arc::new(Mutex::new(Vec::new())));
        let log = Arc::clone(&asked);
        let router = Router::new().fallback(move |method: Method, uri: Uri, body: Bytes| {
            let told = format!("{method} {uri} {}", String::from_utf8_lossy(&body));
            log.lock().unwrap().push(told.trim_end().to_owned());
            async { "done" }
        });
        let (drain, draining) = Drain::new();
        runtime.spawn(listener.serve(router, draining));
        Service { address, asked, _runtime: runtime, _drain: drain }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes and reads to the end of the connection; nothing where it does not end.
    fn exchange(&self, bytes: &[u8]) -> Option<String> {
        let mut stream = self.connect();
        // A server that has heard enough may have closed already.
        let _ = stream.write_all(bytes);
        rest(&mut stream)
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// Somebody who means well gets an answer.
    fn is_well(&self) {
        let answer = self.exchange(b"GET /well HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assert!(answer.unwrap().ends_with("done"));
        assert_eq!(self.asked(), ["GET /well"]);
    }
}

/// What comes until the connection ends.
fn rest(stream: &mut TcpStream) -> Option<String> {
    let (mut text, mut buffer, began) = (Vec::new(), [0; 4096], Instant::now());
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => text.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(_) => return None,
        }
        if began.elapsed() > PATIENCE {
            return None;
        }
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn a_head_that_comes_a_byte_at_a_time_ends_with_its_time() {
    let service = Service::start();
    // From the first byte, from within the preface of HTTP/2, from within a header.
    for start in ["", "G", "PRI * HT", "GET / HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        let mut stream = service.connect();
        let (began, mut is_open) = (Instant::now(), true);
        stream.write_all(start.as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let slow: &[u8] = if start.starts_with("PRI") { b"TP/2.0" } else { b"ET" };
        let mut drips = slow.iter().cycle();
        while is_open {
            assert!(began.elapsed() < PATIENCE, "`{start}` is waited for without end");
            let mut buffer = [0; 512];
            is_open = match stream.read(&mut buffer) {
                Ok(0) => false,
                Ok(_) => true,
                Err(error) => matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
            };
            if !start.is_empty() && start.len() > 10 && is_open {
                is_open = stream.write_all(&[*drips.next().unwrap()]).is_ok();
            }
        }
        assert!(began.elapsed() >= HEAD_WAIT / 2, "`{start}` was not waited for at all");
    }
    assert!(service.asked().is_empty());
    service.is_well();
}

#[test]
fn a_connection_that_says_nothing_after_its_answer_ends_with_its_time() {
    let service = Service::start();
    let answer = service.exchange(b"GET /1 HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(answer.is_some_and(|answer| answer.contains("done")), "it is kept for ever");
    service.is_well_after(&["GET /1"]);
}

impl Service {
    fn is_well_after(&self, asked: &[&str]) {
        assert_eq!(self.asked(), asked);
        self.is_well();
    }
}

#[test]
fn requests_that_two_programs_would_read_differently_are_refused_or_end_the_connection() {
    let service = Service::start();
    let smuggled = "GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n";
    let length = smuggled.len();
    let hostile = [
        // Which of the two lengths counts?
        format!(
            "POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
        ),
        format!(
            "POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: {length}\r\n\r\n0\r\n\r\n{smuggled}"
        ),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\ncontent-length: {length}\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\ncontent-length: 0\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 0, {length}\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: +{length}\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 0x10\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n{smuggled}"),
        // A coding that one of them does not know.
        format!("POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding:\x0bchunked\r\n\r\n0\r\n\r\n{smuggled}"),
        // A name that one of them does not see.
        format!("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length : {length}\r\n\r\n{smuggled}"),
        format!(
            "POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding : chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n{smuggled}"
        ),
        format!("POST /a HTTP/1.1\r\nhost: x\r\nx: y\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\nx: y\0transfer-encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nG\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n\r\n0\r\n\r\n{smuggled}"),
        format!(
            "POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nx\r\n0\r\n\r\n{smuggled}"
        ),
        // A version that has no chunks.
        format!("POST /a HTTP/1.0\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"),
    ];
    for bytes in hostile {
        let answer = service.exchange(bytes.as_bytes());
        let answer = answer.unwrap_or_else(|| panic!("the connection stays open: {bytes:?}"));
        let asked = service.asked();
        assert!(!asked.iter().any(|asked| asked.starts_with("GET /smuggled")), "{bytes:?}\n{asked:?}\n{answer}");
        assert!(asked.len() <= 1 && answer.matches("HTTP/1.").count() <= 1, "{bytes:?}\n{asked:?}\n{answer}");
    }
    service.is_well();
}

#[test]
fn heads_that_are_too_large_are_refused() {
    let service = Service::start();
    let one = format!("GET /a HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
    let many = format!("GET /a HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: y\r\n".repeat(5000));
    let path = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(1 << 20));
    for bytes in [one, many, path] {
        let answer = service.exchange(bytes.as_bytes()).expect("the connection ends");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        assert!(service.asked().is_empty());
    }
    service.is_well();
}

#[test]
fn what_is_no_http_ends_the_connection() {
    let service = Service::start();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        &[0xff; 300],
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\r\n\r\n\r\n",
    ] {
        assert!(service.exchange(bytes).is_some(), "{bytes:?}");
        assert!(service.asked().is_empty());
    }
    service.is_well();
}
