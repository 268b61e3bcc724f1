//! Small inputs that become large: compressed zeroes, countless members, archives in archives.

use std::io::Write;

use flate2::{Compression, write::DeflateEncoder, write::GzEncoder};
use test_support::{Storage, TarWriter, TestImages, pax_record};

use crate::program::{Bench, image_of, image_of_layers};

const GIBIBYTE: u64 = 1 << 30;

/// A layer with one file of `count` times 64 MiB of zeroes, and behind it one that is wanted; as gzip members.
fn gzip_of_zeroes(path: &str, count: u64) -> Vec<u8> {
    let zeroes = vec![0; 64 << 20];
    concatenated(
        path,
        count,
        |bytes| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        },
        &zeroes,
    )
}

fn concatenated(path: &str, count: u64, compress: impl Fn(&[u8]) -> Vec<u8>, part: &[u8]) -> Vec<u8> {
    let mut head = TarWriter::new();
    head.raw(path.as_bytes(), b'0', b"", 0o644, 0, b"");
    let mut head = head.unfinished();
    // Sizes of 8 GiB and more do not fit into octal digits: base-256, as GNU tar writes them.
    let size = count * part.len() as u64;
    head[124..136].copy_from_slice(&[&[0x80, 0, 0, 0][..], &size.to_be_bytes()].concat());
    let mut header: [u8; 512] = head[..512].try_into().unwrap();
    header[148..156].fill(b' ');
    let mut start = TarWriter::new();
    start.header(header, b"");
    let mut end = TarWriter::new();
    end.file("lib/apk/db/installed", 0o644, b"P:musl\nV:1.2.3-r0\nA:x86_64\nF:lib\nR:a\n\n");
    let mut bytes = compress(&start.unfinished());
    let compressed = compress(part);
    for _ in 0..count {
        bytes.extend_from_slice(&compressed);
    }
    bytes.extend(compress(&end.finish()));
    bytes
}

#[test]
fn eight_gibibytes_of_zeroes_under_gzip_are_passed_over() {
    let bomb = gzip_of_zeroes("var/zeroes", 8 * GIBIBYTE / (64 << 20));
    assert!(bomb.len() < 10 << 20);
    let run = Bench::with("bomb.tar", &image_of_layers(&[("+gzip", bomb)])).scan("bomb.tar");
    assert_eq!(run.packages(), ["musl"]);
}

#[test]
fn eight_gibibytes_of_zeroes_under_zstd_are_passed_over() {
    let zeroes = vec![0; 64 << 20];
    let bomb = concatenated("var/zeroes", 128, |bytes| Storage::Zstd.store(bytes), &zeroes);
    assert!(bomb.len() < 2 << 20);
    let run = Bench::with("bomb.tar", &image_of_layers(&[("+zstd", bomb)])).scan("bomb.tar");
    assert_eq!(run.packages(), ["musl"]);
}

#[test]
fn a_wanted_file_of_a_gibibyte_is_a_gap() {
    let bomb = gzip_of_zeroes("app/package-lock.json", 16);
    let run = Bench::with("bomb.tar", &image_of_layers(&[("+gzip", bomb)])).scan("bomb.tar");
    run.has_gap("app/package-lock.json: npm: it has 1073741824 bytes, more than the");
    assert_eq!(run.packages(), ["musl"]);
}

#[test]
fn a_member_that_claims_more_than_there_is_is_refused() {
    let mut tar = TarWriter::new();
    tar.raw(b"var/big", b'0', b"", 0o644, 0o77_777_777_777, b"a few bytes");
    let run = Bench::with("bomb.tar", &image_of_layers(&[("", tar.unfinished())])).scan("bomb.tar");
    run.fails_with("it ends inside of a file");
}

#[test]
fn a_million_members_of_a_layer_are_walked_in_bounded_memory() {
    let mut tar = TarWriter::new();
    for number in 0..1000 {
        tar.file(&format!("var/lib/app/{number}"), 0o644, b"");
    }
    let mut chunk = GzEncoder::new(Vec::new(), Compression::fast());
    chunk.write_all(&tar.unfinished()).unwrap();
    let mut layer = chunk.finish().unwrap().repeat(1000);
    layer.extend(Storage::Gzip.store(&TarWriter::new().finish()));
    let run = Bench::with("many.tar", &image_of_layers(&[("+gzip", layer)])).scan("many.tar");
    assert_eq!((run.packages().len(), run.gaps().len()), (0, 0));
}

#[test]
fn an_archive_of_countless_long_names_is_refused() {
    let mut archive = Vec::new();
    for number in 0..1200 {
        let record = pax_record("path", format!("{number}/{}", "n".repeat(60_000)).as_bytes());
        let mut tar = TarWriter::new();
        tar.raw(b"pax", b'x', b"", 0o644, record.len() as u64, &record).raw(b"x", b'0', b"", 0o644, 0, b"");
        archive.extend(Storage::Gzip.store(&tar.unfinished()));
    }
    let run = Bench::with("many.tar.gz", &archive).scan("oci-archive:many.tar.gz");
    run.fails_with("may have 500,000 members with 64 MiB of names");
}

#[test]
fn names_without_end_are_bounded_and_said() {
    let mut layer = Vec::new();
    for number in 0..2000 {
        let path = format!("{number}/{}/.wh.x", "d".repeat(60_000));
        let record = pax_record("path", path.as_bytes());
        let mut tar = TarWriter::new();
        tar.raw(b"pax", b'x', b"", 0o644, record.len() as u64, &record).raw(b"x", b'0', b"", 0o644, 0, b"");
        let link = pax_record("path", format!("{number}/{}/package.json", "e".repeat(60_000)).as_bytes());
        tar.raw(b"pax", b'x', b"", 0o644, link.len() as u64, &link).raw(b"x", b'1', b"nowhere", 0o644, 0, b"");
        let torn = pax_record("path", format!("{number}/{}/Cargo.lock", "f".repeat(60_000)).as_bytes());
        tar.raw(b"pax", b'x', b"", 0o644, torn.len() as u64, &torn).raw(b"x", b'0', b"", 0o644, 1, b"[");
        layer.extend(Storage::Zstd.store(&tar.unfinished()));
    }
    layer.extend(Storage::Zstd.store(&TarWriter::new().finish()));
    let run = Bench::with("names.tar", &image_of_layers(&[("+zstd", layer)])).scan("names.tar");
    run.has_gap("the layer has more to say than 64 MiB");
}

#[test]
fn an_image_of_two_thousand_layers_is_refused() {
    let mut images = TestImages::parse("layer RUN x\n  a = b\n", Storage::Plain);
    let layer = images.images[0].layers[0].clone();
    images.images[0].layers = vec![layer; 2000];
    let run = Bench::with("tower.tar", &images.oci_archive()).scan("tower.tar");
    run.fails_with("has 2000 layers, more than the 1,024 that are read");
    let run = Bench::with("tower.tar", &images.docker_archive()).scan("docker-archive:tower.tar");
    run.fails_with("has 2000 layers, more than the 1,024 that are read");
}

#[test]
fn compression_within_compression_is_no_archive() {
    let mut bytes = image_of(&TarWriter::new());
    for _ in 0..5 {
        bytes = Storage::Gzip.store(&bytes);
    }
    let bench = Bench::with("onion.tar.gz", &bytes);
    bench.scan("docker-archive:onion.tar.gz").fails_with("onion.tar.gz");
    bench.scan("onion.tar.gz").fails_with("onion.tar.gz");
    let inner = Storage::Gzip.store(&Storage::Gzip.store(&TarWriter::new().finish()));
    let bench = Bench::with("onion.tar", &image_of_layers(&[("+gzip", inner)]));
    bench.scan("onion.tar").fails_with("damaged");
}

/// A zip archive of entries `(name, stored offset of an earlier entry or own content)`, with a directory that may lie.
struct ZipWriter {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl ZipWriter {
    fn new() -> ZipWriter {
        ZipWriter { bytes: Vec::new(), directory: Vec::new(), count: 0 }
    }

    /// Adds an entry deflated from `content`; returns where it lies and how long it is in both forms.
    fn add(&mut self, name: &str, content: &[u8]) -> (u32, u32, u32) {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        let deflated = encoder.finish().unwrap();
        let place = (self.bytes.len() as u32, deflated.len() as u32, content.len() as u32);
        self.bytes.extend_from_slice(b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0");
        for value in [0, place.1, place.2] {
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
        self.bytes.extend_from_slice(&(name.len() as u16).to_le_bytes());
        self.bytes.extend_from_slice(b"\0\0");
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(&deflated);
        self.list(name, place);
        place
    }

    /// Lists an entry in the directory, wherever it may lie.
    fn list(&mut self, name: &str, (offset, deflated, size): (u32, u32, u32)) {
        self.directory.extend_from_slice(b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0");
        for value in [0, deflated, size] {
            self.directory.extend_from_slice(&value.to_le_bytes());
        }
        self.directory.extend_from_slice(&(name.len() as u16).to_le_bytes());
        self.directory.extend_from_slice(&[0; 12]);
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        self.count += 1;
    }

    fn finish(self) -> Vec<u8> {
        let (offset, length) = (self.bytes.len() as u32, self.directory.len() as u32);
        let mut bytes = [self.bytes, self.directory].concat();
        bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        bytes.extend_from_slice(&self.count.to_le_bytes());
        bytes.extend_from_slice(&self.count.to_le_bytes());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&offset.to_le_bytes());
        bytes.extend_from_slice(b"\0\0");
        bytes
    }
}

fn scan_jar(jar: &[u8]) -> crate::program::Run {
    let mut layer = TarWriter::new();
    layer.file("app/a.jar", 0o644, jar);
    layer.file("lib/apk/db/installed", 0o644, b"P:musl\nV:1.2.3-r0\nA:x86_64\n\n");
    Bench::with("jar.tar", &image_of(&layer)).scan("jar.tar")
}

#[test]
fn a_zip_bomb_of_nested_archives_ends_in_a_gap() {
    // Six storeys of sixteen archives each over one file of 4 MiB: 64 TiB, as 42.zip is built.
    let mut storey = ZipWriter::new();
    storey.add("META-INF/MANIFEST.MF", &vec![b'a'; 4 << 20]);
    let mut bytes = storey.finish();
    for _ in 0..6 {
        let mut storey = ZipWriter::new();
        for number in 0..16 {
            storey.add(&format!("{number}.jar"), &bytes);
        }
        bytes = storey.finish();
    }
    let run = scan_jar(&bytes);
    assert!(run.packages().contains(&"musl".to_owned()));
    run.has_gap("app/a.jar");
}

#[test]
fn a_zip_bomb_of_overlapping_entries_ends_in_a_gap() {
    let mut zip = ZipWriter::new();
    let place = zip.add("0.jar", &vec![0; 16 << 20]);
    for number in 1..20_000 {
        zip.list(&format!("{number}.jar"), place);
    }
    let run = scan_jar(&zip.finish());
    assert!(run.packages().contains(&"musl".to_owned()));
    run.has_gap("app/a.jar");
}

#[test]
fn a_zip_directory_that_lies_is_a_gap() {
    let mut zip = ZipWriter::new();
    zip.add("META-INF/MANIFEST.MF", b"Implementation-Version: 1\n");
    zip.list("../../../../etc/cron.d/evil.jar", (0xfff0, u32::MAX - 1, u32::MAX - 1));
    zip.list("META-INF/maven/g/a/pom.properties", (u32::MAX - 1, 1, 1));
    let run = scan_jar(&zip.finish());
    run.has_gap("app/a.jar");
    let mut cut = ZipWriter::new();
    cut.add("META-INF/MANIFEST.MF", b"x");
    let bytes = cut.finish();
    scan_jar(&bytes[..bytes.len() - 30]).has_gap("app/a.jar");
}
