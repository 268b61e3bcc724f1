//! Uses of images that are to be noted: those that come while others are written are written together. Nobody waits for it,
//! so that a database that cannot write does not hold up reading.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use store::{StoreError, images};

use crate::app::App;
use crate::clock;

/// The most images of one transaction, so that others who write do not wait for long.
const STEP: usize = 250;

/// Images that were used and not yet noted, by their digests. One that is lost with the server is noted at its next use.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    digests: BTreeSet<String>,
    /// Whether somebody writes, who takes these when that is done.
    is_writing: bool,
}

impl Uses {
    /// Adds images; whether somebody has to begin to write them.
    fn gather(&self, digests: impl IntoIterator<Item = String>) -> bool {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.digests.extend(digests);
        let begins = !gathered.is_writing && !gathered.digests.is_empty();
        gathered.is_writing |= begins;
        begins
    }

    /// The images to be written next; none where whoever writes is done.
    fn take(&self) -> Vec<String> {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = gathered.digests.iter().nth(STEP).cloned();
        let later = behind.map(|behind| gathered.digests.split_off(&behind)).unwrap_or_default();
        let next = std::mem::replace(&mut gathered.digests, later);
        gathered.is_writing = !next.is_empty();
        next.into_iter().collect()
    }
}

/// Who writes; however that ends, the next use has somebody begin again.
struct Writing<'a>(&'a Uses);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).is_writing = false;
    }
}

/// Notes soon that images are in use.
pub(crate) fn note(app: &App, digests: impl IntoIterator<Item = String>) {
    if !app.uses.gather(digests) {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        let writing = Writing(&app.uses);
        loop {
            let digests = writing.0.take();
            if digests.is_empty() {
                break;
            }
            if let Err(error) = write(&app, digests, clock::now()).await {
                tracing::warn!(%error, "the use of images could not be noted; it is tried again with their next use");
            }
        }
    });
}

async fn write(app: &App, digests: Vec<String>, now: i64) -> Result<(), StoreError> {
    app.note(move |connection| digests.iter().try_for_each(|digest| images::note_seen(connection, digest, now))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_begins_to_write_takes_all_that_come_meanwhile() {
        let uses = Uses::default();
        assert!(!uses.gather([]));
        assert!(uses.gather(["sha256:2".to_owned(), "sha256:1".to_owned()]));
        assert_eq!(uses.take(), ["sha256:1", "sha256:2"]);
        assert!(!uses.gather(["sha256:1".to_owned(), "sha256:3".to_owned()]), "somebody writes");
        assert_eq!(uses.take(), ["sha256:1", "sha256:3"]);
        assert_eq!(uses.take(), [""; 0]);
        assert!(uses.gather(["sha256:1".to_owned()]), "nobody does any more");
    }

    #[test]
    fn after_one_who_wrote_and_did_not_come_to_the_end_another_begins() {
        let uses = Uses::default();
        assert!(uses.gather(["sha256:1".to_owned()]));
        drop(Writing(&uses));
        assert!(uses.gather(["sha256:2".to_owned()]));
        assert_eq!(uses.take(), ["sha256:1", "sha256:2"]);
    }

    #[test]
    fn no_transaction_has_more_than_a_step() {
        let uses = Uses::default();
        assert!(uses.gather((0..STEP + 3).map(|number| format!("sha256:{number:05}"))));
        assert_eq!([uses.take().len(), uses.take().len(), uses.take().len()], [STEP, 3, 0]);
    }
}
