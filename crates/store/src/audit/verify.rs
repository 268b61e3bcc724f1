//! Whether the trail is the one that was written: every record follows the one before, and the checkpoints agree.

use std::collections::BTreeMap;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value as Json;

use super::checkpoint::{Checkpoint, behind};
use super::{chain, retain};
use crate::{Connection, Row, Store, StoreError, values};

/// How many records are read in one step, so that a long trail blocks nobody.
const STEP: usize = 1000;

/// How far behind a fault its record is looked for, to tell a moved record from an altered one.
const MOST_LOOKED_THROUGH: i64 = 10_000;

/// How often a walk begins anew because records left the trail meanwhile.
const MOST_BEGUN_ANEW: usize = 3;

/// A public key that checkpoints are verified by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id, as in checkpoints.
    pub id: String,
    /// The 32 bytes of the Ed25519 key.
    pub bytes: Vec<u8>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The number of the oldest record that should be there; older ones were removed by the retention setting.
    pub first: i64,
    /// The number of the last record that is good.
    pub last: i64,
    /// The checkpoints that agree, by the id of the key that signed them.
    pub checkpoints: BTreeMap<String, Agreed>,
    /// How many checkpoints were signed by a key that is not known here, and say nothing.
    pub unknown_checkpoints: u64,
    /// The first fault.
    pub fault: Option<ChainFault>,
}

impl Verification {
    /// How many checkpoints agree.
    pub fn agreeing(&self) -> u64 {
        self.checkpoints.values().map(|agreed| agreed.count).sum()
    }
}

/// Checkpoints of one key that agree. Their times are part of what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// How many they are.
    pub count: u64,
    /// When the first of them was made, in microseconds since 1970.
    pub first: i64,
    /// When the last of them was made.
    pub last: i64,
}

impl Agreed {
    /// Adds a checkpoint that agrees to those of its key.
    pub fn note(agreed: &mut BTreeMap<String, Agreed>, checkpoint: &Checkpoint) {
        let at = checkpoint.at;
        let own = agreed.entry(checkpoint.key_id.clone()).or_insert(Agreed { count: 0, first: at, last: at });
        *own = Agreed { count: own.count + 1, first: own.first.min(at), last: own.last.max(at) };
    }
}

/// A fault of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainFault {
    /// The number of the record.
    pub sequence: i64,
    /// What befell it.
    pub fault: Fault,
}

/// What befell a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is gone.
    Deleted,
    /// Its text, hash or one of the columns that repeat it is another.
    Altered,
    /// It stands at another place.
    Moved {
        /// Where it stands.
        to: i64,
    },
    /// It is another than the one that a checkpoint stated: the trail was written anew.
    Rewritten,
    /// The checkpoint of it has a wrong signature.
    ForgedCheckpoint,
    /// Everything before it is gone, and no record of the retention setting says so.
    Beheaded,
    /// It stands behind the last record that was written.
    Added,
}

impl Fault {
    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Fault::Deleted => "deleted",
            Fault::Altered => "altered",
            Fault::Moved { .. } => "moved",
            Fault::Rewritten => "rewritten",
            Fault::ForgedCheckpoint => "forged_checkpoint",
            Fault::Beheaded => "beheaded",
            Fault::Added => "added",
        }
    }
}

/// Walks the whole trail in small steps and tells the first fault. `kept` are checkpoints that were kept elsewhere; those
/// of the database are held against it too.
///
/// # Errors
/// When the database fails.
pub fn verify(store: &Store, keys: &[PublicKey], kept: &[Checkpoint]) -> Result<Verification, StoreError> {
    let mut walked = walk(store, keys, kept)?;
    for _ in 0..MOST_BEGUN_ANEW {
        // Retention may have taken the first records away while this walked.
        let is_moved = match &walked.fault {
            Some(found) if found.fault == Fault::Deleted && found.sequence == walked.first => {
                let row = store
                    .read_blocking(|connection| connection.row("SELECT base FROM audit_head WHERE id = 1", &[]))?;
                row.is_some_and(|row| row.integer(0) >= walked.first)
            }
            _ => false,
        };
        if !is_moved {
            break;
        }
        walked = walk(store, keys, kept)?;
    }
    Ok(walked)
}

fn walk(store: &Store, keys: &[PublicKey], kept: &[Checkpoint]) -> Result<Verification, StoreError> {
    let start = store.read_blocking(start)?;
    let mut walk = Walk::new(&start, keys, kept);
    loop {
        let after = walk.last;
        let rows = store.read_blocking(move |connection| step(connection, after))?;
        let is_end = rows.len() < STEP;
        for row in &rows {
            // What was appended while this walked is good, but the head that was read does not know it.
            if row.integer(0) > start.last {
                break;
            }
            let Some(fault) = walk.take(row) else { continue };
            let fault = match fault {
                Fault::Altered => told_apart(store, walk.last + 1, walk.hash.clone())?,
                fault => fault,
            };
            return Ok(walk.ended(Some(fault)));
        }
        if is_end || walk.last >= start.last {
            break;
        }
    }
    let mut fault = walk.end(&start);
    if fault.is_none()
        && let Some(added) = store.read_blocking(behind_the_head)?
    {
        walk.fault_at = Some(added);
        fault = Some(Fault::Added);
    }
    Ok(walk.ended(fault))
}

/// The number of the first record that stands behind the head: whoever appends moves the head in the same transaction.
fn behind_the_head(connection: &mut Connection) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT min(sequence) FROM audit WHERE sequence > (SELECT sequence FROM audit_head WHERE id = 1)";
    Ok(connection.row(sql, &[])?.and_then(|row| row.optional_integer(0)))
}

/// What the walk is measured by.
struct Start {
    base: i64,
    base_hash: Vec<u8>,
    last: i64,
    hash: Vec<u8>,
    checkpoints: Vec<Checkpoint>,
}

fn start(connection: &mut Connection) -> Result<Start, StoreError> {
    let mut checkpoints = Vec::new();
    // There is one for so many records or minutes: they fit where the records do not.
    loop {
        let more = behind(connection, checkpoints.last().map_or(0, |last: &Checkpoint| last.sequence), 500)?;
        if more.is_empty() {
            break;
        }
        checkpoints.extend(more);
    }
    // After them: a checkpoint that is made meanwhile would state more than the head.
    let row = connection.row("SELECT base, base_hash, sequence, hash FROM audit_head WHERE id = 1", &[])?;
    let row = row.ok_or(StoreError::Damaged { place: "audit_head", problem: "it is empty".to_owned() })?;
    Ok(Start { base: row.integer(0), base_hash: row.bytes(1), last: row.integer(2), hash: row.bytes(3), checkpoints })
}

fn step(connection: &mut Connection, after: i64) -> Result<Vec<Row>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2");
    connection.rows(&sql, &values![after, STEP as i64])
}

const COLUMNS: &str = "sequence, body, hash, at, principal, kind, action, object, object_id, outcome";

/// Tells a record that was moved from one that was altered: a moved one still follows where it stood.
fn told_apart(store: &Store, sequence: i64, before: Vec<u8>) -> Result<Fault, StoreError> {
    store.read_blocking(move |connection| {
        let sql = "SELECT sequence, body, hash FROM audit WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence";
        let mut found = None;
        connection.each(sql, &values![sequence, sequence + MOST_LOOKED_THROUGH], |row| {
            if found.is_none() && chain(&before, sequence, &row.text(1)) == row.bytes(2) {
                found = Some(row.integer(0));
            }
            Ok(())
        })?;
        Ok(found.map_or(Fault::Altered, |to| Fault::Moved { to }))
    })
}

struct Walk {
    first: i64,
    base: i64,
    /// Number and hash of the last good record.
    last: i64,
    hash: Vec<u8>,
    /// Checkpoints that are still to come, by number; several where they were kept elsewhere too.
    checkpoints: BTreeMap<i64, Vec<Checkpoint>>,
    keys: Vec<PublicKey>,
    agreed: BTreeMap<String, Agreed>,
    unknown: u64,
    /// The base that the last record of a removal tells.
    told_base: Option<i64>,
    fault_at: Option<i64>,
}

impl Walk {
    fn new(start: &Start, keys: &[PublicKey], kept: &[Checkpoint]) -> Walk {
        let mut checkpoints: BTreeMap<i64, Vec<Checkpoint>> = BTreeMap::new();
        for checkpoint in start.checkpoints.iter().chain(kept) {
            let own = checkpoints.entry(checkpoint.sequence).or_default();
            if !own.contains(checkpoint) {
                own.push(checkpoint.clone());
            }
        }
        Walk {
            first: start.base + 1,
            base: start.base,
            last: start.base,
            hash: start.base_hash.clone(),
            checkpoints,
            keys: keys.to_vec(),
            agreed: BTreeMap::new(),
            unknown: 0,
            told_base: None,
            fault_at: None,
        }
    }

    fn take(&mut self, row: &Row) -> Option<Fault> {
        let (sequence, body, hash) = (row.integer(0), row.text(1), row.bytes(2));
        let expected = self.last + 1;
        if sequence != expected {
            return Some(Fault::Deleted);
        }
        if chain(&self.hash, sequence, &body) != hash || !repeats(row, &body) {
            return Some(Fault::Altered);
        }
        let due = self.checkpoints.remove(&sequence).unwrap_or_default();
        if let Some(fault) = self.agree(&due, &hash) {
            return Some(fault);
        }
        if row.text(6) == retain::ACTION {
            self.told_base = row.text(8).parse().ok();
        }
        (self.last, self.hash) = (sequence, hash);
        None
    }

    fn agree(&mut self, checkpoints: &[Checkpoint], hash: &[u8]) -> Option<Fault> {
        for checkpoint in checkpoints {
            match self.is_signed(checkpoint) {
                None => self.unknown += 1,
                Some(false) => return Some(Fault::ForgedCheckpoint),
                Some(true) if checkpoint.hash != hash => return Some(Fault::Rewritten),
                Some(true) => Agreed::note(&mut self.agreed, checkpoint),
            }
        }
        None
    }

    fn is_signed(&self, checkpoint: &Checkpoint) -> Option<bool> {
        let key = self.keys.iter().find(|key| key.id == checkpoint.key_id)?;
        let statement = Checkpoint::statement(checkpoint.sequence, checkpoint.at, &checkpoint.hash);
        Some(UnparsedPublicKey::new(&ED25519, &key.bytes).verify(&statement, &checkpoint.signature).is_ok())
    }

    /// What is seen when the records have ended.
    fn end(&mut self, start: &Start) -> Option<Fault> {
        if self.last < start.last {
            return Some(Fault::Deleted);
        }
        if self.hash != start.hash {
            self.last -= 1;
            return Some(Fault::Rewritten);
        }
        let beyond: Vec<Checkpoint> = self.checkpoints.split_off(&(start.last + 1)).into_values().flatten().collect();
        if beyond.iter().any(|checkpoint| self.is_signed(checkpoint) == Some(true)) {
            return Some(Fault::Deleted);
        }
        if let Some(forged) = beyond.iter().find(|checkpoint| self.is_signed(checkpoint) == Some(false)) {
            self.fault_at = Some(forged.sequence);
            return Some(Fault::ForgedCheckpoint);
        }
        self.unknown += beyond.len() as u64;
        // What stands at the beginning is not proved by a record before it: a record of the removal tells it.
        let at_base = self.checkpoints.remove(&self.base).unwrap_or_default();
        if let Some(fault) = self.agree(&at_base, &start.base_hash) {
            self.fault_at = Some(self.base);
            return Some(fault);
        }
        if self.base > 0 && self.told_base != Some(self.base) {
            self.fault_at = Some(self.first);
            return Some(Fault::Beheaded);
        }
        None
    }

    fn ended(self, fault: Option<Fault>) -> Verification {
        let sequence = self.fault_at.unwrap_or(self.last + 1);
        Verification {
            first: self.first,
            last: self.last,
            checkpoints: self.agreed,
            unknown_checkpoints: self.unknown,
            fault: fault.map(|fault| ChainFault { sequence, fault }),
        }
    }
}

/// Whether the columns that repeat the text to be searched say the same.
fn repeats(row: &Row, body: &str) -> bool {
    let Ok(body) = serde_json::from_str::<Json>(body) else { return false };
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    body["at"].as_i64() == Some(row.integer(3))
        && text(&body["actor"]["id"]) == row.text(4)
        && text(&body["actor"]["kind"]) == row.text(5)
        && text(&body["action"]) == row.text(6)
        && text(&body["object"]) == row.text(7)
        && text(&body["object_id"]) == row.text(8)
        && text(&body["outcome"]) == row.text(9)
}

#[cfg(test)]
mod tests;
