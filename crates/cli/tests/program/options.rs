//! Options of `scan`.

use test_support::Storage;

use crate::feeds::intelligence;
use crate::images::{application, debian};
use crate::run::{Program, ids};

fn program() -> Program {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    program.write("debian.tar", debian().docker_archive());
    program
}

#[test]
fn findings_are_chosen_by_severity_and_repair() {
    let program = program();
    let intelligence = intelligence();
    let chosen = |arguments: &[&str]| ids(&program.scan(&intelligence, arguments));
    assert_eq!(chosen(&["debian.tar"]), ["CVE-2023-5678", "CVE-2023-6237"]);
    assert_eq!(chosen(&["--severity", "medium,high", "debian.tar"]), ["CVE-2023-5678"]);
    assert_eq!(chosen(&["--severity", "low", "debian.tar"]), ["CVE-2023-6237"]);
    assert!(chosen(&["--severity", "critical", "debian.tar"]).is_empty());
    assert_eq!(chosen(&["--fixable-only", "debian.tar"]), ["CVE-2023-5678"]);
}

#[test]
fn several_formats_are_written_by_one_scan() {
    let program = program();
    let ran = program.run(&[
        "scan",
        "--quiet",
        "--format",
        "json=r.json",
        "--format",
        "sarif=r.sarif",
        "--format",
        "cyclonedx=r.cdx",
        "--format",
        "spdx=r.spdx",
        "--format",
        "table",
        "app.tar",
    ]);
    ran.ended(0, &[]);
    assert!(ran.stdout.contains("app.tar"));
    for (file, word) in
        [("r.json", "bulkhead.report/1"), ("r.sarif", "2.1.0"), ("r.cdx", "CycloneDX"), ("r.spdx", "SPDX-2.3")]
    {
        assert!(program.read(file).contains(word), "{file}");
    }
    let ran = program.run(&["scan", "--quiet", "--format", "json", "--output", "o.json", "app.tar"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert_eq!(program.read("o.json"), program.read("r.json"));
}

#[test]
fn a_registry_is_not_asked_offline() {
    program().run(&["scan", "--offline", "alpine:3.20"]).ended(2, &["docker.io/library/alpine:3.20", "--offline"]);
    assert_eq!(program().run(&["scan", "--offline", "--quiet", "app.tar"]).code, Some(0));
}

#[test]
fn the_table_speaks_japanese_when_asked() {
    let program = program();
    let english = program.run(&["scan", "app.tar"]).stdout;
    assert!(english.contains("runs as root"), "{english}");
    let japanese = program.run(&["scan", "--lang", "ja", "app.tar"]).stdout;
    assert!(japanese.contains("rootで実行"), "{japanese}");
    assert_eq!(program.run_with(&["scan", "app.tar"], &[("LANG", "ja_JP.UTF-8")]).stdout, japanese);
    assert_eq!(program.run_with(&["scan", "--lang", "en", "app.tar"], &[("LANG", "ja_JP.UTF-8")]).stdout, english);
}

#[test]
fn messages_go_to_standard_error_and_no_color_to_a_pipe() {
    let program = program();
    let intelligence = intelligence();
    let arguments = ["scan", "--intel", intelligence.to_str().unwrap(), "app.tar"];
    let ran = program.run(&arguments);
    ran.ended(0, &["warning", "days old", "bulkhead intel update"]);
    assert!(!ran.stdout.contains('\x1b') && !ran.stderr.contains('\x1b'));
    assert_eq!(program.run_with(&arguments, &[("NO_COLOR", "1"), ("TERM", "xterm")]).stdout, ran.stdout);
    let mut quiet = vec!["scan", "--quiet"];
    quiet.extend(&arguments[1..]);
    let ran = program.run(&quiet);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn the_same_bytes_give_the_same_report_with_and_without_the_cache() {
    let program = program();
    let json = |more: &[&str]| {
        let mut arguments = vec!["scan", "--quiet", "--format", "json", "app.tar"];
        arguments.extend(more);
        let ran = program.run(&arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stdout
    };
    let without = json(&["--no-cache"]);
    assert!(!program.path(".cache").exists());
    assert_eq!(json(&[]), without);
    assert!(program.path(".cache/bulkhead").is_dir());
    assert_eq!(json(&[]), without);
    assert_eq!(json(&["--cache-dir", "elsewhere"]), without);
    assert!(program.path("elsewhere").is_dir());
    // A cache that is full of nonsense costs time only.
    let mut folders = vec![program.path("elsewhere")];
    let mut spoiled = 0;
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => {
                    std::fs::write(entry.path(), b"nonsense").unwrap();
                    spoiled += 1;
                }
            }
        }
    }
    assert!(spoiled > 0);
    assert_eq!(json(&["--cache-dir", "elsewhere"]), without);
}

#[test]
fn a_layer_that_was_replaced_is_noticed_though_its_index_is_cached() {
    let program = program();
    let images = application(Storage::Gzip);
    images.write_oci_layout(&program.path("layout"));
    let first = program.scan(&intelligence(), &["layout"]);
    let layer = first["image"]["layers"][1]["digest"].as_str().unwrap().trim_start_matches("sha256:").to_owned();
    let path = program.path("layout/blobs/sha256").join(layer);
    assert_eq!(program.scan(&intelligence(), &["layout"]), first);
    std::fs::write(&path, Storage::Gzip.store(b"something else")).unwrap();
    program.run(&["scan", "layout"]).ended(3, &["layer 2", "sha256:"]);
}

#[test]
fn a_cache_that_cannot_be_had_is_told() {
    let program = program();
    program.write("file", "");
    program.run(&["scan", "--cache-dir", "file/below", "app.tar"]).ended(2, &["--cache-dir"]);
    let ran = program.run_with(&["scan", "app.tar"], &[("BULKHEAD_CACHE_DIR", "file/below")]);
    ran.ended(0, &["going on without a cache"]);
}
