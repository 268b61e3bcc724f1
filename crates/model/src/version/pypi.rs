//! Python's order (PEP 440, Summary of permitted suffixes and relative ordering), and the older order below it.
//!
//! What PEP 440 cannot read sorts before everything that it can, by the rules of setuptools that preceded it.

use super::key_writer::{KeyWriter, take_digits, take_while, trim_zeros};

/// Before every epoch.
const LEGACY: u8 = 1;
const RELEASE_END: u8 = 1;
/// A development release of the final version is earlier than its first alpha.
const DEVELOPMENT_ONLY: u8 = 1;
const FINAL: u8 = 5;
const NO_POST: u8 = 1;
const NO_DEVELOPMENT: u8 = 0xFF;
const LOCAL_END: u8 = 1;
const LOCAL_TEXT: u8 = 2;

pub(super) fn write(version: &str, key: &mut KeyWriter<'_>) -> Option<()> {
    match Pep440::parse(version.as_bytes()) {
        Some(parsed) => parsed.write(key),
        None => write_legacy(&version.to_lowercase(), key),
    }
    Some(())
}

struct Pep440<'a> {
    epoch: &'a [u8],
    release: &'a [u8],
    /// The mark of the pre-release and its number.
    pre: Option<(u8, &'a [u8])>,
    post: Option<&'a [u8]>,
    development: Option<&'a [u8]>,
    local: Option<&'a [u8]>,
}

impl<'a> Pep440<'a> {
    fn parse(mut rest: &'a [u8]) -> Option<Pep440<'a>> {
        if let [b'v' | b'V', after @ ..] = rest {
            rest = after;
        }
        let mut epoch: &[u8] = b"0";
        let mut after = rest;
        let digits = take_digits(&mut after);
        if let ([_, ..], [b'!', behind @ ..]) = (digits, after) {
            epoch = digits;
            rest = behind;
        }
        let release = take_release(&mut rest)?;
        let pre = take_pre(&mut rest);
        let post = take_post(&mut rest);
        let development = take_word(&mut rest, &["dev"]).map(|_| take_number(&mut rest));
        let local = match rest {
            [b'+', local @ ..] => Some(local),
            [] => None,
            _ => return None,
        };
        let is_separator = |byte: &u8| matches!(byte, b'.' | b'-' | b'_');
        if local.is_some_and(|local| {
            local.split(is_separator).any(|part| part.is_empty() || !part.iter().all(u8::is_ascii_alphanumeric))
        }) {
            return None;
        }
        Some(Pep440 { epoch, release, pre, post, development, local })
    }

    fn write(&self, key: &mut KeyWriter<'_>) {
        key.number(self.epoch);
        let mut zeros = 0;
        for part in self.release.split(|&byte| byte == b'.') {
            if trim_zeros(part).is_empty() {
                zeros += 1;
            } else {
                for _ in 0..zeros {
                    key.number(b"0");
                }
                zeros = 0;
                key.number(part);
            }
        }
        key.mark(RELEASE_END);
        match self.pre {
            Some((mark, number)) => {
                key.mark(mark);
                key.number(number);
            }
            None if self.post.is_none() && self.development.is_some() => key.mark(DEVELOPMENT_ONLY),
            None => key.mark(FINAL),
        }
        match self.post {
            Some(number) => key.number(number),
            None => key.mark(NO_POST),
        }
        match self.development {
            Some(number) => key.number(number),
            None => key.mark(NO_DEVELOPMENT),
        }
        let Some(local) = self.local else {
            return;
        };
        for part in local.split(|byte| matches!(byte, b'.' | b'-' | b'_')) {
            if part.iter().all(u8::is_ascii_digit) {
                key.number(part);
            } else {
                key.mark(LOCAL_TEXT);
                key.text_lower_case(part);
            }
        }
        key.mark(LOCAL_END);
    }
}

/// Cuts `1.2.3` off.
fn take_release<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let whole = *rest;
    if take_digits(rest).is_empty() {
        return None;
    }
    while let [b'.', b'0'..=b'9', ..] = *rest {
        *rest = &rest[1..];
        take_digits(rest);
    }
    Some(&whole[..whole.len() - rest.len()])
}

fn take_pre<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let word = take_word(rest, &["alpha", "beta", "preview", "pre", "rc", "a", "b", "c"])?;
    let mark = match word {
        "alpha" | "a" => 2,
        "beta" | "b" => 3,
        _ => 4,
    };
    Some((mark, take_number(rest)))
}

fn take_post<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    // `1.0-1` is a post release without the word.
    if let [b'-', b'0'..=b'9', ..] = *rest {
        *rest = &rest[1..];
        return Some(take_digits(rest));
    }
    take_word(rest, &["post", "rev", "r"])?;
    Some(take_number(rest))
}

/// Cuts one of the words off, with a separator before it.
fn take_word(rest: &mut &[u8], words: &[&'static str]) -> Option<&'static str> {
    let after = without_separator(rest);
    let word = words.iter().find(|word| {
        after.get(..word.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(word.as_bytes()))
    })?;
    *rest = &after[word.len()..];
    Some(word)
}

/// Cuts the number behind a word off, with a separator before it; no number is zero.
fn take_number<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    *rest = without_separator(rest);
    take_digits(rest)
}

fn without_separator(rest: &[u8]) -> &[u8] {
    match rest {
        [b'.' | b'-' | b'_', after @ ..] => after,
        _ => rest,
    }
}

/// Writes what setuptools compared before PEP 440: words and zero-padded numbers as text.
fn write_legacy(version: &str, key: &mut KeyWriter<'_>) {
    key.mark(LEGACY);
    let mut parts: Vec<String> = Vec::new();
    let mut rest = version.as_bytes();
    while let Some(&first) = rest.first() {
        let part = match first {
            b'0'..=b'9' => take_digits(&mut rest),
            b'a'..=b'z' => take_while(&mut rest, |byte| byte.is_ascii_lowercase()),
            b'.' | b'-' => {
                let part = &rest[..1];
                rest = &rest[1..];
                part
            }
            _ => take_while(&mut rest, |byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'.' | b'-')),
        };
        match part {
            b"." => {}
            b"pre" | b"preview" | b"rc" => add_legacy(&mut parts, "*c".to_owned()),
            b"-" => add_legacy(&mut parts, "*final-".to_owned()),
            b"dev" => add_legacy(&mut parts, "*@".to_owned()),
            text => {
                let text = String::from_utf8_lossy(text);
                let number = text.starts_with(|first: char| first.is_ascii_digit());
                add_legacy(&mut parts, if number { format!("{text:0>8}") } else { format!("*{text}") });
            }
        }
    }
    add_legacy(&mut parts, "*final".to_owned());
    for part in &parts {
        key.text(part.as_bytes());
    }
}

fn add_legacy(parts: &mut Vec<String>, part: String) {
    if part.starts_with('*') {
        if part.as_str() < "*final" {
            while parts.last().is_some_and(|last| last == "*final-") {
                parts.pop();
            }
        }
        while parts.last().is_some_and(|last| last == "00000000") {
            parts.pop();
        }
    }
    parts.push(part);
}
