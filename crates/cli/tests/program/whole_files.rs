//! Reports and keys are written as a whole or not at all.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};

use crate::run::Program;

/// A program with something to scan.
fn program() -> Program {
    let program = Program::new();
    program.write(
        "folder/package-lock.json",
        r#"{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0"}}}"#,
    );
    program
}

/// A bill of the folder, to this place.
fn sbom(place: &str) -> [&str; 6] {
    ["sbom", "--quiet", "--no-cache", "--output", place, "folder"]
}

/// The names in the home folder, but for those of the program's own folders.
fn names(program: &Program) -> Vec<String> {
    let entries = fs::read_dir(program.path("")).unwrap().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.retain(|name| name != ".cache" && name != ".local");
    names.sort();
    names
}

#[test]
fn a_full_disk_leaves_no_half_report_and_the_former_one_as_it_was() {
    let program = program();
    program.run_on_full_disk(&sbom("new.json")).ended(3, &["cannot write to new.json"]);
    assert_eq!(names(&program), ["folder"]);
    program.write("bill.json", "former");
    program.run_on_full_disk(&sbom("bill.json")).ended(3, &["cannot write to bill.json"]);
    assert_eq!(
        (program.read("bill.json").as_str(), names(&program)),
        ("former", vec!["bill.json".to_owned(), "folder".to_owned()])
    );
    program.run(&sbom("bill.json")).ended(0, &[]);
    assert!(program.read("bill.json").contains("CycloneDX"));
    assert_eq!(names(&program), ["bill.json", "folder"]);
}

/// `docs/reference/exit-codes.md`: the place is a mistake of the command line, the full disk is none.
#[test]
fn a_place_that_cannot_be_opened_is_wrong_usage_and_a_full_disk_is_not() {
    let program = program();
    program.run(&sbom("missing/bill.json")).ended(2, &["cannot write to missing/bill.json"]);
    program.write("other/file", "");
    program.run(&sbom("other")).ended(2, &["cannot write to other"]);
    program.run_on_full_disk(&sbom("bill.json")).ended(3, &["cannot write to bill.json"]);
}

#[test]
fn a_report_goes_straight_to_what_is_no_regular_file() {
    let program = program();
    let ran = program.run(&sbom("/dev/stdout"));
    assert!(ran.ended(0, &[]).stdout.contains("CycloneDX"), "{ran:?}");
    program.run(&sbom("/dev/full")).ended(3, &["cannot write to /dev/full: No space left on device"]);
    let pipe = program.path("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, makedev(0, 0)).unwrap();
    let reader = std::thread::spawn(move || fs::read_to_string(pipe).unwrap());
    program.run(&sbom("pipe")).ended(0, &[]);
    assert!(reader.join().unwrap().contains("CycloneDX"));
    // Standard output that goes to a file is written to where it stands.
    let file = fs::File::create(program.path("out")).unwrap();
    let status = program.command(&sbom("/dev/stdout")).stdout(file).status().unwrap();
    assert!(status.success() && program.read("out").contains("CycloneDX"));
    assert_eq!(names(&program), ["folder", "out", "pipe"]);
}

#[test]
fn a_full_disk_leaves_no_half_key() {
    let program = Program::new();
    program.run_on_full_disk(&["intel", "keygen", "--out", "key"]).ended(2, &["cannot write key"]);
    assert_eq!(names(&program), [""; 0]);
}

#[test]
fn no_key_is_there_without_the_other() {
    let program = Program::new();
    program.write("key.pub", "another's");
    program.run(&["intel", "keygen", "--out", "key"]).ended(2, &["key.pub is there already"]);
    assert_eq!((program.read("key.pub").as_str(), names(&program)), ("another's", vec!["key.pub".to_owned()]));
    program.run(&["intel", "keygen", "--out", "other"]).ended(0, &[]);
    assert_eq!(names(&program), ["key.pub", "other", "other.pub"]);
    let mode = |name: &str| program.path(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("other"), 0o600);
    assert_eq!(mode("other.pub") & 0o600, 0o600);
}
