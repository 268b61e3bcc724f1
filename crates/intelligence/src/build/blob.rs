//! Writes what `database/cursor.rs` reads.

use std::collections::HashMap;

use model::CveId;

use crate::database::format::slot_tag;

/// Bytes of a section in the making.
#[derive(Default)]
pub(super) struct Blob {
    pub(super) bytes: Vec<u8>,
}

impl Blob {
    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Seven bits a byte, the low bits first.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    pub(super) fn fixed32(&mut self, number: u32) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn counted(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// A CVE id as its year and number, any other id as text.
    pub(super) fn id(&mut self, id: &str) {
        match cve_parts(id) {
            Some((year, number)) => {
                self.byte(0);
                self.number(year);
                self.number(number);
            }
            None => self.counted(id.as_bytes()),
        }
    }

    /// How many, the first, the steps.
    pub(super) fn ascending(&mut self, numbers: &[u32]) {
        self.number(numbers.len() as u64);
        let mut last = 0;
        for &number in numbers {
            self.number(u64::from(number - last));
            last = number;
        }
    }
}

/// Year and number, where they give the same text again.
fn cve_parts(id: &str) -> Option<(u64, u64)> {
    let cve: CveId = id.parse().ok()?;
    let number = id.rsplit('-').next()?.parse::<u64>().ok()?;
    let year = u64::from(cve.year());
    (format!("CVE-{year:04}-{number:04}") == id).then_some((year, number))
}

/// The `Strings` section in the making.
pub(super) struct Strings {
    blob: Blob,
    offsets: HashMap<String, u32>,
}

impl Strings {
    pub(super) fn new() -> Strings {
        let mut strings = Strings { blob: Blob::default(), offsets: HashMap::new() };
        strings.offset("");
        strings
    }

    pub(super) fn offset(&mut self, text: &str) -> u32 {
        if let Some(&offset) = self.offsets.get(text) {
            return offset;
        }
        // A section past four gigabytes is refused when the file is put together.
        let offset = self.blob.bytes.len() as u32;
        self.blob.counted(text.as_bytes());
        self.offsets.insert(text.to_owned(), offset);
        offset
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.blob.bytes
    }
}

/// Lays out an open-addressing index of hashes and values, of which none is zero.
pub(super) fn index(rows: &[(u64, u32)]) -> Vec<u8> {
    let slots = (rows.len() * 3 / 2 + 1).next_power_of_two();
    let mut table = vec![(0u32, 0u32); slots];
    for &(hash, value) in rows {
        let mut slot = hash as usize & (slots - 1);
        while table[slot].1 != 0 {
            slot = (slot + 1) & (slots - 1);
        }
        table[slot] = (slot_tag(hash), value);
    }
    table.into_iter().flat_map(|(tag, value)| [tag.to_le_bytes(), value.to_le_bytes()].concat()).collect()
}
