//! Archives within archives: whatever they are, the walk ends, and everything in them lies below the outermost path.

use std::io::{Cursor, Read};

use crate::nested::{self, ArchiveFormat, HEAD_BYTES, Look};
use crate::shared_content::SharedContent;

/// The path of the outermost archive.
const OUTER: &str = "a.zip";

/// What one input may inflate to before the target gives up on it; the walk's own budget is far above that of a fuzzer.
const LARGEST_INFLATED: u64 = 64 << 20;

pub(super) fn run(bytes: &[u8]) {
    let Some(format) = ArchiveFormat::of(&bytes[..bytes.len().min(HEAD_BYTES)]) else { return };
    let walk = || {
        let mut seen = Seen::default();
        let gaps = nested::look_into(OUTER, (format, 0), &mut Cursor::new(bytes), &mut seen);
        for path in seen.paths.iter().map(|(path, _)| path).chain(gaps.iter().map(|gap| &gap.path)) {
            let inner = path.strip_prefix(OUTER).unwrap_or_else(|| panic!("{path:?} lies outside"));
            assert!(inner.is_empty() || inner.starts_with("!/"), "{path:?} lies outside");
        }
        assert!(gaps.iter().all(|gap| !gap.reason.is_empty()), "a gap says nothing");
        (seen.paths, gaps)
    };
    assert!(walk() == walk(), "the same archive gives something else");
}

/// Wants everything, as long as that is little.
#[derive(Default)]
struct Seen {
    paths: Vec<(String, u64)>,
    inflated: u64,
}

impl Look for Seen {
    fn may_want(&self, _: &str, _: Option<u64>) -> bool {
        self.inflated < LARGEST_INFLATED
    }

    fn wants(&mut self, _: &str, head: &[u8], _: Option<u64>) -> bool {
        assert!(head.len() <= HEAD_BYTES, "more than a head");
        self.inflated < LARGEST_INFLATED
    }

    fn look(&mut self, path: &str, content: &mut SharedContent) {
        let mut count = 0;
        if let Ok(reader) = content.reader() {
            count = std::io::copy(&mut reader.take(LARGEST_INFLATED), &mut std::io::sink()).unwrap_or_default();
        }
        self.inflated += count;
        self.paths.push((path.to_owned(), count));
    }
}
