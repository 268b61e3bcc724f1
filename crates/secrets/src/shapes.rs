//! Secrets with a structure that a pattern does not grasp: keys in armor, manifests of Kubernetes, encoded keys.

mod armor;
mod kubernetes;
mod table;

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
    /// What stands in a column of a table that is named for passwords.
    TablePassword,
    /// What stands in a column of a table that is named for tokens.
    TableToken,
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
    pub(crate) const NAMES: &'static str = "private-key, encrypted-private-key, pgp-private-key, encrypted-pgp-private-key, kubernetes-secret, encoded-armor, table-password or table-token";

    pub(crate) fn named(name: &str) -> Option<Shape> {
        Some(match name {
            "private-key" => Shape::PrivateKey,
            "encrypted-private-key" => Shape::EncryptedPrivateKey,
            "pgp-private-key" => Shape::PgpPrivateKey,
            "encrypted-pgp-private-key" => Shape::EncryptedPgpPrivateKey,
            "kubernetes-secret" => Shape::KubernetesSecret,
            "encoded-armor" => Shape::EncodedArmor,
            "table-password" => Shape::TablePassword,
            "table-token" => Shape::TableToken,
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
            Shape::TablePassword => table::values(bytes, at, table::Column::Password),
            Shape::TableToken => table::values(bytes, at, table::Column::Token),
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
            Shape::EncodedArmor => 2 * LONGEST_ENCODED_BYTES,
            Shape::TablePassword | Shape::TableToken => table::LONGEST_TABLE_BYTES,
        }
    }

    /// Up to where a literal needs no reading again after this one was read.
    pub(crate) fn seen_until(self, bytes: &[u8], at: usize) -> usize {
        match self {
            Shape::PrivateKey | Shape::EncryptedPrivateKey | Shape::PgpPrivateKey | Shape::EncryptedPgpPrivateKey => {
                at + 1
            }
            // What was cut off may be the end of another key, so that only half of it counts as seen.
            Shape::EncodedArmor => match encoded_length(bytes, at) {
                LONGEST_ENCODED_BYTES => at + LONGEST_ENCODED_BYTES / 2,
                length => at + length.max(1),
            },
            Shape::KubernetesSecret => kubernetes::seen_until(bytes, at),
            // The literals that stand in the first line are read together.
            Shape::TablePassword | Shape::TableToken => at.max(table::LONGEST_NAMES_BYTES),
        }
    }

    /// Whether a literal at this place of a file may be part of it.
    pub(crate) fn may_stand_at(self, place: u64) -> bool {
        match self {
            Shape::TablePassword | Shape::TableToken => place < table::LONGEST_NAMES_BYTES as u64,
            Shape::PrivateKey
            | Shape::EncryptedPrivateKey
            | Shape::PgpPrivateKey
            | Shape::EncryptedPgpPrivateKey
            | Shape::KubernetesSecret
            | Shape::EncodedArmor => true,
        }
    }
}

/// The most base64 that is decoded in one go, on either side of a literal.
pub(crate) const LONGEST_ENCODED_BYTES: usize = 24 << 10;

/// Decodes the base64 around a literal, which begins a group of four signs: the armor itself, or a text that holds it, as a
/// service account in JSON does.
fn encoded(bytes: &[u8], at: usize) -> Option<Shaped> {
    let end = at + encoded_length(bytes, at);
    let before = &bytes[at.saturating_sub(LONGEST_ENCODED_BYTES)..at];
    let before =
        before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).count();
    let decoded_from = |start: usize| base64(&bytes[start..end]).map(|decoded| (start, decoded));
    // Where the signs before it are no base64 but part of a path, what they come to is no text.
    let whole = decoded_from(at - before / 4 * 4).filter(|(_, decoded)| std::str::from_utf8(decoded).is_ok());
    let (start, decoded) = whole.or_else(|| decoded_from(at))?;
    Some(Shaped::Inner { whole: start..end, key: Vec::new(), bytes: decoded })
}

/// How many signs of base64 stand from here on, as far as they are decoded in one go.
fn encoded_length(bytes: &[u8], at: usize) -> usize {
    let text = &bytes[at..bytes.len().min(at + LONGEST_ENCODED_BYTES)];
    text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte)).count()
}
