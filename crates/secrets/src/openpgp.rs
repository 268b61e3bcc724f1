//! Secret keys of OpenPGP (RFC 9580 and RFC 4880): whether a passphrase protects them.

/// The most packets that are looked at; a key with its subkeys, names and signatures has a dozen or some hundred.
const MOST_PACKETS: usize = 1_000;

const SECRET_KEY: u8 = 5;
const SECRET_SUBKEY: u8 = 7;

/// Whether all secret keys of these packets are protected by a passphrase, or are elsewhere, as on a smart card. Nothing
/// where the packets do not begin with a secret key that can be read.
pub(crate) fn is_protected(bytes: &[u8]) -> Option<bool> {
    let mut rest = bytes;
    let mut protected = None;
    for number in 0..MOST_PACKETS {
        let Some((tag, body, after)) = packet(rest) else { break };
        if number == 0 && tag != SECRET_KEY {
            return None;
        }
        if matches!(tag, SECRET_KEY | SECRET_SUBKEY) {
            match is_key_protected(body) {
                Some(false) => return Some(false),
                Some(true) => protected = Some(true),
                None if number == 0 => return None,
                None => {}
            }
        }
        rest = after;
    }
    protected
}

/// The tag and the body of the first packet, and what follows it.
fn packet(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&head, rest) = bytes.split_first()?;
    let (tag, length, rest) = match head {
        0xc0.. => match *rest {
            [first @ ..192, ref rest @ ..] => (head & 0x3f, usize::from(first), rest),
            [first @ 192..224, second, ref rest @ ..] => {
                (head & 0x3f, ((usize::from(first) - 192) << 8) + usize::from(second) + 192, rest)
            }
            [255, a, b, c, d, ref rest @ ..] => (head & 0x3f, number(&[a, b, c, d]), rest),
            _ => return None,
        },
        0x80.. => {
            let size = match head & 3 {
                0 => 1,
                1 => 2,
                2 => 4,
                _ => return None,
            };
            (head >> 2 & 0xf, number(rest.get(..size)?), &rest[size..])
        }
        _ => return None,
    };
    (length <= rest.len()).then(|| (tag, &rest[..length], &rest[length..]))
}

/// A number whose bytes come from the highest to the lowest.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte))
}

/// Whether a passphrase protects the key of this body (section 5.5.3); nothing where it is not understood.
fn is_key_protected(body: &[u8]) -> Option<bool> {
    let (&version, rest) = body.split_first()?;
    let rest = match version {
        // The time of creation, and the days for which it holds.
        2 | 3 => rest.get(6..)?,
        4..=6 => rest.get(4..)?,
        _ => return None,
    };
    let (&algorithm, mut rest) = rest.split_first()?;
    if version > 4 {
        rest = rest.get(4..)?;
    }
    // The public part: a curve's name, numbers, or bytes of a fixed length, and parameters.
    let (has_curve, integers, fixed, has_parameters) = match algorithm {
        1..=3 => (false, 2, 0, false),
        16 => (false, 3, 0, false),
        17 => (false, 4, 0, false),
        18 => (true, 1, 0, true),
        19 | 22 => (true, 1, 0, false),
        25 | 27 => (false, 0, 32, false),
        26 => (false, 0, 56, false),
        28 => (false, 0, 57, false),
        _ => return None,
    };
    let after_counted = |rest: &[u8]| Some(1 + usize::from(*rest.first()?));
    if has_curve {
        rest = rest.get(after_counted(rest)?..)?;
    }
    for _ in 0..integers {
        let bits = number(rest.get(..2)?);
        rest = rest.get(2 + bits.div_ceil(8)..)?;
    }
    rest = rest.get(fixed..)?;
    if has_parameters {
        rest = rest.get(after_counted(rest)?..)?;
    }
    // How the secret part is encrypted; 0 says that it is not.
    Some(*rest.first()? != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of EdDSA, as RFC 4880bis writes it, or a subkey of X25519.
    fn key(tag: u8, usage: u8, is_new: bool) -> Vec<u8> {
        let public: &[u8] = if tag == SECRET_KEY {
            &[22, 9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1, 1, 7]
        } else {
            &[18, 10, 0x2b, 6, 1, 4, 1, 0x97, 0x55, 1, 5, 1, 1, 7]
        };
        let mut body = [&[4, 0x66, 0x5d, 0x67, 0xda][..], public, &[0x40; 33]].concat();
        if tag == SECRET_SUBKEY {
            body.extend([3, 1, 8, 7]);
        }
        body.push(usage);
        body.extend([9; 40]);
        let head = if is_new { vec![0xc0 | tag] } else { vec![0x80 | tag << 2] };
        [head, vec![body.len() as u8], body].concat()
    }

    #[test]
    fn a_key_is_protected_where_all_of_its_parts_are() {
        let name = [0xb4, 3, b'm', b'e', b'!'];
        for is_new in [false, true] {
            for (usages, expected) in
                [([0, 0], Some(false)), ([254, 254], Some(true)), ([254, 0], Some(false)), ([255, 253], Some(true))]
            {
                let bytes = [key(5, usages[0], is_new), name.to_vec(), key(7, usages[1], is_new)].concat();
                assert_eq!(is_protected(&bytes), expected, "{usages:?}");
            }
        }
    }

    #[test]
    fn what_is_no_secret_key_is_neither() {
        let mut public = key(5, 0, false);
        public[0] = 0x98;
        let whole = key(5, 0, false);
        assert_eq!((is_protected(&public), is_protected(b""), is_protected(&[0x95, 0xff])), (None, None, None));
        for length in 0..whole.len() {
            assert_eq!(is_protected(&whole[..length]), None, "{length}");
        }
    }

    #[test]
    fn any_bytes_are_survived() {
        let whole = [key(5, 0, false), key(7, 254, true)].concat();
        for at in 0..whole.len() {
            for byte in 0..=255 {
                let mut damaged = whole.clone();
                damaged[at] = byte;
                let _ = is_protected(&damaged);
            }
        }
    }
}
