//! Values that are an encoding of something with a structure.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use crate::plausible;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Decodes base64 with or without padding, of either alphabet.
pub(crate) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let is_for_urls = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    if is_for_urls { FOR_URLS.decode(text).ok() } else { PLAIN.decode(text).ok() }
}

/// How many bytes the base64 stands for.
pub(super) fn base64_length(text: &[u8]) -> Option<usize> {
    base64(text).map(|bytes| bytes.len())
}

pub(super) fn is_base64_json(text: &[u8]) -> bool {
    base64(text).is_some_and(|bytes| serde_json::from_slice::<Value>(&bytes).is_ok_and(|value| value.is_object()))
}

/// A JSON web token (RFC 7519): a header with an algorithm, claims, and a signature. One without a signature, or the
/// one on everybody's slides (subject 1234567890, John Doe), opens nothing.
pub(super) fn is_jwt(token: &[u8]) -> bool {
    let mut parts = token.split(|byte| *byte == b'.');
    let (Some(header), Some(claims), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let object =
        |text| base64(text).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()).filter(Value::is_object);
    let (Some(header), Some(claims)) = (object(header), object(claims)) else { return false };
    let is_signed =
        header.get("alg").and_then(Value::as_str).is_some_and(|algorithm| !algorithm.eq_ignore_ascii_case("none"));
    let text = |key| claims.get(key).and_then(Value::as_str).unwrap_or_default();
    let is_example = text("sub") == "1234567890"
        || text("name") == "John Doe"
        || text("iss") == "joe"
        || text("iss").contains("example.")
        || text("some") == "payload"
        || text("role") == "anon";
    is_signed && !is_example && signature.len() >= 20 && base64(signature).is_some()
}

/// `user:password` in base64.
pub(super) fn is_basic_auth(text: &[u8]) -> bool {
    let Some(decoded) = base64(text) else { return false };
    let Ok(decoded) = String::from_utf8(decoded) else { return false };
    let Some((user, password)) = decoded.trim_end().split_once(':') else { return false };
    let is_printable = decoded.trim_end().chars().all(|sign| !sign.is_control());
    is_printable
        && !user.is_empty()
        && password.len() >= 3
        && !plausible::is_stand_in(password.as_bytes())
        && !["pass", "bar", "secret", "open sesame", "opensesame"].contains(&password.to_ascii_lowercase().as_str())
}

/// A private key of WireGuard: 32 bytes with the bits set and cleared as Curve25519 (RFC 7748) wants them.
pub(super) fn is_wireguard_key(text: &[u8]) -> bool {
    let Some(key) = base64(text) else { return false };
    key.len() == 32 && key[0] & 7 == 0 && key[31] & 0xc0 == 0x40
}

/// Whether the base64 over several lines is a private key of SSH Communications Security's form whose cipher is "none": a
/// number, a length, and as texts with their lengths the kind of the key and the cipher.
pub(super) fn is_plain_ssh2_key(text: &[u8]) -> bool {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let Some(key) = base64(&text) else { return false };
    let counted = |bytes: &[u8]| {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        (length <= rest.len()).then(|| (rest[..length].to_vec(), rest[length..].to_vec()))
    };
    let cipher = key.get(8..).and_then(counted).and_then(|(_, rest)| counted(&rest)).map(|(cipher, _)| cipher);
    key.starts_with(&[0x3f, 0x6f, 0xf9, 0xeb]) && cipher.is_some_and(|cipher| cipher == b"none")
}

/// A bot's token of Discord: its first part is the number of an account.
pub(super) fn is_discord_token(token: &[u8]) -> bool {
    let first = token.split(|byte| *byte == b'.').next().unwrap_or_default();
    base64(first).is_some_and(|number| (17..=20).contains(&number.len()) && number.iter().all(u8::is_ascii_digit))
}

/// A macaroon of PyPI or TestPyPI: version 2, with the site as its location.
pub(super) fn is_pypi_token(token: &[u8]) -> bool {
    let Some(macaroon) = token.strip_prefix(b"pypi-").and_then(base64) else { return false };
    let location: &[u8] = match macaroon.as_slice() {
        [2, 1, length, rest @ ..] if rest.len() > usize::from(*length) => &rest[..usize::from(*length)],
        _ => return false,
    };
    matches!(location, b"pypi.org" | b"test.pypi.org")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> String {
        FOR_URLS.encode(text).trim_end_matches('=').to_owned()
    }

    fn jwt(header: &str, claims: &str, signature: &str) -> bool {
        is_jwt(format!("{}.{}.{signature}", encoded(header), encoded(claims)).as_bytes())
    }

    #[test]
    fn a_web_token_has_a_header_claims_and_a_signature() {
        let signature = "c2lnbmF0dXJlLW9mLXRoaXJ0eS10d28tYnl0ZXMtISE";
        assert!(jwt(r#"{"alg":"HS256"}"#, r#"{"sub":"42"}"#, signature));
        assert!(!jwt(r#"{"alg":"none"}"#, r#"{"sub":"42"}"#, signature));
        assert!(!jwt(r#"{"typ":"JWT"}"#, r#"{"sub":"42"}"#, signature));
        assert!(!jwt(r#"{"alg":"HS256"}"#, r#"{"sub":"1234567890","name":"John Doe"}"#, signature));
        assert!(!jwt(r#"{"alg":"HS256"}"#, "no claims", signature));
        assert!(!jwt(r#"{"alg":"HS256"}"#, r#"{"sub":"42"}"#, ""));
    }

    #[test]
    fn basic_authentication_is_a_name_and_a_password() {
        assert!(is_basic_auth(PLAIN.encode("deploy:kR8s!pq2").as_bytes()));
        assert!(!is_basic_auth(PLAIN.encode("no colon here").as_bytes()));
        assert!(!is_basic_auth(PLAIN.encode("user:changeme").as_bytes()));
        assert!(!is_basic_auth(b"not base64!"));
    }

    #[test]
    fn keys_of_wireguard_are_clamped() {
        let mut key = [7u8; 32];
        assert!(!is_wireguard_key(PLAIN.encode(key).as_bytes()));
        key[0] = 0x48;
        key[31] = 0x47;
        assert!(is_wireguard_key(PLAIN.encode(key).as_bytes()));
    }
}
