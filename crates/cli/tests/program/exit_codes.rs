//! Exit codes, and the sentence that says why: what, where, what to do.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::images::application;
use crate::run::Program;

#[test]
fn findings_alone_are_no_failure() {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    program.run(&["scan", "--quiet", "app.tar"]).ended(0, &[]);
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    program.run::<&str>(&[]).ended(2, &["Usage: bulkhead", "scan"]);
    program.run(&["scna"]).ended(2, &["scna", "scan"]);
    program.run(&["scan"]).ended(2, &["<TARGET>"]);
    program.run(&["scan", "--formt", "json", "app.tar"]).ended(2, &["--formt", "--format"]);
    program.run(&["scan", "--format", "xml", "app.tar"]).ended(2, &["`xml` is not a format", "sarif"]);
    program.run(&["scan", "--severity", "grave", "app.tar"]).ended(2, &["grave", "critical"]);
    program.run(&["scan", "--lang", "fr", "app.tar"]).ended(2, &["use en or ja"]);
    program.run(&["scan", "--format", "json", "--format", "sarif", "app.tar"]).ended(2, &["--format sarif=FILE"]);
    program.run(&["scan", "--no-cache", "--cache-dir", "c", "app.tar"]).ended(2, &["--no-cache"]);
    program.run(&["scan", "oci:"]).ended(2, &["name a place after oci:"]);
    program.run(&["scan", "Not An Image"]).ended(2, &["Not An Image"]);
    program.run(&["scan", "zip:app.tar/x y"]).ended(2, &["zip:app.tar"]);
    program.run(&["scan", "--output", "no/such/folder/r.json", "app.tar"]).ended(2, &["no/such/folder/r.json"]);
}

#[test]
fn a_target_that_is_not_there_ends_with_2() {
    let program = Program::new();
    let places =
        ["missing.tar", "./missing", "oci:missing", "docker-archive:missing", "rootfs:missing", "sbom:missing"];
    for target in places {
        let place = target.split_once(':').map_or(target, |(_, place)| place);
        program.run(&["scan", target]).ended(2, &[&format!("there is no file or folder {place}")]);
        program.run(&["sbom", target]).ended(2, &[place]);
    }
}

#[test]
fn intelligence_that_cannot_be_used_ends_with_2() {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    let whole = std::fs::read(intelligence()).unwrap();
    program.write("torn.db", &whole[..whole.len() / 2]);
    program.run(&["scan", "--intel", "missing.db", "app.tar"]).ended(2, &["missing.db"]);
    program.run(&["scan", "--intel", "torn.db", "app.tar"]).ended(2, &["torn.db"]);
    program.run(&["scan", "--intel", "app.tar", "app.tar"]).ended(2, &["app.tar"]);
}

#[test]
fn a_target_that_cannot_be_scanned_ends_with_3() {
    let program = Program::new();
    let whole = application(Storage::Gzip).docker_archive();
    program.write("cut.tar", &whole[..whole.len() / 3]);
    program.write("empty.tar", b"");
    let mut damaged = application(Storage::Gzip);
    damaged.images[0].layers[1].truncate(560);
    program.write("damaged.tar", damaged.docker_archive());
    program.write("text.json", "{\"a\":1}");
    for target in ["cut.tar", "empty.tar", "damaged.tar", "text.json"] {
        let ran = program.run(&["scan", target]);
        ran.ended(3, &["bulkhead: ", target]);
        assert_eq!(ran.stdout, "", "{target}");
    }
    let mut replaced = application(Storage::Gzip).oci_files();
    let layer = replaced.iter().position(|(_, bytes)| bytes.starts_with(&[0x1f, 0x8b])).unwrap();
    // The time in the header of gzip: the same number of bytes and the same content, and not the same digest.
    replaced[layer].1[4] ^= 1;
    for (path, bytes) in replaced {
        program.write(&format!("replaced/{path}"), bytes);
    }
    program.run(&["scan", "replaced"]).ended(3, &["replaced", "sha256:"]);
    let japanese = program.run(&["scan", "--lang", "ja", "replaced"]);
    japanese.ended(3, &["replacedのレイヤー", "の内容が名前と一致しません(実際のダイジェスト: sha256:"]);
    assert!(!japanese.stderr.contains("layer"), "{}", japanese.stderr);
}

#[test]
fn a_file_that_may_not_be_read_ends_with_3() {
    let program = Program::new();
    program.write("secret.tar", application(Storage::Gzip).docker_archive());
    let path = program.path("secret.tar");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        // The superuser may read everything.
        return;
    }
    program.run(&["scan", "secret.tar"]).ended(3, &["secret.tar", "ermission denied"]);
}

#[test]
fn gaps_end_with_4_where_they_shall() {
    let program = Program::new();
    let images = TestImages::parse("layer FROM\n  app/package-lock.json = {\"packages\":", Storage::Gzip);
    program.write("gap.tar", images.docker_archive());
    let ran = program.run(&["scan", "gap.tar"]);
    ran.ended(0, &[]);
    assert!(ran.stdout.contains("app/package-lock.json"), "{}", ran.stdout);
    program.run(&["scan", "--fail-on-gaps", "gap.tar"]).ended(4, &[]);
    program.run(&["sbom", "--fail-on-gaps", "gap.tar"]).ended(4, &[]);
    // What was typed wrong is told first.
    program.run(&["scan", "--fail-on-gaps", "--format", "xml", "gap.tar"]).ended(2, &[]);
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    let mut child = program
        .command(&["scan", "--quiet", "--format", "json", "app.tar"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
