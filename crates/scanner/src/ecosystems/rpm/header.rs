//! Package headers as rpm stores them in its databases (RPM V4 Package Format, Header Structure): an index of typed tags,
//! big-endian, and a store of values. Every offset and count is a claim until it was checked.

use std::borrow::Cow;

/// A header, borrowed from its bytes.
pub(super) struct Header<'a> {
    index: &'a [u8],
    store: &'a [u8],
}

/// The tags that matter (`rpmtag.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Tag {
    Name = 1000,
    Version = 1001,
    Release = 1002,
    Epoch = 1003,
    License = 1014,
    Architecture = 1022,
    OldFileNames = 1027,
    FileDigests = 1035,
    FileFlags = 1037,
    SourceRpm = 1044,
    ProvideName = 1047,
    RequireName = 1049,
    DirIndexes = 1116,
    BaseNames = 1117,
    DirNames = 1118,
    ModularityLabel = 5096,
}

const INT32: u32 = 4;
const STRING: u32 = 6;
const STRING_ARRAY: u32 = 8;
const TRANSLATED_STRING: u32 = 9;

/// One entry of the index, checked to lie in the store.
struct Entry<'a> {
    kind: u32,
    count: usize,
    values: &'a [u8],
}

impl<'a> Header<'a> {
    /// The most entries of an index (`HEADER_TAGS_MAX`).
    const MOST_ENTRIES: usize = 0xffff;

    /// Finds index and store in the bytes of a header, or says what is wrong with them.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Header<'a>, &'static str> {
        let (Some(count), Some(length)) = (be32(bytes, 0), be32(bytes, 4)) else {
            return Err("a header is shorter than its preamble");
        };
        let (count, length) = (count as usize, length as usize);
        if count == 0 || count > Header::MOST_ENTRIES {
            return Err("a header states an impossible number of tags");
        }
        let store = 8 + count * 16;
        let end = store.checked_add(length).ok_or("a header is longer than memory")?;
        match (bytes.get(8..store), bytes.get(store..end)) {
            (Some(index), Some(store)) => Ok(Header { index, store }),
            _ => Err("a header is cut off"),
        }
    }

    /// The text of a tag; of several the first.
    pub(super) fn text(&self, tag: Tag) -> Option<Cow<'a, str>> {
        self.texts(tag).next()
    }

    /// The texts of a tag.
    pub(super) fn texts(&self, tag: Tag) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let entry = self
            .entry(tag)
            .filter(|entry| matches!(entry.kind, STRING | STRING_ARRAY | TRANSLATED_STRING))
            .map(|entry| (entry.values, if entry.kind == STRING { 1 } else { entry.count }));
        let (mut values, count) = entry.unwrap_or_default();
        (0..count).map_while(move |_| {
            let end = memchr::memchr(0, values)?;
            let text = &values[..end];
            values = &values[end + 1..];
            Some(String::from_utf8_lossy(text))
        })
    }

    /// The number of a tag; of several the first.
    pub(super) fn number(&self, tag: Tag) -> Option<u32> {
        self.numbers(tag).next()
    }

    /// The 32-bit numbers of a tag.
    pub(super) fn numbers(&self, tag: Tag) -> impl Iterator<Item = u32> + use<'a> {
        let entry = self.entry(tag).filter(|entry| entry.kind == INT32);
        let (values, count) = entry.map(|entry| (entry.values, entry.count)).unwrap_or_default();
        values.chunks_exact(4).take(count).map(|bytes| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn entry(&self, tag: Tag) -> Option<Entry<'a>> {
        let entry = self.index.chunks_exact(16).find(|entry| be32(entry, 0) == Some(tag as u32))?;
        let offset = be32(entry, 8)? as usize;
        Some(Entry { kind: be32(entry, 4)?, count: be32(entry, 12)? as usize, values: self.store.get(offset..)? })
    }
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes)
}

/// Builds headers for tests.
#[cfg(test)]
pub(super) fn header_bytes(tags: &[(Tag, &[&str])], numbers: &[(Tag, &[u32])]) -> Vec<u8> {
    let (mut index, mut store) = (Vec::new(), Vec::new());
    let mut entry = |tag: Tag, kind: u32, count: usize, store: &Vec<u8>| {
        for word in [tag as u32, kind, store.len() as u32, count as u32] {
            index.extend(word.to_be_bytes());
        }
    };
    for (tag, texts) in tags {
        let kind = if texts.len() == 1 { STRING } else { STRING_ARRAY };
        entry(*tag, kind, texts.len(), &store);
        texts.iter().for_each(|text| store.extend(text.bytes().chain([0])));
    }
    for (tag, values) in numbers {
        entry(*tag, INT32, values.len(), &store);
        values.iter().for_each(|value| store.extend(value.to_be_bytes()));
    }
    let count = (index.len() / 16) as u32;
    [&count.to_be_bytes()[..], &(store.len() as u32).to_be_bytes(), &index, &store].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_tag_and_type() {
        let bytes = header_bytes(&[(Tag::Name, &["bash"]), (Tag::BaseNames, &["a", "b"])], &[(Tag::Epoch, &[7])]);
        let header = Header::parse(&bytes).unwrap();
        assert_eq!(header.text(Tag::Name).as_deref(), Some("bash"));
        assert_eq!(header.texts(Tag::BaseNames).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(header.number(Tag::Epoch), Some(7));
        assert_eq!(header.number(Tag::Name), None);
        assert_eq!(header.text(Tag::License), None);
    }

    #[test]
    fn lies_are_refused_or_cut_short() {
        let good = header_bytes(&[(Tag::Name, &["bash"])], &[(Tag::DirIndexes, &[1, 2, 3])]);
        for length in 0..good.len() {
            assert!(Header::parse(&good[..length]).is_err(), "{length}");
        }
        for at in 0..good.len() {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut bad = good.clone();
                bad[at] = byte;
                if let Ok(header) = Header::parse(&bad) {
                    let _ = (header.texts(Tag::Name).count(), header.numbers(Tag::DirIndexes).count());
                }
            }
        }
    }
}
