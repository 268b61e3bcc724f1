use std::io::{Cursor, Write};

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Inflates with both ways of reading, which must agree; gives what came and whether it ended well.
fn check(stored: &[u8]) -> (Vec<u8>, Result<(), String>) {
    let compression = Compression::of(stored).unwrap();
    let again = stored.to_vec();
    let reopen: Reopen<'_> = Box::new(move || Ok(Box::new(Cursor::new(again.clone()))));
    let mut results = [inflate(compression, stored, reopen), inflate_once(compression, stored)].map(|reader| {
        let mut bytes = Vec::new();
        // Reads of an odd size, so that buffers end inside of members.
        let mut buffer = [0; 1337];
        let mut reader = reader.unwrap();
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return (bytes, Ok(())),
                Ok(count) => bytes.extend_from_slice(&buffer[..count]),
                Err(error) => return (bytes, Err(error.to_string())),
            }
        }
    });
    let [fast, exact] = &results;
    assert_eq!(fast.1.is_ok(), exact.1.is_ok(), "{:?} {:?}", fast.1, exact.1);
    assert!(fast.0 == exact.0 || fast.1.is_err(), "both give the same bytes");
    std::mem::take(&mut results[0].0);
    let [_, exact] = results;
    exact
}

fn text() -> Vec<u8> {
    (0..40_000_u32).flat_map(|number| format!("{} ", number.wrapping_mul(2_654_435_761)).into_bytes()).collect()
}

#[test]
fn members_and_frames_read_as_one() {
    let text = text();
    let two = [gzip(&text), gzip(b""), gzip(b"end")].concat();
    assert!(check(&two) == ([&text[..], b"end"].concat(), Ok(())));
    let two = [
        zstd::encode_all(&text[..], 1).unwrap(),
        b"\x50\x2a\x4d\x18\x01\0\0\0x".to_vec(),
        zstd::encode_all(&b"end"[..], 1).unwrap(),
    ]
    .concat();
    assert!(check(&two) == ([&text[..], b"end"].concat(), Ok(())));
    assert!(check(&text) == (text.clone(), Ok(())));
    assert!(check(b"") == (Vec::new(), Ok(())));
}

#[test]
fn what_follows_the_last_member_is_passed_over() {
    let text = text();
    for rest in [&[0; 100_000][..], b"garbage", b"\x1f", b"\x1fgarbage", &[0]] {
        let (bytes, result) = check(&[&gzip(&text), rest].concat());
        assert!(bytes == text);
        // A lone first byte of a member may be the beginning of one that was cut off.
        assert_eq!(result.is_ok(), rest != b"\x1f", "{rest:?}");
    }
}

#[test]
fn a_stream_that_is_cut_off_is_an_error() {
    let text = text();
    for stored in [gzip(&text), zstd::encode_all(&text[..], 1).unwrap()] {
        for cut in [10, 100, stored.len() / 2, stored.len() - 9, stored.len() - 8, stored.len() - 1] {
            let (bytes, result) = check(&stored[..cut]);
            assert!(text.starts_with(&bytes));
            assert!(result.is_err(), "cut at {cut} of {}", stored.len());
        }
    }
}

#[test]
fn flipped_bits_neither_pass_nor_hang() {
    let text = text();
    let stored = gzip(&text);
    let mut seed = 1_u64;
    for _ in 0..300 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut damaged = stored.clone();
        // Behind the header, whose name, time and system byte nobody checks.
        let place = 10 + (seed >> 33) as usize % (stored.len() - 10);
        damaged[place] ^= 1 << (seed >> 60 & 7);
        let (_, result) = check(&damaged);
        assert!(result.is_err(), "bit at byte {place}");
    }
}

#[test]
fn huge_gzip_headers_are_read() {
    let mut stored = b"\x1f\x8b\x08\x0c\0\0\0\0\0\x03\xff\xff".to_vec();
    stored.resize(stored.len() + 65535, b'x');
    stored.extend_from_slice(&[b'n'; 50_000]);
    stored.push(0);
    stored.extend_from_slice(&gzip(b"content")[10..]);
    assert!(check(&stored) == (b"content".to_vec(), Ok(())));
}

#[test]
fn other_compressions_are_named() {
    for (head, name) in [(&b"\xfd7zXZ\0"[..], "xz"), (b"BZh91AY", "bzip2"), (b"\x04\x22\x4d\x18abc", "lz4")] {
        assert_eq!(Compression::of(head), Err(UnsupportedCompression { name }));
    }
    assert_eq!(Compression::of(b"BZhello"), Ok(Compression::Plain));
}

#[test]
fn a_zstd_window_beyond_the_limit_is_refused() {
    // A frame header that asks for a window of 2 GiB, then an empty raw last block.
    let (_, result) = check(b"\x28\xb5\x2f\xfd\x00\xa8\x01\0\0");
    assert!(result.is_err());
}
