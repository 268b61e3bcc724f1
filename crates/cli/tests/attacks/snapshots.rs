//! Layers that a local engine has unpacked: the same report as its export gives, and nothing of them in the cache.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::thread;

use aws_lc_rs::digest::{SHA256, digest};
use rustix::fs::{CWD, FileType, Mode, XattrFlags, makedev, mknodat, setxattr};
use serde_json::Value;
use test_support::{Blob, Storage, TestImages};

use crate::program::Bench;

const TEXT: &str = "image app:1 linux/amd64
user web
layer ADD base
  lib/apk/db/installed = P:musl\\nV:1.2.3-r0\\nA:x86_64\\n\\nP:zlib\\nV:1.2.11-r3\\nA:x86_64\\n\\n
  opt/old/package-lock.json = {\"lockfileVersion\":2,\"packages\":{\"node_modules/left\":{\"version\":\"1.0.0\"}}}
  opt/kept/package-lock.json = {\"lockfileVersion\":2,\"packages\":{\"node_modules/kept\":{\"version\":\"1.0.0\"}}}
  srv/a/package-lock.json = {\"lockfileVersion\":2,\"packages\":{\"node_modules/below\":{\"version\":\"1.0.0\"}}}
layer RUN change
  lib/apk/db/installed = P:musl\\nV:1.2.4-r0\\nA:x86_64\\n\\n
  opt/.wh.old
  srv/.wh..wh..opq
  srv/b/package-lock.json = {\"lockfileVersion\":2,\"packages\":{\"node_modules/above\":{\"version\":\"2.0.0\"}}}
";

/// Whether the user may make what overlayfs leaves behind, which only the superuser sees.
fn may_mark(bench: &Bench) -> bool {
    let may = setxattr(bench.work(), "trusted.overlay.origin", b"x", XattrFlags::empty()).is_ok();
    if !may {
        eprintln!("SKIPPED: only the superuser sees the marks of overlayfs");
    }
    may
}

/// Unpacks a layer as Docker does for overlayfs.
fn unpack(layer: &[u8], folder: &Path) {
    let mut at = 0;
    while let Some(header) = layer.get(at..at + 512).filter(|header| header[0] != 0) {
        let text = |range: std::ops::Range<usize>| {
            let bytes = &header[range];
            let end = bytes.iter().position(|byte| *byte == 0 || *byte == b' ').unwrap_or(bytes.len());
            String::from_utf8(bytes[..end].to_vec()).unwrap()
        };
        let size = usize::from_str_radix(text(124..135).trim_matches('\0'), 8).unwrap();
        let name = text(0..100);
        let path = folder.join(&name);
        let parent = path.parent().unwrap();
        fs::create_dir_all(parent).unwrap();
        let file_name = path.file_name().unwrap().to_str().unwrap();
        match file_name.strip_prefix(".wh.") {
            Some(".wh..opq") => setxattr(parent, "trusted.overlay.opaque", b"y", XattrFlags::empty()).unwrap(),
            Some(hidden) => {
                mknodat(CWD, parent.join(hidden), FileType::CharacterDevice, Mode::empty(), makedev(0, 0)).unwrap();
            }
            None if header[156] == b'5' => fs::create_dir_all(&path).unwrap(),
            None => fs::write(&path, &layer[at + 512..at + 512 + size]).unwrap(),
        }
        at += 512 + size.div_ceil(512) * 512;
    }
}

/// Puts an image into a store like Docker's, and answers for it on a socket; the export is of no use.
fn engine(bench: &Bench, images: &TestImages) -> String {
    let image = &images.images[0];
    let root = bench.work().join("docker");
    let write = |path: &Path, bytes: &[u8]| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let config = image.config();
    write(&root.join("image/overlay2/imagedb/content/sha256").join(&config.digest[7..]), &config.bytes);
    let mut chain = String::new();
    for (number, layer) in image.layers.iter().enumerate() {
        let diff_id = Blob::new(layer.clone()).digest;
        chain = if chain.is_empty() { diff_id.clone() } else { sha256(&format!("{chain} {diff_id}")) };
        let record = root.join("image/overlay2/layerdb/sha256").join(&chain[7..]);
        write(&record.join("diff"), diff_id.as_bytes());
        write(&record.join("cache-id"), format!("{number:064}").as_bytes());
        unpack(layer, &root.join(format!("overlay2/{number:064}/diff")));
    }
    let top = root.join(format!("overlay2/{:064}/diff", image.layers.len() - 1));
    let id = config.digest;
    let description =
        format!(r#"{{"Id":"{id}","GraphDriver":{{"Name":"overlay2","Data":{{"UpperDir":"{}"}}}}}}"#, top.display());
    let path = bench.home().join("docker.sock");
    let listener = UnixListener::bind(&path).unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
            let request = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let body = if request.contains("/json") { description.as_str() } else { "no archive" };
            let _ = write!(connection, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    format!("unix://{}", path.display())
}

fn sha256(text: &str) -> String {
    let hex: String = digest(&SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A report without what is the source's own: its name, and the size of what is stored.
fn comparable(mut report: Value) -> Value {
    report["target"]["name"] = Value::Null;
    for layer in report["image"]["layers"].as_array_mut().into_iter().flatten() {
        layer["size_bytes"] = Value::Null;
    }
    report
}

#[test]
fn an_image_read_where_docker_unpacked_it_gives_the_report_of_its_export() {
    let images = TestImages::parse(TEXT, Storage::Plain);
    let bench = Bench::with("app.tar", &images.docker_archive());
    if !may_mark(&bench) {
        return;
    }
    let address = engine(&bench, &images);
    let bench = bench.variable("DOCKER_HOST", &address);
    let in_place = bench.scan("docker:app:1");
    assert_eq!(in_place.packages(), ["musl", "above", "kept"]);
    let exported = bench.scan("app.tar").report();
    assert_eq!(comparable(in_place.report()), comparable(exported));
}

#[test]
fn an_unpacked_layer_that_lies_about_its_digest_stays_out_of_the_cache() {
    let images = TestImages::parse(TEXT, Storage::Plain);
    let bench = Bench::with("app.tar", &images.docker_archive());
    if !may_mark(&bench) {
        return;
    }
    let address = engine(&bench, &images);
    // Somebody emptied the package database of the upper layer in its folder.
    let database = bench.work().join(format!("docker/overlay2/{:064}/diff/lib/apk/db/installed", 1));
    fs::write(&database, "P:evil\nV:1.2.4-r0\nA:x86_64\n\n").unwrap();
    let bench = bench.variable("DOCKER_HOST", &address);
    assert_eq!(bench.scan("docker:app:1").packages(), ["evil", "above", "kept"]);
    assert_eq!(bench.scan("app.tar").packages(), ["musl", "above", "kept"], "the archive is read itself");
    assert_eq!(bench.scan("app.tar").packages(), ["musl", "above", "kept"], "and then from the cache");
    assert_eq!(bench.scan("docker:app:1").packages(), ["evil", "above", "kept"], "which the folder does not use");
}
