//! Checkpoints of the audit trail: the task that makes and signs them.

use std::time::Duration;

use store::StoreError;
use store::audit::{self, Checkpoint};

use crate::app::App;
use crate::clock;
use crate::signing_key::SigningKey;

/// How often it is looked whether a checkpoint is due.
const STEP: Duration = Duration::from_secs(10);

/// The purpose of the key, and the name of its files.
pub(crate) const PURPOSE: &str = "audit-signing";

fn sign(key: &SigningKey, sequence: i64, at: i64, hash: Vec<u8>) -> Checkpoint {
    let signature = key.sign(&Checkpoint::statement(sequence, at, &hash));
    Checkpoint { sequence, at, hash, key_id: key.public().id.clone(), signature }
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
    app.note(move |connection| audit::put_checkpoint(connection, &new)).await?;
    Ok(Some(sequence))
}
