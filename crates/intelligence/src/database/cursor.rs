//! Reads numbers and texts one after the other, inside one section, from blocks that were checked.

use super::format::{BLOCK_BYTES, Section};
use super::id::Id;
use super::storage::{Damaged, Storage};

/// A place in a section.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    storage: &'a Storage,
    bytes: &'a [u8],
    at: usize,
    checked_to: usize,
    end: usize,
}

impl<'a> Cursor<'a> {
    /// Begins at an offset of a section.
    #[inline]
    pub(crate) fn new(storage: &'a Storage, section: Section, offset: usize) -> Result<Cursor<'a>, Damaged> {
        let (start, end) = storage.bounds(section);
        let at = start.checked_add(offset).filter(|&at| at <= end).ok_or(Damaged { at: start })?;
        Ok(Cursor { storage, bytes: storage.body(), at, checked_to: at, end })
    }

    /// Whether the section has nothing more.
    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.end
    }

    /// The error for something that cannot be at this place.
    pub(crate) fn damaged(&self) -> Damaged {
        Damaged { at: self.at }
    }

    /// The next bytes.
    #[inline]
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let next = self.at.checked_add(length).filter(|&next| next <= self.end).ok_or(self.damaged())?;
        if next > self.checked_to {
            self.check_to(next)?;
        }
        let taken = self.bytes.get(self.at..next).ok_or(self.damaged())?;
        self.at = next;
        Ok(taken)
    }

    #[inline]
    fn check_to(&mut self, next: usize) -> Result<(), Damaged> {
        self.storage.check(self.at, next)?;
        // The whole of the last block is good, so what follows in it needs no look at the list of checked blocks.
        self.checked_to = (next.div_ceil(BLOCK_BYTES) * BLOCK_BYTES).min(self.end);
        Ok(())
    }

    /// The next byte.
    #[inline]
    pub(crate) fn byte(&mut self) -> Result<u8, Damaged> {
        Ok(self.take(1)?[0])
    }

    /// The next number, seven bits a byte, the low bits first.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<u64, Damaged> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.damaged())
    }

    /// The next number as a 32-bit one.
    #[inline]
    pub(crate) fn number32(&mut self) -> Result<u32, Damaged> {
        u32::try_from(self.number()?).map_err(|_| self.damaged())
    }

    /// The next four bytes as a number.
    #[inline]
    pub(crate) fn fixed32(&mut self) -> Result<u32, Damaged> {
        let bytes = self.take(4)?;
        bytes.first_chunk().map(|chunk| u32::from_le_bytes(*chunk)).ok_or(self.damaged())
    }

    /// The next length and as many bytes.
    #[inline]
    pub(crate) fn counted(&mut self) -> Result<&'a [u8], Damaged> {
        let length = self.number32()?;
        self.take(length as usize)
    }

    /// The next length and as many bytes of text.
    #[inline]
    pub(crate) fn text(&mut self) -> Result<&'a str, Damaged> {
        let bytes = self.counted()?;
        std::str::from_utf8(bytes).map_err(|_| self.damaged())
    }

    /// The next id: a length and text, or (length 0) the year and number of a CVE.
    pub(crate) fn id(&mut self) -> Result<Id<'a>, Damaged> {
        let text = self.text()?;
        if !text.is_empty() {
            return Ok(Id::Text(text));
        }
        Ok(Id::Cve { year: self.number32()?, number: self.number()? })
    }

    /// The next offset, resolved to the text it means in `Strings`; nothing for the empty text.
    pub(crate) fn string(&mut self) -> Result<Option<&'a str>, Damaged> {
        let offset = self.number32()?;
        if offset == 0 { Ok(None) } else { interned(self.storage, offset).map(Some) }
    }
}

/// The text at an offset of `Strings`.
pub(crate) fn interned(storage: &Storage, offset: u32) -> Result<&str, Damaged> {
    Cursor::new(storage, Section::Strings, offset as usize)?.text()
}
