//! `--approved-bases`: on what an image is built.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::registry::registry;
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
    let table = program.run(&[
        "scan",
        "--detectors",
        "vulnerabilities",
        "--intel",
        intel,
        "--approved-bases",
        "bases.txt",
        target,
    ]);
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

const NEWER_ALPINE: &str = "layer ADD alpine / \n  etc/os-release = ID=alpine\\nVERSION_ID=3.19.2\\n\n  \
                            lib/apk/db/installed = P:busybox\\nV:1.36.1-r16\\nA:x86_64\\no:busybox\\n\\n\n";

#[test]
fn findings_are_split_by_the_base_and_a_better_one_is_named() {
    let program = Program::new();
    let write = |name: &str, text: &str| program.write(name, TestImages::parse(text, Storage::Gzip).oci_archive());
    let (base, own) = crate::images::APPLICATION.split_once("layer COPY tool").unwrap();
    write("base.tar", base);
    write("newer.tar", NEWER_ALPINE);
    write("app.tar", &format!("{base}layer COPY tool{own}"));
    let intelligence = intelligence();
    let line = |name: &str, target: &str| {
        let report = program.scan(&intelligence, &[target]);
        format!("{name} {} {}\n", text(&report["target"]["digest"]), text(&report["image"]["layers"][0]["digest"]))
    };
    let list = line("alpine:3.19.1", "base.tar") + &line("alpine:3.19.2", "newer.tar");
    let (base, _, table) = scan(&program, &list, "app.tar");
    assert_eq!(
        (&base["name"], &base["better"], &base["better_repairs"], &base["better_brings"]),
        (&json!("alpine:3.19.1"), &json!("alpine:3.19.2"), &json!(1), &json!(0))
    );
    let digest = list.lines().nth(1).unwrap().split(' ').nth(1).unwrap();
    assert_eq!(base["better_digest"], digest);
    assert!(table.contains("1 from the base image, 1 added here"), "{table}");
    assert!(table.contains("Better base image: alpine:3.19.2 repairs 1 vulnerability"), "{table}");
    let japanese = ["scan", "--lang", "ja", "--approved-bases", "bases.txt", "--intel", intelligence.to_str().unwrap()];
    let japanese = program.run(&[&japanese[..], &["app.tar"]].concat());
    assert!(japanese.stdout.contains("より良いベースイメージ: alpine:3.19.2"), "{}", japanese.stdout);
    let report = program.scan(&intelligence, &["--approved-bases", "bases.txt", "app.tar"]);
    let split: Vec<(String, Value)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (text(&finding["package"]["name"]), finding["base"].clone()))
        .collect();
    assert_eq!(split, [("busybox".to_owned(), json!(true)), ("lodash".to_owned(), json!(false))]);
    // What nobody has looked at is not known to be better; and of a better one, the present one is none.
    let fresh = ["--cache-dir", "empty", "--approved-bases", "bases.txt", "app.tar"];
    assert_eq!(program.scan(&intelligence, &fresh)["base"]["better"], Value::Null);
    let (base, _, _) = scan(&program, &list, "newer.tar");
    assert_eq!(base["better"], Value::Null);
    let arguments = ["scan", "--offline", "--approved-bases", "bases.txt", "--look-up-bases", "app.tar"];
    program.run(&arguments).ended(2, &["--look-up-bases"]);
}

#[test]
fn a_registry_is_asked_for_other_builds_only_when_told_to() {
    let program = Program::new();
    let (base, own) = crate::images::APPLICATION.split_once("layer COPY tool").unwrap();
    let newer = TestImages::parse(NEWER_ALPINE, Storage::Gzip);
    let write = |name: &str, images: &TestImages| program.write(name, images.oci_archive());
    write("app.tar", &TestImages::parse(&format!("{base}layer COPY tool{own}"), Storage::Gzip));
    write("newer.tar", &newer);
    let (address, asked) = registry(&newer);
    let intelligence = intelligence();
    let manifest = text(&program.scan(&intelligence, &["--no-cache", "newer.tar"])["target"]["digest"]);
    let layer = text(&program.scan(&intelligence, &["app.tar"])["image"]["layers"][0]["digest"]);
    program.write("bases.txt", format!("{address}/alpine:3.19.1 {layer}\n{address}/alpine:3.19.2 {manifest}\n"));
    let arguments = ["--plain-http", "--approved-bases", "bases.txt", "app.tar"];
    assert_eq!(program.scan(&intelligence, &arguments)["base"]["better"], Value::Null);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    let found = program.scan(&intelligence, &[&arguments[..], &["--look-up-bases"]].concat());
    assert_eq!(found["base"]["better"], format!("{address}/alpine:3.19.2"), "{found:#}");
    assert!(asked.load(Ordering::Relaxed) > 0);
    // A registry that cannot be reached costs a sentence, not the scan.
    let gone = format!("127.0.0.1:1/alpine:1 {layer}\n127.0.0.1:1/alpine:2 {manifest}\n");
    program.write("bases.txt", gone);
    let intel = intelligence.to_str().unwrap();
    let ran = program.run(&[&["scan", "--intel", intel, "--look-up-bases"], &arguments[..]].concat());
    ran.ended(0, &["cannot look at the base image 127.0.0.1:1/alpine:2"]);
}
