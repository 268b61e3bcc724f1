//! Uses of images that are to be noted: of all that come within a moment one piece of writing is made. Nobody waits for it,
//! so that a database that cannot write does not hold up reading.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use store::{StoreError, images};

use crate::app::App;
use crate::clock;

/// How long uses are gathered before they are written.
const GATHERED: Duration = Duration::from_millis(250);

/// The most images of one transaction, so that others who write do not wait for long.
const STEP: usize = 250;

/// Images that were used and not yet noted, by their digests. One that is lost with the server is noted at its next use.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<BTreeSet<String>>);

impl Uses {
    /// Adds images; whether they are the first, so that somebody has to write them.
    fn gather(&self, digests: impl IntoIterator<Item = String>) -> bool {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let were_none = gathered.is_empty();
        gathered.extend(digests);
        were_none && !gathered.is_empty()
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }
}

/// Notes soon that images are in use.
pub(crate) fn note(app: &App, digests: impl IntoIterator<Item = String>) {
    if !app.uses.gather(digests) {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        tokio::time::sleep(GATHERED).await;
        let (digests, now) = (app.uses.take(), clock::now());
        for step in digests.chunks(STEP) {
            if let Err(error) = write(&app, step.to_vec(), now).await {
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
    fn who_adds_the_first_has_all_written_that_come_until_then() {
        let uses = Uses::default();
        assert!(!uses.gather([]));
        assert!(uses.gather(["sha256:2".to_owned(), "sha256:1".to_owned()]));
        assert!(!uses.gather(["sha256:1".to_owned(), "sha256:3".to_owned()]));
        assert_eq!(uses.take(), ["sha256:1", "sha256:2", "sha256:3"]);
        assert!(uses.gather(["sha256:1".to_owned()]));
    }
}
