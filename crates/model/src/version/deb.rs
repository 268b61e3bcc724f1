//! Debian's order (deb-version(7), Sorting algorithm): `[epoch:]upstream[-revision]`.
//!
//! Upstream and revision are runs of other characters and of digits in turn. `~` sorts before the end, the end before
//! letters, letters before all else; a missing number is zero, a missing revision equals `0`.

use super::key_writer::{KeyWriter, take_digits, take_while};

const TILDE: u8 = 1;
/// Ends a run of other characters, and the part.
const END: u8 = 2;
/// The place of every byte that is no digit: tilde, end, letters, then the rest in the order of their codes.
const WEIGHTS: [u8; 256] = weights();

const fn weights() -> [u8; 256] {
    let mut weights = [0; 256];
    let mut next = END + 1;
    let mut pass = 0;
    while pass < 2 {
        let mut byte = 0;
        while byte < 256 {
            let letter = (byte as u8).is_ascii_alphabetic();
            if letter == (pass == 0) && !(byte as u8).is_ascii_digit() && byte as u8 != b'~' {
                weights[byte] = next;
                next = next.wrapping_add(1);
            }
            byte += 1;
        }
        pass += 1;
    }
    weights[b'~' as usize] = TILDE;
    weights
}

/// Whether dpkg takes it without a word (deb-version(7)): an epoch of digits, an upstream version that begins with one, and
/// nothing but the characters that versions have.
pub(super) fn is_valid(version: &str) -> bool {
    let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
    !epoch.is_empty()
        && epoch.bytes().all(|byte| byte.is_ascii_digit())
        && rest.starts_with(|first: char| first.is_ascii_digit())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-:~".contains(&byte))
}

pub(super) fn write(version: &str, key: &mut KeyWriter<'_>) -> Option<()> {
    let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
    if epoch.is_empty() || !epoch.bytes().all(|byte| byte.is_ascii_digit()) || rest.contains(' ') {
        return None;
    }
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    if upstream.is_empty() {
        return None;
    }
    key.number(epoch.as_bytes());
    write_part(upstream.as_bytes(), key);
    write_part(revision.as_bytes(), key);
    Some(())
}

fn write_part(mut rest: &[u8], key: &mut KeyWriter<'_>) {
    loop {
        let others = take_while(&mut rest, |byte| !byte.is_ascii_digit());
        key.marks(others.iter().map(|&byte| WEIGHTS[usize::from(byte)]));
        key.mark(END);
        key.number(take_digits(&mut rest));
        if rest.is_empty() {
            break;
        }
    }
    key.mark(END);
}
