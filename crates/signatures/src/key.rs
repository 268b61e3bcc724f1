//! Public keys as people keep them: PEM files with a SubjectPublicKeyInfo (RFC 5280, 4.1; RFC 7468, 13).

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use ed25519_dalek::{Digest, Sha512, VerifyingKey};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::{Error as PemError, PemObject};
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

/// The most bytes of a file with a public key.
pub const LARGEST_KEY_BYTES: usize = 64 << 10;

type Algorithms = &'static [&'static dyn VerificationAlgorithm];

/// The curves by their object identifiers, each with the hashes that cosign may be told to take, the usual one first.
const CURVES: [(&str, Algorithms); 3] = [
    ("1.2.840.10045.3.1.7", &[&ECDSA_P256_SHA256_ASN1, &ECDSA_P256_SHA384_ASN1, &ECDSA_P256_SHA512_ASN1]),
    ("1.3.132.0.34", &[&ECDSA_P384_SHA384_ASN1, &ECDSA_P384_SHA256_ASN1, &ECDSA_P384_SHA512_ASN1]),
    ("1.3.132.0.35", &[&ECDSA_P521_SHA512_ASN1, &ECDSA_P521_SHA256_ASN1, &ECDSA_P521_SHA384_ASN1]),
];
const EC: &str = "1.2.840.10045.2.1";
const RSA: &str = "1.2.840.113549.1.1.1";
const ED: &str = "1.3.101.112";
const RSA_ALGORITHMS: Algorithms =
    &[&RSA_PKCS1_2048_8192_SHA256, &RSA_PKCS1_2048_8192_SHA384, &RSA_PKCS1_2048_8192_SHA512];

/// A key whose signatures are trusted: ECDSA on P-256, P-384 or P-521, Ed25519, or RSA of 2048 to 8192 bits.
#[derive(Clone)]
pub struct PublicKey {
    algorithms: Algorithms,
    is_edwards: bool,
    /// What the algorithms take: the point, the 32 bytes, or the RSAPublicKey.
    bytes: Vec<u8>,
    /// SHA-256 of the SubjectPublicKeyInfo.
    hash: Vec<u8>,
    fingerprint: String,
}

/// The error of reading a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPublicKey {
    /// The text has no block of a public key.
    #[error("it has no `-----BEGIN PUBLIC KEY-----` block; export the public half of the signing key as PEM")]
    NoBlock,
    /// The block does not hold Base64.
    #[error("its block is not valid Base64")]
    Base64,
    /// The key is of another kind.
    #[error("its key is neither ECDSA (P-256, P-384, P-521), nor Ed25519, nor RSA")]
    Kind,
}

impl PublicKey {
    /// Reads the first public key of a PEM text.
    ///
    /// # Errors
    /// When there is none, or it is of a kind that is not supported.
    pub fn from_pem(text: &str) -> Result<PublicKey, InvalidPublicKey> {
        let info = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes()).map_err(|error| match error {
            PemError::Base64Decode(_) => InvalidPublicKey::Base64,
            _ => InvalidPublicKey::NoBlock,
        })?;
        PublicKey::from_der(&info)
    }

    /// Reads a SubjectPublicKeyInfo.
    pub(crate) fn from_der(info: &[u8]) -> Result<PublicKey, InvalidPublicKey> {
        let (rest, key) = SubjectPublicKeyInfo::from_der(info).map_err(|_| InvalidPublicKey::Kind)?;
        let algorithms = algorithms(&key).filter(|_| rest.is_empty()).ok_or(InvalidPublicKey::Kind)?;
        let hash = digest(&SHA256, info).as_ref().to_vec();
        let mut fingerprint = "sha256:".to_owned();
        for byte in &hash {
            // Writing to a string cannot fail.
            let _ = write!(fingerprint, "{byte:02x}");
        }
        let is_edwards = key.algorithm.algorithm.to_id_string() == ED;
        Ok(PublicKey { algorithms, is_edwards, bytes: key.subject_public_key.data.to_vec(), hash, fingerprint })
    }

    /// `sha256:` and the hexadecimal SHA-256 of the SubjectPublicKeyInfo.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The SHA-256 of the SubjectPublicKeyInfo, by which logs are known.
    pub(crate) fn hash(&self) -> &[u8] {
        &self.hash
    }

    /// Whether this key made `signature` over `message`, by any algorithm that keys of its kind sign with.
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.algorithms.iter().any(|algorithm| self.has_signed_by(*algorithm, message, signature))
            || (self.is_edwards && has_signed_prehashed(&self.bytes, message, signature))
    }

    /// Whether this key made `signature` over `message` by this algorithm.
    pub(crate) fn has_signed_by(
        &self,
        algorithm: &'static dyn VerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        UnparsedPublicKey::new(algorithm, &self.bytes).verify(message, signature).is_ok()
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PublicKey").field(&self.fingerprint).finish()
    }
}

/// Whether an Ed25519 key signed the hash of the message (Ed25519ph, RFC 8032, 5.1), as cosign does since 2.5.
fn has_signed_prehashed(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = key.try_into().ok().and_then(|key| VerifyingKey::from_bytes(key).ok());
    let (Some(key), Ok(signature)) = (key, ed25519_dalek::Signature::from_slice(signature)) else { return false };
    key.verify_prehashed_strict(Sha512::new_with_prefix(message), None, &signature).is_ok()
}

fn algorithms(key: &SubjectPublicKeyInfo<'_>) -> Option<Algorithms> {
    match key.algorithm.algorithm.to_id_string().as_str() {
        EC => {
            let curve = key.algorithm.parameters.as_ref()?.as_oid().ok()?.to_id_string();
            CURVES.iter().find(|(known, _)| *known == curve).map(|(_, algorithms)| *algorithms)
        }
        RSA => Some(RSA_ALGORITHMS),
        ED => Some(&[&ED25519]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_refused_with_the_reason() {
        const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
        const END: &str = "-----END PUBLIC KEY-----";
        assert_eq!(PublicKey::from_pem("hello").unwrap_err(), InvalidPublicKey::NoBlock);
        assert_eq!(PublicKey::from_pem(&format!("{BEGIN}\n%%\n{END}")).unwrap_err(), InvalidPublicKey::Base64);
        assert_eq!(PublicKey::from_pem(&format!("{BEGIN}\nMAA=\n{END}")).unwrap_err(), InvalidPublicKey::Kind);
    }
}
