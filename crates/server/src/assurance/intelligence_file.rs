//! The intelligence databases on the disk, opened and opened again when others lie in their places.

use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use api::registries::Cause;
use intelligence::Database;

use crate::clock;

/// The database that images are matched with: the newer of the server's own and the one that another server gave.
pub(crate) struct IntelligenceFile {
    own: Place,
    given: Place,
    in_use: RwLock<Option<InUse>>,
    state: Mutex<State>,
}

/// A database and where it is from.
#[derive(Clone)]
pub(crate) struct InUse {
    pub(crate) database: Arc<Database>,
    /// When it came to the server that had it first, in microseconds since 1970.
    pub(crate) placed: i64,
}

impl InUse {
    /// What is newer, of two of the same records what was placed later.
    pub(crate) fn age(&self) -> (i64, i64) {
        (i64::try_from(self.database.sequence()).unwrap_or(i64::MAX), self.placed)
    }
}

/// A place where a database may lie.
struct Place {
    path: PathBuf,
    watched: Mutex<Watched>,
}

#[derive(Default)]
struct Watched {
    /// What the file looked like when it was last opened, or could not be.
    seen: Option<Seen>,
    opened: Option<InUse>,
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
    /// Since when it cannot be shared with the other servers, and why.
    pub(crate) sharing_problem: Option<(i64, Cause)>,
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
    pub(crate) fn new(path: PathBuf, given: PathBuf) -> IntelligenceFile {
        let place = |path| Place { path, watched: Mutex::default() };
        IntelligenceFile { own: place(path), given: place(given), in_use: RwLock::new(None), state: Mutex::default() }
    }

    /// Where the server's own lies.
    pub(crate) fn path(&self) -> &Path {
        &self.own.path
    }

    /// Where one lies that another server gave.
    pub(crate) fn given_path(&self) -> &Path {
        &self.given.path
    }

    /// When the server's own was written, in microseconds since 1970; nothing where it is not there.
    pub(crate) fn modified(&self) -> Option<i64> {
        moment(std::fs::metadata(&self.own.path).and_then(|metadata| metadata.modified()).ok()?)
    }

    /// The server's own file, opened to be read, with what it is; nothing where another is in use, or it has just been
    /// replaced.
    pub(crate) fn to_give(&self) -> Option<(File, InUse)> {
        let watched = self.own.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = watched.opened.clone()?;
        if self.in_use()?.age() != opened.age() {
            return None;
        }
        let file = File::open(&self.own.path).ok()?;
        (Some(Seen::of(&file.metadata().ok()?)) == watched.seen).then_some((file, opened))
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
        state.is_refreshing = false;
        state.refreshed = Some(clock::now());
        state.update_problem = since(state.update_problem.take(), problem);
    }

    /// Notes how sharing it with the other servers fares.
    pub(crate) fn note_sharing(&self, problem: Option<Cause>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.sharing_problem = since(state.sharing_problem.take(), problem);
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
        self.in_use().map(|in_use| in_use.database)
    }

    /// The database with where it is from.
    pub(crate) fn in_use(&self) -> Option<InUse> {
        self.in_use.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the files and opens them where they are others. A file that cannot be used leaves the former in use. Returns
    /// whether another is in use.
    pub(crate) fn look(&self) -> bool {
        let mut own = self.own.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let mut given = self.given.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let is_other = self.look_at(&self.own, &mut own) | self.look_at(&self.given, &mut given);
        if !is_other {
            return false;
        }
        let newest = match (&own.opened, &given.opened) {
            (Some(own), Some(given)) if own.age() > given.age() => Some(own),
            (own, given) => given.as_ref().or(own.as_ref()),
        };
        if let Some(newest) = newest {
            tracing::info!(intelligence.sequence = newest.database.sequence(), "another intelligence is in use");
            *self.in_use.write().unwrap_or_else(PoisonError::into_inner) = Some(newest.clone());
        }
        true
    }

    /// Opens the file of a place where it is another one.
    fn look_at(&self, place: &Place, watched: &mut Watched) -> bool {
        let found = std::fs::metadata(&place.path).ok();
        let seen = found.as_ref().map(Seen::of);
        if watched.seen == seen {
            return false;
        }
        watched.seen = seen;
        let Some(found) = found else {
            tracing::warn!(file.path = %place.path.display(), "the intelligence is gone; the one that was read stays in use");
            self.note(Some(Cause::new("health.intelligence.gone")));
            return false;
        };
        match Database::open(&place.path) {
            Ok(database) => {
                let placed = found.modified().ok().and_then(moment).unwrap_or_default();
                watched.opened = Some(InUse { database: Arc::new(database), placed });
                self.note(None);
                true
            }
            Err(error) => {
                tracing::error!(error = %crate::error::chain(&error), file.path = %place.path.display(),
                    "the intelligence cannot be used");
                let problem = crate::error::chain(&error);
                self.note(Some(Cause::new("health.intelligence.unusable").with("problem", problem)));
                false
            }
        }
    }
}

impl Seen {
    fn of(metadata: &Metadata) -> Seen {
        use std::os::unix::fs::MetadataExt as _;
        Seen { length: metadata.len(), modified: metadata.modified().ok(), inode: metadata.ino() }
    }
}

/// What goes on failing in one way fails since the first time.
fn since(former: Option<(i64, Cause)>, problem: Option<Cause>) -> Option<(i64, Cause)> {
    problem.map(|cause| match former {
        Some((since, former)) if former.code == cause.code => (since, cause),
        _ => (clock::now(), cause),
    })
}

impl State {
    /// What is wrong with what is in place, first of all.
    pub(crate) fn problem(&self) -> Option<(i64, Cause)> {
        let problem = self.file_problem.as_ref().or(self.sharing_problem.as_ref());
        problem.or(self.update_problem.as_ref()).cloned()
    }
}

/// In microseconds since 1970.
fn moment(time: SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_micros()).ok()
}

/// What tells a database from others, as the store keeps it; empty for none.
pub(crate) fn fingerprint(database: Option<&Database>) -> String {
    database.map_or_else(String::new, |database| format!("{:016x}", database.fingerprint()))
}
