//! Finds the build information of Go programs (go.dev, cmd/link and debug/buildinfo).
//!
//! A header of 32 bytes, on a boundary of 16, lies in the writable data: magic, size of a pointer, flags. Since Go 1.18
//! the toolchain's version and the module list follow it inline. Before, it held two pointers: to the version, a string
//! in the read-only data, and to the module list, which is recognised there by the marks around it. Because the file is
//! read front to back, candidates for both are remembered while the read-only data pass by.

use std::ops::Range;

use memchr::memmem;

use super::layout::{Layout, Numbers, Segment};
use super::pass::{Capture, Watcher, Window};
use crate::ecosystems::go::{NO_LIBRARY_VERSION, build_info};
use crate::found::Found;

const MAGIC: &[u8] = b"\xff Go buildinf:";
const LIST_BEGIN: &[u8] = b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
const LIST_END: &[u8] = b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";
const HEADER_BYTES: usize = 32;
const FLAG_BIG_ENDIAN: u8 = 1;
const FLAG_INLINE: u8 = 2;

/// The most that is read of one program's build information, in bytes; a module list has some 100 bytes a module.
const MOST_BYTES: usize = 2 << 20;

/// How many places of `go1.` in the read-only data are remembered.
const MOST_VERSIONS: usize = 4096;

/// Looks for build information.
pub(super) struct GoFinder<'l> {
    layout: &'l Layout,
    writable: Vec<Segment>,
    read_only: Vec<Segment>,
    state: State,
    /// The module list between its marks, when the read-only data have one.
    list: Option<Capture>,
    /// Texts in the read-only data that begin like a version, with their places.
    versions: Vec<(u64, [u8; 24])>,
}

enum State {
    Searching,
    /// Behind a header with inline strings.
    Inline(Capture),
    /// Behind a header with pointers, at the string that one of them names.
    Pointed {
        version: Capture,
        is_64_bit: bool,
        is_big_endian: bool,
    },
    Done {
        version: String,
        list: Option<Vec<u8>>,
    },
}

impl<'l> GoFinder<'l> {
    pub(super) fn new(layout: &'l Layout) -> GoFinder<'l> {
        let of = |is_wanted: &dyn Fn(&Segment) -> bool| -> Vec<Segment> {
            layout.segments.iter().filter(|segment| segment.bytes > 0 && is_wanted(segment)).copied().collect()
        };
        let writable = of(&|segment| segment.is_writable && !segment.is_executable);
        let read_only = if layout.is_probably_go {
            let data = of(&|segment| !segment.is_writable && !segment.is_executable);
            // Older linkers put the read-only data into the segment of the code.
            if data.is_empty() { of(&|segment| !segment.is_writable) } else { data }
        } else {
            Vec::new()
        };
        GoFinder { layout, writable, read_only, state: State::Searching, list: None, versions: Vec::new() }
    }

    /// Adds what was found. Says whether that is all that a toolchain writes.
    pub(super) fn hand_over(self, path: &str, found: &mut Found) -> bool {
        let is_inline = matches!(&self.state, State::Done { list: Some(_), .. });
        let list_in_data = self.list.and_then(|capture| {
            let end = memmem::find(&capture.bytes, LIST_END)?;
            Some(capture.bytes[..end].to_vec())
        });
        let (version, list) = match self.state {
            State::Done { version, list } => (version, list.or(list_in_data)),
            State::Pointed { .. } => (sole_version(&self.versions).unwrap_or_default(), list_in_data),
            State::Searching | State::Inline(_) => (String::new(), list_in_data),
        };
        let list = list.map(|list| String::from_utf8_lossy(&list).into_owned()).unwrap_or_default();
        let is_whole = self.layout.cut.is_none() && self.layout.has_data;
        if self.layout.has_go_note && version.is_empty() && list.is_empty() && is_whole {
            let reason = "it is a Go program without build information (built before Go 1.13, or stripped of it)";
            found.gap(path, reason);
        }
        let is_whole = is_inline || !version.is_empty() && !list.is_empty();
        let has_any = !version.is_empty() || !list.is_empty();
        // Of a program that is cut off it is said elsewhere that packages may be missing.
        if !build_info::read(&version, &list, found) && has_any && (is_whole || self.layout.cut.is_none()) {
            found.gap(path, NO_LIBRARY_VERSION);
        }
        is_whole
    }

    /// Looks for the header in the writable data.
    fn search_header(&mut self, window: &Window<'_>) {
        for segment in &self.writable {
            let Some(Range { start: from, end: until }) = window.part(&segment.range()) else { continue };
            let mut at = from;
            let end = window.bytes.len().min(until.saturating_add(MAGIC.len()));
            while let Some(found) = window.bytes.get(at..end).and_then(|bytes| memmem::find(bytes, MAGIC)) {
                let start = at + found;
                at = start + 1;
                if start >= until {
                    break;
                }
                let offset = window.offset + start as u64;
                let Some(header) = window.bytes.get(start..start + HEADER_BYTES) else { break };
                // The boundary counts in memory, which shares the lower bits with the file.
                if !(offset - segment.offset).wrapping_add(segment.address).is_multiple_of(16) {
                    continue;
                }
                if let Some(state) = self.read_header(header, offset) {
                    self.state = state;
                    return;
                }
            }
        }
    }

    fn read_header(&self, header: &[u8], offset: u64) -> Option<State> {
        let (&pointer_bytes, &flags) = header.get(14).zip(header.get(15))?;
        if flags & FLAG_INLINE != 0 {
            return Some(State::Inline(Capture::new(offset + HEADER_BYTES as u64, MOST_BYTES)));
        }
        let is_64_bit = match pointer_bytes {
            4 => false,
            8 => true,
            _ => return None,
        };
        let is_big_endian = flags & FLAG_BIG_ENDIAN != 0;
        let pointer = Numbers { bytes: header, is_big_endian }.word(16, is_64_bit)?;
        let string = self.layout.offset_of(pointer)?;
        let version = Capture::new(string, usize::from(pointer_bytes) * 2);
        Some(State::Pointed { version, is_64_bit, is_big_endian })
    }

    /// Remembers what a header with pointers may point to.
    fn remember(&mut self, window: &Window<'_>) {
        for segment in &self.read_only {
            let Some(Range { start: from, end: until }) = window.part(&segment.range()) else { continue };
            let end = window.bytes.len().min(until.saturating_add(LIST_BEGIN.len()));
            let Some(bytes) = window.bytes.get(from..end) else { continue };
            if self.list.is_none()
                && let Some(found) = memmem::find(bytes, LIST_BEGIN)
                && from + found < until
            {
                let start = window.offset + (from + found + LIST_BEGIN.len()) as u64;
                self.list = Some(Capture::new(start, MOST_BYTES));
            }
            for found in memmem::find_iter(bytes, b"go1.") {
                let start = from + found;
                if start >= until || self.versions.len() >= MOST_VERSIONS {
                    break;
                }
                if window.bytes.get(start + 4).is_some_and(u8::is_ascii_digit) {
                    let mut text = [0; 24];
                    let available = &window.bytes[start..window.bytes.len().min(start + 24)];
                    text[..available.len()].copy_from_slice(available);
                    self.versions.push((window.offset + start as u64, text));
                }
            }
        }
    }

    /// Moves on when enough has been captured.
    fn settle(&mut self) {
        let done = match &self.state {
            State::Inline(capture) => inline_strings(&capture.bytes)
                .map(|(version, list)| (version.to_owned(), Some(list.to_vec())))
                .or_else(|| (capture.bytes.len() >= capture.most_bytes).then(|| (Vec::new(), None))),
            State::Pointed { version, is_64_bit, is_big_endian } => {
                let numbers = Numbers { bytes: &version.bytes, is_big_endian: *is_big_endian };
                let length_at = if *is_64_bit { 8 } else { 4 };
                numbers.word(0, *is_64_bit).zip(numbers.word(length_at, *is_64_bit)).and_then(|(address, length)| {
                    let place = self.layout.offset_of(address)?;
                    let (_, text) = self.versions.iter().find(|(offset, _)| *offset == place)?;
                    Some((text.get(..usize::try_from(length).ok()?)?.to_vec(), None))
                })
            }
            State::Searching | State::Done { .. } => None,
        };
        if let Some((version, list)) = done {
            self.state = State::Done { version: String::from_utf8_lossy(&version).into_owned(), list };
        }
    }
}

impl Watcher for GoFinder<'_> {
    fn wants_from(&self, offset: u64) -> Option<u64> {
        let searched = match &self.state {
            State::Searching => {
                let segments = self.writable.iter().chain(&self.read_only).map(Segment::range);
                segments.filter(|range| range.end > offset).map(|range| range.start.max(offset)).min()
            }
            State::Inline(capture) => capture.wants_from(offset),
            State::Pointed { version, .. } => version.wants_from(offset),
            State::Done { .. } => None,
        };
        // A list that has begun is wanted to its end mark, whatever else is found.
        let is_inline = matches!(&self.state, State::Done { list: Some(_), .. });
        let listed = self.list.as_ref().filter(|_| !is_inline).and_then(|list| list.wants_from(offset));
        searched.into_iter().chain(listed).min()
    }

    fn look(&mut self, window: &Window<'_>) {
        if let State::Searching = self.state {
            self.remember(window);
            self.search_header(window);
        }
        match &mut self.state {
            State::Inline(capture) | State::Pointed { version: capture, .. } => capture.look(window),
            State::Searching | State::Done { .. } => {}
        }
        if let Some(list) = &mut self.list {
            let seen = list.bytes.len().saturating_sub(LIST_END.len());
            list.look(window);
            if memmem::find(&list.bytes[seen..], LIST_END).is_some() {
                list.most_bytes = list.bytes.len();
            }
        }
        self.settle();
    }
}

/// The version and the module list behind a header: each with its length in front, the list within its marks.
fn inline_strings(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (version, rest) = counted(bytes)?;
    let (list, _) = counted(rest)?;
    let list = list.strip_prefix(LIST_BEGIN).and_then(|list| list.strip_suffix(LIST_END)).unwrap_or_default();
    Some((version, list))
}

/// A text with its length as a base-128 number in front of it.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_usize;
    for (place, &byte) in bytes.iter().take(5).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return bytes.get(place + 1..)?.split_at_checked(length);
        }
    }
    None
}

/// The one version that the read-only data name, when they name one.
fn sole_version(versions: &[(u64, [u8; 24])]) -> Option<String> {
    let mut texts: Vec<String> = versions
        .iter()
        .map(|(_, text)| {
            let is_part = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
            text[2..].iter().take_while(is_part).map(|&byte| char::from(byte)).collect()
        })
        .filter(|version: &String| !version.ends_with('.'))
        .collect();
    texts.sort_unstable();
    texts.dedup();
    if texts.len() == 1 { texts.pop().map(|version| format!("go{version}")) } else { None }
}
