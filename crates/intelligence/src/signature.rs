//! Signatures of databases: who made one is known by an ed25519 key, not by where it came from.
//!
//! Signatures follow the database in the same file: eight bytes that say so, their number, and of each the beginning of
//! the key's SHA-256 and the signature. What is signed is the sequence number, the length and the SHA-256 of the
//! database, so that neither an older nor a cut one passes for it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::build::write_file;
use crate::database::storage::{Storage, u32_at};
use crate::database::{Database, OpenDatabaseError};

const TRAILER_MAGIC: [u8; 8] = *b"BHSIGN\0\x01";
const SIGNATURE_BYTES: usize = 8 + 64;
/// More signatures than a change of keys needs.
const MAX_SIGNATURES: usize = 16;
/// The longest trailer there can be.
pub(crate) const MAX_TRAILER_BYTES: u64 = (12 + MAX_SIGNATURES * SIGNATURE_BYTES) as u64;
const KEY_PREFIX: &str = "bulkhead-key-1:";
const SECRET_PREFIX: &str = "bulkhead-secret-key-1:";

/// A key whose signatures are trusted, `bulkhead-key-1:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey([u8; 32]);

/// The key that signs databases, `bulkhead-secret-key-1:` and 64 hexadecimal digits. It never prints itself.
pub struct SigningKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

/// The error of reading a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// The text is no public key.
    #[error("this is no public key; one is {KEY_PREFIX} and 64 hexadecimal digits")]
    Public,
    /// The text is no secret key.
    #[error("this is no signing key; one is {SECRET_PREFIX} and 64 hexadecimal digits, from `bulkhead intel keygen`")]
    Secret,
    /// The machine gave no random bytes.
    #[error("the machine gave no random bytes for a key")]
    NoRandomness,
}

/// The error of signing a database.
#[derive(Debug, thiserror::Error)]
pub enum SignDatabaseError {
    /// The database cannot be opened.
    #[error("cannot sign {path}")]
    Open {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: OpenDatabaseError,
    },
    /// The signed file cannot be written.
    #[error("cannot write the signed database {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl SigningKey {
    /// Makes a key.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub fn generate() -> Result<SigningKey, InvalidKey> {
        let mut seed = [0; 32];
        aws_lc_rs::rand::fill(&mut seed).map_err(|_| InvalidKey::NoRandomness)?;
        SigningKey::from_seed(seed)
    }

    fn from_seed(seed: [u8; 32]) -> Result<SigningKey, InvalidKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| InvalidKey::Secret)?;
        Ok(SigningKey { seed, pair })
    }

    /// The text to keep in a secret file.
    pub fn to_secret_text(&self) -> String {
        format!("{SECRET_PREFIX}{}", hex(&self.seed))
    }

    /// The key that others trust to check this one's signatures.
    pub fn trusted_key(&self) -> TrustedKey {
        let mut key = [0; 32];
        key.copy_from_slice(self.pair.public_key().as_ref());
        TrustedKey(key)
    }
}

impl FromStr for SigningKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<SigningKey, InvalidKey> {
        SigningKey::from_seed(key_bytes(text, SECRET_PREFIX).ok_or(InvalidKey::Secret)?)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.trusted_key())
    }
}

impl FromStr for TrustedKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<TrustedKey, InvalidKey> {
        key_bytes(text, KEY_PREFIX).map(TrustedKey).ok_or(InvalidKey::Public)
    }
}

impl fmt::Display for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KEY_PREFIX}{}", hex(&self.0))
    }
}

impl TrustedKey {
    /// What a signature calls its key by.
    fn id(&self) -> [u8; 8] {
        let mut id = [0; 8];
        id.copy_from_slice(&digest(&SHA256, &self.0).as_ref()[..8]);
        id
    }
}

/// Signs a database in place, by rename; signatures of other keys on it stay.
///
/// # Errors
/// When the file is no whole database or cannot be written.
pub fn sign(path: &Path, key: &SigningKey) -> Result<(), SignDatabaseError> {
    let open = |source| SignDatabaseError::Open { path: path.to_owned(), source };
    let database = Database::open(path).map_err(open)?;
    database.verify().map_err(open)?;
    let storage = database.storage();
    let own = key.trusted_key().id();
    let mut signatures: Vec<[u8; SIGNATURE_BYTES]> = signatures(storage).unwrap_or_default();
    signatures.retain(|signature| signature[..8] != own);
    signatures.truncate(MAX_SIGNATURES - 1);
    let mut signature = [0; SIGNATURE_BYTES];
    signature[..8].copy_from_slice(&own);
    signature[8..].copy_from_slice(key.pair.sign(&signed_message(storage)).as_ref());
    signatures.push(signature);
    let mut file = storage.body().to_vec();
    file.extend_from_slice(&TRAILER_MAGIC);
    file.extend_from_slice(&(signatures.len() as u32).to_le_bytes());
    signatures.iter().for_each(|signature| file.extend_from_slice(signature));
    write_file(path, &file).map_err(|source| SignDatabaseError::Write { path: path.to_owned(), source })
}

/// Whether any of the keys signed the database.
pub(crate) fn is_signed_by(storage: &Storage, keys: &[TrustedKey]) -> bool {
    let Some(signatures) = signatures(storage).filter(|signatures| !signatures.is_empty()) else { return false };
    let message = signed_message(storage);
    signatures.iter().any(|signature| {
        keys.iter()
            .filter(|key| signature[..8] == key.id())
            .any(|key| UnparsedPublicKey::new(&ED25519, key.0).verify(&message, &signature[8..]).is_ok())
    })
}

/// Whether anything at all follows the database that calls itself a signature.
pub(crate) fn is_signed(storage: &Storage) -> bool {
    signatures(storage).is_some_and(|signatures| !signatures.is_empty())
}

/// The signatures behind the database; nothing when what follows it is something else.
fn signatures(storage: &Storage) -> Option<Vec<[u8; SIGNATURE_BYTES]>> {
    let trailer = storage.trailer();
    let count = u32_at(trailer, 8)? as usize;
    let rows = trailer.strip_prefix(&TRAILER_MAGIC)?.get(4..)?;
    if count > MAX_SIGNATURES || rows.len() != count * SIGNATURE_BYTES {
        return None;
    }
    rows.chunks_exact(SIGNATURE_BYTES).map(|row| row.try_into().ok()).collect()
}

fn signed_message(storage: &Storage) -> Vec<u8> {
    let mut message = b"bulkhead.intelligence/1\0".to_vec();
    message.extend_from_slice(&storage.sequence().to_le_bytes());
    message.extend_from_slice(&(storage.body().len() as u64).to_le_bytes());
    message.extend_from_slice(digest(&SHA256, storage.body()).as_ref());
    message
}

/// Reads a key from its line; empty lines and lines that begin with `#` around it are passed over.
fn key_bytes(text: &str, prefix: &str) -> Option<[u8; 32]> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let digits = lines.next()?.strip_prefix(prefix)?;
    if lines.next().is_some() || digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&digits[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
