//! `bulkhead diff`: what changed.

use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::images::APPLICATION;
use crate::run::Program;

/// A home with an image and its successor, in which lodash is repaired.
fn program() -> Program {
    let program = Program::new();
    let newer = APPLICATION.replace("4.17.20", "4.17.21");
    program.write("old.tar", TestImages::parse(APPLICATION, Storage::Gzip).docker_archive());
    program.write("new.tar", TestImages::parse(&newer, Storage::Gzip).docker_archive());
    program
}

#[test]
fn two_targets_or_their_saved_reports_differ_in_the_same() {
    let program = program();
    let intelligence = intelligence();
    let intel = intelligence.to_str().unwrap();
    for name in ["old", "new"] {
        let (file, target) = (format!("{name}.json"), format!("{name}.tar"));
        program.run(&["scan", "--intel", intel, "--format", "json", "--output", &file, &target]).ended(0, &[]);
    }
    let diff = |old: &str, new: &str| program.run(&["diff", "--intel", intel, "--format", "json", old, new]).json();
    let expected = diff("old.tar", "new.tar");
    assert_eq!(diff("old.json", "new.json"), expected);
    assert_eq!(diff("old.json", "new.tar"), expected);
    assert_eq!(expected["schema"], "bulkhead.diff/1");
    let text = expected.to_string();
    assert!(text.contains("CVE-2021-23337") && !text.contains("CVE-2023-42363"), "{text}");
    let table = program.run(&["diff", "old.json", "new.json"]);
    table.ended(0, &[]);
    assert!(table.stdout.contains("CVE-2021-23337") && table.stdout.contains("lodash"), "{}", table.stdout);
}

#[test]
fn a_side_that_is_not_there_ends_with_2() {
    let program = program();
    program.run(&["diff", "old.tar", "missing.tar"]).ended(2, &["missing.tar"]);
    program.run(&["diff", "old.tar"]).ended(2, &["<NEW>"]);
    program.write("bad.json", "{\"schema\":\"bulkhead.report/9\"}");
    program.run(&["diff", "bad.json", "old.tar"]).ended(2, &["bad.json", "bulkhead.report/9"]);
}

#[test]
fn every_kind_of_finding_is_compared_when_asked_for() {
    let program = Program::new();
    let key = ["AKIAQYLP", "MN5HFIQR7XYA"].concat();
    let old = format!("image a:1\nlayer COPY\n  app/.env = AWS_ACCESS_KEY_ID={key}\\n\n");
    program.write("old.tar", TestImages::parse(&old, Storage::Gzip).oci_archive());
    let new = "image a:1\nuser app\nlayer COPY\n  usr/bin/x 4755 = x\n";
    program.write("new.tar", TestImages::parse(new, Storage::Gzip).oci_archive());
    let intelligence = intelligence();
    let diff = |more: &[&str]| {
        let mut arguments = vec!["diff", "--intel", intelligence.to_str().unwrap()];
        arguments.extend(more);
        arguments.extend(["old.tar", "new.tar"]);
        program.run(&arguments)
    };
    let ids = |findings: &serde_json::Value| -> Vec<String> {
        let name = |finding: &serde_json::Value| finding.get("id").or(finding.get("rule")).unwrap().to_string();
        findings.as_array().unwrap().iter().map(|finding| name(finding).replace('"', "")).collect()
    };
    let kinds = ["--detectors", "vulnerabilities,secrets,misconfigurations"];
    let found = diff(&[&kinds[..], &["--format", "json"]].concat()).json();
    assert_eq!(ids(&found["findings"]["added"]), ["BHD-IMAGE-0008"]);
    let removed = ids(&found["findings"]["removed"]);
    assert!(removed.len() == 2 && removed[1] == "BHD-IMAGE-0001", "{removed:?}");
    let table = diff(&kinds);
    table.ended(0, &[]);
    assert!(table.stdout.contains("1 new, 2 gone"), "{}", table.stdout);
    let vulnerabilities = diff(&["--detectors", "vulnerabilities"]);
    assert!(vulnerabilities.stdout.contains("No differences"), "{}", vulnerabilities.stdout);
    // Kinds that only one side looked for are named, and nothing else is said of them.
    program.run(&["scan", "--detectors", "secrets", "--format", "json", "--output", "old.json", "old.tar"]);
    let mixed = ["diff", "--lang", "en", "--detectors", "misconfigurations", "old.json", "new.tar"];
    let mixed = program.run(&mixed);
    assert!(mixed.stdout.contains("only one side looked for it: secrets, misconfigurations"), "{}", mixed.stdout);
}

#[test]
fn another_severity_is_a_change_whatever_the_kind() {
    let program = Program::new();
    program.write("a.tar", TestImages::parse("image a:1\nlayer COPY\n  a = b\n", Storage::Gzip).oci_archive());
    let scan = ["scan", "--detectors", "misconfigurations", "--format", "json", "a.tar"];
    let report = program.run(&scan).stdout;
    program.write("old.json", report.replace("\"severity\": \"high\"", "\"severity\": \"low\""));
    program.write("new.json", &report);
    let found = program.run(&["diff", "--format", "json", "old.json", "new.json"]).json();
    let change = &found["findings"]["changed"][0];
    assert_eq!((&change["id"], &change["kind"]), (&"BHD-IMAGE-0001".into(), &"misconfiguration".into()));
    assert_eq!((&change["old"]["severity"], &change["new"]["severity"]), (&"low".into(), &"high".into()));
    let table = program.run(&["diff", "--lang", "en", "old.json", "new.json"]).stdout;
    assert!(table.contains("1 changed") && table.contains("low → high"), "{table}");
}
