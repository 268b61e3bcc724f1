//! Registries and their mirrors, asked by the whole program.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::run::Program;

/// The blobs and manifests of an image, by their digests without the algorithm.
fn blobs(images: &TestImages) -> BTreeMap<String, Vec<u8>> {
    let files = images.oci_files().into_iter();
    files.filter_map(|(path, bytes)| Some((path.strip_prefix("blobs/sha256/")?.to_owned(), bytes))).collect()
}

/// A registry that has these images, to be asked by digest; its address, and how often it was asked.
pub(crate) fn registry(images: &TestImages) -> (String, Arc<AtomicUsize>) {
    serve(blobs(images))
}

/// A registry of these blobs by their digests, whatever they are.
fn serve(blobs: BTreeMap<String, Vec<u8>>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            count.fetch_add(1, Ordering::Relaxed);
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            lines.find(String::is_empty);
            let path = first.split(' ').nth(1).unwrap_or_default();
            let blob = path.rsplit_once("sha256:").and_then(|(_, hex)| blobs.get(hex));
            let (status, body) = blob.map_or(("404 Not Found", &b""[..]), |blob| ("200 OK", blob));
            let kind = "application/vnd.oci.image.manifest.v1+json";
            let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
            let _ = stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes());
            let _ = stream.write_all(body);
        }
    });
    (address, asked)
}

/// Bytes that rot where a mirror keeps them must not keep anybody from the image: its digest tells them from the true ones.
#[test]
fn a_layer_that_a_mirror_has_damaged_comes_from_the_next_place() {
    let text = "image shop:1\nlayer ADD\n  app/readme = nothing\n\
                layer COPY\n  app/node_modules/left-pad/package.json = {\"name\":\"left-pad\",\"version\":\"1.3.0\"}\n";
    let images = TestImages::parse(text, Storage::Gzip);
    let manifest = images.oci_files().into_iter().find(|(path, _)| path == "index.json").unwrap().1;
    let index: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let digest = index["manifests"][0]["digest"].as_str().unwrap().to_owned();
    let layer = images.layers(&images.images[0])[1].digest.clone();
    let layer = layer.strip_prefix("sha256:").unwrap_or(&layer).to_owned();
    let damaged = |damage: fn(&mut Vec<u8>)| {
        let mut blobs = blobs(&images);
        damage(blobs.get_mut(&layer).unwrap());
        serve(blobs).0
    };
    let torn = damaged(|bytes| bytes.iter_mut().skip(20).for_each(|byte| *byte = byte.wrapping_add(1)));
    let changed = damaged(|bytes| *bytes.last_mut().unwrap() ^= 1);
    let (origin, _) = registry(&images);
    let program = Program::new();
    let name = format!("registry:{origin}/shop@{digest}");
    for mirrors in [vec![&torn], vec![&changed], vec![&torn, &changed]] {
        let mut arguments = vec!["--plain-http".to_owned(), "--no-cache".to_owned(), name.clone()];
        arguments.extend(mirrors.iter().map(|mirror| format!("--mirror={origin}={mirror}")));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let report = program.scan(&intelligence(), &arguments);
        assert_eq!(report["packages"].as_array().map(Vec::len), Some(1), "{report}");
        assert_eq!(report["gaps"].as_array().map(Vec::len), Some(0), "{report}");
    }
    // Where no place has the true bytes, the scan fails and says of which layer.
    let name = format!("registry:{changed}/shop@{digest}");
    let ran = program.run(&["scan", "--plain-http", "--mirror", &format!("{changed}={torn}"), &name]);
    ran.ended(3, &["bulkhead: layer 2 of 2 (sha256:", "is not what it claims to be"]);
    assert_eq!(ran.stderr.matches("layer 2").count(), 1, "{}", ran.stderr);
}
