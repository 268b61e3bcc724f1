//! Credentials at rest: each sealed by a key of its own, which the master key seals (envelope encryption).
//!
//! A sealed value is `version(1) ‖ nonce(12) ‖ data key sealed(32+16) ‖ nonce(12) ‖ value sealed(n+16)`, AES-256-GCM
//! (NIST SP 800-38D). What it belongs to is authenticated with it, so that it cannot be moved to another object.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context, ensure};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::secrets;

const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 16;

/// Seals and opens credentials.
pub(crate) struct Sealer {
    master: LessSafeKey,
}

/// A sealed value that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("a stored credential cannot be opened: it was sealed by another master key, or is damaged")]
pub(crate) struct Unopenable;

impl Sealer {
    /// Takes the master key from a file, which is made where it is missing and `may_make` says so.
    pub(crate) fn from_file(path: &Path, may_make: bool) -> anyhow::Result<Sealer> {
        if may_make && !path.exists() {
            let text: String = secrets::random::<KEY_BYTES>().iter().map(|byte| format!("{byte:02x}")).collect();
            let options = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            options
                .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
                .with_context(|| format!("cannot write the master key {}", path.display()))?;
        }
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read the master key {}", path.display()))?;
        let text = text.trim();
        let is_hex = text.len() == 2 * KEY_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        ensure!(is_hex, "the master key {} is not 64 hexadecimal digits", path.display());
        let bytes: Vec<u8> = (0..KEY_BYTES)
            .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("they are hexadecimal digits"))
            .collect();
        Ok(Sealer { master: key(&bytes) })
    }

    /// Seals a value for what it belongs to: `registry/<id>`.
    pub(crate) fn seal(&self, belongs_to: &str, value: &[u8]) -> Vec<u8> {
        let data_key = secrets::random::<KEY_BYTES>();
        let mut sealed = vec![VERSION];
        sealed.extend(seal(&self.master, belongs_to, &data_key));
        sealed.extend(seal(&key(&data_key), belongs_to, value));
        sealed
    }

    /// Opens what was sealed for the same.
    pub(crate) fn open(&self, belongs_to: &str, sealed: &[u8]) -> Result<Vec<u8>, Unopenable> {
        let wrapped = NONCE_LEN + KEY_BYTES + TAG_BYTES;
        let (version, rest) = sealed.split_first().ok_or(Unopenable)?;
        if *version != VERSION || rest.len() < wrapped {
            return Err(Unopenable);
        }
        let data_key = open(&self.master, belongs_to, &rest[..wrapped])?;
        open(&key(&data_key), belongs_to, &rest[wrapped..])
    }
}

fn key(bytes: &[u8]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).expect("the key has 32 bytes"))
}

fn seal(key: &LessSafeKey, belongs_to: &str, value: &[u8]) -> Vec<u8> {
    let nonce = secrets::random::<NONCE_LEN>();
    let mut sealed = value.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(belongs_to.as_bytes()), &mut sealed)
        .expect("a credential is shorter than what AES-GCM can seal");
    [&nonce[..], &sealed].concat()
}

fn open(key: &LessSafeKey, belongs_to: &str, sealed: &[u8]) -> Result<Vec<u8>, Unopenable> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(Unopenable)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopenable)?;
    let mut bytes = sealed.to_vec();
    let opened = key.open_in_place(nonce, Aad::from(belongs_to.as_bytes()), &mut bytes).map_err(|_| Unopenable)?;
    Ok(opened.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_the_same_and_for_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let sealer = Sealer::from_file(&folder.path().join("master.key"), true).unwrap();
        let sealed = sealer.seal("registry/1", b"hunter2");
        assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
        assert_eq!(sealer.open("registry/1", &sealed).unwrap(), b"hunter2");
        assert!(sealer.open("registry/2", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(sealer.open("registry/1", &damaged).is_err(), "byte {at}");
            assert!(sealer.open("registry/1", &sealed[..at]).is_err(), "{at} bytes");
        }
        let again = Sealer::from_file(&folder.path().join("master.key"), false).unwrap();
        assert_eq!(again.open("registry/1", &sealed).unwrap(), b"hunter2");
        let other = Sealer::from_file(&folder.path().join("other.key"), true).unwrap();
        assert!(other.open("registry/1", &sealed).is_err());
    }
}
