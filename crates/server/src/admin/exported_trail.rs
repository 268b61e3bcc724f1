//! Whether an exported trail (JSON lines, `GET /api/v1/audit/export?format=jsonl`) is the one that was written. It needs no
//! database: every line has the record's hash, and its text can be made again from its fields.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use anyhow::{Context, bail};
use api::Moment;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::audit::{Agreed, ChainFault, Checkpoint, Fault, PublicKey, Verification, chain};

use super::trail::unhex;

/// The longest line of an exported trail, in bytes.
pub(crate) const LONGEST_LINE_BYTES: u64 = 16 << 20;

/// How many lines behind a fault its record is looked for, to tell a moved record from a deleted or altered one.
const MOST_LOOKED_THROUGH: usize = 10_000;

/// A record as the export tells it, with `before` and `after` as they are spelled.
#[derive(Debug, Deserialize)]
struct Line {
    sequence: i64,
    at: Moment,
    actor: Actor,
    action: String,
    object: String,
    object_id: String,
    object_name: String,
    outcome: String,
    #[serde(default)]
    before: Option<Box<RawValue>>,
    #[serde(default)]
    after: Option<Box<RawValue>>,
    hash: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Actor {
    kind: String,
    id: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<String>,
}

/// The text that is hashed, field for field that of `store::audit::AuditEntry`.
#[derive(Serialize)]
struct Text<'a> {
    at: i64,
    actor: &'a Actor,
    action: &'a str,
    object: &'a str,
    object_id: &'a str,
    object_name: &'a str,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a RawValue>,
}

/// Walks the file and tells the first fault. Its first record stands for all that was before it, unless a record of the
/// retention setting in the same file tells the hash before.
pub(super) fn verify(path: &Path, keys: &[PublicKey], kept: &[Checkpoint]) -> anyhow::Result<Verification> {
    let mut checkpoints: BTreeMap<i64, Vec<&Checkpoint>> = BTreeMap::new();
    for checkpoint in kept {
        checkpoints.entry(checkpoint.sequence).or_default().push(checkpoint);
    }
    let mut lines = Lines::open(path)?;
    let Some(first) = lines.next_record()? else {
        bail!("{} has no record", path.display());
    };
    let mut walk =
        Walk { first: first.sequence, last: first.sequence - 1, hash: Vec::new(), agreed: BTreeMap::new(), unknown: 0 };
    let mut is_proved = first.sequence == 1;
    let mut next = Some(first);
    while let Some(line) = next {
        let expected = walk.last + 1;
        let hash = unhex(&line.hash).unwrap_or_default();
        let is_good = match is_proved {
            true => line.follows(&walk.hash, line.sequence),
            // Nothing is known of what stood before: what follows proves it.
            false => hash.len() == 32,
        };
        if line.sequence != expected || !is_good {
            let is_altered = line.sequence == expected;
            let moved = lines.look_for(expected, &walk.hash, is_proved)?;
            let fault = match (moved, is_altered) {
                (Some(to), _) => Fault::Moved { to },
                (None, true) => Fault::Altered,
                (None, false) => Fault::Deleted,
            };
            return Ok(walk.ended(expected, Some(fault)));
        }
        is_proved = true;
        for checkpoint in checkpoints.remove(&line.sequence).unwrap_or_default() {
            match is_signed(checkpoint, keys) {
                None => walk.unknown += 1,
                Some(false) => return Ok(walk.ended(line.sequence, Some(Fault::ForgedCheckpoint))),
                Some(true) if checkpoint.hash != hash => {
                    return Ok(walk.ended(line.sequence, Some(Fault::Rewritten)));
                }
                Some(true) => Agreed::note(&mut walk.agreed, checkpoint),
            }
        }
        (walk.last, walk.hash) = (line.sequence, hash);
        next = lines.next_record()?;
    }
    // A checkpoint from behind the end of the file says nothing of it where the export was made before.
    Ok(walk.ended(0, None))
}

fn is_signed(checkpoint: &Checkpoint, keys: &[PublicKey]) -> Option<bool> {
    let key = keys.iter().find(|key| key.id == checkpoint.key_id)?;
    let statement = Checkpoint::statement(checkpoint.sequence, checkpoint.at, &checkpoint.hash);
    Some(UnparsedPublicKey::new(&ED25519, &key.bytes).verify(&statement, &checkpoint.signature).is_ok())
}

struct Walk {
    first: i64,
    last: i64,
    hash: Vec<u8>,
    agreed: BTreeMap<String, Agreed>,
    unknown: u64,
}

impl Walk {
    fn ended(self, sequence: i64, fault: Option<Fault>) -> Verification {
        Verification {
            first: self.first,
            last: self.last,
            checkpoints: self.agreed,
            unknown_checkpoints: self.unknown,
            fault: fault.map(|fault| ChainFault { sequence, fault }),
        }
    }
}

impl Line {
    /// Whether this record stands behind that hash under that number.
    fn follows(&self, before: &[u8], sequence: i64) -> bool {
        let Some(hash) = unhex(&self.hash) else { return false };
        // A field that is not in the file was not in the record, or was null in it.
        let null = RawValue::from_string("null".to_owned()).ok();
        let spelled = |value: &'_ Option<Box<RawValue>>| match value {
            Some(value) => vec![Some(value.clone())],
            None => vec![None, null.clone()],
        };
        let (befores, afters) = (spelled(&self.before), spelled(&self.after));
        befores.iter().any(|before_value| {
            afters.iter().any(|after| {
                let text = Text {
                    at: self.at.0,
                    actor: &self.actor,
                    action: &self.action,
                    object: &self.object,
                    object_id: &self.object_id,
                    object_name: &self.object_name,
                    outcome: &self.outcome,
                    before: before_value.as_deref(),
                    after: after.as_deref(),
                };
                serde_json::to_string(&text).is_ok_and(|text| chain(before, sequence, &text) == hash)
            })
        })
    }
}

/// The lines of a file, each of bounded length.
struct Lines {
    reader: BufReader<File>,
    path: String,
    number: u64,
}

impl Lines {
    fn open(path: &Path) -> anyhow::Result<Lines> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Lines { reader: BufReader::new(file), path: path.display().to_string(), number: 0 })
    }

    /// The next record; the line that says what was exported is none.
    fn next_record(&mut self) -> anyhow::Result<Option<Line>> {
        loop {
            let mut line = Vec::new();
            let read = (&mut self.reader).take(LONGEST_LINE_BYTES).read_until(b'\n', &mut line);
            let length = read.with_context(|| format!("cannot read {}", self.path))?;
            self.number += 1;
            if length == 0 {
                return Ok(None);
            }
            if line.last() != Some(&b'\n') && line.len() as u64 == LONGEST_LINE_BYTES {
                bail!("{}:{}: the line is longer than {} MiB", self.path, self.number, LONGEST_LINE_BYTES >> 20);
            }
            let text = line.trim_ascii();
            if text.is_empty() || (self.number == 1 && text.starts_with(b"{\"export\"")) {
                continue;
            }
            let record = serde_json::from_slice(text).with_context(|| {
                format!("{}:{}: this is no record of an audit export in JSON lines", self.path, self.number)
            })?;
            return Ok(Some(record));
        }
    }

    /// Looks on for a record: the line that has its number, or that stood at its place.
    fn look_for(&mut self, sequence: i64, before: &[u8], is_proved: bool) -> anyhow::Result<Option<i64>> {
        for _ in 0..MOST_LOOKED_THROUGH {
            // What cannot be read behind a fault is no second one.
            let Ok(Some(line)) = self.next_record() else { return Ok(None) };
            if is_proved && line.follows(before, sequence) {
                let to = if line.sequence == sequence { i64::try_from(self.number)? } else { line.sequence };
                return Ok(Some(to));
            }
        }
        Ok(None)
    }
}
