//! `--approved-bases`: on what an image is built.

use serde_json::{Value, json};
use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::run::{Program, text};

const ALPINE: &str = "layer ADD alpine / \n  etc/os-release = ID=alpine\\nVERSION_ID=3.20.3\\n\n";
const DEBIAN: &str = "layer ADD debian / \n  etc/os-release = ID=debian\\nVERSION_ID=12\\n\n";
const OWN: &str = "layer COPY app /app\n  app/run = x\nlayer RUN chmod\n  app/run 755 = x\n";

/// A program in whose home lie the base images and what is built on them.
fn program() -> Program {
    let program = Program::new();
    let write = |name: &str, text: &str| {
        program.write(name, TestImages::parse(text, Storage::Gzip).oci_archive());
    };
    write("alpine.tar", ALPINE);
    write("on-alpine.tar", &format!("{ALPINE}{OWN}"));
    write("on-debian.tar", &format!("{DEBIAN}{OWN}"));
    program
}

fn scan(program: &Program, list: &str, target: &str) -> (Value, Vec<Value>, String) {
    program.write("bases.txt", list);
    let intelligence = intelligence();
    let report = program.scan(&intelligence, &["--approved-bases", "bases.txt", target]);
    let intel = intelligence.to_str().unwrap();
    let table = program.run(&["scan", "--intel", intel, "--approved-bases", "bases.txt", target]);
    table.ended(0, &[]);
    let layers = report["image"]["layers"].as_array().unwrap().iter().map(|layer| layer["base"].clone());
    (report["base"].clone(), layers.collect(), table.stdout)
}

#[test]
fn an_image_on_an_approved_base_names_it_and_others_are_unapproved() {
    let program = program();
    let base = program.scan(&intelligence(), &["alpine.tar"]);
    let (manifest, layer) = (text(&base["target"]["digest"]), &base["image"]["layers"][0]);
    for digest in [text(&layer["digest"]), text(&layer["diff_id"])] {
        let list = format!("# approved\nalpine:3.20 {manifest} {digest}\n");
        let (base, layers, table) = scan(&program, &list, "on-alpine.tar");
        assert_eq!(base, json!({ "name": "alpine:3.20", "digest": manifest, "layers": 1, "approved": true }));
        assert_eq!(layers, [json!(true), json!(false), json!(false)]);
        assert!(table.contains("base image: alpine:3.20 (approved)"), "{table}");

        let (base, layers, table) = scan(&program, &list, "on-debian.tar");
        assert_eq!(base, json!({ "approved": false }));
        assert_eq!(layers, vec![Value::Null; 3]);
        assert!(table.contains("unapproved base image"), "{table}");

        let (base, layers, _) = scan(&program, &format!("alpine:3.20 {manifest}"), "alpine.tar");
        assert_eq!((&base["approved"], layers), (&json!(true), vec![json!(true)]));
    }
}

#[test]
fn without_the_option_nothing_is_guessed() {
    let program = program();
    let report = program.scan(&intelligence(), &["on-alpine.tar"]);
    assert_eq!(report["base"], Value::Null);
    assert!(report["image"]["layers"].as_array().unwrap().iter().all(|layer| layer["base"].is_null()));
    assert!(!program.run(&["scan", "on-alpine.tar"]).stdout.contains("base image"));
}

#[test]
fn a_label_or_annotation_tells_of_a_base_and_proves_nothing_against_layers() {
    let program = program();
    let digest = format!("sha256:{}", "5".repeat(64));
    let name = "label org.opencontainers.image.base.name=docker.io/library/debian:12\n";
    let text = format!("{name}label org.opencontainers.image.base.digest={digest}\n{DEBIAN}{OWN}");
    let images = TestImages::parse(&text, Storage::Gzip);
    program.write("labeled.tar", images.docker_archive());
    let (base, _, _) = scan(&program, &format!("debian:12 {digest}"), "labeled.tar");
    assert_eq!(base, json!({ "name": "debian:12", "digest": digest, "approved": true }));
    let (base, _, table) = scan(&program, &format!("debian:12 {digest} sha256:{}", "7".repeat(64)), "labeled.tar");
    assert_eq!(base, json!({ "name": "docker.io/library/debian:12", "digest": digest, "approved": false }));
    assert!(table.contains("unapproved base image: docker.io/library/debian:12"), "{table}");

    // The same as annotations of the manifest, as builders write them.
    let files = TestImages::parse(&format!("{DEBIAN}{OWN}"), Storage::Gzip).oci_files();
    let is_manifest = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).is_ok_and(|json| json["layers"].is_array());
    let manifest = files.iter().find(|(_, bytes)| is_manifest(bytes)).unwrap();
    let mut document: Value = serde_json::from_slice(&manifest.1).unwrap();
    document["annotations"] = json!({ "org.opencontainers.image.base.digest": digest });
    let annotated = test_support::Blob::new(document.to_string().into_bytes());
    for (path, bytes) in &files {
        let index = String::from_utf8_lossy(bytes)
            .replace(manifest.0.trim_start_matches("blobs/sha256/"), annotated.digest.trim_start_matches("sha256:"))
            .replace(&format!("\"size\":{}", manifest.1.len()), &format!("\"size\":{}", annotated.bytes.len()));
        let bytes = if path == "index.json" { index.as_bytes() } else { bytes };
        program.write(&format!("layout/{path}"), bytes);
    }
    let place = format!("layout/blobs/sha256/{}", annotated.digest.trim_start_matches("sha256:"));
    program.write(&place, &annotated.bytes);
    let (base, _, _) = scan(&program, &format!("debian:12 {digest}"), "layout");
    assert_eq!(base, json!({ "name": "debian:12", "digest": digest, "approved": true }));
}

#[test]
fn a_list_that_cannot_be_read_ends_with_2() {
    let program = program();
    program.write("bases.txt", "alpine:3.20\n");
    let scan = |list: &str| program.run(&["scan", "--approved-bases", list, "alpine.tar"]);
    scan("bases.txt").ended(2, &["bases.txt", "line 1", "without a digest"]);
    scan("missing.txt").ended(2, &["missing.txt"]);
    program.write("bases.txt", "\nalpine:3.20 sha256:123\n");
    scan("bases.txt").ended(2, &["line 2", "sha256:123"]);
}
