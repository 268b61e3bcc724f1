//! The intelligence database on the disk, opened and opened again when another one lies in its place.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use api::registries::Cause;
use intelligence::Database;

use crate::clock;

/// The database that images are matched with.
pub(crate) struct IntelligenceFile {
    path: PathBuf,
    opened: RwLock<Option<Arc<Database>>>,
    /// What the file looked like when it was last opened, or could not be.
    seen: Mutex<Option<Seen>>,
    state: Mutex<State>,
}

/// How the file fares on this server.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    /// When the database in use was opened, in microseconds since 1970.
    pub(crate) opened: Option<i64>,
    /// When an update was last tried.
    pub(crate) refreshed: Option<i64>,
    /// Whether one is under way.
    pub(crate) is_refreshing: bool,
    /// Since when something is wrong with the file in place, and what.
    pub(crate) file_problem: Option<(i64, Cause)>,
    /// Since when updates bring nothing, and why.
    pub(crate) update_problem: Option<(i64, Cause)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    length: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl IntelligenceFile {
    pub(crate) fn new(path: PathBuf) -> IntelligenceFile {
        IntelligenceFile { path, opened: RwLock::new(None), seen: Mutex::new(None), state: Mutex::default() }
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// When it was written, in microseconds since 1970; nothing where it is not there.
    pub(crate) fn modified(&self) -> Option<i64> {
        let modified = std::fs::metadata(&self.path).and_then(|metadata| metadata.modified()).ok()?;
        let since = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_micros()).ok()
    }

    /// How it fares.
    pub(crate) fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins an update; `false` where one is under way.
    pub(crate) fn begin(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        !std::mem::replace(&mut state.is_refreshing, true)
    }

    /// Ends an update, with what went wrong.
    pub(crate) fn end(&self, problem: Option<Cause>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::now();
        state.is_refreshing = false;
        state.refreshed = Some(now);
        // What goes on failing in one way fails since the first time.
        let former = state.update_problem.take();
        state.update_problem = problem.map(|cause| match former {
            Some((since, former)) if former.code == cause.code => (since, cause),
            _ => (now, cause),
        });
    }

    /// Ends an update that came to nothing before it was tried.
    pub(crate) fn abandon(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).is_refreshing = false;
    }

    fn note(&self, problem: Option<Cause>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::now();
        if problem.is_none() {
            state.opened = Some(now);
        }
        state.file_problem = problem.map(|cause| (now, cause));
    }

    /// The database, if there is one.
    pub(crate) fn database(&self) -> Option<Arc<Database>> {
        self.opened.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the file and opens it where it is another one. A file that cannot be used leaves the former in use. Returns
    /// whether another is in use.
    pub(crate) fn look(&self) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        let found = std::fs::metadata(&self.path).ok().map(|metadata| Seen {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            inode: metadata.ino(),
        });
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == found {
            return false;
        }
        seen.clone_from(&found);
        if found.is_none() {
            tracing::warn!(file.path = %self.path.display(), "the intelligence is gone; the one that was read stays in use");
            self.note(Some(Cause::new("health.intelligence.gone")));
            return false;
        }
        match Database::open(&self.path) {
            Ok(database) => {
                tracing::info!(intelligence.sequence = database.sequence(), "another intelligence is in use");
                *self.opened.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(database));
                self.note(None);
                true
            }
            Err(error) => {
                tracing::error!(error = %crate::error::chain(&error), file.path = %self.path.display(),
                    "the intelligence cannot be used");
                let problem = crate::error::chain(&error);
                self.note(Some(Cause::new("health.intelligence.unusable").with("problem", problem)));
                false
            }
        }
    }
}

/// What tells a database from others, as the store keeps it; empty for none.
pub(crate) fn fingerprint(database: Option<&Database>) -> String {
    database.map_or_else(String::new, |database| format!("{:016x}", database.fingerprint()))
}
