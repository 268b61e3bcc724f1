//! `bulkhead convert`: a saved report in another format.

use test_support::Storage;

use crate::feeds::intelligence;
use crate::images::application;
use crate::run::{Program, Ran};

#[test]
fn a_converted_report_is_what_the_scan_would_have_written() {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    let intelligence = intelligence();
    let mut arguments = vec!["scan", "--quiet", "--intel", intelligence.to_str().unwrap(), "app.tar"];
    for format in ["json=r.json", "sarif=r.sarif", "cyclonedx=r.cyclonedx", "spdx=r.spdx", "table=r.table"] {
        arguments.extend(["--format", format]);
    }
    program.run(&arguments).ended(0, &[]);
    for format in ["json", "sarif", "cyclonedx", "spdx", "table"] {
        let ran = program.run(&["convert", "--format", format, "r.json"]);
        ran.ended(0, &[]);
        assert_eq!(ran.stdout, program.read(&format!("r.{format}")), "{format}");
    }
    let report = program.read("r.json");
    assert_eq!(program.run_on(&["convert", "--format", "json", "-"], report.as_bytes()).stdout, report);
    program.run(&["convert", "--format", "sarif=c.sarif", "--format", "spdx=c.spdx", "r.json"]).ended(0, &[]);
    assert_eq!(program.read("c.sarif"), program.read("r.sarif"));
}

#[test]
fn findings_for_which_no_format_has_a_place_are_told() {
    let program = Program::new();
    program.write("app/Dockerfile", "FROM debian:12\nUSER root\n");
    let left_out = |ran: &Ran| ran.stderr.contains("findings are left out");
    let scan = ["scan", "--format", "json=r.json", "dir:app"];
    assert!(!left_out(program.run(&scan).ended(0, &[])));
    assert!(program.read("r.json").contains("\"misconfiguration\""));
    for format in ["cyclonedx", "spdx", "gitlab"] {
        let file = format!("{format}=out");
        let words =
            format!("findings are left out, because there is no place for them in {format}: misconfigurations (");
        let note = format!("bulkhead: note: {words}");
        program
            .run(&["scan", "--format", file.as_str(), "dir:app"])
            .ended(0, &[note.as_str(), "add --format json=FILE\n"]);
        program.run(&["convert", "--format", file.as_str(), "r.json"]).ended(0, &[note.as_str()]);
        let both = ["scan", "--format", file.as_str(), "--format", "table", "dir:app"];
        assert!(!left_out(program.run(&both).ended(0, &[])), "{format}");
        let quiet = ["scan", "--quiet", "--format", file.as_str(), "dir:app"];
        assert!(!left_out(program.run(&quiet).ended(0, &[])), "{format}");
        let japanese = program.run(&["convert", "--lang", "ja", "--format", file.as_str(), "r.json"]);
        japanese.ended(0, &["misconfigurations (", "記載できないため、検出項目を省きました"]);
    }
    let both = ["scan", "--format", "cyclonedx=a", "--format", "spdx=b", "dir:app"];
    program.run(&both).ended(0, &["because there is no place for them in cyclonedx, spdx: "]);
    let alone = ["scan", "--format", "gitlab=a", "--detectors", "misconfigurations", "dir:app"];
    assert!(!left_out(program.run(&alone).ended(0, &[])));
}

#[test]
fn what_is_no_report_ends_with_2() {
    let program = Program::new();
    program.write("r.json", "{\"schema\":\"bulkhead.report/9\"}");
    program.run(&["convert", "--format", "sarif", "r.json"]).ended(2, &["r.json", "bulkhead.report/9"]);
    program.write("r.json", "{}");
    program
        .run(&["convert", "--format", "sarif", "r.json"])
        .ended(2, &["r.json", "no Bulkhead report", "bulkhead scan --format json"]);
    program.write("r.json", "");
    program.run(&["convert", "--format", "sarif", "r.json"]).ended(2, &["r.json: it is empty"]);
    program.write("r.json", "{\"schema\":\"bulkhead.report/1\",\"targ");
    program.run(&["convert", "--format", "sarif", "r.json"]).ended(2, &["r.json", "it ends too early, in line 1"]);
    program.write("r.json", "{\"bomFormat\":\"CycloneDX\"}");
    program
        .run(&["convert", "--format", "sarif", "r.json"])
        .ended(2, &["a bill of materials, which bulkhead scan reads"]);
    program.run(&["convert", "--format", "sarif", "missing.json"]).ended(2, &["missing.json"]);
    program.run(&["convert", "r.json"]).ended(2, &["--format"]);
}
