//! Package databases that are torn, lie or never end.

use test_support::TarWriter;

use crate::program::{Bench, Run, image_of};

const SMALL: &str = "P:musl\nV:1.2.3-r0\nA:x86_64\n\n";

fn scan(path: &str, content: &[u8]) -> Run {
    let mut layer = TarWriter::new();
    layer.file(path, 0o644, content);
    layer.file("lib/apk/db/installed", 0o644, SMALL.as_bytes());
    let run = Bench::with("image.tar", &image_of(&layer)).scan("image.tar");
    assert!(run.packages().contains(&"musl".to_owned()), "{path}");
    run
}

#[test]
fn damaged_rpm_databases_of_every_backend_are_gaps() {
    let mut sqlite = b"SQLite format 3\0".to_vec();
    // A page size of 1, 65,536 pages, and pages of noise behind.
    sqlite.extend_from_slice(&[0, 1, 1, 1, 0, 64, 32, 32]);
    sqlite.extend((0..100_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 11) as u8));
    let mut whole_page = sqlite.clone();
    whole_page[16..18].copy_from_slice(&4096_u16.to_be_bytes());
    // An interior page whose children are itself.
    let mut circle = whole_page[..100].to_vec();
    circle.extend_from_slice(&[5, 0, 0, 0, 1, 0, 200, 0, 0, 0, 0, 1, 0, 200]);
    circle.resize(200, 0);
    circle.extend_from_slice(&[0, 0, 0, 1, 1]);
    circle.resize(4096, 0);
    let mut ndb = b"RpmP\0\0\0\0\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff".to_vec();
    ndb.resize(8192, 0xff);
    let mut bdb = vec![0_u8; 12];
    bdb.extend_from_slice(&0x0006_1561_u32.to_le_bytes());
    bdb.extend_from_slice(&9_u32.to_le_bytes());
    bdb.extend_from_slice(&u32::MAX.to_le_bytes());
    bdb.resize(8192, 0xee);
    for (path, bytes) in [
        ("var/lib/rpm/rpmdb.sqlite", sqlite),
        ("usr/lib/sysimage/rpm/rpmdb.sqlite", whole_page),
        ("usr/share/rpm/rpmdb.sqlite", circle),
        ("var/lib/rpm/Packages.db", ndb),
        ("var/lib/rpm/Packages", bdb),
        ("var/lib/rpm/Packages", b"neither".to_vec()),
        ("var/lib/rpm/rpmdb.sqlite", Vec::new()),
    ] {
        for length in [bytes.len(), bytes.len() / 2, bytes.len().min(100), bytes.len().min(17)] {
            scan(path, &bytes[..length]).has_gap(path);
        }
    }
}

#[test]
fn a_dpkg_status_of_endless_lines_is_bounded() {
    let long = "x".repeat(10 << 20);
    let status = |name: &str, text: &str| {
        format!(
            "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0\nDescription: {text}\n\n"
        )
    };
    let run = scan(
        "var/lib/dpkg/status",
        (status("first", "a") + &status("endless", &long) + &status("last", "z")).as_bytes(),
    );
    assert!(run.packages().contains(&"first".to_owned()));
    let many = format!("Package: endless\n{}", " x\n".repeat(5 << 20));
    scan("var/lib/dpkg/status", many.as_bytes()).has_gap("var/lib/dpkg/status");
    scan("var/lib/dpkg/status", format!("{}: 1\nPackage: {}\n", "K".repeat(1 << 20), "p".repeat(1 << 20)).as_bytes());
    let list = format!("/usr/share/{}\n", "x".repeat(1 << 20)).repeat(8);
    scan("var/lib/dpkg/info/a.list", list.as_bytes());
}

#[test]
fn an_apk_database_of_endless_lines_is_bounded() {
    let mut layer = TarWriter::new();
    let text = format!("{SMALL}P:{}\nV:1.0-r0\n\nP:zlib\nV:1.0-r0\nA:x86_64\n\n", "y".repeat(10 << 20));
    layer.file("lib/apk/db/installed", 0o644, text.as_bytes());
    let run = Bench::with("image.tar", &image_of(&layer)).scan("image.tar");
    run.has_gap("lib/apk/db/installed");
    assert!(run.stdout.len() < 100_000);
}

#[test]
fn countless_packages_of_one_file_are_bounded_and_said() {
    let mut text = String::new();
    for number in 0..300_000 {
        text += &format!("P:p{number}\nV:1\n\n");
    }
    let mut layer = TarWriter::new();
    layer.file("lib/apk/db/installed", 0o644, text.as_bytes());
    let run = Bench::with("image.tar", &image_of(&layer)).scan("image.tar");
    assert!(run.packages().len() <= 50_000);
    run.has_gap("lib/apk/db/installed");
}
