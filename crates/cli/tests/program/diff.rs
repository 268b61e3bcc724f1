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
