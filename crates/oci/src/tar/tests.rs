use test_support::{TarWriter, pax_record};

use super::*;

/// Lists the entries as `path KIND mode size content`, then the error if there is one.
fn list(bytes: &[u8]) -> Vec<String> {
    let mut tar = TarReader::new(bytes, Arc::from("a.tar"));
    let mut lines = Vec::new();
    loop {
        let entry = match tar.next_entry() {
            Ok(Some(entry)) => entry,
            Ok(None) => return lines,
            Err(error) => {
                lines.push(error.to_string());
                assert!(matches!(tar.next_entry(), Ok(None)), "nothing comes after an error");
                return lines;
            }
        };
        let mut content = Vec::new();
        if let Err(error) = tar.content().take(1 << 16).read_to_end(&mut content) {
            lines.push(format!("content: {error}"));
        }
        assert!(entry.kind == EntryKind::File || content.is_empty(), "{entry:?} has content");
        let content = String::from_utf8_lossy(&content).replace('\0', ".");
        let Entry { path, kind, size_bytes, mode, capabilities: _ } = entry;
        lines.push(match kind {
            EntryKind::File => format!("{path} {mode:o} {size_bytes} {content}"),
            EntryKind::Directory => format!("{path}/"),
            EntryKind::SymbolicLink(target) => format!("{path} -> {target}"),
            EntryKind::HardLink(target) => format!("{path} => {target}"),
            EntryKind::Other => format!("{path} ?"),
        });
    }
}

fn check(tar: &TarWriter, listing: &[&str]) {
    assert_eq!(list(&tar.finish()), listing);
    // Without the blocks of zeroes it is the same archive.
    assert_eq!(list(&tar.unfinished()), listing);
}

#[test]
fn every_kind_of_entry_is_told() {
    let mut tar = TarWriter::new();
    tar.folder("./").folder("./etc/").file("./etc/os-release", 0o4755, b"ID=debian").file("empty", 0o600, b"");
    tar.symbolic_link("bin/sh", "../dash").hard_link("a", "./etc/os-release").entry("dev/null", b'3', "", 0o666, b"");
    tar.file("/etc/os-release", 0o644, b"again").entry("old/", 0, "", 0o755, b"").entry("next", b'7', "", 0o644, b"x");
    tar.entry("volume", b'V', "", 0o644, b"ignored").file("last", 0o644, b"y");
    check(
        &tar,
        &[
            "/",
            "etc/",
            "etc/os-release 4755 9 ID=debian",
            "empty 600 0 ",
            "bin/sh -> ../dash",
            "a => etc/os-release",
            "dev/null ?",
            "etc/os-release 644 5 again",
            "old/",
            "next 644 1 x",
            "volume ?",
            "last 644 1 y",
        ],
    );
}

#[test]
fn content_that_is_not_read_is_passed_over() {
    let mut tar = TarWriter::new();
    tar.file("a", 0o644, &[7; 5000]).file("b", 0o644, b"b");
    let bytes = tar.finish();
    let mut reader = TarReader::new(bytes.as_slice(), Arc::from("a.tar"));
    reader.next_entry().unwrap();
    reader.content().read_exact(&mut [0; 10]).unwrap();
    assert_eq!(reader.next_entry().unwrap().unwrap().path.as_str(), "b");
    assert!(reader.next_entry().unwrap().is_none());
}

#[test]
fn long_names_come_from_pax_and_gnu_headers() {
    let long = "d/".repeat(150) + "file";
    let mut tar = TarWriter::new();
    tar.file(&long, 0o644, b"pax").symbolic_link("link", &long);
    tar.raw(b"././@LongLink", b'L', b"", 0, long.len() as u64 + 1, format!("{long}\0").as_bytes());
    tar.raw(b"././@LongLink", b'K', b"", 0, long.len() as u64, long.as_bytes());
    tar.raw(b"cut", b'2', b"cut", 0o777, 0, b"");
    tar.file("short", 0o644, b"");
    check(
        &tar,
        &[&format!("{long} 644 3 pax"), &format!("link -> {long}"), &format!("{long} -> {long}"), "short 644 0 "],
    );
}

#[test]
fn a_ustar_prefix_is_part_of_the_name_and_none_of_gnu_archives() {
    let mut header = [0; 512];
    header[..4].copy_from_slice(b"file");
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[345..350].copy_from_slice(b"a/b/c");
    let mut gnu = header;
    gnu[257..265].copy_from_slice(b"ustar  \0");
    let mut old = header;
    old[257..265].fill(0);
    let mut star = header;
    star[476..480].copy_from_slice(b"1234");
    star[508..512].copy_from_slice(b"tar\0");
    let mut tar = TarWriter::new();
    tar.header(header, b"").header(gnu, b"").header(old, b"").header(star, b"");
    check(&tar, &["a/b/c/file 0 0 ", "file 0 0 ", "file 0 0 ", "a/b/c/file 0 0 "]);
}

#[test]
fn a_pax_size_wins_and_a_global_header_changes_nothing() {
    let records = [pax_record("size", b"5"), pax_record("mtime", b"1.5"), pax_record("path", b"")].concat();
    let global = [pax_record("path", b"everything"), pax_record("size", b"0")].concat();
    let mut tar = TarWriter::new();
    tar.raw(b"global", b'g', b"", 0, global.len() as u64, &global);
    tar.raw(b"pax", b'x', b"", 0, records.len() as u64, &records).raw(b"file", b'0', b"", 0o644, 0, b"12345");
    tar.file("next", 0o644, b"n");
    check(&tar, &["file 644 5 12345", "next 644 1 n"]);
}

#[test]
fn links_and_folders_have_no_content_whatever_they_say() {
    let mut tar = TarWriter::new();
    tar.raw(b"a", b'1', b"b", 0o644, 4096, b"").raw(b"d/", b'5', b"", 0o755, 512, b"").file("z", 0o644, b"z");
    check(&tar, &["a => b", "d/", "z 644 1 z"]);
}

#[test]
fn sparse_files_read_whole() {
    // GNU, old: two pieces in the header, one in a further block.
    let mut header = [0; 512];
    header[..3].copy_from_slice(b"gnu");
    header[156] = b'S';
    header[124..136].copy_from_slice(b"00000000006\0");
    header[257..265].copy_from_slice(b"ustar  \0");
    let number = |number: u64| format!("{number:011o}\0").into_bytes();
    header[386..434].copy_from_slice(&[number(2), number(2), number(6), number(2)].concat());
    for unused in [434, 458] {
        header[unused..unused + 24].copy_from_slice(&[number(12), number(0)].concat());
    }
    header[482] = 1;
    header[483..495].copy_from_slice(&number(14));
    let mut further = [0; 512];
    further[..24].copy_from_slice(&[number(12), number(2)].concat());
    let mut tar = TarWriter::new();
    tar.header(header, b"").blocks(&further).blocks(b"aabbcc");
    // PAX 0.0, 0.1 and 1.0.
    let mut pax = |records: &[(&str, &str)], content: &[u8]| {
        let records: Vec<u8> = records.iter().flat_map(|(key, value)| pax_record(key, value.as_bytes())).collect();
        tar.raw(b"pax", b'x', b"", 0, records.len() as u64, &records);
        tar.raw(b"GNUSparseFile.0/x", b'0', b"", 0o644, content.len() as u64, content);
    };
    pax(
        &[
            ("GNU.sparse.size", "6"),
            ("GNU.sparse.numblocks", "2"),
            ("GNU.sparse.offset", "0"),
            ("GNU.sparse.numbytes", "1"),
            ("GNU.sparse.offset", "3"),
            ("GNU.sparse.numbytes", "2"),
        ],
        b"abb",
    );
    pax(&[("GNU.sparse.size", "4"), ("GNU.sparse.name", "v01"), ("GNU.sparse.map", "1,2")], b"ab");
    let mut map = b"1\n3\n2\n".to_vec();
    map.resize(512, 0);
    map.extend_from_slice(b"zz");
    pax(
        &[
            ("GNU.sparse.major", "1"),
            ("GNU.sparse.minor", "0"),
            ("GNU.sparse.name", "v10"),
            ("GNU.sparse.realsize", "7"),
        ],
        &map,
    );
    tar.file("next", 0o644, b"n");
    check(
        &tar,
        &[
            "gnu 0 14 ..aa..bb....cc",
            "GNUSparseFile.0/x 644 6 a..bb.",
            "v01 644 4 .ab.",
            "v10 644 7 ...zz..",
            "next 644 1 n",
        ],
    );
}

#[test]
fn an_archive_ends_at_two_blocks_of_zeroes_and_not_at_one() {
    let mut tar = TarWriter::new();
    tar.file("a", 0o644, b"").blocks(&[0; 512]).file("b", 0o644, b"").blocks(&[0; 1024]).file("c", 0o644, b"");
    assert_eq!(list(&tar.finish()), ["a 644 0 ", "b 644 0 "]);
    assert_eq!(list(&[]), [""; 0]);
    assert_eq!(list(&[0; 512]), [""; 0]);
    assert_eq!(list(&[0; 10240]), [""; 0]);
}

#[test]
fn hostile_paths_stay_inside() {
    let mut tar = TarWriter::new();
    tar.file("../../etc/passwd", 0o644, b"").file("/abs/../../x", 0o644, b"").hard_link("l", "../../etc/shadow");
    tar.symbolic_link("s", "../../../etc/shadow").raw(b"\xff\xfe", b'0', b"", 0o644, 0, b"");
    check(
        &tar,
        &["etc/passwd 644 0 ", "x 644 0 ", "l => etc/shadow", "s -> ../../../etc/shadow", "\u{fffd}\u{fffd} 644 0 "],
    );
}

#[test]
fn damage_is_told_with_its_place() {
    let damaged =
        |place: u64, reason: &str| format!("a.tar is damaged at byte {place} of its uncompressed content: {reason}");
    let mut tar = TarWriter::new();
    tar.file("a", 0o644, &[1; 600]);
    let whole = tar.unfinished();
    assert_eq!(list(&whole[..300]), [damaged(300, "it ends inside of a header")]);
    assert_eq!(
        list(&whole[..1000]),
        [
            "content: the archive ends inside of a file".to_owned(),
            format!("a 644 600 {}", "\u{1}".repeat(488)),
            damaged(1000, "it ends inside of a file")
        ]
    );
    // The padding of the last file may be absent.
    assert_eq!(list(&whole[..512 + 600]).len(), 1);
    assert_eq!(list(b"no tar at all, but long enough for a header".repeat(20).as_slice()).len(), 1);
    let mut wrong_sum = whole.clone();
    wrong_sum[0] = b'b';
    assert_eq!(list(&wrong_sum), [damaged(512, "no header is here, or its checksum is wrong")]);
}

#[test]
fn lying_sizes_are_refused() {
    let sizes: [&[u8; 12]; 4] = [
        b"-0000000001\0",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
        b"99999999999\0",
    ];
    for size in sizes {
        let mut header = [0; 512];
        header[..1].copy_from_slice(b"a");
        header[156] = b'0';
        header[124..136].copy_from_slice(size);
        let lines = list(&TarWriter::new().header(header, b"").finish());
        assert!(lines[0].contains("size is no number"), "{lines:?}");
    }
    let mut header = [0; 512];
    header[..1].copy_from_slice(b"a");
    header[156] = b'0';
    header[124..136].copy_from_slice(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
    let lines = list(&TarWriter::new().header(header, b"").finish());
    assert!(lines.last().unwrap().contains("ends inside of a file"), "{lines:?}");
}

#[test]
fn endless_extensions_are_refused() {
    for kind in *b"xgLK" {
        let lines = list(&TarWriter::new().raw(b"x", kind, b"", 0, 8 << 30, b"").finish());
        assert!(lines[0].contains("1 MiB"), "{lines:?}");
    }
    let mut tar = TarWriter::new();
    for record in [&b"30 path=x\n"[..], b"x"] {
        let lines = list(&tar.clone().raw(b"x", b'x', b"", 0, record.len() as u64, record).finish());
        assert!(lines[0].contains("malformed record"), "{lines:?}");
    }
    let record = pax_record("path", &[b'a'; 70_000]);
    let lines = list(&tar.raw(b"x", b'x', b"", 0, record.len() as u64, &record).finish());
    assert!(lines[0].contains("64 KiB"), "{lines:?}");
}

#[test]
fn lying_sparse_maps_are_refused() {
    for (size, map) in
        [("4", "2,3"), ("9", "3,1,1,1"), ("9", "1,9223372036854775807"), ("9", "0,9"), ("9", "1,x"), ("9", "1")]
    {
        let records =
            [pax_record("GNU.sparse.size", size.as_bytes()), pax_record("GNU.sparse.map", map.as_bytes())].concat();
        let mut tar = TarWriter::new();
        tar.raw(b"x", b'x', b"", 0, records.len() as u64, &records).file("a", 0o644, b"12");
        let lines = list(&tar.finish());
        assert!(lines[0].contains("sparse file"), "{map}: {lines:?}");
    }
}

#[test]
fn holes_without_end_are_not_read() {
    let records =
        [pax_record("GNU.sparse.size", b"9000000000000000000"), pax_record("GNU.sparse.map", b"0,0")].concat();
    let mut tar = TarWriter::new();
    tar.raw(b"x", b'x', b"", 0, records.len() as u64, &records).file("bomb", 0o644, b"").file("b", 0o644, b"");
    let bytes = tar.finish();
    let mut reader = TarReader::new(bytes.as_slice(), Arc::from("a.tar"));
    reader.content.holes = 1 << 20;
    assert_eq!(reader.next_entry().unwrap().unwrap().size_bytes, 9_000_000_000_000_000_000);
    let error = io::copy(reader.content(), &mut io::sink()).unwrap_err();
    assert!(error.to_string().contains("holes"), "{error}");
    assert_eq!(reader.next_entry().unwrap().unwrap().path.as_str(), "b");
}

#[test]
fn damaged_archives_never_panic_and_always_end() {
    let mut tar = TarWriter::new();
    let long = "d/".repeat(80);
    let records = [pax_record("GNU.sparse.size", b"600"), pax_record("GNU.sparse.map", b"0,2,500,2")].concat();
    tar.file(&long, 0o644, b"1").folder("d/").symbolic_link("l", &long).hard_link("h", "d");
    tar.raw(b"x", b'x', b"", 0, records.len() as u64, &records).file("sparse", 0o644, b"aabb");
    let records = [pax_record("GNU.sparse.major", b"1"), pax_record("GNU.sparse.realsize", b"9")].concat();
    tar.raw(b"x", b'x', b"", 0, records.len() as u64, &records).file("sparse", 0o644, b"1\n2\n3\n");
    let bytes = tar.finish();
    let mut seed = 7_u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize
    };
    for _ in 0..3000 {
        let mut damaged = bytes.clone();
        for _ in 0..1 + random() % 4 {
            let place = random() % damaged.len();
            damaged[place] = random() as u8;
        }
        // With the right sums, or no damage would come further than the first check.
        for header in damaged.chunks_exact_mut(512).filter(|block| block[148] != 0) {
            header[148..156].fill(b' ');
            let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
            header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
        damaged.truncate(random() % (2 * damaged.len()));
        list(&damaged);
    }
}
