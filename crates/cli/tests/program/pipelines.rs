//! The ready examples of `docs/pipelines`: each is read as its service reads it, and its shell steps run as they stand,
//! once for an image that its policy refuses and once for one that passes.
//!
//! Only what no test machine has is stood in for: `docker` and `buildah` write an image that was made before.

mod example;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::run::Program;
use example::{EXAMPLES, Example, Report, ReportKind};

/// Runs as root, brings a vulnerable package that could be repaired, and a key.
const RED: &str = r#"
layer FROM alpine
  etc/os-release = ID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME="Alpine Linux v3.19"\n
  lib/apk/db/installed = P:busybox\nV:1.36.1-r16\nA:x86_64\no:busybox\nL:GPL-2.0-only\n\n
layer COPY . /app
  app/package-lock.json = {"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"shop","dependencies":{"lodash":"^4.17.0"}},"node_modules/lodash":{"version":"4.17.20","license":"MIT"}}}
"#;

/// The same, repaired, for a user without privileges.
const GREEN: &str = r#"
user 1000:1000
layer FROM alpine
  etc/os-release = ID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME="Alpine Linux v3.19"\n
  lib/apk/db/installed = P:busybox\nV:1.36.1-r16\nA:x86_64\no:busybox\nL:GPL-2.0-only\n\n
layer COPY . /app
  app/package-lock.json = {"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"shop","dependencies":{"lodash":"^4.17.0"}},"node_modules/lodash":{"version":"4.17.21","license":"MIT"}}}
"#;

/// Stands for a builder of images: notes what it was asked, and writes the image that was made before.
const BUILDER: &str = r#"#!/bin/sh
printf '%s' "${0##*/}" >> builder.log
printf ' %s' "$@" >> builder.log
echo >> builder.log
for word in "$@"; do
  case "$previous" in --output) cp "$HOME/made.tar" "$word" ;; esac
  case "$word" in docker-archive:*) cp "$HOME/made.tar" "${word#docker-archive:}" ;; esac
  previous=$word
done
"#;

#[test]
fn every_example_is_red_for_an_image_that_is_not_compliant_and_publishes_its_reports() {
    for example in EXAMPLES {
        let ran = run(example, RED);
        let last = ran.steps.last().unwrap();
        assert_eq!(last.code, Some(1), "{}: {last:?}", example.file);
        assert!(last.script.contains("bulkhead scan"), "{}: only the scan fails: {last:?}", example.file);
        for control in ["not compliant: policy pipeline", "vulnerability.severity", "superuser"] {
            assert!(last.stderr.contains(control), "{}: {}", example.file, last.stderr);
        }
        for report in &ran.reports {
            assert!(tells_of_lodash(&ran.program, report), "{}: {report:?} tells nothing", example.file);
        }
    }
}

#[test]
fn every_example_is_green_for_an_image_that_is_compliant() {
    for example in EXAMPLES {
        let ran = run(example, GREEN);
        for step in &ran.steps {
            assert_eq!(step.code, Some(0), "{}: {step:?}", example.file);
        }
        assert!(ran.steps.iter().any(|step| step.script.contains("bulkhead scan")), "{}", example.file);
        for report in &ran.reports {
            assert!(!tells_of_lodash(&ran.program, report), "{}: {report:?}", example.file);
        }
        // What was built is what was scanned.
        let log = ran.program.read("builder.log");
        let tags: Vec<&str> = log.split_whitespace().filter(|word| word.starts_with("app:")).collect();
        assert!(tags.len() == 2 && tags[0] == tags[1] && tags[0].len() > 4, "{}: {log}", example.file);
    }
}

#[test]
fn the_policy_and_the_exceptions_of_the_examples_are_sound() {
    let program = Program::new();
    copy_configuration(&program);
    let arguments = [
        "policy",
        "check",
        ".bulkhead/policy.yaml",
        "--exceptions",
        ".bulkhead/exceptions.yaml",
        "--now",
        "2026-12-01",
    ];
    program.run(&arguments).ended(0, &[]);
}

#[test]
fn examples_get_the_program_only_with_the_checksum_that_was_asked_for() {
    for example in EXAMPLES {
        let Some(step) = (example.read)(&folder()).steps.into_iter().find(|step| step.script.contains("sha256sum"))
        else {
            continue;
        };
        let program = Program::new();
        program.write("bin/curl", "#!/bin/sh\necho 'not the program' > bulkhead\n");
        program.write("bin/sudo", "#!/bin/sh\ntouch installed\n");
        make_executable(&program.path("bin/curl"));
        make_executable(&program.path("bin/sudo"));
        let mut command = shell(&step.shell, &step.script);
        command.env("PATH", format!("{}:/usr/bin:/bin", program.path("bin").display()));
        command.env("BULKHEAD_URL", "https://example.com/bulkhead").env("BULKHEAD_SHA256", "0".repeat(64));
        let output = command.current_dir(program.path("")).output().unwrap();
        assert_ne!(output.status.code(), Some(0), "{}: {output:?}", example.file);
        assert!(!program.path("installed").exists(), "{}", example.file);
    }
}

struct RanExample {
    program: Program,
    steps: Vec<RanStep>,
    reports: Vec<Report>,
}

#[derive(Debug)]
struct RanStep {
    script: String,
    code: Option<i32>,
    stderr: String,
}

/// Runs the steps of an example until one fails, as its service does.
fn run(example: &Example, image: &str) -> RanExample {
    let program = Program::new();
    copy_configuration(&program);
    program.write("made.tar", TestImages::parse(image, Storage::Gzip).docker_archive());
    for builder in ["docker", "buildah"] {
        program.write(&format!("bin/{builder}"), BUILDER);
        make_executable(&program.path(&format!("bin/{builder}")));
    }
    let pipeline = (example.read)(&folder());
    let built = Path::new(env!("CARGO_BIN_EXE_bulkhead")).parent().unwrap();
    let path = format!("{}:{}:/usr/bin:/bin", program.path("bin").display(), built.display());
    let mut steps = Vec::new();
    for step in pipeline.steps {
        let mut command = shell(&step.shell, &step.script);
        command.current_dir(program.path("")).env("HOME", program.path("")).env("PATH", &path);
        command.env("BULKHEAD_INTEL", intelligence()).envs(pipeline.environment.iter().cloned()).stdin(Stdio::null());
        let output = command.output().expect("the shell of the service is here");
        let code = output.status.code();
        steps.push(RanStep { script: step.script, code, stderr: String::from_utf8(output.stderr).unwrap() });
        if code != Some(0) {
            break;
        }
    }
    RanExample { program, steps, reports: pipeline.reports }
}

/// The shell as the service starts it, in an empty environment.
#[expect(clippy::disallowed_methods, reason = "these tests run pipelines, which are shell scripts")]
fn shell(words: &[&str], script: &str) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg("-c").arg(script).env_clear();
    command
}

fn copy_configuration(program: &Program) {
    for name in ["policy.yaml", "exceptions.yaml"] {
        let place = format!(".bulkhead/{name}");
        program.write(&place, std::fs::read(folder().join(&place)).unwrap());
    }
}

fn folder() -> std::path::PathBuf {
    test_support::checkout().join("docs/pipelines")
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Whether a published report tells of the vulnerability of lodash; it must be what the service expects.
fn tells_of_lodash(program: &Program, report: &Report) -> bool {
    const VULNERABILITY: &str = "CVE-2021-23337";
    if report.kind == ReportKind::Folder {
        let files = std::fs::read_dir(program.path(&report.path)).expect("what is published is there");
        let mut paths = files.map(|file| file.unwrap().path()).filter(|path| path.is_file());
        return paths.any(|path| std::fs::read_to_string(path).unwrap().contains(VULNERABILITY));
    }
    let content = program.read(&report.path);
    let json = || -> Value { serde_json::from_str(&content).expect("it is JSON") };
    match report.kind {
        ReportKind::Sarif => assert_eq!(json()["version"], "2.1.0"),
        ReportKind::GitlabContainerScanning => assert_eq!(json()["scan"]["type"], "container_scanning"),
        ReportKind::Cyclonedx => assert_eq!(json()["bomFormat"], "CycloneDX"),
        ReportKind::Junit => assert!(content.contains("<testsuite"), "{content}"),
        ReportKind::Html => assert!(content.starts_with("<!DOCTYPE html>"), "{content}"),
        ReportKind::Folder => {}
    }
    content.contains(VULNERABILITY)
}
