//! Files made of numbered pages of one size: what the sqlite and the Berkeley databases have in common.

use std::io::SeekFrom;

use crate::wanted_file::{ReadFileError, ReadSeek};

/// A file of pages. Each page may be used once, so that no chain or tree can run in a circle or be read many times.
pub(super) struct Pages<'a> {
    file: &'a mut dyn ReadSeek,
    size_bytes: usize,
    count: u64,
    used: Vec<u64>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(file: &'a mut dyn ReadSeek, size_bytes: usize) -> Result<Pages<'a>, ReadFileError> {
        let length = file.seek(SeekFrom::End(0))?;
        let count = length / size_bytes as u64;
        let used = vec![0; (count / 64) as usize + 1];
        Ok(Pages { file, size_bytes, count, used })
    }

    /// How many whole pages the file has, whatever its header states.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Reads the page of this number (the first is 0) into `page`.
    pub(super) fn read(&mut self, number: u64, page: &mut Vec<u8>) -> Result<(), PageError> {
        if number >= self.count {
            return Err(PageError::Missing);
        }
        page.resize(self.size_bytes, 0);
        let start = SeekFrom::Start(number * self.size_bytes as u64);
        self.file.seek(start).and_then(|_| self.file.read_exact(page)).map_err(|_| PageError::Unreadable)
    }

    /// Reads a page that only one place may point at.
    pub(super) fn take(&mut self, number: u64, page: &mut Vec<u8>) -> Result<(), PageError> {
        let (word, bit) = ((number / 64) as usize, 1 << (number % 64));
        match self.used.get_mut(word) {
            Some(used) if *used & bit != 0 => return Err(PageError::UsedTwice),
            Some(used) => *used |= bit,
            None => return Err(PageError::Missing),
        }
        self.read(number, page)
    }
}

/// Why a page cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum PageError {
    #[error("it points at a page beyond its end")]
    Missing,
    #[error("it points at a page twice")]
    UsedTwice,
    #[error("a page cannot be read")]
    Unreadable,
    #[error("a page is damaged: {0}")]
    Damaged(&'static str),
}

/// A big- or little-endian 16-bit number at this place, if the bytes reach so far.
pub(super) fn u16_at(bytes: &[u8], at: usize, is_big: bool) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(if is_big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
}

/// A big- or little-endian 32-bit number at this place, if the bytes reach so far.
pub(super) fn u32_at(bytes: &[u8], at: usize, is_big: bool) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(if is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
}
