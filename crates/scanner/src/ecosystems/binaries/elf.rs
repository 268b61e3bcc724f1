//! The headers of ELF files (System V ABI, chapter 4 and 5).

use super::layout::{AuditPlace, Cut, Layout, Numbers, Parsed, Segment};

const TYPE_EXECUTABLE: u16 = 2;
const TYPE_SHARED: u16 = 3;
const SEGMENT_LOAD: u32 = 1;
const SEGMENT_INTERPRETER: u32 = 3;
const SEGMENT_NOTE: u32 = 4;
const FLAG_EXECUTE: u32 = 1;
const FLAG_WRITE: u32 = 2;

/// Reads the headers.
pub(super) fn parse(head: &[u8]) -> Parsed {
    let Some((&class, &order)) = head.get(4).zip(head.get(5)) else { return Parsed::Nothing };
    let numbers = Numbers { bytes: head, is_big_endian: order == 2 };
    read_headers(numbers, class == 2).unwrap_or(Parsed::NeedsMore)
}

/// `None` when the headers go on behind what was read.
fn read_headers(numbers: Numbers<'_>, is_64: bool) -> Option<Parsed> {
    let file_type = numbers.u16(16)?;
    if file_type != TYPE_EXECUTABLE && file_type != TYPE_SHARED {
        return Some(Parsed::Nothing);
    }
    let programs_at = usize::try_from(if is_64 { numbers.u64(32)? } else { numbers.u32(28)?.into() }).ok()?;
    let sections_at = if is_64 { numbers.u64(40)? } else { numbers.u32(32)?.into() };
    let sizes_at = if is_64 { 54 } else { 42 };
    let program_bytes = usize::from(numbers.u16(sizes_at)?);
    let programs = usize::from(numbers.u16(sizes_at + 2)?);
    let sections = u64::from(numbers.u16(sizes_at + 6)?);
    if program_bytes < if is_64 { 56 } else { 32 } {
        return Some(Parsed::Nothing);
    }
    let mut layout = Layout { is_big_endian: numbers.is_big_endian, ..Layout::default() };
    let mut has_interpreter = false;
    for at in (0..programs).map(|program| programs_at.saturating_add(program * program_bytes)) {
        let kind = numbers.u32(at)?;
        let flags = numbers.u32(at + if is_64 { 4 } else { 24 })?;
        let offset = numbers.word(at + if is_64 { 8 } else { 4 }, is_64)?;
        let address = numbers.word(at + if is_64 { 16 } else { 8 }, is_64)?;
        let bytes = numbers.word(at + if is_64 { 32 } else { 16 }, is_64)?;
        match kind {
            SEGMENT_LOAD => layout.segments.push(Segment {
                offset,
                bytes,
                address,
                is_writable: flags & FLAG_WRITE != 0,
                is_executable: flags & FLAG_EXECUTE != 0,
            }),
            SEGMENT_INTERPRETER => has_interpreter = true,
            SEGMENT_NOTE => layout.has_go_note |= is_go_note(numbers, offset),
            _ => {}
        }
    }
    layout.is_shared_object = file_type == TYPE_SHARED && !has_interpreter;
    // Go's own linker puts the section headers right behind the program headers, everybody else's at the end.
    let programs_end = (programs_at + programs * program_bytes) as u64;
    let has_sections_in_front = sections > 0 && (programs_end..4096).contains(&sections_at);
    layout.is_probably_go = layout.has_go_note || has_sections_in_front;
    let loaded_end = layout.segments.iter().map(|segment| segment.range().end).max().unwrap_or(0);
    // Files with nothing but what debuggers want keep the segments of their program, and have the section headers at the end.
    layout.goes_to = if sections > 0 && !has_sections_in_front {
        let section_bytes = u64::from(numbers.u16(sizes_at + 4)?);
        Some((sections_at.saturating_add(sections * section_bytes), Cut::SectionHeaders))
    } else {
        let filled = layout.segments.iter().filter(|segment| segment.bytes > 0);
        filled.map(|segment| segment.range().end).max().map(|end| (end, Cut::Segments))
    };
    if sections > 0 && sections_at > loaded_end && !layout.is_probably_go {
        layout.audit = AuditPlace::Unloaded(loaded_end..sections_at);
    }
    Some(Parsed::Layout(layout))
}

/// Whether the first note at `offset` is Go's build id: owner `Go`, type 4.
fn is_go_note(numbers: Numbers<'_>, offset: u64) -> bool {
    let Ok(at) = usize::try_from(offset) else { return false };
    let owner = at.checked_add(12).and_then(|at| numbers.bytes.get(at..at.checked_add(4)?));
    numbers.u32(at) == Some(4)
        && at.checked_add(8).and_then(|at| numbers.u32(at)) == Some(4)
        && owner == Some(b"Go\0\0")
}
