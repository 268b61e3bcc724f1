//! The headers of Windows executables (learn.microsoft.com, PE format).

use super::layout::{AuditPlace, Cut, Layout, Numbers, Parsed, Segment};

const OPTIONAL_64_BIT: u16 = 0x20b;
const SECTION_EXECUTE: u32 = 0x2000_0000;
const SECTION_WRITE: u32 = 0x8000_0000;

/// Reads the headers.
pub(super) fn parse(head: &[u8]) -> Parsed {
    let numbers = Numbers { bytes: head, is_big_endian: false };
    read_headers(numbers).unwrap_or(Parsed::NeedsMore)
}

/// Whether there are headers of Windows where the file says.
pub(super) fn has_signature(head: &[u8]) -> bool {
    let numbers = Numbers { bytes: head, is_big_endian: false };
    let coff = numbers.u32(0x3c).and_then(|coff| usize::try_from(coff).ok());
    coff.and_then(|coff| head.get(coff..)).is_some_and(|coff| coff.starts_with(b"PE\0\0"))
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
        // A section is padded to the file's alignment, which the last one need not be; its own length is the one in memory.
        let own_bytes = u64::from(numbers.u32(at + 8)?).min(bytes);
        if own_bytes > 0 {
            let end = layout.goes_to.map_or(0, |(end, _)| end).max(segment.offset + own_bytes);
            layout.goes_to = Some((end, Cut::Sections));
        }
        if name.starts_with(b".dep-v0") {
            layout.audit = AuditPlace::Section(segment.offset..segment.offset + own_bytes);
        }
        layout.segments.push(segment);
    }
    Some(Parsed::Layout(layout))
}
