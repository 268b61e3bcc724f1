//! The key that signs checkpoints of the audit trail, and the task that makes them.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use store::StoreError;
use store::audit::{self, Checkpoint, PublicKey};

use crate::app::App;
use crate::{clock, secrets};

const SEED_BYTES: usize = 32;

/// How often it is looked whether a checkpoint is due.
const STEP: Duration = Duration::from_secs(10);

/// An Ed25519 key (RFC 8032). Its seed is `audit-signing.key` in the data folder, as 64 hexadecimal digits, readable by the
/// server alone; `audit-signing.pub` beside it is the public key in base 64, for auditors.
pub(crate) struct AuditKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl AuditKey {
    /// Takes the key from a folder, where it is made if it is missing.
    pub(crate) fn in_folder(folder: &Path) -> anyhow::Result<AuditKey> {
        let path = folder.join("audit-signing.key");
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
        let beside = folder.join("audit-signing.pub");
        std::fs::write(&beside, format!("{}\n", STANDARD.encode(&bytes)))
            .with_context(|| format!("cannot write {}", beside.display()))?;
        Ok(AuditKey { pair, public: PublicKey { id, bytes } })
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, sequence: i64, at: i64, hash: Vec<u8>) -> Checkpoint {
        let signature = self.pair.sign(&Checkpoint::statement(sequence, at, &hash)).as_ref().to_vec();
        Checkpoint { sequence, at, hash, key_id: self.public.id.clone(), signature }
    }
}

/// Makes checkpoints as long as the server runs.
pub(crate) async fn run(app: App) {
    loop {
        tokio::time::sleep(STEP).await;
        if let Err(error) = checkpoint(&app, clock::now()).await {
            tracing::warn!(%error, "no checkpoint of the audit trail could be made; it is tried again");
        }
    }
}

/// Makes a checkpoint where one is due: something was appended, and so many records or so much time passed.
pub(crate) async fn checkpoint(app: &App, now: i64) -> Result<Option<i64>, StoreError> {
    let (head, last) =
        app.read(|connection| Ok((audit::head(connection)?, audit::last_checkpoint(connection)?))).await?;
    let (sequence, hash) = head;
    let (since, at) = last.map_or((0, 0), |last| (last.sequence, last.at));
    let is_due = sequence > since
        && (sequence - since >= app.config.checkpoint_records || now - at >= app.config.checkpoint_pause);
    if !is_due {
        return Ok(None);
    }
    let new = app.audit_key.sign(sequence, now, hash);
    app.note(move |connection| audit::put_checkpoint(connection, &new)).await?;
    Ok(Some(sequence))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_key_is_made_once_and_is_the_servers_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = AuditKey::in_folder(folder.path()).unwrap();
        let again = AuditKey::in_folder(folder.path()).unwrap();
        assert_eq!(first.public(), again.public());
        let mode = std::fs::metadata(folder.path().join("audit-signing.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(folder.path().join("audit-signing.key"), "nonsense").unwrap();
        assert!(AuditKey::in_folder(folder.path()).is_err());
    }
}
