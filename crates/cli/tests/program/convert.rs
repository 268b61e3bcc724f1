//! `bulkhead convert`: a saved report in another format.

use test_support::Storage;

use crate::feeds::intelligence;
use crate::images::application;
use crate::run::Program;

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
