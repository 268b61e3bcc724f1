//! Folders that want to lead the scan out of them or to make it wait.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use test_support::TarWriter;

use crate::program::{Bench, layout};

const MARKED: &str =
    r#"{"name":"a","version":"1.0.0","lockfileVersion":3,"packages":{"node_modules/host-secret":{"version":"9.9.9"}}}"#;

/// Links of every sort from `work/root` to what lies beside it.
fn with_links() -> Bench {
    let bench = Bench::new();
    bench.write("outside/package-lock.json", MARKED.as_bytes());
    bench.write(
        "outside/app/Cargo.lock",
        b"[[package]]\nname = \"host-secret\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n",
    );
    bench.write("outside/installed", b"P:host-secret\nV:1.0-r0\nA:x86_64\n\n");
    bench.write("root/etc/os-release", b"ID=alpine\nVERSION_ID=3.19.0\n");
    bench.write("root/usr/bin/keep", b"");
    bench.write("root/lib/apk/db/keep", b"");
    let root = bench.work().join("root");
    let outside = bench.work().join("outside");
    symlink(outside.join("package-lock.json"), root.join("package-lock.json")).unwrap();
    symlink("../outside/package-lock.json", root.join("npm-shrinkwrap.json")).unwrap();
    symlink(&outside, root.join("app")).unwrap();
    symlink("../outside", root.join("app2")).unwrap();
    symlink("../../../../outside/installed", root.join("lib/apk/db/installed")).unwrap();
    symlink("..", root.join("up")).unwrap();
    symlink(".", root.join("self")).unwrap();
    symlink("round-b", root.join("round-a")).unwrap();
    symlink("round-a", root.join("round-b")).unwrap();
    symlink("nowhere", root.join("Cargo.lock")).unwrap();
    symlink("/proc/self/root", root.join("proc")).unwrap();
    bench
}

#[test]
fn links_out_of_a_folder_are_never_followed() {
    let bench = with_links();
    for target in ["rootfs:root", "dir:root", "host:root", "root"] {
        let run = bench.scan(target);
        assert_eq!(run.packages(), [""; 0], "{target}");
        assert!(!run.stdout.contains("host-secret"), "{target}");
    }
}

/// The folder above a root is the root itself (path_resolution(7)); above a repository is something else.
#[test]
fn links_with_steps_above_a_root_stay_in_it() {
    let bench = Bench::new();
    bench.write("root/srv/lock", MARKED.replace("host-secret", "lodash").as_bytes());
    bench.write("srv/lock", MARKED.as_bytes());
    bench.write("root/app/keep", b"");
    symlink("../../../srv/lock", bench.work().join("root/app/package-lock.json")).unwrap();
    for target in ["rootfs:root", "host:root"] {
        let run = bench.scan(target);
        assert_eq!((run.packages(), run.gaps()), (vec!["lodash".to_owned()], Vec::new()), "{target}");
    }
    let run = bench.scan("dir:root");
    assert_eq!(run.packages(), [""; 0]);
    run.has_gap("app/package-lock.json: it is a symbolic link out of the folder that is scanned");
}

/// Out of a repository an absolute link leads to a place of the machine, be it in the repository itself.
#[test]
fn absolute_links_of_a_repository_are_those_of_the_machine() {
    let bench = Bench::new();
    let (root, outside) = (bench.work().join("root"), bench.work().join("outside/lock"));
    bench.write("outside/lock", MARKED.as_bytes());
    bench.write("root/store/lock", MARKED.replace("host-secret", "lodash").as_bytes());
    bench.write("root/app/keep", b"");
    bench.write("root/lib/keep", b"");
    bench.write("root/src/keep", b"");
    symlink(root.join("store/lock"), root.join("app/package-lock.json")).unwrap();
    symlink(&outside, root.join("lib/package-lock.json")).unwrap();
    symlink("nowhere", root.join("src/package-lock.json")).unwrap();
    for target in ["dir:root".to_owned(), format!("dir:{}", root.display())] {
        let run = bench.scan(&target);
        assert_eq!(run.packages(), ["lodash"], "{target}");
        let outside = outside.display();
        run.has_gap(&format!(
            "lib/package-lock.json: it is a symbolic link to {outside}, which lies outside of the folder that is scanned"
        ));
        run.has_gap("src/package-lock.json: it is a symbolic link to nowhere, which is not there");
    }
    // In a root they begin at the root.
    let run = bench.scan("rootfs:root");
    assert_eq!(run.packages(), [""; 0]);
    run.has_gap(&format!("lib/package-lock.json: it is a symbolic link to {}, which is not there", outside.display()));
}

#[test]
fn pipes_and_sockets_in_a_folder_do_not_block() {
    let bench = Bench::new();
    bench.write("root/etc/os-release", b"ID=alpine\nVERSION_ID=3.19.0\n");
    bench.write("root/lib/apk/db/installed", b"P:musl\nV:1.2.3-r0\nA:x86_64\n\n");
    let root = bench.work().join("root");
    for name in ["package-lock.json", "usr.so", "go.mod", "etc/debian_version"] {
        make_pipe(&root.join(name));
    }
    let _socket = UnixListener::bind(root.join("Cargo.lock")).unwrap();
    for target in ["rootfs:root", "dir:root", "root"] {
        assert_eq!(bench.scan(target).packages(), ["musl"], "{target}");
    }
    // Nor do those in the place of a layout's documents and blobs.
    let files = layout(&[("", TarWriter::new().finish())]);
    for (place, _) in &files {
        let bench = Bench::new();
        for (path, bytes) in &files {
            let written = bench.write(&format!("image/{path}"), bytes);
            if path == place {
                std::fs::remove_file(&written).unwrap();
                make_pipe(&written);
            }
        }
        let run = bench.scan("oci:image");
        assert!(run.code == 3 || place == "oci-layout", "{place}: {}", run.stdout);
    }
}

#[test]
fn a_pipe_a_socket_or_a_device_as_the_target_is_told_and_not_waited_for() {
    let bench = Bench::new();
    make_pipe(&bench.work().join("pipe"));
    symlink("pipe", bench.work().join("link")).unwrap();
    let _socket = UnixListener::bind(bench.work().join("socket")).unwrap();
    for scheme in ["", "docker-archive:", "oci-archive:", "rootfs:", "oci:", "dir:"] {
        bench.scan(&format!("{scheme}pipe")).fails_with("pipe is a named pipe, and nobody waits");
        bench.scan(&format!("{scheme}socket")).fails_with("socket is a socket, and nothing that can be scanned");
        bench.scan(&format!("{scheme}/dev/zero")).fails_with("/dev/zero is a device, which is not scanned by itself");
    }
    bench.scan("link").fails_with("write - and redirect standard input: - < link");
    bench.scan("sbom:pipe").fails_with("write sbom:- and redirect standard input: sbom:- < pipe");
    bench.run(&["sbom", "pipe"]).fails_with("pipe is a named pipe");
    bench.run(&["diff", "pipe", "socket"]).fails_with("pipe is a named pipe");
}

#[test]
fn folders_that_may_not_be_read_or_go_too_deep_are_gaps() {
    let bench = Bench::new();
    let mut deep = bench.work().join("root");
    for _ in 0..400 {
        deep.push("d");
    }
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("package-lock.json"), MARKED).unwrap();
    let run = bench.scan("dir:root");
    assert_eq!(run.gaps().len(), 1, "{:?}", run.gaps());
    assert_eq!(run.packages(), [""; 0]);

    bench.write("root/locked/package-lock.json", MARKED.as_bytes());
    let locked = bench.work().join("root/locked");
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o000)).unwrap();
    let may_read_all = std::fs::read_dir(&locked).is_ok();
    let run = bench.scan("dir:root");
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o755)).unwrap();
    if !may_read_all {
        run.has_gap("locked");
    }
}

#[expect(clippy::disallowed_methods, reason = "the standard library makes no named pipe")]
fn make_pipe(path: &std::path::Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo is there");
    assert!(made.success());
}
