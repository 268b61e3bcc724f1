//! The headers of macOS executables (developer.apple.com, Mach-O programming topics; mach-o/loader.h).
//!
//! Of a universal file only the first program is read: all of them are builds of one source.

use super::layout::{AuditPlace, Cut, Layout, Numbers, Parsed, Segment};

/// Kinds of files that have what their headers name: programs, libraries and what programs load. Others leave parts out.
const WHOLE_KINDS: [u32; 3] = [2, 6, 8];
const SEGMENT_32: u32 = 0x1;
const SEGMENT_64: u32 = 0x19;
const PROTECTION_WRITE: u32 = 2;
const PROTECTION_EXECUTE: u32 = 4;

/// A universal file begins like a Java class, which has its version where the former has the number of programs.
const MOST_PROGRAMS: u32 = 20;

/// Whether a file begins like a Mach-O program or a universal file.
pub(super) fn is_mach_o(head: &[u8]) -> bool {
    let number = |at: usize| head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    match number(0) {
        Some(0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe) => true,
        Some(0xcafe_babe | 0xcafe_babf) => number(4).is_some_and(|programs| (1..=MOST_PROGRAMS).contains(&programs)),
        _ => false,
    }
}

/// Reads the headers.
pub(super) fn parse(head: &[u8]) -> Parsed {
    parse_at(head, 0).unwrap_or(Parsed::NeedsMore)
}

/// `None` when the headers go on behind what was read.
fn parse_at(head: &[u8], base: usize) -> Option<Parsed> {
    let start = head.get(base..)?;
    match start.get(..4)? {
        [0xfe, 0xed, 0xfa, 0xce] => read_headers(Numbers { bytes: start, is_big_endian: true }, false, base),
        [0xfe, 0xed, 0xfa, 0xcf] => read_headers(Numbers { bytes: start, is_big_endian: true }, true, base),
        [0xce, 0xfa, 0xed, 0xfe] => read_headers(Numbers { bytes: start, is_big_endian: false }, false, base),
        [0xcf, 0xfa, 0xed, 0xfe] => read_headers(Numbers { bytes: start, is_big_endian: false }, true, base),
        [0xca, 0xfe, 0xba, 0xbe] if base == 0 => {
            let numbers = Numbers { bytes: start, is_big_endian: true };
            match numbers.u32(16)? {
                // The first program cannot be the universal file itself, which would never end.
                0 => Some(Parsed::Nothing),
                offset => parse_at(head, usize::try_from(offset).ok()?),
            }
        }
        // With numbers of 64 bits, for programs that begin or end behind 4 GiB.
        [0xca, 0xfe, 0xba, 0xbf] if base == 0 => match (Numbers { bytes: start, is_big_endian: true }).u64(16)? {
            0 => Some(Parsed::Nothing),
            offset => parse_at(head, usize::try_from(offset).ok()?),
        },
        _ => Some(Parsed::Nothing),
    }
}

fn read_headers(numbers: Numbers<'_>, is_64: bool, base: usize) -> Option<Parsed> {
    let base = base as u64;
    let commands = numbers.u32(16)?;
    let mut layout = Layout { is_big_endian: numbers.is_big_endian, is_probably_go: true, ..Layout::default() };
    let mut at = if is_64 { 32 } else { 28 };
    for _ in 0..commands {
        let kind = numbers.u32(at)?;
        let length = usize::try_from(numbers.u32(at + 4)?).ok()?;
        if length < 8 {
            return Some(Parsed::Nothing);
        }
        if kind == if is_64 { SEGMENT_64 } else { SEGMENT_32 } {
            let word = if is_64 { 8 } else { 4 };
            let protection = numbers.u32(at + 28 + 4 * word)?;
            layout.segments.push(Segment {
                address: numbers.word(at + 24, is_64)?,
                offset: base.saturating_add(numbers.word(at + 24 + 2 * word, is_64)?),
                bytes: numbers.word(at + 24 + 3 * word, is_64)?,
                is_writable: protection & PROTECTION_WRITE != 0,
                is_executable: protection & PROTECTION_EXECUTE != 0,
            });
            let sections = numbers.u32(at + 32 + 4 * word)?;
            let section_bytes = if is_64 { 80 } else { 68 };
            let first = at + 40 + 4 * word;
            for at in (0..sections as usize).map(|section| first.saturating_add(section * section_bytes)) {
                let name = numbers.bytes.get(at..at.checked_add(16)?)?;
                if name.starts_with(b".dep-v0\0") {
                    let bytes = numbers.word(at + 32 + word, is_64)?;
                    let offset = base + u64::from(numbers.u32(at + 32 + 2 * word)?);
                    layout.audit = AuditPlace::Section(offset..offset.saturating_add(bytes));
                }
            }
        }
        at = at.checked_add(length)?;
    }
    if WHOLE_KINDS.contains(&numbers.u32(12)?) {
        let filled = layout.segments.iter().filter(|segment| segment.bytes > 0);
        layout.goes_to = filled.map(|segment| segment.range().end).max().map(|end| (end, Cut::Segments));
    }
    Some(Parsed::Layout(layout))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_universal_file_that_names_itself_as_its_program_is_none() {
        let mut head = [0xca_fe_ba_be, 1, 0x0100_0007, 3, 0, 64, 6].map(u32::to_be_bytes).concat();
        head.resize(4096, 0);
        assert!(is_mach_o(&head));
        assert!(matches!(parse(&head), Parsed::Nothing));
        head[3] = 0xbf;
        assert!(is_mach_o(&head));
        head[16..24].fill(0);
        assert!(matches!(parse(&head), Parsed::Nothing));
    }
}
