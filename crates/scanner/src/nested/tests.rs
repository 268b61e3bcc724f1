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
