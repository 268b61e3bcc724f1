//! The table itself: the same JSON document in both formats.

use std::ops::Range;

use model::{Digest, UntrustedPath};
use serde::Deserialize;

use super::ReadPartsError;
use crate::entry::{Entry, EntryKind};
use crate::file_capabilities::FileCapabilities;

/// The most entries of a table, further parts of files included. A layer has a hundred thousand at the very most.
const MOST_ENTRIES: usize = 300_000;

/// The entries of a layer in the order of its archive, and where their content lies.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) entries: Vec<ListedEntry>,
    pub(super) chunks: Vec<Chunk>,
}

/// An entry with its share of [`Contents::chunks`].
#[derive(Debug)]
pub(super) struct ListedEntry {
    pub(super) entry: Entry,
    pub(super) chunks: Range<usize>,
}

/// A part of a file.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Where it lies compressed in the blob; empty for a part that holds nothing but zeroes. Whatever follows the part
    /// up to the end belongs to no file.
    pub(super) stored: Range<u64>,
    /// The length of its content.
    pub(super) size_bytes: u64,
    /// The digest of its content.
    pub(super) digest: Option<Digest>,
}

#[derive(Deserialize)]
struct Table {
    version: u64,
    entries: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Listed {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    size: u64,
    link_name: String,
    mode: u32,
    offset: u64,
    end_offset: u64,
    chunk_size: u64,
    chunk_offset: u64,
    chunk_digest: String,
    chunk_type: String,
    inner_offset: u64,
    digest: String,
}

impl Contents {
    /// Adds an entry without content.
    pub(super) fn push_bare(&mut self, entry: Entry) {
        let end = self.chunks.len();
        self.entries.push(ListedEntry { entry, chunks: end..end });
    }
}

/// Reads a table whose files lie before `end` in the blob. Parts that overlap or come in another order than their files
/// are refused: so no more is ever inflated than the blob as a whole would give.
pub(super) fn parse(table: &[u8], end: u64) -> Result<Contents, ReadPartsError> {
    let table: Table = serde_json::from_slice(table)?;
    if table.version != 1 {
        return Err(ReadPartsError::BadTable("its version is unknown"));
    }
    if table.entries.len() > MOST_ENTRIES {
        return Err(ReadPartsError::BadTable("it has too many entries"));
    }
    let mut contents = Contents::default();
    // What is still missing of the last file, whose name its further parts repeat.
    let mut missing = 0;
    let mut name = String::new();
    for listed in table.entries {
        let is_further = listed.kind == "chunk";
        if is_further && (missing == 0 || listed.name != name) {
            return Err(ReadPartsError::BadTable("a part belongs to no file"));
        }
        if !is_further {
            if missing > 0 {
                return Err(ReadPartsError::BadTable("a file is not complete"));
            }
            let entry = entry_of(&listed)?;
            missing = entry.size_bytes;
            contents.push_bare(entry);
            name.clone_from(&listed.name);
        }
        if missing > 0
            && let Some(last) = contents.entries.last_mut()
        {
            if listed.chunk_offset != last.entry.size_bytes - missing {
                return Err(ReadPartsError::BadTable("the parts of a file do not follow one another"));
            }
            let chunk = chunk_of(&listed, missing)?;
            missing -= chunk.size_bytes;
            contents.chunks.push(chunk);
            last.chunks.end = contents.chunks.len();
        }
    }
    if missing > 0 {
        return Err(ReadPartsError::BadTable("a file is not complete"));
    }
    close_chunks(&mut contents.chunks, end)?;
    Ok(contents)
}

fn entry_of(listed: &Listed) -> Result<Entry, ReadPartsError> {
    let kind = match listed.kind.as_str() {
        "reg" => EntryKind::File,
        "dir" => EntryKind::Directory,
        "symlink" => EntryKind::SymbolicLink(listed.link_name.clone()),
        "hardlink" => EntryKind::HardLink(UntrustedPath::normalise(&listed.link_name)),
        "char" | "block" | "fifo" => EntryKind::Other,
        _ => return Err(ReadPartsError::BadTable("an entry is of an unknown kind")),
    };
    let size_bytes = if kind == EntryKind::File { listed.size } else { 0 };
    let path = UntrustedPath::normalise(&listed.name);
    let capabilities = FileCapabilities::default();
    Ok(Entry { path, kind, size_bytes, mode: listed.mode & 0o7777, capabilities })
}

/// The next part of a file of which so many bytes are missing.
fn chunk_of(listed: &Listed, missing: u64) -> Result<Chunk, ReadPartsError> {
    if listed.inner_offset != 0 {
        return Err(ReadPartsError::BadTable("several parts share one compressed stream, which is not read"));
    }
    let size_bytes = if listed.chunk_size == 0 { missing } else { listed.chunk_size };
    if size_bytes > missing {
        return Err(ReadPartsError::BadTable("a part is larger than its file"));
    }
    let is_whole = listed.kind == "reg" && size_bytes == missing;
    let digest = match listed.chunk_digest.as_str() {
        "" if is_whole => listed.digest.parse().ok(),
        text => text.parse().ok(),
    };
    let stored = match listed.chunk_type.as_str() {
        "" => listed.offset..listed.end_offset,
        "zeros" => 0..0,
        _ => return Err(ReadPartsError::BadTable("a part is of an unknown kind")),
    };
    // A part at the very beginning without an end would pass for zeroes. No archive begins with content.
    if stored == (0..0) && listed.chunk_type.is_empty() {
        return Err(ReadPartsError::BadTable("parts of files overlap, or lie outside of the layer"));
    }
    Ok(Chunk { stored, size_bytes, digest })
}

/// Gives an end to the parts that state none, and refuses parts that overlap or lie outside.
fn close_chunks(chunks: &mut [Chunk], end: u64) -> Result<(), ReadPartsError> {
    let mut next = end;
    for chunk in chunks.iter_mut().rev().filter(|chunk| chunk.stored != (0..0)) {
        if chunk.stored.end == 0 {
            chunk.stored.end = next;
        }
        if chunk.stored.is_empty() || chunk.stored.end > next {
            return Err(ReadPartsError::BadTable("parts of files overlap, or lie outside of the layer"));
        }
        next = chunk.stored.start;
    }
    Ok(())
}

/// For fuzzing: whatever is accepted keeps what the reader relies on.
pub(crate) fn exercise(bytes: &[u8]) {
    const END: u64 = 1 << 40;
    let Ok(contents) = parse(bytes, END) else { return };
    let mut end = 0;
    for chunk in contents.chunks.iter().filter(|chunk| !chunk.stored.is_empty()) {
        assert!(chunk.stored.start >= end && chunk.stored.end <= END, "{chunk:?} overlaps");
        end = chunk.stored.end;
    }
    let mut next = 0;
    for listed in &contents.entries {
        assert_eq!(listed.chunks.start, next, "{listed:?} skips parts");
        next = listed.chunks.end;
        let size: u64 = contents.chunks[listed.chunks.clone()].iter().map(|chunk| chunk.size_bytes).sum();
        assert_eq!(size, listed.entry.size_bytes, "{listed:?} has another size");
    }
    let _ = super::Plan::new(&contents, &|entry| entry.mode & 1 == 0, END);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(entries: &str) -> String {
        match parse(format!(r#"{{"version":1,"entries":[{entries}]}}"#).as_bytes(), 1000) {
            Ok(contents) => format!("{contents:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn tables_that_contradict_themselves_are_refused() {
        let file = |rest: &str| format!(r#"{{"name":"a","type":"reg","size":9,{rest}}}"#);
        for (entries, words) in [
            (file(r#""offset":1000"#), "outside"),
            (file(r#""offset":0"#), "outside"),
            (file(r#""offset":5,"endOffset":1001"#), "outside"),
            (file(r#""offset":9,"endOffset":5"#), "outside"),
            (file(r#""offset":5"#) + "," + &file(r#""offset":5"#), "overlap"),
            (file(r#""offset":50"#) + "," + &file(r#""offset":5"#), "overlap"),
            (file(r#""offset":5,"chunkSize":10"#), "larger than its file"),
            (file(r#""offset":5,"chunkSize":8"#), "not complete"),
            (file(r#""offset":5,"chunkOffset":1"#), "do not follow"),
            (file(r#""offset":5,"innerOffset":7"#), "share one"),
            (file(r#""offset":5,"chunkType":"holes""#), "unknown kind"),
            (r#"{"name":"a","type":"chunk","size":9,"offset":5}"#.into(), "belongs to no file"),
            (r#"{"name":"a","type":"dir"},{"name":"a","type":"chunk","offset":5}"#.into(), "belongs to no file"),
            (r#"{"name":"a","type":"door"}"#.into(), "unknown kind"),
            (r#"{"name":"a","type":"reg","size":-1}"#.into(), "cannot be parsed"),
            (r#"{"name":"a","type":"reg","size":18446744073709551616}"#.into(), "cannot be parsed"),
        ] {
            let told = refusal(&entries);
            assert!(told.contains(words), "{entries}: {told}");
        }
        assert!(parse(br#"{"version":2,"entries":[]}"#, 9).unwrap_err().to_string().contains("version"));
    }

    #[test]
    fn names_of_a_table_that_lead_out_of_the_layer_stay_inside() {
        let table = br#"{"version":1,"entries":[{"name":"../../etc/passwd","type":"hardlink","linkName":"/../x"}]}"#;
        let contents = parse(table, 9).unwrap();
        let entry = &contents.entries[0].entry;
        assert_eq!(entry.path.as_str(), "etc/passwd");
        assert_eq!(entry.kind, EntryKind::HardLink(UntrustedPath::normalise("x")));
    }

    #[test]
    fn a_table_of_very_many_entries_is_refused() {
        let entries = vec![r#"{"type":"dir"}"#; MOST_ENTRIES + 1].join(",");
        assert!(refusal(&entries).contains("too many entries"));
    }
}
