//! eStargz (stargz-snapshotter, docs/estargz.md): a gzip layer whose last member names the place of its table, a tar
//! archive of one file. Every part of a file begins a gzip member of its own.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::ops::Range;
use std::sync::Arc;

use flate2::read::GzDecoder;
use model::{Digest, UntrustedPath};

use super::contents::{Contents, parse};
use super::{LARGEST_STORED_TABLE, ReadPartsError, TocPlace, read_table};
use crate::entry::{Entry, EntryKind, EntryStream};
use crate::file_capabilities::FileCapabilities;
use crate::stored::digest_of;
use crate::tar::TarReader;

const DIGEST_ANNOTATION: &str = "containerd.io/snapshot/stargz/toc.digest";
/// The name of the table in its archive, which is a part of the layer like any file.
const TABLE_NAME: &str = "stargz.index.json";
/// The length of the last member.
const FOOTER_BYTES: u64 = 51;
/// What the last member begins with: a gzip header without time. Behind two bytes that differ between writers comes one
/// extra field `SG` of 22 bytes.
const FOOTER_HEAD: &[u8] = &[0x1f, 0x8b, 8, 4, 0, 0, 0, 0];
const FOOTER_FIELD: &[u8] = &[26, 0, b'S', b'G', 22, 0];

/// What the annotations say of the table.
pub(super) fn place(annotations: &BTreeMap<String, String>) -> Option<TocPlace> {
    Some(TocPlace::Estargz { digest: annotations.get(DIGEST_ANNOTATION)?.parse().ok()? })
}

/// Fetches the table of a layer of this size.
pub(super) fn fetch(
    size_bytes: u64,
    digest: &Digest,
    read: impl Fn(Range<u64>, u64) -> Result<Vec<u8>, ReadPartsError>,
) -> Result<Contents, ReadPartsError> {
    let table_end = size_bytes.saturating_sub(FOOTER_BYTES);
    let table_start = table_offset(&read(table_end..size_bytes, FOOTER_BYTES)?)
        .filter(|start| *start < table_end)
        .ok_or(ReadPartsError::BadTable("its place cannot be told"))?;
    let table = unpack(&read(table_start..table_end, LARGEST_STORED_TABLE)?)?;
    let actual = digest_of(digest.algorithm(), &table);
    if actual != *digest {
        return Err(ReadPartsError::WrongTable { expected: digest.clone(), actual });
    }
    let mut contents = parse(&table, table_start)?;
    // Whoever unpacks the layer gets the table too, and a file of that name in a layer below is hidden by it.
    let path = UntrustedPath::normalise(TABLE_NAME);
    let capabilities = FileCapabilities::default();
    contents.push_bare(Entry { path, kind: EntryKind::Other, size_bytes: 0, mode: 0, capabilities });
    Ok(contents)
}

/// The table's place by the last member.
fn table_offset(footer: &[u8]) -> Option<u64> {
    let rest = footer.strip_prefix(FOOTER_HEAD)?.get(2..)?.strip_prefix(FOOTER_FIELD)?;
    let (digits, rest) = rest.split_at_checked(16)?;
    let is_whole = rest.starts_with(b"STARGZ") && digits.iter().all(u8::is_ascii_hexdigit);
    u64::from_str_radix(str::from_utf8(digits).ok().filter(|_| is_whole)?, 16).ok()
}

/// Takes the table out of its compressed archive.
fn unpack(stored: &[u8]) -> Result<Vec<u8>, ReadPartsError> {
    let mut tar = TarReader::new(BufReader::new(GzDecoder::new(stored)), Arc::from("table of contents"));
    match tar.next_entry() {
        Ok(Some(entry)) if entry.kind == EntryKind::File && entry.path.as_str() == TABLE_NAME => {
            read_table(tar.content())
        }
        _ => Err(ReadPartsError::BadTable("its archive holds something else")),
    }
}

/// For fuzzing: the end of a blob, and the table in it.
pub(crate) fn exercise(bytes: &[u8]) {
    let (stored, footer) = bytes.split_at(bytes.len().saturating_sub(FOOTER_BYTES as usize));
    let _ = table_offset(footer);
    if let Ok(table) = unpack(stored) {
        super::exercise_contents(&table);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_footer_that_is_not_exact_names_no_place() {
        let footer = test_support::estargz_footer(0x1234);
        assert_eq!(footer.len() as u64, FOOTER_BYTES);
        assert_eq!(table_offset(&footer), Some(0x1234));
        for place in [0, 1, 2, 3, 12, 13, 14, 18, 33, 34] {
            let mut other = footer.clone();
            other[place] ^= 0x80;
            assert_eq!(table_offset(&other), None, "{place}");
            assert_eq!(table_offset(&footer[..place]), None);
        }
        let signed = [&footer[..16], b"+", &footer[17..]].concat();
        assert_eq!(table_offset(&signed), None);
    }
}
