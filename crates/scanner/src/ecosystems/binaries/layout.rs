//! How an executable is laid out, as far as its first pages tell.

use std::ops::Range;

use super::{elf, mach_o, pe};
use crate::wanted_file::{ReadFileError, WantedFile};

/// The layout of an executable. All offsets count from the beginning of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// Whether its numbers are big-endian.
    pub(super) is_big_endian: bool,
    /// What is loaded into memory, in the order of the headers.
    pub(super) segments: Vec<Segment>,
    /// A library rather than a program.
    pub(super) is_shared_object: bool,
    /// Whether a Go toolchain seems to have linked it.
    pub(super) is_probably_go: bool,
    /// Whether it says that a Go toolchain linked it.
    pub(super) has_go_note: bool,
    /// Whether the file has any of the writable data, in which a program has its build information: what is kept of it for
    /// debuggers alone (`objcopy --only-keep-debug`) has none.
    pub(super) has_data: bool,
    /// Where cargo-auditable's list can be.
    pub(super) audit: AuditPlace,
    /// How far the file goes at least by what its headers say, and what is there.
    pub(super) goes_to: Option<(u64, Cut)>,
    /// What is missing where the file is shorter.
    pub(super) cut: Option<Cut>,
}

/// What a file ends before that is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// The headers from which all else is known.
    Headers,
    /// The table of sections, which linkers write at the end.
    SectionHeaders,
    /// The parts that are loaded, of ELF and Mach-O.
    Segments,
    /// The parts of a PE file.
    Sections,
}

impl Cut {
    /// What is said of the file.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Cut::Headers => "it is cut off: the file ends before its headers do; its packages may be missing",
            Cut::SectionHeaders => {
                "it is cut off: the file ends before its section headers do; its packages may be missing"
            }
            Cut::Segments => "it is cut off: the file ends before its segments do; its packages may be missing",
            Cut::Sections => "it is cut off: the file ends before its sections do; its packages may be missing",
        }
    }
}

/// A part of the file that is loaded into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) offset: u64,
    pub(super) bytes: u64,
    pub(super) address: u64,
    pub(super) is_writable: bool,
    pub(super) is_executable: bool,
}

impl Segment {
    /// The part of the file.
    pub(super) fn range(&self) -> Range<u64> {
        self.offset..self.offset.saturating_add(self.bytes)
    }
}

/// Where cargo-auditable's list can be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum AuditPlace {
    /// Nowhere.
    #[default]
    None,
    /// In this section.
    Section(Range<u64>),
    /// Somewhere behind the loaded segments.
    Unloaded(Range<u64>),
}

/// The most that is read of a file's headers, in bytes.
pub(super) const MOST_HEAD_BYTES: usize = 64 << 10;

/// Whether a file begins like an executable of any kind.
pub(super) fn is_executable(head: &[u8]) -> bool {
    head.starts_with(b"\x7fELF") || head.starts_with(b"MZ") || mach_o::is_mach_o(head)
}

impl Layout {
    /// Reads the layout; `None` for what is neither a program nor a library, or is damaged otherwise than by being cut off.
    pub(super) fn read(file: &mut WantedFile<'_>) -> Result<Option<Layout>, ReadFileError> {
        let size_bytes = file.size_bytes();
        let mut wanted = super::HEAD_BYTES;
        loop {
            let head = file.head(wanted)?;
            let parsed = if head.starts_with(b"\x7fELF") {
                elf::parse(head)
            } else if head.starts_with(b"MZ") {
                pe::parse(head)
            } else {
                mach_o::parse(head)
            };
            match parsed {
                Parsed::Layout(mut layout) => {
                    let is_data = |segment: &Segment| segment.is_writable && segment.bytes > 0;
                    let is_there = |segment: &Segment| segment.range().end <= size_bytes;
                    layout.has_data = layout.segments.iter().any(|segment| is_data(segment) && is_there(segment));
                    layout.cut = layout.goes_to.filter(|(end, _)| *end > size_bytes).map(|(_, cut)| cut);
                    return Ok(Some(layout));
                }
                Parsed::Nothing => return Ok(None),
                Parsed::NeedsMore if wanted < MOST_HEAD_BYTES && head.len() == wanted => wanted = MOST_HEAD_BYTES,
                // Programs of DOS begin like those of Windows, and say nothing of what is sought behind their end.
                Parsed::NeedsMore if head.len() < wanted && (!head.starts_with(b"MZ") || pe::has_signature(head)) => {
                    return Ok(Some(Layout { cut: Some(Cut::Headers), ..Layout::default() }));
                }
                Parsed::NeedsMore => return Ok(None),
            }
        }
    }

    /// The place in the file of what lies at an address.
    pub(super) fn offset_of(&self, address: u64) -> Option<u64> {
        self.segments.iter().find_map(|segment| {
            let distance = address.checked_sub(segment.address)?;
            (distance < segment.bytes).then(|| segment.offset.saturating_add(distance))
        })
    }
}

/// What the headers came to.
pub(super) enum Parsed {
    Layout(Layout),
    /// Neither a program nor a library.
    Nothing,
    /// The headers go on behind what was read.
    NeedsMore,
}

/// Numbers in the headers of a file.
#[derive(Clone, Copy)]
pub(super) struct Numbers<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) is_big_endian: bool,
}

impl Numbers<'_> {
    pub(super) fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.is_big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    pub(super) fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    pub(super) fn u64(&self, at: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
        Some(if self.is_big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    /// A number as wide as a pointer.
    pub(super) fn word(&self, at: usize, is_64_bit: bool) -> Option<u64> {
        if is_64_bit { self.u64(at) } else { self.u32(at).map(u64::from) }
    }
}
