//! Secrets with a structure that a pattern does not grasp: keys in armor, manifests of Kubernetes, encoded keys.

mod armor;
mod kubernetes;

use std::ops::Range;

use crate::validators::encoded::base64;

/// A structure that code reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A private key in PEM that anyone can use.
    PrivateKey,
    /// A private key in PEM that needs a passphrase.
    EncryptedPrivateKey,
    /// A private key in OpenPGP's armor that anyone can use.
    PgpPrivateKey,
    /// A private key in OpenPGP's armor that needs a passphrase.
    EncryptedPgpPrivateKey,
    /// The values of a Secret of Kubernetes.
    KubernetesSecret,
    /// Base64 of something in armor.
    EncodedArmor,
}

/// What a shape finds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shaped {
    /// A secret, and what may be shown of it.
    Secret { whole: Range<usize>, shown: String },
    /// Bytes that are to be looked at in turn, with the name they are given to.
    Inner { whole: Range<usize>, key: Vec<u8>, bytes: Vec<u8> },
}

impl Shape {
    pub(crate) const NAMES: &'static str = "private-key, encrypted-private-key, pgp-private-key, encrypted-pgp-private-key, kubernetes-secret or encoded-armor";

    pub(crate) fn named(name: &str) -> Option<Shape> {
        Some(match name {
            "private-key" => Shape::PrivateKey,
            "encrypted-private-key" => Shape::EncryptedPrivateKey,
            "pgp-private-key" => Shape::PgpPrivateKey,
            "encrypted-pgp-private-key" => Shape::EncryptedPgpPrivateKey,
            "kubernetes-secret" => Shape::KubernetesSecret,
            "encoded-armor" => Shape::EncodedArmor,
            _ => return None,
        })
    }

    /// Reads the structure around a literal of its rule.
    pub(crate) fn read(self, bytes: &[u8], at: usize) -> Vec<Shaped> {
        match self {
            Shape::PrivateKey => armor::private_key(bytes, at, false).into_iter().collect(),
            Shape::EncryptedPrivateKey => armor::private_key(bytes, at, true).into_iter().collect(),
            Shape::PgpPrivateKey => armor::pgp_private_key(bytes, at, false).into_iter().collect(),
            Shape::EncryptedPgpPrivateKey => armor::pgp_private_key(bytes, at, true).into_iter().collect(),
            Shape::KubernetesSecret => kubernetes::values(bytes, at),
            Shape::EncodedArmor => encoded(bytes, at).into_iter().collect(),
        }
    }
}

impl Shape {
    /// How many bytes reading the structure may look at.
    pub(crate) fn work_bytes(self) -> usize {
        match self {
            Shape::PrivateKey | Shape::EncryptedPrivateKey | Shape::PgpPrivateKey | Shape::EncryptedPgpPrivateKey => {
                1 << 10
            }
            Shape::KubernetesSecret => 2 * kubernetes::FARTHEST_DATA_BYTES,
            Shape::EncodedArmor => LONGEST_ENCODED_BYTES,
        }
    }

    /// Up to where a literal needs no reading again after this one was read.
    pub(crate) fn seen_until(self, bytes: &[u8], at: usize) -> usize {
        match self {
            Shape::PrivateKey
            | Shape::EncryptedPrivateKey
            | Shape::PgpPrivateKey
            | Shape::EncryptedPgpPrivateKey
            | Shape::EncodedArmor => at + 1,
            Shape::KubernetesSecret => kubernetes::seen_until(bytes, at),
        }
    }
}

/// The most base64 that is decoded in one go.
pub(crate) const LONGEST_ENCODED_BYTES: usize = 24 << 10;

fn encoded(bytes: &[u8], at: usize) -> Option<Shaped> {
    let text = &bytes[at..bytes.len().min(at + LONGEST_ENCODED_BYTES)];
    let is_sign = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let length = text.iter().take_while(is_sign).count();
    let decoded = base64(&text[..length])?;
    Some(Shaped::Inner { whole: at..at + length, key: Vec::new(), bytes: decoded })
}
