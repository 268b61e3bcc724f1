use expect_test::{Expect, expect};
use model::UntrustedPath;

use super::header::header_bytes;
use super::*;
use crate::ecosystem_check;
use crate::owners::{self, DigestHead, OwnerName};
use crate::shared_content::SharedContent;

const DATABASE: &str = "var/lib/rpm/Packages";

fn check(path: &str, bytes: impl AsRef<[u8]>, expected: Expect) {
    ecosystem_check::check(&Rpm, path, bytes, expected);
}

/// Compares a real database with what rpm itself lists: how many packages, and some of them.
fn check_real(path: &str, count: usize, packages: &[&str]) {
    let Some(file) = test_support::test_data(path) else { return };
    let found = ecosystem_check::read_with_gaps(&Rpm, DATABASE, &std::fs::read(file).unwrap());
    check_listed(path, &found, count, packages);
}

fn check_listed(path: &str, found: &Found, count: usize, packages: &[&str]) {
    let listed: Vec<String> = found
        .packages
        .iter()
        .map(|package| {
            let architecture = package.architecture.as_deref().unwrap_or_default();
            let source = package.source.as_ref().map(|source| format!("{}-{}", source.name, source.version));
            format!("{} {} {architecture} {}", package.name, package.version, source.unwrap_or_default())
        })
        .collect();
    assert_eq!(found.gaps, []);
    assert_eq!(listed.len(), count, "{path}");
    for package in packages {
        assert!(listed.iter().any(|listed| listed == package), "{path}: {package} is not in {listed:#?}");
    }
}

fn bash() -> Vec<u8> {
    header_bytes(
        &[
            (Tag::Name, &["bash"]),
            (Tag::Version, &["5.1"]),
            (Tag::Release, &["2.el9"]),
            (Tag::Architecture, &["x86_64"]),
            (Tag::License, &["GPLv3+"]),
            (Tag::SourceRpm, &["bash-5.1-2.el9.src.rpm"]),
            (Tag::ModularityLabel, &["shell:1:2:3"]),
            (Tag::ProvideName, &["bash", "/bin/sh"]),
            (Tag::RequireName, &["/usr/bin/awk", "rpmlib(X)", "(a if b)"]),
            (Tag::BaseNames, &["bash", "gone", "x.jar", "far"]),
            (Tag::DirNames, &["/bin/", "/usr/share/java/"]),
        ],
        &[(Tag::Epoch, &[2]), (Tag::DirIndexes, &[0, 1, 1, 9]), (Tag::FileFlags, &[0, 64, 0, 0])],
    )
}

fn gawk() -> Vec<u8> {
    header_bytes(
        &[
            (Tag::Name, &["gawk"]),
            (Tag::Version, &["5"]),
            (Tag::Release, &["1"]),
            (Tag::RequireName, &["/bin/sh"]),
            (Tag::OldFileNames, &["/usr/bin/awk"]),
        ],
        &[(Tag::Epoch, &[0])],
    )
}

fn key() -> Vec<u8> {
    header_bytes(&[(Tag::Name, &["gpg-pubkey"]), (Tag::Version, &["1"]), (Tag::Release, &["1"])], &[])
}

fn facts() -> Expect {
    expect![[r#"
        rpm bash 2:5.1-2.el9 x86_64 module shell:1:2:3 source bash 2:5.1-2.el9 [GPL-3.0-or-later]
        rpm gawk 5-1 -> bash
        owns 3 files
    "#]]
}

/// A Berkeley hash table of pages of 512 bytes, values on overflow pages but for the first.
fn bdb(headers: &[Vec<u8>], is_big: bool) -> Vec<u8> {
    let n16 = |n: usize| if is_big { (n as u16).to_be_bytes() } else { (n as u16).to_le_bytes() };
    let n32 = |n: usize| if is_big { (n as u32).to_be_bytes() } else { (n as u32).to_le_bytes() };
    let put = |page: &mut [u8], at: usize, bytes: &[u8]| page[at..at + bytes.len()].copy_from_slice(bytes);
    let mut pages = vec![vec![0u8; 512]; 2];
    put(&mut pages[0], 12, &n32(0x61561));
    put(&mut pages[0], 20, &n32(512));
    pages[1][25] = 13;
    let mut items: Vec<Vec<u8>> = vec![[&[1][..], &n32(0)].concat(), [&[1][..], &n32(7)].concat()];
    for (number, header) in headers.iter().enumerate() {
        items.push([&[1][..], &n32(number + 1)].concat());
        if header.len() < 100 {
            items.push([&[1][..], header].concat());
            continue;
        }
        items.push([&[3, 0, 0, 0][..], &n32(pages.len()), &n32(header.len())].concat());
        let chunks: Vec<_> = header.chunks(512 - 26).collect();
        for (place, chunk) in chunks.iter().enumerate() {
            let mut page = vec![0u8; 512];
            let next = if place + 1 == chunks.len() { 0 } else { pages.len() + 1 };
            put(&mut page, 16, &n32(next));
            put(&mut page, 22, &n16(chunk.len()));
            page[25] = 7;
            put(&mut page, 26, chunk);
            pages.push(page);
        }
    }
    let mut end = 512;
    put(&mut pages[1], 20, &n16(items.len()));
    for (place, item) in items.iter().enumerate() {
        end -= item.len();
        put(&mut pages[1], end, item);
        put(&mut pages[1], 26 + place * 2, &n16(end));
    }
    let last = pages.len() - 1;
    put(&mut pages[0], 32, &n32(last));
    pages.concat()
}

fn ndb(headers: &[Vec<u8>]) -> Vec<u8> {
    let mut slots = [&b"RpmP"[..], &[0; 8], &1u32.to_le_bytes(), &[0; 16]].concat();
    let mut blobs = Vec::new();
    for (number, header) in headers.iter().enumerate() {
        let package = number as u32 + 1;
        let offset = 4096 + blobs.len() as u32;
        let start = blobs.len();
        blobs.extend([&b"BlbS"[..], &package.to_le_bytes(), &[0; 4], &(header.len() as u32).to_le_bytes()].concat());
        blobs.extend(header);
        blobs.resize((blobs.len() + 12).div_ceil(16) * 16, 0);
        let blocks = (blobs.len() - start) as u32 / 16;
        slots.extend(
            [&b"Slot"[..], &package.to_le_bytes(), &(offset / 16).to_le_bytes(), &blocks.to_le_bytes()].concat(),
        );
    }
    while slots.len() < 4096 {
        slots.extend(*b"Slot\0\0\0\0\0\0\0\0\0\0\0\0");
    }
    [slots, blobs].concat()
}

#[test]
fn every_backend_gives_the_same_facts() {
    let headers = [bash(), key(), gawk()];
    for is_big in [false, true] {
        check(DATABASE, bdb(&headers, is_big), facts());
    }
    check("usr/lib/sysimage/rpm/Packages.db", ndb(&headers), facts());
}

#[test]
fn ghosts_and_files_without_a_folder_are_not_owned() {
    let found = ecosystem_check::read_with_gaps(&Rpm, DATABASE, &ndb(&[bash()]));
    assert_eq!(found.owned_files.len(), 2);
    assert!(ecosystem_check::owns(&found, "usr/bin/bash"));
    assert!(ecosystem_check::owns(&found, "usr/share/java/x.jar"));
}

#[test]
fn real_databases_tell_owners_and_digests_of_files() {
    for (file, path, owner) in [
        ("sqlite/rpmdb.sqlite", "usr/bin/bash", "bash"),
        ("bdb/Packages", "usr/lib64/libuuid.so.1.3.0", "libuuid"),
        ("ndb/Packages.db", "lib64/libc-2.31.so", "glibc"),
    ] {
        let Some(place) = test_support::test_data(&format!("rpmdb/{file}")) else { return };
        let mut content = SharedContent::Memory(std::fs::read(place).unwrap());
        let mut gaps = Vec::new();
        let owners = owners::read(&UntrustedPath::normalise(DATABASE), &mut content, 64 << 20, &mut gaps);
        assert_eq!(gaps, []);
        let digests = [DigestHead::of(&[1; 32]), None, None];
        let found = owners::resolve([(path, digests)].into_iter(), &[&owners]);
        let Some(owned) = found.get(path) else { panic!("{file} does not tell who owns {path}") };
        let OwnerName::Named { name, version: Some(_), architecture: Some(_), .. } = &owned.by else {
            panic!("{owned:?}")
        };
        assert_eq!((name.as_str(), owned.is_modified), (owner, Some(true)));
    }
}

#[test]
fn real_databases_have_their_packages() {
    check_real("rpmdb/sqlite/rpmdb.sqlite", 129, &["bash 5.1.8-1.cm2 x86_64 bash-5.1.8-1.cm2"]);
    check_real("rpmdb/bdb/Packages", 1, &["libuuid 2.32.1-42.el8_8 x86_64 util-linux-2.32.1-42.el8_8"]);
    check_real("rpmdb/ndb/Packages.db", 35, &["glibc 2.31-9.3.2 x86_64 glibc-2.31-9.3.2"]);
    for (image, count, packages) in [
        (
            "rocky9",
            142,
            [
                "findutils 1:4.8.0-6.el9 x86_64 findutils-1:4.8.0-6.el9",
                "glibc 2.34-83.el9.7 x86_64 glibc-2.34-83.el9.7",
            ],
        ),
        (
            "centos7",
            144,
            [
                "openldap 2.4.44-15.el7_5 x86_64 openldap-2.4.44-15.el7_5",
                "findutils 1:4.5.11-5.el7 x86_64 findutils-1:4.5.11-5.el7",
            ],
        ),
        (
            "ubi8-2019-05",
            178,
            ["npth 1.5-4.el8 x86_64 npth-1.5-4.el8", "p11-kit-trust 0.23.14-5.el8_0 x86_64 p11-kit-0.23.14-5.el8_0"],
        ),
    ] {
        let path = format!("images/rpm/{image}.rootfs.tar.gz");
        let Some(files) = test_support::test_files(&path) else { return };
        check_listed(&path, &ecosystem_check::read_all(&Rpm, &files), count, &packages);
    }
}

#[test]
fn damage_is_a_gap_and_never_a_panic() {
    let mut databases = vec![bdb(&[bash(), gawk()], false), bdb(&[bash(), gawk()], true), ndb(&[bash(), gawk()])];
    for database in &databases {
        for at in 0..database.len() {
            if database[at] == 0 && at % 7 > 0 {
                continue;
            }
            let mut bad = database.clone();
            for byte in [bad[at].wrapping_add(1), 0xff] {
                bad[at] = byte;
                let _ = ecosystem_check::read_with_gaps(&Rpm, DATABASE, &bad);
            }
        }
        for length in (0..database.len()).step_by(5) {
            let found = ecosystem_check::read_with_gaps(&Rpm, DATABASE, &database[..length]);
            assert!(!found.gaps.is_empty() || found.packages.len() == 2, "{length}");
        }
    }
    databases.clear();
    for path in ["rpmdb/bdb/Packages", "rpmdb/sqlite/rpmdb.sqlite", "rpmdb/ndb/Packages.db"] {
        let Some(file) = test_support::test_data(path) else { return };
        let bytes = std::fs::read(file).unwrap();
        let mut state = 1u64;
        for _ in 0..30 {
            let mut bad = bytes.clone();
            for _ in 0..40 {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let at = (state >> 33) as usize % if state & 1 == 0 { bad.len() } else { 20_000 };
                bad[at] = (state >> 20) as u8;
            }
            let length = if state & 2 == 0 { bad.len() } else { (state >> 30) as usize % bad.len() };
            let _ = ecosystem_check::read_with_gaps(&Rpm, DATABASE, &bad[..length]);
        }
    }
}

#[test]
fn chains_that_run_in_a_circle_end() {
    // The overflow chain's first page names itself as the next.
    let mut long = bash();
    long.resize(2000, 0);
    let mut database = bdb(&[long], false);
    database[1024 + 16..1024 + 20].copy_from_slice(&2u32.to_le_bytes());
    check(
        DATABASE,
        database,
        expect![[r#"
        gap var/lib/rpm/Packages: 1 of its packages cannot be read, the first because it points at a page twice
    "#]],
    );
}

#[test]
fn unknown_and_unapplied_content_is_said() {
    check(
        DATABASE,
        "",
        expect![[r#"
        gap var/lib/rpm/Packages: it is no valid rpm database: it is empty
    "#]],
    );
    check(
        DATABASE,
        "something else",
        expect![[r#"
        gap var/lib/rpm/Packages: it is no valid rpm database: it is neither sqlite, ndb nor a Berkeley hash table
    "#]],
    );
    check("var/lib/rpm/rpmdb.sqlite-wal", "", expect![[""]]);
    check(
        "var/lib/rpm/rpmdb.sqlite-wal",
        [0; 100],
        expect![[r#"
        gap var/lib/rpm/rpmdb.sqlite-wal: it holds changes to the rpm database that are not applied, so that packages may be missing or out of date; run `rpm -qa` once in the image before it is saved, which applies them
    "#]],
    );
    check("usr/share/rpm/rpmdb.sqlite-journal", [0; 100], expect![[""]]);
}

#[test]
fn the_package_list_of_distroless_images_is_read() {
    check(
        "var/lib/rpmmanifest/container-manifest-2",
        "mariner-release\t2.0-12.cm2\t1653816591\t1653753130\tMicrosoft Corporation\t(none)\t580\tnoarch\t0\tmariner-release-2.0-12.cm2.src.rpm\n\
         openssl-libs\t1.1.1k-17.cm2\t1\t2\tMicrosoft\t1\t580\tx86_64\t1\topenssl-1.1.1k-17.cm2.src.rpm\nbroken line\n",
        expect![[r#"
            rpm mariner-release 2.0-12.cm2 noarch source mariner-release 2.0-12.cm2
            rpm openssl-libs 1:1.1.1k-17.cm2 x86_64 source openssl 1:1.1.1k-17.cm2
            gap var/lib/rpmmanifest/container-manifest-2: 1 of its lines does not describe a package
        "#]],
    );
}

#[test]
fn a_header_of_countless_empty_names_is_read_in_bounded_time() {
    let many = vec![""; 1_300_000];
    let folders: Vec<u32> = vec![0; 1_300_000];
    let header = header_bytes(
        &[
            (Tag::Name, &["x"]),
            (Tag::Version, &["1"]),
            (Tag::Release, &["1"]),
            (Tag::ProvideName, &many),
            (Tag::DirNames, &many),
            (Tag::BaseNames, &many),
        ],
        &[(Tag::DirIndexes, &folders)],
    );
    let headers = vec![header; 4];
    check(
        "usr/lib/sysimage/rpm/Packages.db",
        ndb(&headers),
        expect![[r#"
        rpm x 1-1
        rpm x 1-1
        rpm x 1-1
        rpm x 1-1
        gap usr/lib/sysimage/rpm/Packages.db: its packages have too many relations; some dependencies are unknown
        gap usr/lib/sysimage/rpm/Packages.db: its packages own more than 4194304 files; packages in the files beyond may be listed twice
    "#]],
    );
}
