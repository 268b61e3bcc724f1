//! This repository passes the policy `strict` with the exceptions of `.bulkhead/exceptions.yaml`, each of which is about one
//! file that is there (`docs/decisions/0008-own-samples.md`).

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::Program;

/// The day on which the list was looked through; `scripts/scan-own` asks with the clock.
const NOW: &str = "2026-12-01T00:00:00Z";
const EXCEPTIONS: &str = ".bulkhead/exceptions.yaml";

#[test]
fn this_repository_passes_its_own_strict_policy() {
    let program = Program::new();
    copy(&root(), &program.path("checkout"), &ignored());
    let exceptions = program.path("checkout").join(EXCEPTIONS).display().to_string();
    let scan = |more: &[&str]| {
        let mut arguments = vec!["scan", "--quiet", "--policy", "strict", "--now", NOW, "--format", "json=r.json"];
        arguments.extend(more);
        arguments.push("dir:checkout");
        let ran = program.run(&arguments);
        let report: Value = serde_json::from_str(&program.read("r.json")).unwrap();
        (ran, report)
    };
    let (ran, report) = scan(&["--exceptions", &exceptions]);
    ran.ended(0, &[]);
    assert_eq!(report["verdict"]["outcome"], "excepted");
    for used in report["verdict"]["exceptions"].as_array().unwrap() {
        assert_eq!(used["state"], "used", "{used} covers nothing any more; take it out");
    }
    let (ran, _) = scan(&[]);
    ran.ended(1, &["policy strict: gaps"]);
}

#[test]
fn each_exception_of_this_repository_is_about_one_file() {
    let list = std::fs::read_to_string(root().join(EXCEPTIONS)).unwrap();
    for exception in policy::read_exceptions(EXCEPTIONS, &list).unwrap() {
        let [path] = exception.paths.as_slice() else { panic!("{} names not one path", exception.name) };
        assert!(path.is_plain(), "{path} is a pattern");
        assert!(root().join(path.as_str()).is_file(), "{path} is no file");
        assert!(exception.kind.is_some() || !exception.ids.is_empty(), "{} covers every kind", exception.name);
    }
}

fn root() -> PathBuf {
    test_support::checkout()
}

/// What is no part of the repository.
fn ignored() -> Vec<PathBuf> {
    let list = std::fs::read_to_string(root().join(".gitignore")).unwrap();
    list.lines().map(|line| root().join(line.trim_start_matches('/'))).chain([root().join(".git")]).collect()
}

fn copy(from: &Path, to: &Path, ignored: &[PathBuf]) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if ignored.contains(&path) || path.is_symlink() {
            continue;
        }
        match path.is_dir() {
            true => copy(&path, &place, ignored),
            false => _ = std::fs::copy(&path, place).unwrap(),
        }
    }
}
