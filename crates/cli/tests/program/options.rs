//! Options of `scan`.

use std::ffi::OsStr;

use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::images::{application, debian};
use crate::run::{Program, ids, text};

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
fn two_reports_in_one_file_are_refused() {
    let program = program();
    let sentence = "two reports cannot go to the same file ./a; name another file for one of them";
    program.run(&["scan", "-f", "json=a", "-f", "json=./a", "app.tar"]).ended(2, &[sentence]);
}

#[test]
fn repairs_are_those_of_the_tool_and_said_in_the_reader_s_language() {
    let program = Program::new();
    let berry = "__metadata:\n  version: 8\n\n\"lodash@npm:4.17.20\":\n  version: 4.17.20\n  resolution: \"lodash@npm:4.17.20\"\n";
    let classic = "# yarn lockfile v1\n\nlodash@4.17.20:\n  version \"4.17.20\"\n";
    program.write("berry/yarn.lock", berry);
    program.write("classic/yarn.lock", classic);
    let remedy = |target: &str| text(&program.scan(&intelligence(), &[target])["findings"][0]["remedy"]);
    assert_eq!(remedy("dir:berry"), "yarn up lodash@4.17.21");
    assert_eq!(remedy("dir:classic"), "yarn upgrade lodash@4.17.21");
    // The same of the bill of materials.
    for (format, file) in [("cyclonedx", "b.cdx.json"), ("spdx", "b.spdx.json")] {
        program.run(&["sbom", "--format", format, "--output", file, "dir:berry"]).ended(0, &[]);
        assert_eq!(remedy(&format!("sbom:{file}")), "yarn up lodash@4.17.21");
    }
    program.write("gradle/gradle.lockfile", "org.apache.logging.log4j:log4j-core:2.14.1=runtimeClasspath\n");
    let intelligence = intelligence();
    for (format, language, expected) in [
        ("table", "en", "require org.apache.logging.log4j:log4j-core:2.15.0 in the Gradle build"),
        ("table", "ja", "Gradleのビルドでorg.apache.logging.log4j:log4j-core:2.15.0を指定してください"),
        ("html", "ja", "Gradleのビルドでorg.apache.logging.log4j:log4j-core:2.15.0を指定してください"),
        ("json", "ja", "require org.apache.logging.log4j:log4j-core:2.15.0 in the Gradle build"),
    ] {
        let arguments = ["scan", "--format", format, "--lang", language, "--intel"].map(OsStr::new);
        let ran = program.run(&[&arguments[..], &[intelligence.as_os_str(), "dir:gradle".as_ref()]].concat());
        assert!(ran.stdout.contains(expected), "{format} {language}: {}", ran.stdout);
    }
}

#[test]
fn cyclonedx_names_the_source_that_told_a_vulnerability() {
    let program = Program::new();
    let status = "Package: openssl\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: 3.0.5-1\\n";
    let image =
        format!("layer ADD /\n  etc/os-release = ID=debian\\nVERSION_ID=\"12\"\\n\n  var/lib/dpkg/status = {status}\n");
    program.write("a.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    let intelligence = intelligence();
    let arguments = ["scan", "--format", "cyclonedx", "--intel"].map(OsStr::new);
    let bill = program.run(&[&arguments[..], &[intelligence.as_os_str(), "a.tar".as_ref()]].concat()).json();
    let rows = bill["vulnerabilities"].as_array().unwrap();
    assert!(!rows.is_empty(), "{bill}");
    for row in rows {
        assert_eq!(row["source"]["name"], "debian", "{row}");
    }
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
    // The time in the header of gzip: the same number of bytes, and not the same digest.
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4] ^= 1;
    std::fs::write(&path, bytes).unwrap();
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
