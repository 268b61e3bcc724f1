//! Private keys in armor: PEM (RFC 7468), OpenSSH's and OpenPGP's (RFC 9580), as files hold them and as programs quote
//! them: indented, in comments, with `\n` for the ends of lines, or cut into quoted pieces.

use super::Shaped;
use crate::openpgp;
use crate::plausible;
use crate::validators::encoded::base64;

/// The longest armor that is read: a key of 16,384 bits takes some 13 kB.
pub(crate) const LONGEST_ARMOR_BYTES: usize = 24 << 10;
const LONGEST_LABEL: usize = 40;
/// Shorter bodies are no key of any kind: one of Ed25519 takes 64 signs.
const SHORTEST_BODY: usize = 60;

/// The key whose label holds this literal (`PRIVATE KEY-----`), when it is encrypted or plain as asked for.
pub(super) fn private_key(bytes: &[u8], at: usize, encrypted: bool) -> Option<Shaped> {
    let (start, label) = label_around(bytes, at)?;
    if !label.ends_with("PRIVATE KEY") {
        return None;
    }
    let armor = Armor::read(bytes, start, label)?;
    let body = base64(&armor.body)?;
    let needs_passphrase = armor.is_encrypted
        || label.starts_with("ENCRYPTED")
        || label.starts_with("TSS2")
        || label.contains("OPENSSH") && is_encrypted_openssh(&body);
    if needs_passphrase != encrypted || !is_key(&body, &armor, label) {
        return None;
    }
    Some(Shaped::Secret { whole: start..armor.end, shown: format!("-----BEGIN {label}-----") })
}

/// The key whose label holds this literal (`PGP PRIVATE KEY BLOCK-----`), when it is encrypted or plain as asked for.
pub(super) fn pgp_private_key(bytes: &[u8], at: usize, encrypted: bool) -> Option<Shaped> {
    let (start, label) = label_around(bytes, at)?;
    if label != "PGP PRIVATE KEY BLOCK" {
        return None;
    }
    let armor = Armor::read(bytes, start, label)?;
    let body = base64(&armor.body)?;
    // A secret key packet begins it, of the old format or the new one.
    let is_secret_key = matches!(body.first(), Some(0x94..=0x97 | 0xc5));
    let is_protected = openpgp::is_protected(&body).unwrap_or(false);
    (is_secret_key && body.len() > 40 && is_protected == encrypted)
        .then(|| Shaped::Secret { whole: start..armor.end, shown: format!("-----BEGIN {label}-----") })
}

/// The place of `-----BEGIN` and the label, for a literal within the label.
fn label_around(bytes: &[u8], at: usize) -> Option<(usize, &str)> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let from = at.saturating_sub(LONGEST_LABEL + BEGIN.len());
    let start = from + memchr::memmem::rfind(&bytes[from..at], BEGIN)?;
    let label = &bytes[start + BEGIN.len()..bytes.len().min(start + BEGIN.len() + LONGEST_LABEL)];
    let label = &label[..memchr::memmem::find(label, b"-----")?];
    let is_label = label.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ');
    if is_label { std::str::from_utf8(label).ok().map(|label| (start, label)) } else { None }
}

struct Armor {
    /// Base64 alone.
    body: Vec<u8>,
    is_encrypted: bool,
    /// Behind the last line.
    end: usize,
}

impl Armor {
    /// Reads on from `-----BEGIN label-----` to the end that belongs to it. A body with anything but base64 in it is an
    /// ellipsis, a template or a format string, and no key.
    fn read(bytes: &[u8], start: usize, label: &str) -> Option<Armor> {
        let from = start + "-----BEGIN -----".len() + label.len();
        let text = bytes.get(from..bytes.len().min(from + LONGEST_ARMOR_BYTES))?;
        let length = memchr::memmem::find(text, b"-----")?;
        if !text[length..].starts_with(b"-----END") {
            return None;
        }
        let text = std::str::from_utf8(&text[..length]).ok()?;
        let mut armor =
            Armor { body: Vec::new(), is_encrypted: false, end: from + length + "-----END -----".len() + label.len() };
        armor.end = armor.end.min(bytes.len());
        let text = text
            .replace("\\\\n", "\n")
            .replace("\\n", "\n")
            .replace("\\r", "\n")
            .replace("&#10;", "\n")
            .replace("\\/", "/");
        let has_quotes = text.contains(['"', '\'']);
        for line in text.split(['\n', '\r']) {
            // A full stop joins what is quoted; alone it stands for what was left out.
            if !has_quotes
                && !line.is_empty()
                && line.trim_matches([' ', '\t', '*', '#', '/']).bytes().all(|byte| byte == b'.')
                && line.contains('.')
            {
                return None;
            }
            let line = content(line);
            if line.contains(':') {
                armor.is_encrypted |= line.contains("ENCRYPTED");
                continue;
            }
            for piece in line.split_ascii_whitespace() {
                // OpenPGP's checksum of the armor.
                if piece.len() == 5 && piece.starts_with('=') {
                    continue;
                }
                let is_base64 = piece.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
                if !is_base64 {
                    return None;
                }
                armor.body.extend_from_slice(piece.as_bytes());
            }
        }
        (armor.body.len() >= SHORTEST_BODY).then_some(armor)
    }
}

/// A line without quotes around it, signs of comments, and what joins it to the next one.
fn content(line: &str) -> &str {
    let line = line.trim();
    let quoted = ['"', '\'', '`'].iter().find_map(|&quote| {
        let start = line.find(quote)?;
        let before = &line[..start];
        let end = line.rfind(quote).filter(|end| *end > start);
        // Either a piece of its own (`"…" +`), or only the rest of one (`…" \`).
        match end {
            Some(end) => Some(&line[start + 1..end]),
            None if before.trim_matches(['+', ' ', '.', '\\', ',']).is_empty() => Some(&line[start + 1..]),
            None => Some(before),
        }
    });
    let line = quoted.unwrap_or(line).trim_end_matches('\\').trim();
    let line = line.strip_prefix("// ").unwrap_or(line);
    let line = line.trim_start_matches(['#', '*', '>', ';', '|', '%', ' ']).trim();
    if line.trim_matches(['+', '.', ',', ';', ' ']).is_empty() { "" } else { line }
}

fn is_key(body: &[u8], armor: &Armor, label: &str) -> bool {
    let has_structure =
        if label.contains("OPENSSH") { body.starts_with(b"openssh-key-v1\0") } else { is_whole_sequence(body) };
    // What is encrypted in the old way has no structure; nor do keys that somebody has shortened or scrambled. Random
    // enough to be one is enough.
    let begins_well = ["MII", "MHc", "MHQ", "MIG", "MC4", "MC8", "MG4", "b3BlbnNzaC1rZXktdjE"]
        .iter()
        .any(|start| armor.body.starts_with(start.as_bytes()));
    has_structure
        || armor.body.len() >= 96 && plausible::entropy(&armor.body) > 4.6
        || begins_well && plausible::entropy(&armor.body) > 4.0
}

/// Whether the bytes are one sequence of DER (X.690), which ends where they end.
fn is_whole_sequence(body: &[u8]) -> bool {
    let (length, header) = match body {
        [0x30, length @ 0..=0x7f, ..] => (usize::from(*length), 2),
        [0x30, 0x81, length, ..] => (usize::from(*length), 3),
        [0x30, 0x82, high, low, ..] => (usize::from(*high) << 8 | usize::from(*low), 4),
        _ => return false,
    };
    body.len().abs_diff(header + length) <= 2
}

/// Whether the key has a cipher (PROTOCOL.key of OpenSSH: after the magic comes the cipher's name).
fn is_encrypted_openssh(body: &[u8]) -> bool {
    let name = body.strip_prefix(b"openssh-key-v1\0");
    let Some([0, 0, 0, length, rest @ ..]) = name else { return false };
    rest.get(..usize::from(*length)).is_some_and(|name| name != b"none")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of Ed25519 in PKCS #8, made for this test.
    fn pem(separator: &str, label: &str) -> String {
        let body = ["MC4CAQAwBQYDK2VwBCIEIL8dGdmS", "0Nm0qS8zk0v6mVfZAqhs0vT5nEwTR3pY7bKx"].join(separator);
        format!("-----BEGIN {label}-----{separator}{body}{separator}-----END {label}-----")
    }

    fn finds(text: &str) -> bool {
        let at = text.find("PRIVATE KEY-----").expect("there is a label");
        private_key(text.as_bytes(), at, false).is_some()
    }

    #[test]
    fn a_key_is_read_however_its_lines_are_written() {
        for separator in ["\n", "\r\n", "\n    ", "\\n", "\\\\n", "\n# ", "\n * ", "\\n\" +\n  \"", "\"\n  \"", " "] {
            assert!(finds(&pem(separator, concat!("PRIVATE", " KEY"))), "{separator:?}");
        }
    }

    #[test]
    fn labels_without_a_key_are_none() {
        for body in ["", "...", "MIIEpAIBAAKCAQEA...", "<key>", "%s", "{{ key }}", "AAAA"] {
            let text =
                format!("-----BEGIN RSA {key}-----\n{body}\n-----END RSA {key}-----", key = concat!("PRIVATE", " KEY"));
            assert!(!finds(&text), "{body}");
        }
        assert!(!finds(concat!("-----BEGIN PRIVATE", " KEY-----")));
    }

    #[test]
    fn a_key_of_which_a_line_is_shown_is_none() {
        let line = "MIIEpQIBAAKCAQEAvyf2lNrQ9ck7DmNyp3fGgvCJ1l8s+cnBY4WIz+dUDqnxjijR";
        for (rest, found) in [("\\\\n.", false), ("\n...\n", false), ("\n * .\n", false), ("\n", true)] {
            let key = concat!("PRIVATE", " KEY");
            assert_eq!(
                finds(&format!("`-----BEGIN RSA {key}-----{line}{rest}-----END RSA {key}-----`")),
                found,
                "{rest}"
            );
        }
    }

    #[test]
    fn what_is_shown_of_a_key_is_its_label() {
        let text = pem("\n", concat!("PRIVATE", " KEY"));
        let at = text.find("PRIVATE KEY").expect("there is a label");
        let found = private_key(text.as_bytes(), at, false);
        let shown = format!("-----BEGIN {}-----", concat!("PRIVATE", " KEY"));
        assert_eq!(found, Some(Shaped::Secret { whole: 0..text.len(), shown }));
    }
}
