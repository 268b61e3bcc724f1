//! Keys that the server signs with, one for each purpose.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context, ensure};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use store::audit::PublicKey;

use crate::secrets;

const SEED_BYTES: usize = 32;

/// An Ed25519 key (RFC 8032). Its seed is `PURPOSE.key` in the data folder, as 64 hexadecimal digits, readable by the server
/// alone; `PURPOSE.pub` beside it is the public key in base 64, for whoever verifies.
pub(crate) struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl SigningKey {
    /// Takes the key of a purpose from a folder, where it is made if it is missing.
    pub(crate) fn in_folder(folder: &Path, purpose: &str) -> anyhow::Result<SigningKey> {
        let path = folder.join(format!("{purpose}.key"));
        if !path.exists() {
            let text: String = secrets::random::<SEED_BYTES>().iter().map(|byte| format!("{byte:02x}")).collect();
            let options = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            options
                .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
                .with_context(|| format!("cannot write the signing key {}", path.display()))?;
        }
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read the signing key {}", path.display()))?;
        let text = text.trim();
        let is_hex = text.len() == 2 * SEED_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        ensure!(is_hex, "the signing key {} is not 64 hexadecimal digits", path.display());
        let seed: Vec<u8> = (0..SEED_BYTES)
            .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("they are hexadecimal digits"))
            .collect();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .with_context(|| format!("the signing key {} is unusable", path.display()))?;
        let bytes = pair.public_key().as_ref().to_vec();
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
        let id: String = hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let beside = folder.join(format!("{purpose}.pub"));
        std::fs::write(&beside, format!("{}\n", STANDARD.encode(&bytes)))
            .with_context(|| format!("cannot write {}", beside.display()))?;
        Ok(SigningKey { pair, public: PublicKey { id, bytes } })
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The signature of bytes.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_purpose_and_is_the_servers_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = SigningKey::in_folder(folder.path(), "audit-signing").unwrap();
        let again = SigningKey::in_folder(folder.path(), "audit-signing").unwrap();
        assert_eq!(first.public(), again.public());
        let other = SigningKey::in_folder(folder.path(), "verdict-signing").unwrap();
        assert_ne!(first.public(), other.public());
        let mode = std::fs::metadata(folder.path().join("audit-signing.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(folder.path().join("audit-signing.key"), "nonsense").unwrap();
        assert!(SigningKey::in_folder(folder.path(), "audit-signing").is_err());
    }
}
