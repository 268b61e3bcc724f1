//! The lists of known malware: the server's, kept here until it has others.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use api::registries::Cause;
use api::{Client, encoded};
use intelligence::Database;

use super::causes::{Undone, detailed};
use super::say;

/// What the files are called, before the key of what they hold.
const PREFIX: &str = "malware-lists-";

/// The longest key, in bytes: in a file's name each may take three.
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
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(Undone::for_good(Cause::new("job.unreadable")));
        }
        let kept = self.folder.as_ref().map(|folder| folder.join(format!("{PREFIX}{}.db", encoded(key))));
        let database = match kept.as_deref().and_then(open) {
            Some(database) => database,
            None => self.fetch(key, kept.as_deref())?,
        };
        let database = Arc::new(database);
        *opened = Some((key.to_owned(), Arc::clone(&database)));
        Ok(database)
    }

    fn fetch(&self, key: &str, kept: Option<&Path>) -> Result<Database, Undone> {
        let (status, bytes) = self
            .client
            .send("GET", &format!("/scans/malware-lists?key={}", encoded(key)), None)
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use api::ClientOptions;
    use serde_json::json;
    use test_support::HttpMock;

    use super::*;

    /// The lists of a database of one file that is malware.
    fn lists() -> Vec<u8> {
        let feeds = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(feeds.path().join("malware")).unwrap();
        let row = format!("\"2026-11-01 08:00:00\",\"{}\",\"Mirai\"", "7".repeat(64));
        let list = format!("# \"first_seen_utc\",\"sha256_hash\",\"signature\"\n{row}\n");
        std::fs::write(feeds.path().join("malware/bazaar.csv"), list).unwrap();
        let advisory = json!({ "id": "T-1", "modified": "2026-01-01T00:00:00Z", "affected": [{
            "package": { "ecosystem": "npm", "name": "x" },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }] }] }] });
        std::fs::create_dir_all(feeds.path().join("osv/npm")).unwrap();
        std::fs::write(feeds.path().join("osv/npm/T-1.json"), advisory.to_string()).unwrap();
        let path = feeds.path().join("built.db");
        intelligence::build(feeds.path(), &path, &intelligence::BuildOptions::default()).unwrap();
        Database::open(&path).unwrap().malware_lists().unwrap().unwrap()
    }

    fn client(mock: &HttpMock) -> Client {
        let (token, timeout) = (None, Duration::from_secs(20));
        Client::new(&ClientOptions { server: mock.url(), token, ca: None, timeout }).unwrap()
    }

    #[test]
    fn lists_of_any_key_are_asked_for_by_it_and_kept_in_the_folder() {
        let server = HttpMock::start(|_| (200, Vec::new(), "no lists".to_owned()));
        let folder = tempfile::tempdir().unwrap();
        let key = "../a b?c=d&e#f%2F/ü";
        let asked = "..%2Fa%20b%3Fc%3Dd%26e%23f%252F%2F%C3%BC";
        let own = Lists::new(client(&server), Some(folder.path().to_owned()));
        assert_eq!(own.get(key).err().unwrap().cause.code, "worker.lists_damaged");
        std::fs::write(folder.path().join(format!("malware-lists-{asked}.db")), lists()).unwrap();
        assert!(own.get(key).unwrap().has_malware_lists(), "what is kept is not fetched");
        let targets: Vec<String> = server.requests().into_iter().map(|request| request.target).collect();
        assert_eq!(targets, [format!("/api/v1/scans/malware-lists?key={asked}")]);
        for unusable in ["", &"k".repeat(65)] {
            assert!(!own.get(unusable).err().unwrap().may_pass);
        }
    }
}
