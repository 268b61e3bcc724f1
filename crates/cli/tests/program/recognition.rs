//! What an archive is taken for when nobody says what it is, above all a damaged one.

use std::ffi::OsStr;

use serde_json::Value;
use test_support::{Storage, TarWriter, TestImages};

use crate::feeds::intelligence;
use crate::images::application;
use crate::run::{Program, ids};

/// The members of an archive with one of them replaced; it is added where there is none.
fn replaced(mut files: Vec<(String, Vec<u8>)>, name: &str, text: &str) -> Vec<u8> {
    files.retain(|(path, _)| path != name);
    files.push((name.to_owned(), text.into()));
    let mut tar = TarWriter::new();
    for (path, bytes) in &files {
        tar.file(path, 0o644, bytes);
    }
    tar.finish()
}

/// A root file system with one file more.
fn system_with(name: &str, text: &str) -> Vec<u8> {
    let layer = &application(Storage::Plain).images[0].layers[0];
    let mut tar = TarWriter::new();
    tar.file(name, 0o644, text.as_bytes());
    [tar.unfinished(), layer.clone()].concat()
}

#[test]
fn a_damaged_document_of_an_image_archive_is_an_error_and_no_empty_system() {
    let program = Program::new();
    let files = || application(Storage::Gzip).oci_files();
    for storage in [Storage::Plain, Storage::Gzip] {
        for name in ["manifest.json", "index.json", "oci-layout"] {
            program.write("image.tar", storage.store(&replaced(files(), name, "no json")));
            let sentence = format!("{name} in image.tar is malformed");
            let hint = "image.tar seems to be an image; if it is none, write rootfs:image.tar: ";
            let ran = program.run(&["scan", "image.tar"]);
            ran.ended(3, &[&sentence, hint]);
            assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{ran:?}");
        }
    }
    let lone = TarWriter::new().file("manifest.json", 0o644, b"no json").file("layer.tar", 0o644, b"").finish();
    program.write("image.tar", &lone);
    program.run(&["scan", "image.tar"]).ended(3, &["manifest.json in image.tar is malformed"]);
    program.run_on(&["scan", "-"], &lone).ended(3, &["manifest.json in standard input is malformed"]);
    program.write("layout/index.json", "no json");
    program.write("layout/oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    program.run(&["scan", "layout"]).ended(3, &["index.json in layout is malformed"]);
}

#[test]
fn a_root_file_system_may_have_a_manifest_of_its_own() {
    let program = Program::new();
    for (name, text) in [
        ("manifest.json", r#"{"name":"shop","icons":[]}"#),
        ("manifest.json", r#"[{"url":"/main.js","revision":"1"}]"#),
        ("manifest.json", "// a comment\n{}"),
        ("index.json", r#"{"pages":[]}"#),
        ("app/index.json", "no json"),
    ] {
        program.write("root.tar", system_with(name, text));
        let report = program.scan(&intelligence(), &["root.tar"]);
        assert_eq!(
            (ids(&report), &report["target"]["kind"]),
            (vec!["CVE-2023-42363".to_owned()], &"rootfs".into()),
            "{text}"
        );
    }
}

#[test]
fn a_manifest_of_another_program_beside_a_layout_is_left_alone() {
    let program = Program::new();
    let images = TestImages::parse("image a:1\nlayer ADD x\n  srv/x = y\n", Storage::Gzip);
    let archive = replaced(images.oci_files(), "manifest.json", r#"{"name":"shop"}"#);
    program.write("image.tar", &archive);
    let report = program.scan(&intelligence(), &["image.tar"]);
    assert_eq!((&report["target"]["kind"], &report["gaps"]), (&"image".into(), &Value::Array(Vec::new())));
    program.run_on(&["scan", "-"], &archive).ended(0, &[]);
}

/// An image of this program's tests in a folder, as `skopeo copy … dir:` writes it.
fn transport(program: &Program, folder: &str) {
    program.write(&format!("{folder}/version"), "Directory Transport Version: 1.1\n");
    for (path, bytes) in application(Storage::Gzip).oci_files() {
        let Some(name) = path.strip_prefix("blobs/sha256/") else { continue };
        let document = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
        let name = if document.get("layers").is_some() { "manifest.json" } else { name };
        program.write(&format!("{folder}/{name}"), bytes);
    }
}

#[test]
fn the_parts_of_an_image_in_a_folder_are_the_image() {
    let program = Program::new();
    let images = application(Storage::Gzip);
    program.write("image.tar", images.docker_archive());
    let expected = ids(&program.scan(&intelligence(), &["image.tar"]));
    assert!(!expected.is_empty());
    transport(&program, "transport");
    let unpack = |archive: Vec<u8>, folder: &str| {
        for (path, bytes) in members(&archive) {
            program.write(&format!("{folder}/{path}"), bytes);
        }
    };
    unpack(images.docker_archive(), "saved");
    for folder in ["transport", "saved"] {
        let report = program.scan(&intelligence(), &[folder]);
        assert_eq!((&report["target"]["kind"], ids(&report)), (&"image".into(), expected.clone()), "{folder}");
    }
    for text in ["{}", "null", "[]"] {
        program.write("transport/manifest.json", text);
        let ran = program.run(&["scan", "transport"]);
        ran.ended(3, &["transport"]);
        assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{ran:?}");
    }
    transport(&program, "transport");
    program.run(&["scan", "dir:transport"]).ended(0, &["leave dir: out to scan the image"]);
}

/// `/dev/stdin` is read as what it is: the file that it was redirected to, or the pipe that somebody has written into.
#[test]
fn what_the_program_has_open_is_read_by_its_path() {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    let expected = ids(&program.scan(&intelligence(), &["app.tar"]));
    program.run(&["sbom", "--quiet", "--output", "bill.json", "app.tar"]).ended(0, &[]);
    let intelligence = intelligence();
    let scan = |target: &'static str| {
        let mut arguments =
            ["scan", "--format", "json", "--detectors", "vulnerabilities", "--intel"].map(OsStr::new).to_vec();
        arguments.extend([intelligence.as_os_str(), OsStr::new(target)]);
        arguments
    };
    let bill = std::fs::read(program.path("bill.json")).unwrap();
    for target in ["/dev/stdin", "sbom:/dev/stdin", "sbom:-"] {
        assert_eq!(ids(&program.run_on(&scan(target), &bill).json()), expected, "{target}");
    }
    let archive = std::fs::read(program.path("app.tar")).unwrap();
    for target in ["-", "docker-archive:/dev/stdin"] {
        assert_eq!(ids(&program.run_on(&scan(target), &archive).json()), expected, "{target}");
    }
    let redirected = std::fs::File::open(program.path("app.tar")).unwrap();
    let output = program.command(&scan("/dev/stdin")).stdin(redirected).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(ids(&serde_json::from_slice(&output.stdout).unwrap()), expected);
}

#[test]
fn an_archive_whose_list_of_images_says_nothing_is_refused() {
    let program = Program::new();
    for text in ["{}", "null", "[]"] {
        let archive =
            TarWriter::new().file("manifest.json", 0o644, text.as_bytes()).file("layer.tar", 0o644, b"").finish();
        program.write("image.tar", &archive);
        program.run(&["scan", "image.tar"]).ended(3, &["image.tar"]);
    }
}

/// The regular files of a plain archive.
fn members(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut members = Vec::new();
    let mut at = 0;
    while let Some(header) = archive.get(at..at + 512).filter(|header| header[0] != 0) {
        let text = |range: std::ops::Range<usize>| {
            String::from_utf8_lossy(&header[range]).trim_matches(['\0', ' ']).to_owned()
        };
        let size = usize::from_str_radix(&text(124..136), 8).unwrap();
        if matches!(header[156], b'0' | 0) {
            members.push((text(0..100), archive[at + 512..at + 512 + size].to_vec()));
        }
        at += 512 + size.next_multiple_of(512);
    }
    members
}
