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

    fn wants(&self, path: &str, head: &[u8], _: Option<u64>) -> bool {
        path.ends_with(".txt") && !head.is_empty()
    }

    fn look(&mut self, path: &str, content: &mut SharedContent) {
        let mut text = String::new();
        content.reader().unwrap().read_to_string(&mut text).unwrap();
        text.truncate(20);
        self.seen.push((path.to_owned(), text));
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
    let found = look_into(path, format, &mut Cursor::new(archive), &mut notes);
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
fn a_rar_archive_is_a_gap_that_says_so() {
    check("a.rar", b"Rar!\x1a\x07\x01\x00 whatever", &[], &[("a.rar", "RAR archive, a format that is not opened")]);
}

#[test]
fn damaged_xz_and_7z_archives_are_gaps() {
    let archive = seven_zip(&[("a.txt", b"hello"), ("b.txt", &[b'b'; 5000])]);
    for length in [6, 20, 40, archive.len() - 3] {
        check("a.7z", &archive[..length], &[], &[("a.7z", "7z archive")]);
    }
    check("a.txt.xz", b"\xfd7zXZ\0\0\x04 no stream", &[], &[("a.txt.xz", "cannot read it")]);
}
