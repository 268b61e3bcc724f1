use std::io::Write;

use test_support::TarWriter;

use super::*;
use crate::zip::writer::zip;

/// Wants text files, and notes what it sees.
#[derive(Default)]
struct Notes {
    seen: Vec<(String, String)>,
}

impl Look for Notes {
    fn may_want(&self, path: &str, _: Option<u64>) -> bool {
        !path.ends_with(".class")
    }

    fn wants(&mut self, path: &str, head: &[u8], _: Option<u64>) -> bool {
        path.ends_with(".txt") && !head.is_empty()
    }

    fn look(&mut self, path: &str, content: &mut SharedContent) {
        let mut bytes = Vec::new();
        content.reader().unwrap().read_to_end(&mut bytes).unwrap();
        self.seen.push((path.to_owned(), String::from_utf8_lossy(&bytes).chars().take(20).collect()));
    }
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = TarWriter::new();
    for (path, content) in files {
        writer.file(path, 0o644, content);
    }
    writer.finish()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn seven_zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    for (path, content) in files {
        writer.push_archive_entry(sevenz_rust2::ArchiveEntry::new_file(path), Some(*content)).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn check(path: &str, archive: &[u8], seen: &[(&str, &str)], gaps: &[(&str, &str)]) {
    let mut notes = Notes::default();
    let format = ArchiveFormat::of(archive).expect("an archive");
    let found = look_into(path, (format, 0), &mut Cursor::new(archive), &mut notes);
    let seen_here: Vec<(&str, &str)> = notes.seen.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(seen_here, seen);
    assert_eq!(found.len(), gaps.len(), "{found:?}");
    for (gap, (path, reason)) in found.iter().zip(gaps) {
        assert!(gap.path == *path && gap.reason.contains(reason), "{gap:?}");
    }
}

#[test]
fn files_of_every_format_are_seen_under_their_paths() {
    let inner = tar(&[("./d/b.txt", b"hello"), ("c.bin", b"\0")]);
    check("a.tar", &inner, &[("a.tar!/d/b.txt", "hello")], &[]);
    check("a.tar.gz", &gzip(&inner), &[("a.tar.gz!/d/b.txt", "hello")], &[]);
    check("x/n.txt.gz", &gzip(b"note"), &[("x/n.txt.gz!/n.txt", "note")], &[]);
    let zstd = zstd::encode_all(inner.as_slice(), 1).unwrap();
    check("a.tzst", &zstd, &[("a.tzst!/d/b.txt", "hello")], &[]);
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&inner).unwrap();
    check("a.tar.bz2", &bzip2.finish().unwrap(), &[("a.tar.bz2!/d/b.txt", "hello")], &[]);
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(6)).unwrap();
    xz.write_all(&inner).unwrap();
    check("a.tar.xz", &xz.finish().unwrap(), &[("a.tar.xz!/d/b.txt", "hello")], &[]);
    let files: &[(&str, &[u8])] = &[("d/b.txt", b"hello"), ("c.bin", b"\0"), ("t.tgz", &gzip(&inner))];
    check("a.7z", &seven_zip(files), &[("a.7z!/d/b.txt", "hello"), ("a.7z!/t.tgz!/d/b.txt", "hello")], &[]);
    let zip = zip(&[("k.txt", b"one", true), ("z.class", b"two", true), ("in/l.txt", b"three", false)]);
    check("a.jar", &zip, &[("a.jar!/k.txt", "one"), ("a.jar!/in/l.txt", "three")], &[]);
}

/// An archive of cpio in its new form.
fn cpio(files: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, mode, content) in files.iter().chain([&("TRAILER!!!", 0, &b""[..])]) {
        let fields = [1, *mode, 0, 0, 1, 0, content.len() as u32, 0, 0, 0, 0, name.len() as u32 + 1, 0];
        archive.extend(
            fields.iter().fold(b"070701".to_vec(), |header, field| [header, format!("{field:08x}").into()].concat()),
        );
        archive.extend(format!("{name}\0").bytes());
        archive.resize(archive.len().next_multiple_of(4), 0);
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(4), 0);
    }
    archive
}

fn deb(members: &[(&str, &[u8])]) -> Vec<u8> {
    members.iter().fold(b"!<arch>\n".to_vec(), |archive, (name, content)| {
        let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len());
        [&archive, header.as_bytes(), content, &b"\n"[..content.len() % 2]].concat()
    })
}

fn rpm(payload: &[u8]) -> Vec<u8> {
    let header = |entries: u32, data: usize| {
        let intro =
            [&[0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0][..], &entries.to_be_bytes(), &(data as u32).to_be_bytes()].concat();
        [intro, vec![7; entries as usize * 16 + data]].concat()
    };
    let lead = [&[0xed, 0xab, 0xee, 0xdb, 3, 0][..], &[0; 90]].concat();
    // The signatures' data are filled up to eight bytes.
    [lead, header(2, 13), vec![0; 3], header(1, 5), payload.to_vec()].concat()
}

#[test]
fn packages_of_debian_and_rpm_and_archives_of_cpio_are_opened() {
    let data = gzip(&tar(&[("./opt/a.txt", b"hello"), ("./opt/b.bin", b"\0")]));
    let package = deb(&[("debian-binary", b"2.0\n"), ("control.tar.gz", &gzip(&tar(&[]))), ("data.tar.gz", &data)]);
    check("a.deb", &package, &[("a.deb!/data.tar.gz!/opt/a.txt", "hello")], &[]);
    let files = cpio(&[
        ("opt", 0o040_755, b""),
        ("./opt/a.txt", 0o100_644, b"hello"),
        ("l.txt", 0o120_777, b"opt/a.txt"),
        ("z.txt", 0o100_600, b"last"),
    ]);
    let seen = |path: &str| [(format!("{path}!/opt/a.txt"), "hello"), (format!("{path}!/z.txt"), "last")];
    for (path, archive) in
        [("a.cpio", files.clone()), ("a.cpio.gz", gzip(&files)), ("a.rpm", rpm(&gzip(&files))), ("b.rpm", rpm(&files))]
    {
        let seen = seen(path);
        let seen: Vec<(&str, &str)> = seen.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        check(path, &archive, &seen, &[]);
    }
    let mut lzma =
        lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &lzma_rust2::LzmaOptions::with_preset(6), None).unwrap();
    lzma.write_all(&tar(&[("a.txt", b"hello")])).unwrap();
    check("a.tar.lzma", &lzma.finish().unwrap(), &[("a.tar.lzma!/a.txt", "hello")], &[]);
}

/// An archive of cpio in the portable form of POSIX.1-1988.
fn odc(files: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, mode, content) in files.iter().chain([&("TRAILER!!!", 0, &b""[..])]) {
        let (name_bytes, size_bytes) = (name.len() + 1, content.len());
        let header =
            format!("070707{0:06o}{0:06o}{mode:06o}{0:018o}{0:06o}{0:011o}{name_bytes:06o}{size_bytes:011o}", 0);
        archive.extend([header.as_bytes(), name.as_bytes(), b"\0", content].concat());
    }
    archive
}

/// An archive of cpio in the old binary form, with this order of bytes.
fn binary(files: &[(&str, u32, &[u8])], pair: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, mode, content) in files.iter().chain([&("TRAILER!!!", 0, &b""[..])]) {
        let size = content.len() as u32;
        let name_bytes = name.len() as u16 + 1;
        let fields =
            [0o070_707, 1, 2, *mode as u16, 0, 0, 1, 0, 0, 0, name_bytes, (size >> 16) as u16, (size & 0xffff) as u16];
        archive.extend(fields.into_iter().flat_map(pair));
        for part in [format!("{name}\0").as_bytes(), content] {
            archive.extend(part);
            archive.resize(archive.len().next_multiple_of(2), 0);
        }
    }
    archive
}

#[test]
fn old_forms_of_cpio_are_opened() {
    let large = vec![b'x'; 70_001];
    let files: &[(&str, u32, &[u8])] = &[
        ("opt", 0o040_755, b""),
        ("./opt/a.txt", 0o104_755, b"hello"),
        ("b", 0o100_644, &large),
        ("z.txt", 0o100_600, b"last"),
    ];
    for archive in [odc(files), binary(files, u16::to_le_bytes), binary(files, u16::to_be_bytes)] {
        check("a.cpio", &archive, &[("a.cpio!/opt/a.txt", "hello"), ("a.cpio!/z.txt", "last")], &[]);
        check("a.cpio", &archive[..archive.len() / 2], &[("a.cpio!/opt/a.txt", "hello")], &[("a.cpio", "ends inside")]);
    }
    // Two bytes alone are a magic number that other files have, too.
    for no_archive in
        [b"\xc7\x71 something else that is long enough to hold a header".as_slice(), b"\x71\xc7", b"\xc7\x71\0"]
    {
        assert_eq!(ArchiveFormat::of(no_archive), None);
    }
}

#[test]
fn plain_archives_of_ar_are_opened_with_the_long_names_of_gnu_and_bsd() {
    let gnu = deb(&[
        ("/", b"\0\0\0\0"),
        ("//", b"a-name-longer-than-fifteen.txt/\n"),
        ("a.txt/", b"hello"),
        ("/0", b"long"),
        ("in.tar/", &tar(&[("x.txt", b"within")])),
    ]);
    let seen =
        [("a.a!/a.txt", "hello"), ("a.a!/a-name-longer-than-fifteen.txt", "long"), ("a.a!/in.tar!/x.txt", "within")];
    check("a.a", &gnu, &seen, &[]);
    let bsd = deb(&[("#1/20", b"another-long.txt\0\0\0\0hello"), ("b.txt", b"!")]);
    check("a.a", &bsd, &[("a.a!/another-long.txt", "hello"), ("a.a!/b.txt", "!")], &[]);
    let cut = [("a.a!/in.tar", "ends inside of a header"), ("a.a", "archive of ar: it ends inside of a file")];
    check("a.a", &gnu[..gnu.len() - 20], &seen, &cut);
}

#[test]
fn damaged_packages_are_gaps() {
    let files = cpio(&[("a.txt", 0o100_644, b"hello"), ("b.txt", 0o100_644, &[b'b'; 500])]);
    check(
        "a.cpio",
        &files[..300],
        &[("a.cpio!/a.txt", "hello"), ("a.cpio!/b.txt", "bbbbbbbbbbbbbbbbbbbb")],
        &[("a.cpio", "ends inside of a file")],
    );
    check("a.cpio", &files[..100], &[], &[("a.cpio", "archive of cpio")]);
    check("a.deb", &deb(&[("debian-binary", b"2.0\n")])[..40], &[], &[("a.deb", "package of Debian")]);
    check("a.rpm", &rpm(b"nothing that is compressed"), &[], &[("a.rpm", "unknown way")]);
    check("a.rpm", &rpm(&[])[..110], &[], &[("a.rpm", "cannot read it")]);
}

#[test]
fn a_zip_archive_behind_a_program_is_opened() {
    let archive = zip(&[("k.txt", b"one", true)]);
    for start in ["#!/bin/sh\nexec java -jar $0\n", "MZ\0\0", "\x7fELF\x02"] {
        let mut content = SharedContent::Memory([start.as_bytes(), &archive].concat());
        assert_eq!(ArchiveFormat::behind_program(&mut content), Some((ArchiveFormat::Zip, 0)), "{start}");
    }
    let outer = tar(&[("run.txt", &[b"#!/bin/sh\n", archive.as_slice()].concat())]);
    check(
        "a.tar",
        &outer,
        &[("a.tar!/run.txt", "#!/bin/sh\nPK\u{3}\u{4}\u{14}\0\0\0\u{8}\0"), ("a.tar!/run.txt!/k.txt", "one")],
        &[],
    );
    let mut script = SharedContent::Memory(b"#!/bin/sh\nprintf 'PK\\005\\006'\n".to_vec());
    assert_eq!(ArchiveFormat::behind_program(&mut script), None);
}

#[test]
fn archives_behind_the_text_of_a_script_are_opened() {
    let inner = tar(&[("k.txt", b"one")]);
    let script = b"#!/bin/sh\ntail -n +4 $0 | tar xz\nexit\n";
    let mut filled = script.to_vec();
    filled.resize(511, b'#');
    let zstd = zstd::encode_all(inner.as_slice(), 1).unwrap();
    for (text, archive, format) in [
        (script.as_slice(), gzip(&inner), ArchiveFormat::Gzip),
        (script.as_slice(), zstd, ArchiveFormat::Zstd),
        (script.as_slice(), inner.clone(), ArchiveFormat::Tar),
        (filled.as_slice(), inner.clone(), ArchiveFormat::Tar),
    ] {
        let bytes = [text, &archive].concat();
        let found = ArchiveFormat::behind_program(&mut SharedContent::Memory(bytes.clone()));
        assert_eq!(found, Some((format, text.len() as u64)));
        let mut notes = Notes::default();
        let gaps = look_into("run", (format, text.len() as u64), &mut Cursor::new(&bytes), &mut notes);
        assert_eq!((notes.seen, gaps), (vec![("run!/k.txt".to_owned(), "one".to_owned())], Vec::new()));
        // In an archive as well, and not behind more text than scripts have.
        let outer = tar(&[("run.txt", &bytes)]);
        let mut notes = Notes::default();
        look_into("a.tar", (ArchiveFormat::Tar, 0), &mut Cursor::new(&outer), &mut notes);
        assert!(notes.seen.iter().any(|(path, text)| path == "a.tar!/run.txt!/k.txt" && text == "one"), "{format:?}");
        let far = [script.as_slice(), &b"#\n".repeat(40 << 10), &archive].concat();
        assert_eq!(ArchiveFormat::behind_program(&mut SharedContent::Memory(far)), None);
    }
    // One that speaks of archives has none behind it.
    let text = format!("{}case $magic in ustar) printf '\\037\\213' ;; esac\n{0}", "# 000644 000000 \n".repeat(40));
    let mut content = SharedContent::Memory([b"#!/bin/sh\n", text.as_bytes()].concat());
    assert_eq!(ArchiveFormat::behind_program(&mut content), None);
}

#[test]
fn a_program_that_writes_tar_archives_is_none() {
    let mut head = vec![b' '; 512];
    head[140..171].copy_from_slice(b"var TMAGIC = alloc('ustar') // ");
    head[257..262].copy_from_slice(b"ustar");
    assert_eq!(ArchiveFormat::of(&head), None);
    assert_eq!(ArchiveFormat::of(&tar(&[("a.txt", b"hello")])), Some(ArchiveFormat::Tar));
}

#[test]
fn archives_lie_in_archives() {
    let innermost = zip(&[("deep.txt", b"deep", true)]);
    let middle = tar(&[("m.war", &innermost), ("m.txt", b"middle")]);
    let outer = zip(&[("t.tar.gz", &gzip(&middle), false)]);
    let paths = [("o.zip!/t.tar.gz!/m.war!/deep.txt", "deep"), ("o.zip!/t.tar.gz!/m.txt", "middle")];
    check("o.zip", &outer, &paths, &[]);
}

#[test]
fn too_deep_an_archive_is_a_gap() {
    let mut archive = zip(&[("deep.txt", b"deep", true)]);
    for _ in 1..=DEEPEST {
        archive = zip(&[("a.zip", &archive, true)]);
    }
    let at = format!("a.zip{}", "!/a.zip".repeat(DEEPEST as usize));
    check("a.zip", &archive, &[], &[(&at, "8 deep")]);
}

#[test]
fn a_damaged_archive_is_a_gap_and_what_came_before_is_kept() {
    let archive = tar(&[("a.txt", b"first"), ("b.txt", &[b'b'; 5000])]);
    let packed = gzip(&archive);
    check("a.tar", &archive[..2048], &[("a.tar!/a.txt", "first")], &[("a.tar!/b.txt", "ends"), ("a.tar", "ends")]);
    check("a.tgz", &packed[..40], &[], &[("a.tgz", "cannot read it")]);
    check("a.zip", b"PK\x03\x04 no directory", &[], &[("a.zip", "no end record")]);
}

#[test]
fn a_bomb_ends_at_the_budget() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeroes = vec![0; 1 << 20];
    for _ in 0..(WORK_BYTES >> 20) + 64 {
        encoder.write_all(&zeroes).unwrap();
    }
    check("bomb.txt.gz", &encoder.finish().unwrap(), &[], &[("bomb.txt.gz", "far more")]);
}

#[test]
fn an_xz_bomb_ends_at_the_budget() {
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    let zeroes = vec![0; 1 << 20];
    for _ in 0..(WORK_BYTES >> 20) + 64 {
        xz.write_all(&zeroes).unwrap();
    }
    check("bomb.txt.xz", &xz.finish().unwrap(), &[], &[("bomb.txt.xz", "far more")]);
}

#[test]
fn a_7z_bomb_that_nobody_wants_ends_at_the_budget() {
    let zeroes = vec![0; (WORK_BYTES as usize) + (64 << 20)];
    let archive = seven_zip(&[("a.txt", b"first"), ("bomb.bin", &zeroes), ("z.txt", b"last")]);
    check("bomb.7z", &archive, &[("bomb.7z!/a.txt", "first")], &[("bomb.7z", "far more")]);
}

#[test]
fn an_xz_or_7z_archive_that_wants_gibibytes_of_memory_is_a_gap() {
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    xz.write_all(b"hello").unwrap();
    let mut xz = xz.finish().unwrap();
    // The block's header follows the stream's twelve bytes: its size, flags, the filter's number, its length, the dictionary.
    assert_eq!(xz[14..16], [0x21, 1]);
    xz[16] = 40;
    let end = 12 + (usize::from(xz[12]) + 1) * 4 - 4;
    let crc = flate2::Crc::new();
    let sum = {
        let mut crc = crc;
        crc.update(&xz[12..end]);
        crc.sum()
    };
    xz[end..end + 4].copy_from_slice(&sum.to_le_bytes());
    check("a.txt.xz", &xz, &[], &[("a.txt.xz", "memory")]);
    let seven_zip = include_bytes!("../../../../fuzz/corpus/nested_archives/7z_memory");
    check("a.7z", seven_zip, &[], &[("a.7z", "more memory than the 96 MiB")]);
}

#[test]
fn an_archive_that_is_not_opened_is_a_gap_that_says_so() {
    check("a.rar", b"Rar!\x1a\x07\x01\x00 whatever", &[], &[("a.rar", "RAR archive, a format that is not opened")]);
    check("a.tar.lz4", b"\x04\x22\x4d\x18 whatever", &[], &[("a.tar.lz4", "LZ4, a format that is not opened")]);
    for kind in
        ["main_binary-amd64_Packages", "main_source_Sources", "main_i18n_Translation-pt_BR", "main_Contents-amd64"]
    {
        let name = format!("deb.debian.org_debian_dists_bookworm_{kind}.lz4");
        let text = b"\x04\x22\x4d\x18 whatever";
        for folder in ["var/lib/apt/lists/", "apt/lists/", ""] {
            check(&format!("{folder}{name}"), text, &[], &[]);
        }
        let elsewhere = format!("srv/{name}");
        check(&elsewhere, text, &[], &[(elsewhere.as_str(), "LZ4, a format that is not opened")]);
    }
    check("a.cab", b"MSCF\0\0\0\0 whatever", &[], &[("a.cab", "cabinet of Windows, a format that is not opened")]);
}

#[test]
fn damaged_xz_and_7z_archives_are_gaps() {
    let archive = seven_zip(&[("a.txt", b"hello"), ("b.txt", &[b'b'; 5000])]);
    for length in [6, 20, 40, archive.len() - 3] {
        check("a.7z", &archive[..length], &[], &[("a.7z", "7z archive")]);
    }
    check("a.txt.xz", b"\xfd7zXZ\0\0\x04 no stream", &[], &[("a.txt.xz", "cannot read it")]);
}
