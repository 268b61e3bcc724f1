//! Checkpoints of the audit trail: the task that makes and signs them, and the keys that they are verified by.
//!
//! Each server signs with a key of its own, and all verify what any of them signed: the store has their public keys. Whoever can
//! write the database could add a key there and sign a trail of their own; so each is sealed by the master key, which is kept
//! outside of it, and one that is not counts for nothing.

use std::time::Duration;

use store::StoreError;
use store::audit::{self, Checkpoint, PublicKey, StoredKey};

use crate::app::App;
use crate::clock;
use crate::sealed::Sealer;
use crate::signing_key::SigningKey;

/// How often it is looked whether a checkpoint is due.
const STEP: Duration = Duration::from_secs(10);

/// The purpose of the key, and the name of its files.
pub(crate) const PURPOSE: &str = "audit-signing";

pub(crate) fn sign(key: &SigningKey, sequence: i64, at: i64, hash: Vec<u8>) -> Checkpoint {
    let signature = key.sign(&Checkpoint::statement(sequence, at, &hash));
    Checkpoint { sequence, at, hash, key_id: key.public().id.clone(), signature }
}

/// A public key as the store has it.
pub(crate) fn sealed(sealer: &Sealer, key: &PublicKey) -> StoredKey {
    StoredKey { key: key.clone(), seal: sealer.seal(&belongs_to(key), &key.bytes) }
}

/// Of the keys that the store has, those that the master key vouches for.
pub(crate) fn vouched_for(sealer: &Sealer, stored: Vec<StoredKey>) -> impl Iterator<Item = PublicKey> {
    let is_vouched_for = move |stored: &StoredKey| {
        let opened = sealer.open(&belongs_to(&stored.key), &stored.seal);
        opened.is_ok_and(|bytes| bytes == stored.key.bytes)
    };
    stored.into_iter().filter(is_vouched_for).map(|stored| stored.key)
}

fn belongs_to(key: &PublicKey) -> String {
    format!("audit-key/{}", key.id)
}

/// Notes that this server is there with its key.
pub(crate) async fn note_key(app: &App) -> Result<(), StoreError> {
    let (own, now) = (sealed(&app.sealer, app.audit_key.public()), clock::now());
    app.note(move |connection| audit::note_key(connection, &own, now)).await
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
    let new = sign(&app.audit_key, sequence, now, hash);
    let own = sealed(&app.sealer, app.audit_key.public());
    app.note(move |connection| {
        audit::note_key(connection, &own, now)?;
        audit::put_checkpoint(connection, &new)
    })
    .await?;
    Ok(Some(sequence))
}
