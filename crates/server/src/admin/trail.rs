//! `admin audit-verify`: whether the audit trail is the one that was written, in the store or in an exported file.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use api::audit::AuditCheckpoint;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use store::audit::{self, Agreed, ChainFault, Checkpoint, Fault, PublicKey, Verification};
use store::{Store, StoreOptions};

use super::{Ended, exported_trail};
use crate::audit_key::vouched_for;
use crate::config::Config;
use crate::sealed::Sealer;
use model::counted;

/// The largest file of checkpoints or keys that is read, in bytes.
pub(crate) const LARGEST_CHECKPOINTS_BYTES: u64 = 64 << 20;

/// The length of an Ed25519 public key (RFC 8032, section 5.1.5).
const KEY_BYTES: usize = 32;

/// What is verified, and by what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Question<'a> {
    file: Option<&'a Path>,
    checkpoints: Vec<&'a Path>,
    keys: Vec<&'a Path>,
}

/// Verifies by the words behind the verb.
pub(super) fn verify(config: &Config, words: &[&str]) -> anyhow::Result<Ended> {
    let question = question(words)?;
    let mut keys = Vec::new();
    let mut whose = BTreeMap::new();
    // The server's own public key lies beside its secret one; reading it makes neither.
    let own = config.data_folder.join("audit-signing.pub");
    if own.is_file() {
        keys.push(key(&own)?);
        whose.insert(keys[0].id.clone(), "of this server");
    }
    for path in &question.keys {
        let given = key(path)?;
        whose.entry(given.id.clone()).or_insert("that was given");
        keys.push(given);
    }
    let mut kept = Vec::new();
    for path in &question.checkpoints {
        kept.extend(checkpoints(path)?);
    }
    let found = match question.file {
        Some(file) => exported_trail::verify(file, &keys, &kept)?,
        None => {
            let options = StoreOptions { migrate: false, readers: 1, ..StoreOptions::new(config.database.clone()) };
            let store = Store::open(&options)?;
            let master = config.master_key.clone().unwrap_or_else(|| config.data_folder.join("master.key"));
            // Without the master key nobody vouches for the keys of other servers.
            if let Ok(sealer) = Sealer::from_file(&master, false) {
                let stored = store.read_blocking(audit::keys).context("cannot read the audit trail")?;
                keys.extend(vouched_for(&sealer, stored));
            }
            audit::verify(&store, &keys, &kept).context("cannot read the audit trail")?
        }
    };
    Ok(told(&found, &whose, question.file.is_some()))
}

fn question<'a>(words: &[&'a str]) -> anyhow::Result<Question<'a>> {
    let mut question = Question::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = words.next().map(|word| Path::new(*word)).with_context(|| format!("`{word}` needs a file"))?;
        match *word {
            "--file" => question.file = Some(value),
            "--checkpoints" => question.checkpoints.push(value),
            "--key" => question.keys.push(value),
            other => bail!("`{other}` is no option of audit-verify; use --file, --checkpoints or --key"),
        }
    }
    Ok(question)
}

/// A public key in base 64, as `audit-signing.pub` has it.
fn key(path: &Path) -> anyhow::Result<PublicKey> {
    let bytes = STANDARD.decode(bounded(path)?.trim()).ok().filter(|bytes| bytes.len() == KEY_BYTES);
    let bytes = bytes.with_context(|| format!("{} is no Ed25519 public key in base 64", path.display()))?;
    let hash = digest(&SHA256, &bytes);
    let id = hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(PublicKey { id, bytes })
}

/// Checkpoints as the API tells them: a page, a list, or one on each line.
fn checkpoints(path: &Path) -> anyhow::Result<Vec<Checkpoint>> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Piece {
        Page { items: Vec<AuditCheckpoint> },
        List(Vec<AuditCheckpoint>),
        One(Box<AuditCheckpoint>),
    }
    let text = bounded(path)?;
    let mut all = Vec::new();
    for piece in serde_json::Deserializer::from_str(&text).into_iter::<Piece>() {
        let piece = piece.with_context(|| {
            format!("{} has no checkpoints as GET /api/v1/audit/checkpoints tells them", path.display())
        })?;
        all.extend(match piece {
            Piece::Page { items } | Piece::List(items) => items,
            Piece::One(checkpoint) => vec![*checkpoint],
        });
    }
    all.into_iter()
        .map(|told| {
            let place = || format!("checkpoint {} in {}", told.sequence, path.display());
            let hash = unhex(&told.hash).with_context(|| format!("{} has no hash in hexadecimal digits", place()))?;
            let signature =
                STANDARD.decode(&told.signature).with_context(|| format!("{} has no signature in base 64", place()))?;
            Ok(Checkpoint { sequence: told.sequence, at: told.at.0, hash, key_id: told.key_id, signature })
        })
        .collect()
}

fn bounded(path: &Path) -> anyhow::Result<String> {
    let length = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    ensure!(
        length <= LARGEST_CHECKPOINTS_BYTES,
        "{} is larger than {} MiB",
        path.display(),
        LARGEST_CHECKPOINTS_BYTES >> 20
    );
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Bytes out of pairs of hexadecimal digits.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// By which keys checkpoints agree: a key that is not this server's own was vouched for by the master key, or given.
fn by_keys(found: &Verification, whose: &BTreeMap<String, &str>) -> String {
    let of = |(id, agreed): (&String, &Agreed)| {
        format!("{} by the key {id} {}", agreed.count, whose.get(id).copied().unwrap_or("of another server"))
    };
    let keys: Vec<String> = found.checkpoints.iter().map(of).collect();
    if keys.is_empty() { String::new() } else { format!(" ({})", keys.join(", ")) }
}

/// What was found, as sentences.
fn told(found: &Verification, whose: &BTreeMap<String, &str>, is_file: bool) -> Ended {
    let what = if is_file { "file" } else { "trail" };
    let unknown = match found.unknown_checkpoints {
        0 => String::new(),
        count => {
            let one = "checkpoint was signed by a key that is";
            let signed = counted(count, one, "checkpoints were signed by keys that are");
            format!("; {signed} not known here (--key FILE)")
        }
    };
    match &found.fault {
        None if found.last < found.first => Ended::Well(format!("the {what} is whole: it has no record{unknown}")),
        None => Ended::Well(format!(
            "the {what} is whole: records {} to {}, {}{}{unknown}",
            found.first,
            found.last,
            counted(found.agreeing(), "checkpoint agrees", "checkpoints agree"),
            by_keys(found, whose)
        )),
        Some(ChainFault { sequence, fault }) => {
            let why = match fault {
                Fault::Deleted => format!("record {sequence} was deleted: what follows is not what followed it"),
                Fault::Altered => {
                    format!("record {sequence} was altered: its text no longer gives the hash that was kept")
                }
                Fault::Moved { to } => format!("record {sequence} was moved: it stands at {to}"),
                Fault::Rewritten => {
                    format!("record {sequence} was written anew: a signed checkpoint states another hash")
                }
                Fault::ForgedCheckpoint => format!("the checkpoint of record {sequence} has a wrong signature"),
                Fault::Added => {
                    format!("record {sequence} was not written by this program: it stands behind the last one that was")
                }
                Fault::Beheaded => format!(
                    "what stood before record {sequence} is gone, and no record of the retention setting says so"
                ),
            };
            let good = match found.last < found.first {
                true => "no record before it is good".to_owned(),
                false => format!("records {} to {} are good", found.first, found.last),
            };
            Ended::Badly(format!("the {what} is not whole: {why} ({}); {good}{unknown}", fault.as_str()))
        }
    }
}

#[cfg(test)]
mod tests;
