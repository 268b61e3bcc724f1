//! Public keys as people keep them: PEM files with a SubjectPublicKeyInfo (RFC 5280, 4.1; RFC 7468, 13).

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The most bytes of a file with a public key.
pub const LARGEST_KEY_BYTES: usize = 64 << 10;

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// What a SubjectPublicKeyInfo begins with when its key has one fixed length; the key follows.
const FIXED: [(&[u8], usize, &dyn VerificationAlgorithm); 3] = [
    (
        b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00",
        65,
        &ECDSA_P256_SHA256_ASN1,
    ),
    (
        b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00",
        97,
        &ECDSA_P384_SHA384_ASN1,
    ),
    (b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 32, &ED25519),
];
/// AlgorithmIdentifier of rsaEncryption (RFC 8017, A.1).
const RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

/// A key whose signatures are trusted: ECDSA on P-256 or P-384, Ed25519, or RSA of 2048 to 8192 bits.
#[derive(Clone)]
pub struct PublicKey {
    algorithm: &'static dyn VerificationAlgorithm,
    /// What the algorithm takes: the point, the 32 bytes, or the RSAPublicKey.
    bytes: Vec<u8>,
    fingerprint: String,
}

/// The error of reading a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPublicKey {
    /// The text has no block of a public key.
    #[error("it has no `{BEGIN}` block; export the public half of the signing key as PEM")]
    NoBlock,
    /// The block does not hold Base64.
    #[error("its block is not valid Base64")]
    Base64,
    /// The key is of another kind.
    #[error("its key is neither ECDSA (P-256, P-384), nor Ed25519, nor RSA")]
    Kind,
}

impl PublicKey {
    /// Reads the first public key of a PEM text.
    ///
    /// # Errors
    /// When there is none, or it is of a kind that is not supported.
    pub fn from_pem(text: &str) -> Result<PublicKey, InvalidPublicKey> {
        let (_, rest) = text.split_once(BEGIN).ok_or(InvalidPublicKey::NoBlock)?;
        let (block, _) = rest.split_once(END).ok_or(InvalidPublicKey::NoBlock)?;
        let block: String = block.split_ascii_whitespace().collect();
        let info = STANDARD.decode(block).map_err(|_| InvalidPublicKey::Base64)?;
        let (algorithm, bytes) = parse(&info).ok_or(InvalidPublicKey::Kind)?;
        let mut fingerprint = "sha256:".to_owned();
        for byte in digest(&SHA256, &info).as_ref() {
            // Writing to a string cannot fail.
            let _ = write!(fingerprint, "{byte:02x}");
        }
        Ok(PublicKey { algorithm, bytes: bytes.to_vec(), fingerprint })
    }

    /// `sha256:` and the hexadecimal SHA-256 of the SubjectPublicKeyInfo.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(self.algorithm, &self.bytes).verify(message, signature).is_ok()
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PublicKey").field(&self.fingerprint).finish()
    }
}

fn parse(info: &[u8]) -> Option<(&'static dyn VerificationAlgorithm, &[u8])> {
    for (head, length, algorithm) in FIXED {
        if let Some(key) = info.strip_prefix(head) {
            return (key.len() == length).then_some((algorithm, key));
        }
    }
    let (inner, rest) = element(info, 0x30)?;
    let (bits, rest_of_inner) = element(inner.strip_prefix(RSA)?, 0x03)?;
    let key = bits.strip_prefix(&[0])?;
    (rest.is_empty() && rest_of_inner.is_empty()).then_some((&RSA_PKCS1_2048_8192_SHA256, key))
}

/// The content of a DER element with this tag, and what follows it (X.690, 8.1.3).
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = bytes.strip_prefix(&[tag])?.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 | 0x82 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_refused_with_the_reason() {
        assert_eq!(PublicKey::from_pem("hello").unwrap_err(), InvalidPublicKey::NoBlock);
        assert_eq!(PublicKey::from_pem(&format!("{BEGIN}\n%%\n{END}")).unwrap_err(), InvalidPublicKey::Base64);
        assert_eq!(PublicKey::from_pem(&format!("{BEGIN}\nMAA=\n{END}")).unwrap_err(), InvalidPublicKey::Kind);
    }
}
