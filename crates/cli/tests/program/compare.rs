//! `scan --compare-to REPORT --fail-on-new`: what a saved report does not have.

use serde_json::{Value, json};
use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::images::APPLICATION;
use crate::run::{Program, Ran};

/// A home with an image and its successor, which brings the vulnerability of lodash.
fn program() -> Program {
    let program = Program::new();
    let older = APPLICATION.replace("4.17.20", "4.17.21");
    program.write("old.tar", TestImages::parse(&older, Storage::Gzip).docker_archive());
    program.write("new.tar", TestImages::parse(APPLICATION, Storage::Gzip).docker_archive());
    program
}

fn scan(program: &Program, more: &[&str]) -> Ran {
    let intelligence = intelligence().display().to_string();
    let mut arguments = vec!["scan", "--intel", &intelligence, "--now", "2026-06-01T00:00:00Z", "--lang", "en"];
    if !more.contains(&"--detectors") {
        arguments.extend(["--detectors", "vulnerabilities"]);
    }
    arguments.extend(more);
    program.run(&arguments)
}

#[test]
fn what_is_new_is_told_in_every_format_and_ends_with_1() {
    let program = program();
    scan(&program, &["--format", "json=old.json", "old.tar"]).ended(0, &[]);
    let compare = ["--compare-to", "old.json"];
    let formats = ["--format", "json=new.json", "--format", "sarif=new.sarif", "--format", "markdown=new.md"];
    let more = ["--format", "html=new.html", "--format", "junit=new.xml", "--format", "table"];
    let ran = scan(&program, &[&compare[..], &["--fail-on-new"], &formats[..], &more[..], &["new.tar"]].concat());
    ran.ended(1, &["1 new finding since the report of old.tar: CVE-2021-23337"]);
    assert!(ran.stdout.contains("New since old.tar (1)\n  + CVE-2021-23337 high  lodash 4.17.20"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Against the earlier report of old.tar: 1 new finding, 0 gone."), "{}", ran.stdout);
    let report: Value = serde_json::from_str(&program.read("new.json")).unwrap();
    let comparison = &report["comparison"];
    assert_eq!(comparison["report"]["name"], "old.tar");
    assert_eq!((&comparison["gone"], &comparison["not_compared"]), (&json!(0), &json!([])));
    let new = &comparison["new"][0];
    assert_eq!((&new["id"], &new["package"]), (&json!("CVE-2021-23337"), &json!("pkg:npm/lodash@4.17.20")));
    let place = usize::try_from(new["finding"].as_u64().unwrap()).unwrap();
    assert_eq!(report["findings"][place]["id"], "CVE-2021-23337");
    let sarif: Value = serde_json::from_str(&program.read("new.sarif")).unwrap();
    let states: Vec<(&Value, &Value)> = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| (&result["ruleId"], &result["baselineState"]))
        .collect();
    assert!(states.contains(&(&json!("CVE-2021-23337"), &json!("new"))), "{states:?}");
    assert!(states.contains(&(&json!("CVE-2023-42363"), &json!("unchanged"))), "{states:?}");
    assert!(program.read("new.md").contains("high (new)") && program.read("new.html").contains("high (new)"));
    let junit = program.read("new.xml");
    assert!(junit.contains("(high), new") && junit.matches("<failure").count() == 1, "{junit}");
    assert!(junit.contains("<skipped message=\"known from the earlier report"), "{junit}");
    assert_eq!(program.run(&["convert", "--format", "json", "new.json"]).stdout, program.read("new.json"));

    // The other way round something is gone and nothing is new.
    let ran = scan(&program, &["--compare-to", "new.json", "--fail-on-new", "old.tar"]);
    ran.ended(0, &[]);
    assert!(ran.stdout.contains("0 new findings, 1 gone"), "{}", ran.stdout);
    // Without --fail-on-new it is told alone.
    scan(&program, &["--compare-to", "old.json", "new.tar"]).ended(0, &[]);
}

#[test]
fn what_is_settled_is_not_new_and_what_no_longer_is_is() {
    let program = program();
    program.write(".trivyignore", "CVE-2021-23337 exp:2026-07-01\n");
    scan(&program, &["--format", "json=old.json", "old.tar"]).ended(0, &[]);
    let covered = ["--exceptions", ".trivyignore", "--compare-to", "old.json", "--fail-on-new"];
    scan(&program, &[&covered[..], &["--format", "json=ignored.json", "new.tar"]].concat()).ended(0, &[]);
    let ran = scan(&program, &["--compare-to", "ignored.json", "--fail-on-new", "new.tar"]);
    ran.ended(1, &["1 new finding", "CVE-2021-23337"]);
    // What the options leave out is left out of both reports.
    scan(&program, &["--severity", "low", "--compare-to", "old.json", "--fail-on-new", "new.tar"]).ended(0, &[]);
}

#[test]
fn reports_that_cannot_be_compared_in_full_say_so() {
    let program = program();
    scan(&program, &["--format", "json=old.json", "old.tar"]).ended(0, &[]);
    program.write(
        "folder/package-lock.json",
        r#"{"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.20"}}}"#,
    );
    let more = ["--detectors", "vulnerabilities,secrets", "--compare-to", "old.json", "dir:folder"];
    let ran = scan(&program, &more);
    ran.ended(
        0,
        &["old.json is of another kind of target: it is of an image old.tar, and this scan is of a directory"],
    );
    ran.ended(0, &["old.json did not look for secrets, so that none of them is called new"]);
    assert!(ran.stdout.contains("The earlier report is of another kind of target (image, this one is directory)"));
    assert!(ran.stdout.contains("Not compared, because only one side looked for it: secrets"));
    scan(&program, &["--compare-to", "missing.json", "new.tar"]).ended(2, &["missing.json"]);
    program.write("bill.json", "{\"bomFormat\":\"CycloneDX\"}");
    scan(&program, &["--compare-to", "bill.json", "new.tar"]).ended(2, &["bill.json", "bulkhead scan --format json"]);
    scan(&program, &["--compare-to", ".", "new.tar"]).ended(2, &["directory"]);
    scan(&program, &["--fail-on-new", "new.tar"]).ended(2, &["--compare-to"]);
}

/// What an earlier report left out is not new because it is not there, and no scan is green for it.
#[test]
fn an_earlier_report_that_shows_a_part_is_compared_with_that_part() {
    let program = program();
    scan(&program, &["--severity", "low", "--format", "json=old.json", "old.tar"]).ended(0, &[]);
    let report: Value = serde_json::from_str(&program.read("old.json")).unwrap();
    assert_eq!(report["shown"], json!({ "severities": ["low"] }));
    assert_eq!(program.run(&["convert", "--format", "json", "old.json"]).stdout, program.read("old.json"));
    let ran = scan(&program, &["--compare-to", "old.json", "new.tar"]);
    ran.ended(0, &["old.json shows only a part of its findings"]);
    assert!(ran.stdout.contains("0 new findings, 0 gone"), "{}", ran.stdout);
    assert!(ran.stdout.contains("only findings of these severities are known: low"), "{}", ran.stdout);
    scan(&program, &["--compare-to", "old.json", "--fail-on-new", "new.tar"]).ended(2, &["old.json", "--fail-on-new"]);
    scan(&program, &["--compare-to", "old.json", "--fail-on-new", "--severity", "low", "new.tar"]).ended(0, &[]);
    scan(&program, &["--format", "json=new.json", "new.tar"]).ended(0, &[]);
    let told = program.run(&["diff", "old.json", "new.json", "--lang", "en"]).stdout;
    assert!(
        told.contains("only findings of these severities are known: low") && !told.contains("CVE-2021-23337"),
        "{told}"
    );
}

#[test]
fn fingerprints_in_sarif_do_not_depend_on_lines() {
    let program = Program::new();
    let key = ["AKIAQYLP", "MN5HFIQR7XYA"].concat();
    let fingerprints = |above: &str| -> Vec<(String, String, u64)> {
        program
            .write("repo/Dockerfile", format!("{above}FROM debian:latest\nADD https://example.com/a /a\nUSER root\n"));
        program.write("repo/.env", format!("{above}AWS_ACCESS_KEY_ID={key}\n"));
        let more = ["--detectors", "misconfigurations,secrets", "--format", "sarif", "dir:repo"];
        let ran = scan(&program, &more);
        let sarif: Value = serde_json::from_str(&ran.stdout).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut rows: Vec<_> = results
            .iter()
            .map(|result| {
                let line = &result["locations"][0]["physicalLocation"]["region"]["startLine"];
                let fingerprint = &result["partialFingerprints"]["primaryLocationLineHash"];
                (text(&result["ruleId"]), text(fingerprint), line.as_u64().unwrap())
            })
            .collect();
        rows.sort();
        rows
    };
    let (before, after) = (fingerprints(""), fingerprints("# a comment\n\n"));
    let names = |rows: &[(String, String, u64)]| -> Vec<(String, String)> {
        rows.iter().map(|(rule, fingerprint, _)| (rule.clone(), fingerprint.clone())).collect()
    };
    assert!(before.len() > 2, "{before:?}");
    assert_eq!(names(&before), names(&after));
    assert_ne!(before, after, "the lines did move");
}

/// A repository of several projects: the same package is one in each of them.
#[test]
fn a_copy_less_is_no_new_finding_and_a_copy_more_is_one() {
    let program = Program::new();
    let lock = r#"{"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.20"}}}"#;
    for path in ["two/a/package-lock.json", "two/b/package-lock.json", "one/b/package-lock.json"] {
        program.write(path, lock);
    }
    scan(&program, &["--format", "json=one.json", "dir:one"]).ended(0, &[]);
    scan(&program, &["--format", "json=two.json", "dir:two"]).ended(0, &[]);
    scan(&program, &["--compare-to", "two.json", "--fail-on-new", "dir:one"]).ended(0, &[]);
    let ran = scan(&program, &["--compare-to", "one.json", "--fail-on-new", "dir:two"]);
    ran.ended(1, &["CVE-2021-23337"]);
    assert!(ran.stdout.contains("a/package-lock.json, b/package-lock.json"), "{}", ran.stdout);
}
