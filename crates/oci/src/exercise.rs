//! A door for fuzz targets and the replay of their corpora, which stand outside of the crate.
//!
//! It is no interface of the crate: nothing else may use it, and it changes without notice.

mod documents;

use std::io::{Cursor, Read, Write};
use std::sync::Arc;

use crate::compression::{Compression, Reopen, inflate, inflate_once};
use crate::entry::{Entry, EntryKind, EntryStream};
use crate::tar::TarReader;
use crate::{LayerPath, OpenOptions, credentials, engine, registry, source, toc};

/// A name and what it runs.
type Target = (&'static str, fn(&[u8]));

const TARGETS: &[Target] = &[
    ("archive", archive),
    ("auth_file", credentials::exercise),
    ("bolt", engine::exercise_bolt),
    ("challenge", registry::exercise_challenge),
    ("compression", compression),
    ("containers_storage", engine::exercise_storage),
    ("docker_archive", documents::docker_archive),
    ("estargz", toc::exercise_estargz),
    ("manifest", documents::manifest),
    ("oci_layout", documents::oci_layout),
    ("tar", tar),
    ("toc", toc::exercise_contents),
    ("zstd_chunked", toc::exercise_zstd_chunked),
];

/// The most bytes that are looked at of what an input inflates to or of the content of one of its files.
const LARGEST_LOOK: u64 = 4 << 20;

/// The names of all targets.
pub fn targets() -> impl Iterator<Item = &'static str> {
    TARGETS.iter().map(|(target, _)| *target)
}

/// Does with the bytes what the target of this name is there to try.
///
/// # Panics
/// When there is no such target, and when a reader has a mistake.
pub fn run(target: &str, bytes: &[u8]) {
    let known = TARGETS.iter().find(|(known, _)| *known == target);
    known.expect("the caller names a target of the list").1(bytes);
}

/// Entries are the same whether their content is read, half read or passed over, and content is as long as it says.
fn tar(bytes: &[u8]) {
    let passed_over = entries(bytes, 0);
    let (half_read, read) = (entries(bytes, 7), entries(bytes, LARGEST_LOOK));
    let common = half_read.len().min(passed_over.len()).min(read.len());
    assert_eq!(half_read[..common], passed_over[..common]);
    assert_eq!(read[..common], passed_over[..common]);
}

fn entries(bytes: &[u8], read_bytes: u64) -> Vec<Entry> {
    let mut tar = TarReader::new(bytes, Arc::from("input"));
    let mut entries = Vec::new();
    let mut left = LARGEST_LOOK;
    while let Ok(Some(entry)) = tar.next_entry() {
        assert!(entry.kind == EntryKind::File || entry.size_bytes == 0, "{entry:?} has content");
        LayerPath::of(&entry.path);
        let look = read_bytes.min(left);
        if look > 0 {
            let mut content = Vec::new();
            let outcome = tar.content().take(look).read_to_end(&mut content);
            let length = content.len() as u64;
            left -= length;
            assert!(length <= entry.size_bytes, "{entry:?} has {length} bytes");
            assert!(outcome.is_err() || length == entry.size_bytes.min(look), "{entry:?} ends after {length} bytes");
        }
        entries.push(entry);
    }
    assert!(matches!(tar.next_entry(), Ok(None)), "entries come after the end");
    entries
}

/// Both ways of inflating give the same bytes and agree on whether these are whole.
fn compression(bytes: &[u8]) {
    let Ok(compression) = Compression::of(bytes) else { return };
    let again = bytes.to_vec();
    let reopen: Reopen<'_> = Box::new(move || Ok(Box::new(Cursor::new(again.clone()))));
    let [fast, exact] = [inflate(compression, bytes, reopen), inflate_once(compression, bytes)].map(|reader| {
        let mut inflated = Vec::new();
        let outcome = reader.and_then(|reader| reader.take(LARGEST_LOOK).read_to_end(&mut inflated));
        (inflated, outcome.map_err(|error| error.to_string()))
    });
    // A bound in the middle of the stream hides from one of the two what the other has met already.
    let is_bounded = [&fast, &exact].iter().any(|(inflated, _)| inflated.len() as u64 == LARGEST_LOOK);
    // ISA-L overlooks reserved flags in a header, as Go's decoder does; zlib refuses them, as RFC 1952 asks.
    let is_overlooked = exact.1.as_ref().is_err_and(|error| error == "invalid gzip header");
    assert!(is_bounded || is_overlooked || fast.1.is_ok() == exact.1.is_ok(), "{:?} {:?}", fast.1, exact.1);
    assert!(fast.0 == exact.0 || fast.1.is_err() || is_overlooked, "the decoders give other bytes");
}

/// An archive of an image as it comes through a pipe: nothing of what it says is as it should be.
fn archive(bytes: &[u8]) {
    if matches!(Compression::of(bytes), Ok(Compression::Plain)) {
        open(source::open_archive_stdin(&mut { bytes }, &OpenOptions::default()));
    }
}

/// Opens the layers of what is an image after all.
fn open(image: Result<crate::Image, crate::OpenImageError>) {
    let Ok(image) = image else { return };
    for index in 0..image.layers.len().min(4) {
        let Ok(mut layer) = image.open_layer(index) else { continue };
        while let Ok(Some(_)) = layer.next_entry() {}
        let _ = layer.finish();
    }
}

/// A file without a name that holds the bytes.
pub(crate) fn file_of(bytes: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().expect("there is room for temporary files");
    file.write_all(bytes).expect("there is room for temporary files");
    file
}
