//! zstd:chunked (containers/storage, docs/containers-storage-zstd-chunked.md): a zstd layer whose table lies compressed
//! in a skippable frame near its end, where annotations say. Every part of a file begins a frame of its own.

use std::collections::BTreeMap;
use std::ops::Range;

use model::Digest;

use super::contents::{Contents, parse};
use super::{LARGEST_STORED_TABLE, LARGEST_TABLE, ReadPartsError, TocPlace, read_table};
use crate::compression::{Compression, inflate_once};
use crate::stored::digest_of;

const POSITION_ANNOTATION: &str = "io.github.containers.zstd-chunked.manifest-position";
const CHECKSUM_ANNOTATION: &str = "io.github.containers.zstd-chunked.manifest-checksum";
/// The number of the table's only known layout.
const LAYOUT: &str = "1";

/// What the annotations say of the table of a layer of this size.
pub(super) fn place(annotations: &BTreeMap<String, String>, size_bytes: u64) -> Option<TocPlace> {
    let digest = annotations.get(CHECKSUM_ANNOTATION)?.parse().ok()?;
    let mut fields = annotations.get(POSITION_ANNOTATION)?.split(':');
    let mut number = || fields.next()?.parse::<u64>().ok();
    let (start, stored_length, length) = (number()?, number()?, number()?);
    let is_known = fields.next() == Some(LAYOUT) && fields.next().is_none();
    let stored = start..start.checked_add(stored_length)?;
    let fits = !stored.is_empty() && stored.end <= size_bytes;
    (is_known && fits).then_some(TocPlace::ZstdChunked { stored, length, digest })
}

/// Fetches the table that lies at this place and inflates to this length.
pub(super) fn fetch(
    stored: &Range<u64>,
    length: u64,
    digest: &Digest,
    read: impl Fn(Range<u64>, u64) -> Result<Vec<u8>, ReadPartsError>,
) -> Result<Contents, ReadPartsError> {
    if length > LARGEST_TABLE {
        return Err(ReadPartsError::BadTable("it is too large"));
    }
    let bytes = read(stored.clone(), LARGEST_STORED_TABLE)?;
    let actual = digest_of(digest.algorithm(), &bytes);
    if actual != *digest {
        return Err(ReadPartsError::WrongTable { expected: digest.clone(), actual });
    }
    let table = unpack(&bytes)?;
    if table.len() as u64 != length {
        return Err(ReadPartsError::BadTable("it has another length than the manifest says"));
    }
    parse(&table, stored.start)
}

fn unpack(stored: &[u8]) -> Result<Vec<u8>, ReadPartsError> {
    read_table(inflate_once(Compression::Zstd, stored)?)
}

/// For fuzzing: a stored table.
pub(crate) fn exercise(bytes: &[u8]) {
    if let Ok(table) = unpack(bytes) {
        super::exercise_contents(&table);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_that_is_not_exact_or_outside_of_the_blob_is_none() {
        let digest = digest_of(model::DigestAlgorithm::Sha256, b"table").to_string();
        let place_of = |position: &str| {
            let annotations = [(POSITION_ANNOTATION, position), (CHECKSUM_ANNOTATION, &digest)];
            place(&annotations.map(|(key, value)| (key.to_owned(), value.to_owned())).into(), 1000)
        };
        assert!(place_of("900:100:500:1").is_some());
        for bad in [
            "",
            "900",
            "900:100:500",
            "900:100:500:2",
            "900:100:500:1:",
            "-1:100:500:1",
            "901:100:500:1",
            "900:0:500:1",
            "18446744073709551615:2:500:1",
        ] {
            assert_eq!(place_of(bad), None, "{bad}");
        }
    }
}
