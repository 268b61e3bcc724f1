//! Layers whose table of contents is to be trusted, or says other than the layer.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use aws_lc_rs::digest;
use serde_json::{Value, json};
use test_support::{LayerEntry, LayerWithContents};

use crate::program::Bench;

type Lie<'a> = &'a dyn Fn(&mut Value);
type Writer = fn(&[LayerEntry<'_>], Lie<'_>) -> LayerWithContents;

/// A registry of one image that sends parts and counts the bytes of its layer that it sent.
struct Registry {
    address: String,
    sent: Arc<AtomicUsize>,
}

impl Registry {
    fn start(layer: LayerWithContents) -> Registry {
        let config = json!({"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": [sha256(&layer.blob)]}});
        let config = config.to_string();
        let manifest = json!({
            "schemaVersion": 2,
            "config": {"digest": sha256(config.as_bytes()), "size": config.len()},
            "layers": [{"digest": sha256(&layer.blob), "size": layer.blob.len(), "annotations": layer.annotations}],
        });
        let documents = Arc::new((manifest.to_string(), config, sha256(&layer.blob), layer.blob));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let sent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sent);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), documents, count) = (stream, Arc::clone(&documents), Arc::clone(&count)) else {
                    return;
                };
                thread::spawn(move || {
                    let (manifest, config, layer_digest, layer) = &*documents;
                    let (path, range) = read_request(&stream);
                    match range {
                        _ if path.contains("/manifests/") => say(stream, "200 OK", manifest.as_bytes()),
                        _ if !path.ends_with(layer_digest.as_str()) => say(stream, "200 OK", config.as_bytes()),
                        None => {
                            count.fetch_add(layer.len(), Ordering::SeqCst);
                            say(stream, "200 OK", layer);
                        }
                        Some((from, last)) => {
                            count.fetch_add(last + 1 - from, Ordering::SeqCst);
                            let head = format!("206 Partial\r\nContent-Range: bytes {from}-{last}/{}", layer.len());
                            say(stream, &head, &layer[from..=last]);
                        }
                    }
                });
            }
        });
        Registry { address, sent }
    }

    /// Scans the image and gives its packages, its report but for times, and how many bytes of the layer travelled.
    fn scan(&self, bench: &Bench, options: &[&str]) -> (Vec<String>, Value, usize) {
        self.sent.store(0, Ordering::SeqCst);
        let target = format!("registry:{}/app:1", self.address);
        let now = ["--now", "2026-01-01T00:00:00Z"];
        let run = bench.run(
            &[
                &["scan", "--detectors", "vulnerabilities", "--plain-http", "--format", "json", &target],
                &now[..],
                options,
            ]
            .concat(),
        );
        assert_eq!(run.code, 0, "{}", run.stderr);
        (run.packages(), run.report(), self.sent.load(Ordering::SeqCst))
    }
}

fn read_request(stream: &TcpStream) -> (String, Option<(usize, usize)>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
    let headers = lines.take_while(|line| !line.is_empty());
    let ranges = headers.filter_map(|line| line.to_ascii_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
    let range = ranges.last().and_then(|range| {
        let (from, last) = range.split_once('-')?;
        Some((from.parse().ok()?, last.parse().ok()?))
    });
    (path, range)
}

fn say(mut stream: TcpStream, head: &str, body: &[u8]) {
    let length = body.len();
    let _ = stream
        .write_all(format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n").as_bytes())
        .and_then(|()| stream.write_all(body));
}

fn sha256(bytes: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, bytes);
    hash.as_ref().iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// A layer of 4 MiB with one package and a hard link to its list.
fn layer(writer: Writer, lie: Lie<'_>) -> LayerWithContents {
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    })
    .take(4 << 20)
    .collect();
    let release = b"ID=debian\nVERSION_ID=\"12\"\n";
    let status = b"Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:1.2.13\n\n";
    writer(
        &[
            LayerEntry::File("usr/share/data", 0o644, &noise),
            LayerEntry::File("usr/lib/os-release", 0o644, release),
            LayerEntry::HardLink("etc/os-release", "usr/lib/os-release"),
            LayerEntry::File("kept/list", 0o644, status),
            LayerEntry::HardLink("var/lib/dpkg/status", "kept/list"),
        ],
        lie,
    )
}

#[test]
fn an_image_read_by_its_table_has_the_same_report_for_a_fraction_of_its_bytes() {
    let writers: [Writer; 2] = [
        |entries, lie| LayerWithContents::estargz(entries, 1 << 20, lie),
        |entries, lie| LayerWithContents::zstd_chunked(entries, 1 << 20, lie),
    ];
    for writer in writers {
        let registry = Registry::start(layer(writer, &|_| {}));
        let (packages, whole, all) = registry.scan(&Bench::new(), &[]);
        assert_eq!(packages.len(), 1, "{packages:?}");
        assert!(all > 4 << 20, "{all}");
        let bench = Bench::new();
        let (_, parts, some) = registry.scan(&bench, &["--trust-toc"]);
        assert_eq!(parts, whole);
        assert!((1..100_000).contains(&some), "{some}");
        assert_eq!(registry.scan(&bench, &["--trust-toc"]).2, 0, "the second scan asks the cache");
    }
}

#[test]
fn a_table_that_hides_files_hides_nothing_unless_it_is_trusted() {
    let hide = |table: &mut Value| {
        let entries = table["entries"].as_array_mut().unwrap();
        entries.retain(|entry| entry["name"] != "var/lib/dpkg/status");
    };
    let registry = Registry::start(layer(|entries, lie| LayerWithContents::estargz(entries, 1 << 20, lie), &hide));
    let bench = Bench::new();
    assert_eq!(registry.scan(&bench, &["--trust-toc"]).0.len(), 0, "this is what trusting it means");
    // The cache of the same user does not know the blob by what its table said.
    assert_eq!(registry.scan(&bench, &[]).0.len(), 1);
    // What was read whole is known from then on, whatever the table says.
    assert_eq!(registry.scan(&bench, &["--trust-toc"]).0.len(), 1);
}
