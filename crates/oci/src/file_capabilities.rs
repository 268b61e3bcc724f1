//! What a file's `security.capability` attribute gives to whoever runs it (linux/capability.h, `struct vfs_cap_data`).

use serde::{Deserialize, Serialize};

/// The capabilities of a file, by their numbers in capabilities(7): those that it permits or lets be inherited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileCapabilities(u64);

const REVISION_1: u32 = 0x0100_0000;
const REVISION_2: u32 = 0x0200_0000;
const REVISION_3: u32 = 0x0300_0000;
const REVISION_MASK: u32 = 0xff00_0000;

impl FileCapabilities {
    /// Reads the attribute's value; an unknown revision gives nothing, as the kernel gives nothing for it.
    pub(crate) fn from_attribute(value: &[u8]) -> FileCapabilities {
        let (words, _) = value.as_chunks::<4>();
        let word = |place: usize| words.get(place).map_or(0, |bytes| u64::from(u32::from_le_bytes(*bytes)));
        let lower = word(1) | word(2);
        FileCapabilities(match word(0) as u32 & REVISION_MASK {
            REVISION_1 => lower,
            REVISION_2 | REVISION_3 => lower | (word(3) | word(4)) << 32,
            _ => 0,
        })
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The numbers of the capabilities, ascending.
    pub fn numbers(self) -> impl Iterator<Item = u32> {
        (0..u64::BITS).filter(move |number| self.0 & (1 << number) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(attribute: &[u8], numbers: &[u32]) {
        let read: Vec<u32> = FileCapabilities::from_attribute(attribute).numbers().collect();
        assert_eq!(read, numbers, "{attribute:02x?}");
    }

    #[test]
    fn each_revision_is_read() {
        // As `setcap cap_net_raw+ep` writes it.
        check(&[1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[13]);
        check(&[0, 0, 0, 1, 1, 0, 0, 0, 2, 0, 0, 0], &[0, 1]);
        check(&[1, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], &[39]);
    }

    #[test]
    fn anything_else_gives_nothing() {
        check(b"", &[]);
        check(&[1, 0, 0, 9, 255, 255, 255, 255], &[]);
        check(&[1, 0, 0, 2], &[]);
    }
}
