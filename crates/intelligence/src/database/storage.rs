//! The bytes of a database and the trust in them: each block is checked when it is first touched.

use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::Mmap;

use super::OpenDatabaseError;
use super::format::{
    BLOCK_BYTES, FORMAT_VERSION, MAGIC, MAX_FILE_BYTES, SECTION_COUNT, Section, hash, header_bytes, section_count,
};

/// The error of reading a database whose bytes are not what the builder wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged {
    /// The position in the file at which it was noticed.
    pub(crate) at: usize,
}

/// Where the bytes are.
pub(super) enum Bytes {
    Mapped(Mmap),
    Static(&'static [u8]),
    Owned(Vec<u8>),
}

impl Bytes {
    fn all(&self) -> &[u8] {
        match self {
            Bytes::Mapped(map) => map,
            Bytes::Static(bytes) => bytes,
            Bytes::Owned(bytes) => bytes,
        }
    }
}

/// The bytes of an opened database.
pub(crate) struct Storage {
    bytes: Bytes,
    sections: [(usize, usize); SECTION_COUNT],
    header_bytes: usize,
    sequence: u64,
    length: usize,
    checked: Box<[AtomicU64]>,
    /// One more than the first byte of a block that turned out to be damaged; 0 for none.
    damage: AtomicU64,
}

impl Storage {
    /// Checks header, table and the list of checksums.
    pub(super) fn open(bytes: Bytes) -> Result<Storage, OpenDatabaseError> {
        let all = bytes.all();
        let header = Header::read(all)?;
        let block_count = header.sections[Section::BlockSums as usize].0.div_ceil(BLOCK_BYTES);
        Ok(Storage {
            sections: header.sections,
            header_bytes: header.header_bytes,
            sequence: header.sequence,
            length: header.length,
            checked: (0..block_count.div_ceil(64)).map(|_| AtomicU64::new(0)).collect(),
            damage: AtomicU64::new(0),
            bytes,
        })
    }

    /// The first damaged block that was met so far.
    pub(super) fn damage(&self) -> Option<Damaged> {
        let found = self.damage.load(Ordering::Relaxed).checked_sub(1)?;
        Some(Damaged { at: usize::try_from(found).unwrap_or(usize::MAX) })
    }

    /// The sequence number.
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The database without what follows it (its signatures).
    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes.all()[..self.length]
    }

    /// What follows the database.
    pub(crate) fn trailer(&self) -> &[u8] {
        &self.bytes.all()[self.length..]
    }

    /// The length of the header, which a version with more sections has longer.
    pub(crate) fn header_bytes(&self) -> usize {
        self.header_bytes
    }

    /// Where a section begins and ends in the file; a section that the file's version does not have is empty.
    pub(crate) fn bounds(&self, section: Section) -> (usize, usize) {
        self.sections[section as usize]
    }

    /// Where the section of a place in the table begins and ends.
    pub(crate) fn section(&self, index: usize) -> (usize, usize) {
        self.sections.get(index).copied().unwrap_or_default()
    }

    /// Checks every block that has not been touched yet.
    pub(crate) fn check_all(&self) -> Result<(), Damaged> {
        let (end, _) = self.bounds(Section::BlockSums);
        (0..end.div_ceil(BLOCK_BYTES)).try_for_each(|block| self.check_block(block))
    }

    /// Checks the blocks that hold `start..end`, which must lie before the list of checksums.
    #[inline]
    pub(crate) fn check(&self, start: usize, end: usize) -> Result<(), Damaged> {
        let last = end.saturating_sub(1).max(start) / BLOCK_BYTES;
        for block in start / BLOCK_BYTES..=last {
            let word = self.checked.get(block / 64).ok_or(Damaged { at: start })?;
            if word.load(Ordering::Relaxed) & (1 << (block % 64)) == 0 {
                self.check_block(block)?;
            }
        }
        Ok(())
    }

    #[cold]
    fn check_block(&self, block: usize) -> Result<(), Damaged> {
        let (sums, _) = self.bounds(Section::BlockSums);
        let start = block * BLOCK_BYTES;
        let damaged = Damaged { at: start };
        let body = self.body();
        // The header has a hash of its own, because it holds the hash of this list.
        let content = body.get(start.max(self.header_bytes)..(start + BLOCK_BYTES).min(sums)).ok_or(damaged)?;
        let expected = u64_at(body, sums + block * 8).ok_or(damaged)?;
        if hash(content) != expected {
            let found = start as u64 + 1;
            let _ = self.damage.compare_exchange(0, found, Ordering::Relaxed, Ordering::Relaxed);
            return Err(damaged);
        }
        self.checked.get(block / 64).ok_or(damaged)?.fetch_or(1 << (block % 64), Ordering::Relaxed);
        Ok(())
    }
}

struct Header {
    sequence: u64,
    length: usize,
    header_bytes: usize,
    sections: [(usize, usize); SECTION_COUNT],
}

impl Header {
    fn read(all: &[u8]) -> Result<Header, OpenDatabaseError> {
        if all.get(..MAGIC.len()) != Some(&MAGIC) {
            return Err(OpenDatabaseError::NotADatabase);
        }
        let torn = OpenDatabaseError::Torn { found: all.len() as u64 };
        let version = u32_at(all, 8).ok_or(torn)?;
        let Some(count) = section_count(version) else {
            return Err(OpenDatabaseError::OtherFormat { found: version, known: FORMAT_VERSION });
        };
        let header_bytes = header_bytes(count);
        let torn = || OpenDatabaseError::Torn { found: all.len() as u64 };
        let header = all.get(..header_bytes).ok_or_else(torn)?;
        let number = |at: usize| u64_at(header, at).ok_or_else(torn);
        if hash(&header[..header_bytes - 8]) != number(header_bytes - 8)? {
            return Err(OpenDatabaseError::Damaged { at: 0 });
        }
        let length = number(24)?;
        if length > all.len() as u64 || length > MAX_FILE_BYTES {
            return Err(torn());
        }
        let mut sections = [(0, 0); SECTION_COUNT];
        for (index, bounds) in sections.iter_mut().take(count).enumerate() {
            let (start, size) = (number(40 + index * 16)?, number(48 + index * 16)?);
            let end = start.checked_add(size).filter(|&end| end <= length).ok_or_else(torn)?;
            *bounds = (start as usize, end as usize);
        }
        let (sums, end) = sections[Section::BlockSums as usize];
        let is_other = |&(index, _): &(usize, _)| index != Section::BlockSums as usize;
        let others_come_first = sections.iter().enumerate().filter(is_other).all(|(_, &(_, end))| end <= sums);
        if !others_come_first || end as u64 != length || end - sums != sums.div_ceil(BLOCK_BYTES) * 8 {
            return Err(OpenDatabaseError::Damaged { at: 40 });
        }
        if hash(&all[sums..end]) != number(32)? {
            return Err(OpenDatabaseError::Damaged { at: sums as u64 });
        }
        Ok(Header { sequence: number(16)?, length: length as usize, header_bytes, sections })
    }
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
