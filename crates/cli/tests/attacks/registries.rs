//! Registries and engines that want to lead the program astray or to keep it. What a registry can do inside of one
//! request is tested in `crates/oci/src/registry/tests.rs`; here it is the whole program that ends well.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::program::Bench;

/// A server on this machine that gives every request for a path to `answer`; returns its address and what was asked.
fn serve(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
            thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().expect("a stream can be shared")).lines();
                let Some(Ok(first)) = lines.next() else { return };
                let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
                while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                log.lock().expect("nobody panicked").push(path.clone());
                answer(&path, &mut stream);
            });
        }
    });
    (address, asked)
}

fn scan(address: &str) -> crate::program::Run {
    Bench::new().run(&["scan", "--plain-http", "--format", "json", &format!("registry:{address}/app:1")])
}

/// Answers with this head and, behind it, zeroes until the other side goes away.
fn endless(stream: &mut TcpStream, head: &str) {
    let _ = stream.write_all(format!("HTTP/1.1 {head}\r\n\r\n").as_bytes());
    let zeroes = [b' '; 65536];
    while stream.write_all(&zeroes).is_ok() {}
}

fn say(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let length = body.len();
    let _ = stream
        .write_all(format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n").as_bytes());
    let _ = stream.write_all(body);
}

#[test]
fn a_redirect_to_a_metadata_address_is_refused_by_name() {
    for target in [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
    ] {
        let (address, _) = serve(move |_, stream| say(stream, &format!("302 Found\r\nLocation: {target}"), b""));
        let run = scan(&address);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{target}: {}", run.stderr);
        assert!(run.seconds < 30.0, "{target}");
    }
}

#[test]
fn redirects_that_never_end_are_given_up() {
    let (address, asked) = serve(|path, stream| say(stream, &format!("307 Go\r\nLocation: {path}x"), b""));
    scan(&address).fails_with("redirects more than 5 times");
    assert!(asked.lock().unwrap().len() < 40);
}

#[test]
fn a_manifest_without_end_is_cut() {
    let (address, _) =
        serve(|_, stream| endless(stream, "200 OK\r\nContent-Type: application/vnd.oci.image.manifest.v1+json"));
    scan(&address).fails_with("127.0.0.1");
    let (address, _) = serve(|_, stream| {
        endless(
            stream,
            "200 OK\r\nContent-Type: application/vnd.oci.image.manifest.v1+json\r\nContent-Length: 9223372036854775807",
        );
    });
    scan(&address).fails_with("127.0.0.1");
}

#[test]
fn a_head_without_end_is_cut() {
    let (address, _) = serve(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"X-Filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n").is_ok() {}
    });
    scan(&address).fails_with("127.0.0.1");
}

#[test]
fn a_token_without_end_is_cut() {
    let (address, _) = serve(|path, stream| {
        if path.starts_with("/token") {
            return endless(stream, "200 OK\r\nContent-Type: application/json");
        }
        let host = stream.local_addr().expect("it is bound");
        say(stream, &format!("401 No\r\nWWW-Authenticate: Bearer realm=\"http://{host}/token\",service=\"x\""), b"");
    });
    scan(&address).fails_with("127.0.0.1");
}

#[test]
fn a_manifest_of_another_digest_than_asked_for_is_refused() {
    let (address, _) = serve(|_, stream| {
        say(
            stream,
            "200 OK\r\nContent-Type: application/vnd.oci.image.manifest.v1+json",
            br#"{"schemaVersion":2,"layers":[]}"#,
        );
    });
    let digest = format!("sha256:{}", "a".repeat(64));
    let run =
        Bench::new().run(&["scan", "--plain-http", "--format", "json", &format!("registry:{address}/app@{digest}")]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    run.says(&digest);
}

#[test]
fn what_a_registry_says_does_not_reach_the_terminal_as_escapes() {
    let (address, _) = serve(|_, stream| {
        say(
            stream,
            "404 No\r\nContent-Type: application/json",
            br#"{"errors":[{"code":"X","message":"\u001b[2J\u001b]0;owned\u0007\r\nbulkhead: all is well"}]}"#,
        );
    });
    let run = scan(&address);
    assert_eq!((run.code, run.stderr.lines().count()), (3, 1), "{:?}", run.stderr);
    let (address, _) = serve(|_, stream| {
        say(
            stream,
            "400 No\r\nContent-Type: application/json",
            "{\"errors\":[{\"code\":\"X\",\"message\":\"\\u001b[2J\\u009b2J\\nbulkhead: all is well\"}]}".as_bytes(),
        );
    });
    let run = scan(&address);
    assert_eq!((run.code, run.stderr.lines().count()), (3, 1), "{:?}", run.stderr);
}

#[test]
fn an_engine_that_is_no_socket_or_talks_without_end_is_an_error() {
    let bench = Bench::with("socket", b"");
    let work = bench.work();
    symlink("round", work.join("round")).unwrap();
    symlink("nowhere", work.join("dangling")).unwrap();
    for name in ["socket", "round", "dangling", "missing", "."] {
        let address = format!("unix://{}", work.join(name).display());
        let bench = Bench::new().variable("DOCKER_HOST", &address);
        bench.scan("docker:app:1").fails_with("cannot reach");
    }
    let (address, _) = serve(|_, stream| endless(stream, "200 OK\r\nContent-Type: application/json"));
    let bench = Bench::new().variable("DOCKER_HOST", &format!("tcp://{address}"));
    let run = bench.scan("docker:app:1");
    assert_eq!(run.code, 3, "{}", run.stderr);
}

#[test]
fn a_credential_helper_of_a_hostile_name_is_not_run() {
    let (address, _) = serve(|_, stream| say(stream, "401 No\r\nWWW-Authenticate: Basic realm=\"x\"", b""));
    for name in ["../../../evil", "x;touch evil", "a b", ""] {
        let bench = Bench::new();
        let config = format!(r#"{{"credHelpers":{{"{address}":"{name}"}}}}"#);
        fs::create_dir_all(bench.home().join(".docker")).unwrap();
        fs::write(bench.home().join(".docker/config.json"), config).unwrap();
        let evil = bench.write("evil", b"#!/bin/sh\ntouch was-run\n");
        fs::set_permissions(evil, PermissionsExt::from_mode(0o755)).unwrap();
        let run = bench.run(&["scan", "--plain-http", &format!("registry:{address}/app:1")]);
        assert_eq!(run.code, 3, "{}", run.stderr);
    }
}

#[test]
fn nothing_and_noise_on_standard_input_are_refused() {
    let bench = Bench::new();
    let run = bench.run_with_input(&["scan", "-"], Some("/dev/null".as_ref()));
    run.fails_with("standard input");
    let mut noise = Vec::new();
    fs::File::open("/dev/urandom").unwrap().take(1 << 20).read_to_end(&mut noise).unwrap();
    let path = bench.write("noise", &noise);
    bench.run_with_input(&["scan", "-"], Some(&path)).fails_with("standard input");
}
