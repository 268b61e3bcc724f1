//! Looks through a file of any size as its bytes come, in bounded memory.

use crate::found::Outcome;
use crate::place::{Place, PlaceKind};
use crate::rules::SecretRules;
use crate::scan::{Pass, Stretch};
use crate::settle::settle;

/// How many bytes are looked through at a time.
const WINDOW_BYTES: usize = 256 << 10;
/// How many bytes are kept from before, and waited for, so that what is looked at has its surroundings.
const AROUND_BYTES: usize = 64 << 10;
/// How many bytes tell text from other files.
const HEAD_BYTES: usize = 8 << 10;

/// Looks through one file whose bytes are pushed.
#[derive(Debug)]
pub struct Stream<'r> {
    pass: Pass<'r>,
    kind: Option<ContentKind>,
    /// Bytes that are kept, from `origin` on.
    kept: Vec<u8>,
    origin: u64,
    /// How many of the kept bytes have been looked through.
    seen: usize,
    /// The line of the first kept byte.
    line: u64,
    /// A byte of UTF-16 that waits for its second half, and a high surrogate that waits for its low one.
    half: Option<u8>,
    surrogate: Option<u16>,
}

/// What the first bytes say of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ContentKind {
    Text,
    LittleUtf16,
    BigUtf16,
    /// Neither text nor a program: only rules that need no context look at it.
    Binary,
    /// Programs and compressed files: nothing is looked for.
    Skipped,
}

impl SecretRules {
    /// Begins to look through a file, whose bytes are then pushed.
    pub fn stream(&self, place: Place<'_>) -> Stream<'_> {
        Stream {
            pass: Pass::new(self, place),
            kind: None,
            kept: Vec::new(),
            origin: 0,
            seen: 0,
            line: 1,
            half: None,
            surrogate: None,
        }
    }

    /// Looks through bytes that are all there: a file, or one environment variable as `NAME=value`.
    pub fn scan(&self, bytes: &[u8], place: Place<'_>) -> Outcome {
        let kind = if place.kind == PlaceKind::File { content_kind(bytes) } else { ContentKind::Text };
        match kind {
            ContentKind::Skipped => Outcome::default(),
            ContentKind::LittleUtf16 | ContentKind::BigUtf16 => {
                let mut stream = self.stream(place);
                stream.push(bytes);
                stream.finish()
            }
            ContentKind::Text | ContentKind::Binary => {
                let mut pass = Pass::new(self, place);
                pass.is_text = kind == ContentKind::Text;
                pass.look(&Stretch { bytes, origin: 0, fresh: 0..bytes.len() });
                count_lines(&mut pass, 0, bytes, 0, 1);
                settle(pass)
            }
        }
    }
}

impl Stream<'_> {
    /// Takes the next bytes.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(bytes.len().min(WINDOW_BYTES));
            bytes = rest;
            self.take(piece);
            if self.kind.is_none() && self.kept.len() >= HEAD_BYTES {
                self.decide();
            }
            if self.kind.is_some() && self.kept.len() - self.seen >= WINDOW_BYTES + AROUND_BYTES {
                self.look(self.kept.len() - AROUND_BYTES);
            }
        }
    }

    /// Looks through what is left, and tells what was found.
    pub fn finish(mut self) -> Outcome {
        if self.kind.is_none() {
            self.decide();
        }
        self.look(self.kept.len());
        settle(self.pass)
    }

    /// Whether the rest of the file need not be pushed: it is of a kind in which nothing is looked for.
    pub fn is_done(&self) -> bool {
        self.kind == Some(ContentKind::Skipped)
    }

    fn take(&mut self, bytes: &[u8]) {
        match self.kind {
            Some(ContentKind::Skipped) => {}
            Some(ContentKind::LittleUtf16) => self.take_utf16(bytes, u16::from_le_bytes),
            Some(ContentKind::BigUtf16) => self.take_utf16(bytes, u16::from_be_bytes),
            Some(ContentKind::Text | ContentKind::Binary) | None => self.kept.extend_from_slice(bytes),
        }
    }

    fn decide(&mut self) {
        let kind = if self.pass.kind == PlaceKind::File { content_kind(&self.kept) } else { ContentKind::Text };
        self.kind = Some(kind);
        self.pass.is_text = kind != ContentKind::Binary;
        if matches!(kind, ContentKind::Skipped | ContentKind::LittleUtf16 | ContentKind::BigUtf16) {
            let kept = std::mem::take(&mut self.kept);
            self.take(&kept);
        }
    }

    /// Keeps the text in UTF-8.
    fn take_utf16(&mut self, bytes: &[u8], unit: fn([u8; 2]) -> u16) {
        for &byte in bytes {
            let Some(first) = self.half.take() else {
                self.half = Some(byte);
                continue;
            };
            let unit = unit([first, byte]);
            for decoded in char::decode_utf16(self.surrogate.take().into_iter().chain([unit])) {
                match decoded {
                    Ok(sign) => self.kept.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes()),
                    // The first half of a pair waits for the second one.
                    Err(error) if (0xd800..0xdc00).contains(&error.unpaired_surrogate()) => {
                        self.surrogate = Some(error.unpaired_surrogate());
                    }
                    Err(_) => self.kept.push(b'?'),
                }
            }
        }
    }

    /// Looks through the kept bytes up to here, and lets go of those that are no longer needed.
    fn look(&mut self, until: usize) {
        let before = self.pass.candidates.len();
        let stretch = Stretch { bytes: &self.kept, origin: self.origin, fresh: self.seen..until };
        self.pass.look(&stretch);
        count_lines(&mut self.pass, before, &self.kept, self.origin, self.line);
        let gone = until.saturating_sub(AROUND_BYTES);
        self.line += newlines(&self.kept[..gone]);
        self.kept.drain(..gone);
        self.origin += gone as u64;
        self.seen = until - gone;
    }
}

/// Gives the candidates from `first` on their lines.
fn count_lines(pass: &mut Pass<'_>, first: usize, bytes: &[u8], origin: u64, line: u64) {
    let mut places: Vec<usize> = (first..pass.candidates.len()).collect();
    places.sort_by_key(|&place| pass.candidates[place].start);
    let (mut at, mut line) = (0, line);
    for place in places {
        let candidate = &mut pass.candidates[place];
        let start = (candidate.start.saturating_sub(origin) as usize).clamp(at, bytes.len());
        line += newlines(&bytes[at..start]);
        at = start;
        candidate.line = line;
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

fn content_kind(bytes: &[u8]) -> ContentKind {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    match head {
        // Programs.
        [0x7f, b'E', b'L', b'F', ..] | [b'M', b'Z', ..] | [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] => ContentKind::Skipped,
        [0, b'a', b's', b'm', ..] | [0xde, 0x12, 0x04, 0x95, ..] => ContentKind::Skipped,
        // Pictures.
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] | [b'G', b'I', b'F', b'8', ..] => ContentKind::Skipped,
        // What is compressed, and archives, whose files come one by one.
        [b'P', b'K', 3, 4, ..] | [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => ContentKind::Skipped,
        [0xfd, b'7', b'z', b'X', b'Z', ..] | [b'B', b'Z', b'h', ..] => ContentKind::Skipped,
        [b'!', b'<', b'a', b'r', b'c', b'h', b'>', b'\n', ..] => ContentKind::Skipped,
        [0xff, 0xfe, ..] => ContentKind::LittleUtf16,
        [0xfe, 0xff, ..] => ContentKind::BigUtf16,
        _ if memchr::memchr(0, head).is_some() => ContentKind::Binary,
        _ => ContentKind::Text,
    }
}
