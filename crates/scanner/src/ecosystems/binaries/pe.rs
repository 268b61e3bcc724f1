//! The headers of Windows executables (learn.microsoft.com, PE format).

use super::layout::{AuditPlace, Layout, Numbers, Parsed, Segment};

const OPTIONAL_64_BIT: u16 = 0x20b;
const SECTION_EXECUTE: u32 = 0x2000_0000;
const SECTION_WRITE: u32 = 0x8000_0000;

/// Reads the headers.
pub(super) fn parse(head: &[u8]) -> Parsed {
    let numbers = Numbers { bytes: head, is_big_endian: false };
    read_headers(numbers).unwrap_or(Parsed::NeedsMore)
}

/// `None` when the headers go on behind what was read.
fn read_headers(numbers: Numbers<'_>) -> Option<Parsed> {
    let coff = usize::try_from(numbers.u32(0x3c)?).ok()?;
    if numbers.bytes.get(coff..coff.checked_add(4)?)? != b"PE\0\0" {
        return Some(Parsed::Nothing);
    }
    let sections = usize::from(numbers.u16(coff + 6)?);
    let optional_bytes = usize::from(numbers.u16(coff + 20)?);
    let optional = coff + 24;
    let image_base = if numbers.u16(optional)? == OPTIONAL_64_BIT {
        numbers.u64(optional + 24)?
    } else {
        numbers.u32(optional + 28)?.into()
    };
    let mut layout = Layout { is_probably_go: true, ..Layout::default() };
    for at in (0..sections).map(|section| optional + optional_bytes + section * 40) {
        let name = numbers.bytes.get(at..at + 8)?;
        let flags = numbers.u32(at + 36)?;
        let bytes = u64::from(numbers.u32(at + 16)?);
        let segment = Segment {
            offset: numbers.u32(at + 20)?.into(),
            bytes,
            address: image_base.wrapping_add(numbers.u32(at + 12)?.into()),
            is_writable: flags & SECTION_WRITE != 0,
            is_executable: flags & SECTION_EXECUTE != 0,
        };
        if name.starts_with(b".dep-v0") {
            // A section is padded to the file's alignment; its own length is the one in memory.
            let bytes = u64::from(numbers.u32(at + 8)?).min(bytes);
            layout.audit = AuditPlace::Section(segment.offset..segment.offset + bytes);
        }
        layout.segments.push(segment);
    }
    Some(Parsed::Layout(layout))
}
