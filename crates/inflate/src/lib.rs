//! Inflates gzip with ISA-L, which is by far the fastest, where the processor is one that it is written for.

#![deny(unsafe_code)]
#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]

use std::fmt;

use isal_sys::igzip_lib::{
    ISAL_GZIP, inflate_state, isal_block_state_ISAL_BLOCK_FINISH, isal_inflate, isal_inflate_init, isal_inflate_reset,
};

/// No call takes or gives more: ISA-L counts in 32 bits.
const MOST_BYTES: usize = 1 << 30;

/// The members of a gzip stream (RFC 1952), inflated one after the other; the checksum of each is verified.
///
/// Each call keeps 32 KiB of history and inflates as much into a buffer of its own first, so pieces of 100 KiB and more
/// are inflated fastest.
pub struct Members(Box<inflate_state>);

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Bytes of the input that are done with.
    pub consumed: usize,
    /// Bytes that were written to the beginning of the output.
    pub produced: usize,
    /// Whether the member has ended, with the checksum that its bytes have.
    pub is_finished: bool,
}

/// ISA-L does not take this for a gzip stream. Others may: it refuses what is behind the last member, for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the compressed data are damaged")
    }
}

impl std::error::Error for Refused {}

impl Members {
    /// Ready for the first member.
    #[allow(unsafe_code, reason = "ISA-L is written in C and assembly")]
    pub fn new() -> Members {
        // SAFETY: the state is numbers, null pointers and arrays of numbers, for each of which zero is a value.
        let mut state: Box<inflate_state> = unsafe { Box::new_zeroed().assume_init() };
        // SAFETY: the state is ours, and stays where it is.
        unsafe { isal_inflate_init(&raw mut *state) };
        state.crc_flag = ISAL_GZIP;
        Members(state)
    }

    /// Goes on to the next member, whose header is what comes next.
    #[allow(unsafe_code, reason = "ISA-L is written in C and assembly")]
    pub fn begin_next(&mut self) {
        // SAFETY: the state is ours, and was initialised.
        unsafe { isal_inflate_reset(&raw mut *self.0) };
    }

    /// Inflates until the input is used up, the output is full or the member ends. What is not consumed is to be given
    /// again. After the last input there may be more output.
    ///
    /// # Errors
    /// Where ISA-L refuses the bytes, or neither takes nor gives any although it could. What this call wrote is of no use.
    #[allow(unsafe_code, reason = "ISA-L is written in C and assembly")]
    pub fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Refused> {
        let (given, room) = (input.len().min(MOST_BYTES), output.len().min(MOST_BYTES));
        let state = &mut *self.0;
        state.next_in = input.as_ptr().cast_mut();
        state.avail_in = given as u32;
        state.next_out = output.as_mut_ptr();
        state.avail_out = room as u32;
        // SAFETY: the state was initialised; `input` is read alone, within `avail_in`, and `output` written within
        // `avail_out`. Between calls ISA-L keeps what it needs of both in the state, and the pointers are not used again.
        let code = unsafe { isal_inflate(&raw mut *state) };
        let (unread, unwritten) = (state.avail_in as usize, state.avail_out as usize);
        (state.next_in, state.next_out) = (std::ptr::null_mut(), std::ptr::null_mut());
        let (Some(consumed), Some(produced)) = (given.checked_sub(unread), room.checked_sub(unwritten)) else {
            return Err(Refused);
        };
        let is_finished = state.block_state == isal_block_state_ISAL_BLOCK_FINISH;
        let is_stuck = consumed == 0 && produced == 0 && !is_finished && given > 0 && room > 0;
        match code == 0 && !is_stuck {
            true => Ok(Step { consumed, produced, is_finished }),
            false => Err(Refused),
        }
    }
}

impl Default for Members {
    fn default() -> Members {
        Members::new()
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members").field("block_state", &self.0.block_state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, GzBuilder};

    use super::*;

    /// Text that repeats itself near and far, and some that does not.
    fn text(length: usize) -> Vec<u8> {
        let mut random = 1_u32;
        let mut text = Vec::new();
        while text.len() < length {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let far = text.len().saturating_sub((random >> 17) as usize);
            match random >> 30 {
                0 => text.extend(random.to_le_bytes()),
                1 => text.extend(vec![b'a'; (random >> 8) as usize % 400]),
                _ => text.extend_from_within(far..(far + 90).min(text.len())),
            }
        }
        text.truncate(length);
        text
    }

    fn gzip(text: &[u8], level: u32) -> Vec<u8> {
        let mut encoder = GzBuilder::new().filename("name").write(Vec::new(), Compression::new(level));
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// All members, with input and room in pieces of these sizes.
    fn inflate(stored: &[u8], piece: usize, room: usize) -> Result<Vec<u8>, Refused> {
        let (mut members, mut at, mut text) = (Members::new(), 0, Vec::new());
        let mut output = vec![0; room];
        loop {
            let input = &stored[at..stored.len().min(at + piece)];
            let step = members.step(input, &mut output)?;
            text.extend_from_slice(&output[..step.produced]);
            at += step.consumed;
            match step.is_finished {
                true if at == stored.len() => return Ok(text),
                true => members.begin_next(),
                false if input.is_empty() && step.produced == 0 => return Err(Refused),
                false => {}
            }
        }
    }

    #[test]
    fn whatever_the_pieces_are_the_text_is_the_same() {
        for (length, level) in [(0, 6), (1, 6), (300_000, 0), (300_000, 1), (300_000, 6), (300_000, 9)] {
            let text = text(length);
            let stored = [gzip(&text, level), gzip(b"next", level), gzip(&text, level)].concat();
            let expected = [&text[..], b"next", &text].concat();
            for (piece, room) in [(1, 70_000), (7, 1), (100, 33_000), (16 << 10, 256 << 10), (1 << 20, 1 << 20)] {
                assert!(inflate(&stored, piece, room) == Ok(expected.clone()), "{length} {level} {piece} {room}");
            }
        }
    }

    #[test]
    fn a_long_header_is_passed_over() {
        let mut encoder = GzBuilder::new().comment(vec![b'c'; 100_000]).write(Vec::new(), Compression::fast());
        encoder.write_all(b"text").unwrap();
        let stored = encoder.finish().unwrap();
        assert_eq!(inflate(&stored, 1000, 1000), Ok(b"text".to_vec()));
    }

    #[test]
    fn what_is_damaged_or_cut_off_is_refused() {
        let text = text(100_000);
        let stored = gzip(&text, 6);
        for length in (0..stored.len()).step_by(97) {
            assert_eq!(inflate(&stored[..length], 4096, 4096), Err(Refused), "{length}");
        }
        // The checksum sees whatever the blocks do not; of the header nothing is checked but what it has to be.
        for at in (15..stored.len()).step_by(101) {
            let mut damaged = stored.clone();
            damaged[at] ^= 0x55;
            assert!(inflate(&damaged, 4096, 4096) == Err(Refused), "{at}");
        }
        for behind in [&[0; 512][..], b"x"] {
            assert_eq!(inflate(&[&stored[..], behind].concat(), 4096, 4096), Err(Refused));
        }
    }
}
