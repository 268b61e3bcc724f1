//! Programs whose headers lie.

use test_support::TarWriter;

use crate::program::{Bench, image_of, image_of_layers};

/// A 64-bit ELF program with one loadable segment over `data`, and build information of Go in it.
fn elf(data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0".to_vec();
    for value in [0x40_1000_u64, 64, 0] {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    for value in [0_u16, 0, 64, 56, 1, 64, 0, 0] {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes.truncate(64);
    bytes.extend_from_slice(&[1, 0, 0, 0, 6, 0, 0, 0]);
    for value in [128_u64, 0x40_1000, 0x40_1000, data.len() as u64, data.len() as u64, 16] {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes.resize(128, 0);
    bytes.extend_from_slice(data);
    bytes
}

/// Build information with its strings inline, which say that they have these lengths.
fn build_information(version: &[u8], version_length: &[u8], modules: &[u8], modules_length: &[u8]) -> Vec<u8> {
    let mut bytes = b"\xff Go buildinf:\x08\x02".to_vec();
    bytes.resize(32, 0);
    for part in [version_length, version, modules_length, modules] {
        bytes.extend_from_slice(part);
    }
    bytes.resize(bytes.len().next_multiple_of(16) + 512, 0);
    bytes
}

fn scan(program: &[u8]) -> crate::program::Run {
    let mut layer = TarWriter::new();
    layer.file("usr/bin/app", 0o755, program);
    layer.file("lib/apk/db/installed", 0o644, b"P:musl\nV:1.2.3-r0\nA:x86_64\n\n");
    let run = Bench::with("image.tar", &image_of(&layer)).scan("image.tar");
    assert!(run.packages().contains(&"musl".to_owned()));
    run
}

/// A list of modules with `x.y/z`, between two marks of 16 bytes.
fn modules() -> Vec<u8> {
    let begin = b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
    let end = b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";
    let list = b"path\ta.b/c\nmod\ta.b/c\tv1.0.0\t\ndep\tx.y/z\tv1.2.3\th1:=\n";
    [&begin[..], list, end].concat()
}

/// A program is still there under the name that is left of it, in whichever layer that name is.
#[test]
fn a_program_counts_under_the_name_that_is_left() {
    let modules = modules();
    let program = elf(&build_information(b"go1.20", &[6], &modules, &[modules.len() as u8]));
    let (mut base, mut link, mut both, mut removal) = <(TarWriter, TarWriter, TarWriter, TarWriter)>::default();
    base.file("usr/bin/app", 0o755, &program);
    link.hard_link_with_mode("opt/tool", "usr/bin/app", 0o755);
    both.file("usr/bin/app", 0o755, &program).hard_link_with_mode("opt/tool", "usr/bin/app", 0o755);
    removal.file("usr/bin/.wh.app", 0o644, b"");
    let check = |layers: &[&TarWriter], packages: &[&str], programs: &[&str]| {
        let layers: Vec<(&str, Vec<u8>)> = layers.iter().map(|layer| ("", layer.finish())).collect();
        let report = Bench::with("image.tar", &image_of_layers(&layers)).scan("image.tar").report();
        let all = report["packages"].as_array().expect("packages is a list");
        let found = all.iter().find(|package| package["name"] == "x.y/z").expect("the module is told");
        assert_eq!(found["paths"], serde_json::json!(packages));
        let listed = report["executables"].as_array().expect("executables is a list");
        let listed: Vec<_> = listed.iter().map(|program| program["path"].as_str().unwrap_or_default()).collect();
        assert_eq!(listed, programs);
    };
    check(&[&base, &link], &["opt/tool", "usr/bin/app"], &["opt/tool", "usr/bin/app"]);
    check(&[&base, &link, &removal], &["opt/tool"], &["opt/tool"]);
    check(&[&both], &["usr/bin/app"], &["opt/tool", "usr/bin/app"]);
    check(&[&both, &removal], &["opt/tool"], &["opt/tool"]);
}

#[test]
fn lengths_of_go_build_information_are_not_believed() {
    let modules = modules();
    let length = modules.len() as u8;
    assert!(length < 0x80);
    let honest = scan(&elf(&build_information(b"go1.20", &[6], &modules, &[length])));
    assert!(honest.packages().iter().any(|name| name == "x.y/z"), "{:?}", honest.packages());
    for lie in
        [&[0xff_u8; 9][..], &[0xff, 0xff, 0xff, 0xff, 0x0f], &[0xff, 0xff, 0xff, 0x7f], &[0xff; 20], &[0x80; 20], &[0]]
    {
        scan(&elf(&build_information(b"go1.20", lie, &modules, &[length])));
        scan(&elf(&build_information(b"go1.20", &[6], &modules, lie)));
    }
    // Pointers of the older form that lead out of the program and back to themselves.
    for pointer in [0_u64, 0x40_1000, u64::MAX, u64::MAX - 8] {
        let mut bytes = b"\xff Go buildinf:\x08\0".to_vec();
        bytes.extend_from_slice(&[pointer.to_le_bytes(), pointer.to_le_bytes()].concat());
        bytes.resize(256, 0);
        scan(&elf(&bytes));
    }
}

#[test]
fn elf_headers_that_lie_are_survived() {
    let whole = elf(&build_information(b"go1.20", &[6], b"", &[0]));
    for (place, length) in [
        (0x20, 8),
        (0x28, 8),
        (0x36, 2),
        (0x38, 2),
        (0x3a, 2),
        (0x3c, 2),
        (0x3e, 2),
        (64 + 8, 8),
        (64 + 16, 8),
        (64 + 32, 8),
        (64 + 40, 8),
    ] {
        for value in [0xff_u8, 0x7f, 0x80] {
            let mut bytes = whole.clone();
            bytes[place..place + length].fill(value);
            scan(&bytes);
        }
    }
    for length in [4, 63, 64, 65, 127, 129] {
        scan(&whole[..length]);
    }
}

#[test]
fn a_program_of_nothing_but_marks_is_read_in_bounded_time() {
    let marks = b"\xff Go buildinf:\x08\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f".repeat(200_000);
    scan(&elf(&marks));
}
