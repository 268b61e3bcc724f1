//! One pass over a file's stream for several watchers, each of which looks at its own ranges.

use std::cell::RefCell;
use std::io::{self, Read};
use std::ops::Range;

/// Something that looks for bytes in a file.
pub(super) trait Watcher {
    /// The first place at or behind `offset` that it wants to see; `None` when it wants nothing more.
    fn wants_from(&self, offset: u64) -> Option<u64>;

    /// Looks at a window of the file. Windows come in order and overlap; behind a skipped range a fresh one begins.
    fn look(&mut self, window: &Window<'_>);
}

/// A part of the file.
pub(super) struct Window<'a> {
    /// Its bytes.
    pub(super) bytes: &'a [u8],
    /// Where they begin in the file.
    pub(super) offset: u64,
    /// Where in `bytes` matches may begin that no earlier window has shown with what follows them.
    pub(super) from: usize,
    /// Where in `bytes` matches must begin to have [`LOOK_AHEAD_BYTES`] behind them, or the end of the file.
    pub(super) until: usize,
}

impl Window<'_> {
    /// The places in `bytes` where matches within a range of the file may begin; `None` when there are none.
    pub(super) fn part(&self, range: &Range<u64>) -> Option<Range<usize>> {
        let from = self.from.max(usize::try_from(range.start.saturating_sub(self.offset)).ok()?);
        let until = self.until.min(usize::try_from(range.end.checked_sub(self.offset)?).unwrap_or(usize::MAX));
        (from < until).then_some(from..until)
    }
}

/// How much a watcher may read behind the beginning of a match.
pub(super) const LOOK_AHEAD_BYTES: usize = 256;

/// How much a watcher may read before it.
const LOOK_BACK_BYTES: usize = 64;

const KEPT_BYTES: usize = LOOK_AHEAD_BYTES + LOOK_BACK_BYTES;

/// Small enough to stay in the processor's second-level cache.
const BUFFER_BYTES: usize = 128 << 10;

thread_local! {
    /// One buffer for each thread, because images hold thousands of small executables.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Reads `content` from its beginning until no watcher wants anything more.
pub(super) fn run(content: &mut dyn Read, watchers: &mut [&mut dyn Watcher]) -> io::Result<()> {
    BUFFER.with_borrow_mut(|buffer| {
        buffer.resize(BUFFER_BYTES, 0);
        run_with(buffer, content, watchers)
    })
}

fn run_with(buffer: &mut [u8], content: &mut dyn Read, watchers: &mut [&mut dyn Watcher]) -> io::Result<()> {
    // The buffer holds the file from `offset` on, `filled` bytes of it; matches may begin at `from`.
    let (mut offset, mut filled, mut from) = (0_u64, 0_usize, 0_usize);
    loop {
        let position = offset + filled as u64;
        // What was kept for its look-ahead is still wanted by whoever wants the place where it begins.
        let pending = offset + from as u64;
        let Some(wanted) = watchers.iter().filter_map(|watcher| watcher.wants_from(pending)).min() else {
            return Ok(());
        };
        let is_gap = wanted > position;
        if is_gap {
            let mut missing = wanted - position;
            while missing > 0 {
                let most = missing.min(buffer.len() as u64) as usize;
                match content.read(&mut buffer[..most]) {
                    Ok(0) => return Ok(()),
                    Ok(count) => missing -= count as u64,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            (offset, filled, from) = (wanted, 0, 0);
        }
        let is_end = fill(buffer, &mut filled, content)?;
        let until = if is_end { filled } else { filled - LOOK_AHEAD_BYTES };
        let window = Window { bytes: &buffer[..filled], offset, from, until };
        for watcher in &mut *watchers {
            watcher.look(&window);
        }
        if is_end {
            return Ok(());
        }
        let kept_from = filled - KEPT_BYTES;
        buffer.copy_within(kept_from..filled, 0);
        (offset, from) = (offset + kept_from as u64, until - kept_from);
        filled = KEPT_BYTES;
    }
}

/// Fills the buffer; `true` at the end of the file.
fn fill(buffer: &mut [u8], filled: &mut usize, content: &mut dyn Read) -> io::Result<bool> {
    while *filled < buffer.len() {
        match content.read(&mut buffer[*filled..]) {
            Ok(0) => return Ok(true),
            Ok(count) => *filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

/// Bytes of one range of the file, collected from the windows that show them.
#[derive(Debug, Default)]
pub(super) struct Capture {
    /// Where the range begins.
    pub(super) start: u64,
    /// How long it is at most.
    pub(super) most_bytes: usize,
    /// What has been seen of it.
    pub(super) bytes: Vec<u8>,
}

impl Capture {
    /// Nothing yet of the range.
    pub(super) fn new(start: u64, most_bytes: usize) -> Capture {
        Capture { start, most_bytes, bytes: Vec::new() }
    }

    /// As [`Watcher::wants_from`]; what has passed cannot be had again.
    pub(super) fn wants_from(&self, offset: u64) -> Option<u64> {
        let next = self.start.saturating_add(self.bytes.len() as u64);
        (self.bytes.len() < self.most_bytes && next >= offset).then_some(next)
    }

    /// As [`Watcher::look`].
    pub(super) fn look(&mut self, window: &Window<'_>) {
        let next = self.start.saturating_add(self.bytes.len() as u64);
        let Some(skipped) = next.checked_sub(window.offset) else { return };
        let Some(fresh) = usize::try_from(skipped).ok().and_then(|skipped| window.bytes.get(skipped..)) else { return };
        let missing = self.most_bytes - self.bytes.len();
        self.bytes.extend_from_slice(&fresh[..fresh.len().min(missing)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds the places of a byte in its ranges.
    struct Finder {
        ranges: Vec<Range<u64>>,
        places: Vec<u64>,
    }

    impl Watcher for Finder {
        fn wants_from(&self, offset: u64) -> Option<u64> {
            self.ranges.iter().filter(|range| range.end > offset).map(|range| range.start.max(offset)).min()
        }

        fn look(&mut self, window: &Window<'_>) {
            for at in window.from..window.until {
                let place = window.offset + at as u64;
                if window.bytes[at] == b'x' && self.ranges.iter().any(|range| range.contains(&place)) {
                    self.places.push(place);
                }
            }
        }
    }

    /// A reader that hands out few bytes at a time.
    struct Dripping<'a>(&'a [u8]);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(self.0.len()).min(1_000);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn every_place_of_a_wanted_range_is_shown_once() {
        let mut file = vec![0_u8; 1_000_000];
        let places: Vec<u64> = (0..1_000_000).step_by(997).collect();
        for &place in &places {
            file[place as usize] = b'x';
        }
        let some = [5_000..140_000, 400_000..400_001, 700_000..2_000_000];
        let whole = 0..u64::MAX;
        let behind_the_end = 2_000_000..u64::MAX;
        for ranges in [std::slice::from_ref(&whole), &some, std::slice::from_ref(&behind_the_end)] {
            let expected: Vec<u64> =
                places.iter().copied().filter(|place| ranges.iter().any(|range| range.contains(place))).collect();
            let mut finder = Finder { ranges: ranges.to_vec(), places: Vec::new() };
            run(&mut Dripping(&file), &mut [&mut finder]).unwrap();
            assert_eq!(finder.places, expected, "{ranges:?}");
        }
    }

    #[test]
    fn captures_cross_windows() {
        struct Captured(Capture);
        impl Watcher for Captured {
            fn wants_from(&self, offset: u64) -> Option<u64> {
                self.0.wants_from(offset)
            }
            fn look(&mut self, window: &Window<'_>) {
                self.0.look(window);
            }
        }
        let file: Vec<u8> = (0..600_000_u32).map(|at| (at % 251) as u8).collect();
        let mut early = Captured(Capture::new(10, 300_000));
        let mut late = Captured(Capture::new(599_000, 5_000));
        run(&mut Dripping(&file), &mut [&mut early, &mut late]).unwrap();
        assert!(early.0.bytes == file[10..300_010]);
        assert!(late.0.bytes == file[599_000..]);
    }
}
