//! What is told of jobs as they move. That one failed for good is told to the targets of notifications, too; whatever else
//! happens to them passes by itself, and is for live views alone.

use serde_json::{Value as Json, json};

use super::{Job, Priority};
use crate::events::{self, Event, RESCAN_ENDED};
use crate::{Connection, StoreError, outbox};

/// How a job moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moved {
    /// It waits: it is new, a try of it ended badly, or somebody wants another.
    Queued,
    /// Somebody does it.
    Started,
    /// It ended well.
    Finished,
    /// It is dead.
    Failed,
    /// Somebody does not want it any more.
    Cancelled,
}

impl Moved {
    fn topic(self) -> &'static str {
        match self {
            Moved::Queued => "job.queued",
            Moved::Started => "job.started",
            Moved::Finished => "job.finished",
            Moved::Failed => "job.failed",
            Moved::Cancelled => "job.cancelled",
        }
    }
}

/// Tells how a job moved, in the transaction that moves it; `job` is as it is then.
///
/// # Errors
/// When the database fails.
pub(super) fn tell(connection: &mut Connection, job: &Job, moved: Moved, now: i64) -> Result<(), StoreError> {
    let mut parameters = json!({
        "kind": job.kind, "name": name(job), "registry": job.registry_id, "by": job.requested_by, "tries": job.tries,
    });
    let mut code = String::new();
    if moved == Moved::Failed {
        let mut failure: Json = job.failure.as_deref().map_or(Json::Null, |text| {
            // What cannot be read is told without its reason.
            serde_json::from_str(text).unwrap_or_default()
        });
        // What a job with somebody's rights is about is theirs alone to see.
        if job.owner.is_some() {
            failure = json!({ "code": failure["code"], "parameters": {} });
        }
        code = failure["code"].as_str().unwrap_or_default().to_owned();
        parameters["failure"] = failure;
    }
    let event = Event {
        id: 0,
        at: now,
        topic: moved.topic().to_owned(),
        object: "job".to_owned(),
        object_id: job.id.clone(),
        parameters: parameters.as_object().cloned().unwrap_or_default(),
    };
    match moved {
        Moved::Failed => outbox::enqueue(connection, &event, &format!("{}/{code}", moved.topic())).map(|_| ())?,
        Moved::Queued | Moved::Started | Moved::Finished | Moved::Cancelled => {
            events::insert(connection, &event).map(|_| ())?;
        }
    }
    match scanned(job, moved) {
        Some(digest) => {
            let told = json!({ "state": job.state });
            outbox::tell_watchers(connection, now, RESCAN_ENDED, "image", digest, &told)
        }
        None => Ok(()),
    }
}

/// The digest of the image of a scan that has ended, where a person waited for it and it is told by its digest. Scans for which
/// it was time are many, and nobody waits for them.
fn scanned(job: &Job, moved: Moved) -> Option<&str> {
    let has_ended = match moved {
        Moved::Finished | Moved::Failed | Moved::Cancelled => true,
        Moved::Queued | Moved::Started => false,
    };
    let is_awaited = job.kind == "scan" && job.priority == Priority::Person as i64;
    let (_, digest) = job.key.strip_prefix("scan/")?.rsplit_once('@')?;
    (has_ended && is_awaited).then_some(digest)
}

/// What a person knows a job by: the image of a scan, whose key is `scan/REGISTRY/REPOSITORY:TAG`, or `…@DIGEST`; the id of any
/// other.
fn name(job: &Job) -> String {
    let image = job.key.strip_prefix(&format!("scan/{}/", job.registry_id));
    image.filter(|_| job.kind == "scan").map_or_else(|| job.id.clone(), str::to_owned)
}
