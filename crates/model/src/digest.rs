//! Digests: the content-derived identity of a blob.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A hash algorithm registered for digests (OCI image-spec, descriptor.md, Registered Algorithms).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DigestAlgorithm {
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl DigestAlgorithm {
    /// The prefix in front of the colon.
    pub fn as_str(self) -> &'static str {
        match self {
            DigestAlgorithm::Sha256 => "sha256",
            DigestAlgorithm::Sha512 => "sha512",
        }
    }

    /// The hash's length in bytes.
    pub fn length_bytes(self) -> usize {
        match self {
            DigestAlgorithm::Sha256 => 32,
            DigestAlgorithm::Sha512 => 64,
        }
    }
}

/// A digest `algorithm:hex` of a registered algorithm, hex in lower case and of the right length
/// (OCI image-spec, descriptor.md, Digests).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest {
    algorithm: DigestAlgorithm,
    hex: String,
}

/// The error of parsing a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a digest; write sha256: and 64, or sha512: and 128 lower-case hexadecimal digits")]
pub struct InvalidDigest {
    /// The text that was given.
    pub text: String,
}

impl Digest {
    /// Makes a digest from the bytes that the algorithm's hash function returned.
    ///
    /// # Panics
    /// When the hash does not have the algorithm's length, which is a mistake in the calling code.
    pub fn from_hash(algorithm: DigestAlgorithm, hash: &[u8]) -> Digest {
        assert_eq!(hash.len(), algorithm.length_bytes(), "a {} hash has a fixed length", algorithm.as_str());
        let mut hex = String::with_capacity(hash.len() * 2);
        for byte in hash {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            hex.push(char::from(DIGITS[usize::from(byte >> 4)]));
            hex.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        Digest { algorithm, hex }
    }

    /// The algorithm.
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// The hash in lower-case hexadecimal, without the algorithm.
    pub fn hex(&self) -> &str {
        &self.hex
    }

    /// The first twelve hexadecimal digits, as people know digests from listings.
    pub fn short(&self) -> &str {
        &self.hex[..12]
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Digest, InvalidDigest> {
        let invalid = || InvalidDigest { text: text.to_owned() };
        let (algorithm, hex) = text.split_once(':').ok_or_else(invalid)?;
        let algorithm = match algorithm {
            "sha256" => DigestAlgorithm::Sha256,
            "sha512" => DigestAlgorithm::Sha512,
            _ => return Err(invalid()),
        };
        let is_hash = hex.len() == algorithm.length_bytes() * 2
            && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_hash { Ok(Digest { algorithm, hex: hex.to_owned() }) } else { Err(invalid()) }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.as_str(), self.hex)
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;

    fn try_from(text: String) -> Result<Digest, InvalidDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_registered_algorithms_of_the_right_length_are_digests() {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let digest: Digest = format!("sha256:{hex}").parse().unwrap();
        assert_eq!(digest.to_string(), format!("sha256:{hex}"));
        assert_eq!(digest.short(), "e3b0c44298fc");
        for bad in
            [hex.to_owned(), format!("md5:{hex}"), format!("sha512:{hex}"), format!("sha256:{}", hex.to_uppercase())]
        {
            assert!(bad.parse::<Digest>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_hash_becomes_lower_case_hexadecimal() {
        let digest = Digest::from_hash(DigestAlgorithm::Sha256, &[0xab; 32]);
        assert_eq!(digest.hex(), "ab".repeat(32));
    }
}
