//! Finds the list of crates that cargo-auditable embeds: JSON, compressed with zlib, in a section `.dep-v0`
//! (github.com/rust-secure-code/cargo-auditable, PARSING.md).
//!
//! In ELF files the section is not loaded, so it lies behind the loaded segments, and the headers that name it lie
//! behind everything. The file is read front to back, so the list is recognised by itself: a zlib stream that inflates
//! to `{"packages"`. Compilers leave their names at the beginning of what is not loaded; without a `rustc` among them only
//! the first 64 KiB are searched, which is all there is of a program stripped of its comments too.

use std::io::Read;
use std::ops::Range;

use flate2::read::ZlibDecoder;
use flate2::{Decompress, FlushDecompress};
use memchr::{memchr_iter, memmem};

use super::layout::{AuditPlace, Layout};
use super::pass::{Capture, Watcher, Window};
use crate::ecosystems::rust;
use crate::found::Found;

/// How much is searched where no compiler is named, in bytes.
const UNNAMED_BYTES: u64 = 64 << 10;

/// The most that is read of a compressed list and of an inflated one, in bytes.
const MOST_COMPRESSED_BYTES: usize = 1 << 20;
const MOST_LIST_BYTES: u64 = 8 << 20;

const LIST_BEGIN: &[u8] = b"{\"packages\"";

/// Looks for cargo-auditable's list.
pub(super) struct AuditFinder {
    /// Whether the file ends before its headers say.
    is_cut: bool,
    range: Range<u64>,
    /// Whether the range is searched to its end.
    is_promising: bool,
    list: Option<Capture>,
    inflate: Option<Decompress>,
}

impl AuditFinder {
    pub(super) fn new(layout: &Layout) -> AuditFinder {
        let (range, is_promising) = match &layout.audit {
            AuditPlace::None => (0..0, false),
            AuditPlace::Section(range) => (range.clone(), true),
            AuditPlace::Unloaded(range) => (range.clone(), false),
        };
        AuditFinder { is_cut: layout.cut.is_some(), range, is_promising, list: None, inflate: None }
    }

    /// Adds what was found. Says whether that is a whole list.
    pub(super) fn hand_over(self, path: &str, found: &mut Found) -> bool {
        let Some(list) = self.list else { return false };
        let mut json = Vec::new();
        let outcome = ZlibDecoder::new(list.bytes.as_slice()).take(MOST_LIST_BYTES + 1).read_to_end(&mut json);
        if outcome.is_err() && self.is_cut {
            return false;
        }
        if outcome.is_err() || json.len() as u64 > MOST_LIST_BYTES {
            found.gap(path, "the list of crates embedded in it is damaged or longer than 8 MiB");
        } else if let Err(error) = rust::read_audit_list(&json, found) {
            found.gap(path, error.to_string());
        }
        // What is wrong with it is said.
        true
    }

    fn searched(&self) -> Range<u64> {
        let unnamed_end = self.range.start.saturating_add(UNNAMED_BYTES);
        self.range.start..if self.is_promising { self.range.end } else { self.range.end.min(unnamed_end) }
    }

    /// Whether a zlib stream begins here that inflates to a list.
    fn is_list(&mut self, bytes: &[u8]) -> bool {
        // The second byte makes the first two a multiple of 31 and says how hard the compressor tried.
        if !matches!(bytes.get(1), Some(0x01 | 0x5e | 0x9c | 0xda)) {
            return false;
        }
        let inflate = self.inflate.get_or_insert_with(|| Decompress::new(true));
        inflate.reset(true);
        let mut begin = [0; LIST_BEGIN.len()];
        // The outcome is of no interest: a stream that goes on and one that ends both leave what they inflated.
        let _ = inflate.decompress(bytes, &mut begin, FlushDecompress::None);
        begin == LIST_BEGIN
    }
}

impl Watcher for AuditFinder {
    fn wants_from(&self, offset: u64) -> Option<u64> {
        if let Some(list) = &self.list {
            return list.wants_from(offset);
        }
        let searched = self.searched();
        (searched.end > offset && !searched.is_empty()).then(|| searched.start.max(offset))
    }

    fn look(&mut self, window: &Window<'_>) {
        if self.list.is_none() {
            if !self.is_promising
                && let Some(part) = window.part(&self.searched())
            {
                let end = window.bytes.len().min(part.end + "rustc version".len());
                self.is_promising = memmem::find(&window.bytes[part.start..end], b"rustc version").is_some();
            }
            let Some(part) = window.part(&self.searched()) else { return };
            let start = memchr_iter(0x78, &window.bytes[part.clone()])
                .map(|at| part.start + at)
                .find(|&start| self.is_list(&window.bytes[start..window.bytes.len().min(start + 256)]));
            self.list = start.map(|start| Capture::new(window.offset + start as u64, MOST_COMPRESSED_BYTES));
        }
        if let Some(list) = &mut self.list {
            list.look(window);
        }
    }
}
