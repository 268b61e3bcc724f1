//! The cache on disk: small files that any number of processes read and write at the same time.
//!
//! Each value is one file, written beside its place and renamed there, and carries the hash of its key and content: a
//! torn, mixed-up or foreign file is no value. Everything is best effort: what cannot be written is computed again.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest;
use twox_hash::XxHash3_128;

/// What every value begins with: the layout's name and version.
const MAGIC: &[u8; 8] = b"bhcache2";
/// The length of the hash behind it.
const HASH_BYTES: usize = 16;
/// The most bytes of one value.
const LARGEST_VALUE: u64 = 256 << 20;
/// An unfinished file of this age was left by a process that died.
const ABANDONED_SECONDS: i64 = 3600;

/// A bounded store of values in a folder.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    limit_bytes: u64,
    /// What the folder holds, by the last count and what was added since; `None` before the first count.
    held_bytes: Mutex<Option<u64>>,
    /// Numbers the unfinished files of this process.
    unfinished: AtomicU64,
}

/// The error of opening the cache.
#[derive(Debug, thiserror::Error)]
#[error("cannot use {} as the cache's folder; choose another with --cache-dir, or none with --no-cache", folder.display())]
pub struct OpenCacheError {
    /// The folder.
    pub folder: PathBuf,
    /// The cause.
    pub source: io::Error,
}

impl Cache {
    /// Opens the cache in `folder`, which is made if it is not there; it is kept below `limit_bytes` by forgetting what
    /// was not used for the longest time.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: &Path, limit_bytes: u64) -> Result<Cache, OpenCacheError> {
        match fs::DirBuilder::new().recursive(true).mode(0o700).create(folder) {
            Ok(()) => Ok(Cache {
                folder: folder.to_owned(),
                limit_bytes,
                held_bytes: Mutex::new(None),
                unfinished: AtomicU64::new(0),
            }),
            Err(source) => Err(OpenCacheError { folder: folder.to_owned(), source }),
        }
    }

    /// The value of `key` in `room`; `None` when there is none that is whole.
    pub fn get(&self, room: &str, key: &str) -> Option<Vec<u8>> {
        let mut file = File::open(self.place(room, key)?).ok()?;
        let length = file.metadata().ok()?.len();
        let header = (MAGIC.len() + HASH_BYTES) as u64;
        if !(header..=header + LARGEST_VALUE).contains(&length) {
            return None;
        }
        let mut hash = [0; MAGIC.len() + HASH_BYTES];
        file.read_exact(&mut hash).ok()?;
        let mut content = Vec::with_capacity((length - header) as usize);
        (&file).take(LARGEST_VALUE).read_to_end(&mut content).ok()?;
        if hash[..MAGIC.len()] != *MAGIC || hash[MAGIC.len()..] != value_hash(room, key, &content) {
            return None;
        }
        touch(&file);
        Some(content)
    }

    /// Stores `content` as the value of `key` in `room`, if it can.
    pub fn put(&self, room: &str, key: &str, content: &[u8]) {
        if content.len() as u64 > LARGEST_VALUE.min(self.limit_bytes) {
            return;
        }
        let Some(place) = self.place(room, key) else { return };
        // A value that cannot be stored is computed again the next time.
        let _ = self.write(&place, room, key, content);
    }

    /// The time of the cache's file system, in nanoseconds since 1970: that of a file made this moment.
    pub(crate) fn now_ns(&self) -> Option<i128> {
        let (file, path) = self.create_unfinished().ok()?;
        let metadata = file.metadata();
        let _ = fs::remove_file(path);
        let metadata = metadata.ok()?;
        Some(i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec()))
    }

    fn write(&self, place: &Path, room: &str, key: &str, content: &[u8]) -> io::Result<()> {
        if let Some(folder) = place.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let (mut file, unfinished) = self.create_unfinished()?;
        let written = file
            .write_all(MAGIC)
            .and_then(|()| file.write_all(&value_hash(room, key, content)))
            .and_then(|()| file.write_all(content))
            .and_then(|()| fs::rename(&unfinished, place));
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        } else {
            self.make_room((MAGIC.len() + HASH_BYTES + content.len()) as u64);
        }
        written
    }

    fn create_unfinished(&self) -> io::Result<(File, PathBuf)> {
        let number = self.unfinished.fetch_add(1, Ordering::Relaxed);
        // Several caches of one process may share the folder, so the address tells them apart too.
        let name = format!("unfinished-{}-{:p}-{number}", std::process::id(), std::ptr::from_ref(self));
        let path = self.folder.join(name);
        let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        Ok((file, path))
    }

    /// Counts what was added, and sweeps when it is too much. The first count walks the folder.
    fn make_room(&self, added: u64) {
        let Ok(mut held) = self.held_bytes.try_lock() else { return };
        let now_held = match *held {
            Some(held) => held.saturating_add(added),
            None => self.sweep(u64::MAX),
        };
        *held = Some(if now_held > self.limit_bytes { self.sweep(self.limit_bytes / 10 * 9) } else { now_held });
    }

    /// Forgets the oldest values until at most `target` bytes are held, and returns how many are.
    fn sweep(&self, target: u64) -> u64 {
        let now = self.now_ns().map_or(i64::MIN, |now| (now / 1_000_000_000) as i64);
        let mut values = Vec::new();
        collect_files(&self.folder, 0, &mut |path, metadata| {
            let is_unfinished =
                path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"unfinished-"));
            if !is_unfinished {
                values.push((metadata.mtime(), metadata.mtime_nsec(), metadata.len(), path));
            } else if metadata.mtime() < now.saturating_sub(ABANDONED_SECONDS) {
                let _ = fs::remove_file(path);
            }
        });
        let mut held: u64 = values.iter().map(|(_, _, length, _)| length).sum();
        if held > target {
            values.sort_unstable();
            for (_, _, length, path) in values {
                if held <= target {
                    break;
                }
                if fs::remove_file(path).is_ok() {
                    held -= length;
                }
            }
        }
        held
    }

    /// The file of a value; `None` for a room whose name is no plain word.
    fn place(&self, room: &str, key: &str) -> Option<PathBuf> {
        let is_word = !room.is_empty() && room.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let hash = digest::digest(&digest::SHA256, key.as_bytes());
        let hex: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        is_word.then(|| self.folder.join(room).join(&hex[..2]).join(&hex[2..]))
    }
}

/// Hashes the room and the key with the content, so that no value is taken for another's. It tells accidents, not
/// attackers: whoever can write into the user's own cache folder can write any hash.
fn value_hash(room: &str, key: &str, content: &[u8]) -> [u8; HASH_BYTES] {
    let mut hasher = XxHash3_128::new();
    for part in [room.as_bytes(), key.as_bytes()] {
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part);
    }
    hasher.write(content);
    hasher.finish_128().to_le_bytes()
}

/// Marks a value as used this moment.
fn touch(file: &File) {
    let now = rustix::fs::Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_NOW };
    // Only the order of forgetting depends on it.
    let _ = rustix::fs::futimens(file, &rustix::fs::Timestamps { last_access: now, last_modification: now });
}

fn collect_files(folder: &Path, depth: usize, found: &mut impl FnMut(PathBuf, &fs::Metadata)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_file() {
            found(entry.path(), &metadata);
        } else if metadata.is_dir() && depth < 2 {
            collect_files(&entry.path(), depth + 1, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(limit_bytes: u64) -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("a/b"), limit_bytes).unwrap();
        (folder, cache)
    }

    #[test]
    fn values_come_back() {
        let (_folder, cache) = cache(1 << 20);
        assert_eq!(cache.get("layers", "key"), None);
        cache.put("layers", "key", b"first");
        cache.put("layers", "key", b"second");
        assert_eq!(cache.get("layers", "key").as_deref(), Some(&b"second"[..]));
        assert_eq!(cache.get("others", "key"), None);
        cache.put("../layers", "key", b"third");
        assert_eq!(cache.get("../layers", "key"), None);
    }

    #[test]
    fn a_damaged_or_exchanged_value_is_none() {
        let (_folder, cache) = cache(1 << 20);
        for key in ["one", "two", "three"] {
            cache.put("layers", key, key.as_bytes());
        }
        let place = |key| cache.place("layers", key).unwrap();
        fs::copy(place("one"), place("two")).unwrap();
        assert_eq!(cache.get("layers", "two"), None);
        for length in 0..fs::metadata(place("three")).unwrap().len() {
            File::options().write(true).open(place("three")).unwrap().set_len(length).unwrap();
            assert_eq!(cache.get("layers", "three"), None);
            cache.put("layers", "three", b"three");
        }
        assert!(cache.get("layers", "one").is_some());
    }

    #[test]
    fn the_oldest_values_make_room() {
        let (_folder, cache) = cache(10_000);
        for number in 0..100 {
            cache.put("layers", &format!("{number}"), &[0; 1000]);
        }
        let mut held = 0;
        collect_files(&cache.folder, 0, &mut |_, metadata| held += metadata.len());
        assert!((5_000..=10_000).contains(&held), "{held}");
        assert!(cache.get("layers", "99").is_some());
        assert!(cache.get("layers", "0").is_none());
        cache.put("layers", "huge", &[0; 20_000]);
        assert!(cache.get("layers", "huge").is_none());
    }
}
