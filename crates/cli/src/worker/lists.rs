//! The lists of known malware: the server's, kept here until it has others.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use api::Client;
use api::registries::Cause;
use intelligence::Database;

use super::causes::{Undone, detailed};
use super::say;

/// What the files are called, before the key of what they hold.
const PREFIX: &str = "malware-lists-";

/// The longest key, in characters.
const LONGEST_KEY: usize = 64;

/// The lists that the server had last.
pub(super) struct Lists {
    client: Client,
    /// Where they are kept beyond the life of this worker.
    folder: Option<PathBuf>,
    opened: Mutex<Option<(String, Arc<Database>)>>,
}

impl Lists {
    pub(super) fn new(client: Client, folder: Option<PathBuf>) -> Lists {
        Lists { client, folder, opened: Mutex::new(None) }
    }

    /// The lists of this key, which are fetched where they are not here. A scan without them would call known malware
    /// clean, so that there is none.
    pub(super) fn get(&self, key: &str) -> Result<Arc<Database>, Undone> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, database)) = opened.as_ref().filter(|(own, _)| own == key) {
            return Ok(Arc::clone(database));
        }
        // It becomes a part of a file's name.
        if key.is_empty() || key.len() > LONGEST_KEY || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Undone::for_good(Cause::new("job.unreadable")));
        }
        let kept = self.folder.as_ref().map(|folder| folder.join(format!("{PREFIX}{key}.db")));
        let database = match kept.as_deref().and_then(open) {
            Some(database) => database,
            None => self.fetch(kept.as_deref())?,
        };
        let database = Arc::new(database);
        *opened = Some((key.to_owned(), Arc::clone(&database)));
        Ok(database)
    }

    fn fetch(&self, kept: Option<&Path>) -> Result<Database, Undone> {
        let (status, bytes) = self
            .client
            .send("GET", "/scans/malware-lists", None)
            .map_err(|error| Undone::may_pass(detailed("worker.lists_away", &error)))?;
        if status != 200 {
            return Err(Undone::may_pass(Cause::new("worker.lists_away").with("status", status)));
        }
        let folder = kept.and_then(Path::parent).map_or_else(std::env::temp_dir, Path::to_owned);
        let no_space = |error: &std::io::Error| Undone::may_pass(detailed("worker.no_space", error));
        let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(|error| no_space(&error))?;
        file.write_all(&bytes).map_err(|error| no_space(&error))?;
        // Another server may be asked next time, or the way there be better.
        let damaged = || Undone::may_pass(Cause::new("worker.lists_damaged"));
        let database = open(file.path()).ok_or_else(damaged)?;
        if let Some(path) = kept {
            forget_others(&folder);
            if let Err(error) = file.persist(path) {
                say(&format!("going on without keeping the lists of malware: {error}"));
            }
        }
        Ok(database)
    }
}

/// Lists of which every byte is as it was written.
fn open(path: &Path) -> Option<Database> {
    Database::open(path).ok().filter(|database| database.verify().is_ok())
}

fn forget_others(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            // One that stays costs room and nothing else.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
