//! One intelligence for all servers with one database: whichever has the newest gives it to the store, and the others take
//! it from there. The newest is that of the latest records; of two of the same, the one that was placed later.
//!
//! Where a file came to the server that gave it, a trusted key had signed it or an operator had placed it. The others take
//! it on the word of the store, as they take policies and verdicts.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use api::registries::Cause;
use intelligence::{Database, OpenDatabaseError};
use store::StoreError;
use store::intelligence::{self as shared, SharedFile};

use super::intelligence_file::{InUse, fingerprint};
use super::intelligence_update::LARGEST_BYTES;
use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiResult, chain};

/// How often it is looked for another.
const PAUSE: Duration = Duration::from_secs(2);

/// After a failure it is tried again so soon.
const AFTER_FAILURE: Duration = Duration::from_secs(60);

/// How much of the file is one piece, in bytes.
const PART_BYTES: usize = 4 << 20;

/// Pieces are written once and read by every server soon after: fast rather than small.
const LEVEL: i32 = 3;

/// A server that began to give a file and has not ended so long after, in microseconds, is taken to have died.
const LONGEST: i64 = 600 * SECOND;

/// Gives and takes for as long as the server runs.
pub(crate) async fn run(app: App) {
    while app.store.is_shared() {
        let pause = match step(&app).await {
            Ok(()) => {
                app.assurance.intelligence.note_sharing(None);
                PAUSE
            }
            Err(problem) => {
                tracing::warn!(%problem, "the intelligence could not be shared with the other servers; it is tried again");
                let cause = Cause::new("health.intelligence.not_shared").with("problem", problem);
                app.assurance.intelligence.note_sharing(Some(cause));
                AFTER_FAILURE
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Gives the store what this server has, or takes what another gave, whichever is newer.
pub(crate) async fn step(app: &App) -> Result<(), String> {
    let known = app.read(shared::newest).await.map_err(|error| chain(&error))?;
    if is_newer(known.as_ref(), app.assurance.intelligence.in_use().as_ref()) {
        let Some(known) = known else { return Ok(()) };
        return take(app, &known).await;
    }
    let own = app.clone();
    let to_give = tokio::task::spawn_blocking(move || own.assurance.intelligence.to_give()).await;
    let Ok(Some((file, in_use))) = to_give else { return Ok(()) };
    match known {
        Some(known) if known.fingerprint == fingerprint(Some(&in_use.database)) => Ok(()),
        _ => give(app, file, &in_use).await,
    }
}

/// Whether another server gave what is newer than what this one uses: until it has that, it leaves the judging to others.
pub(crate) async fn is_behind(app: &App) -> ApiResult<bool> {
    if !app.store.is_shared() {
        return Ok(false);
    }
    let known = app.read(shared::newest).await?;
    Ok(is_newer(known.as_ref(), app.assurance.intelligence.in_use().as_ref()))
}

fn is_newer(known: Option<&SharedFile>, own: Option<&InUse>) -> bool {
    match (known, own) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(known), Some(own)) => {
            let is_same = known.fingerprint == fingerprint(Some(&own.database));
            !is_same && (known.sequence, known.placed) >= own.age()
        }
    }
}

async fn give(app: &App, file: File, in_use: &InUse) -> Result<(), String> {
    let (sequence, placed) = in_use.age();
    let now = clock::now();
    let given = SharedFile {
        id: crate::ids::new(now),
        fingerprint: fingerprint(Some(&in_use.database)),
        sequence,
        placed,
        parts: 0,
    };
    let own = given.clone();
    let begun = app.note(move |connection| shared::begin(connection, &own, now, now - LONGEST)).await;
    if !begun.map_err(|error| chain(&error))? {
        return Ok(());
    }
    let written = write_parts(app, file, &given.id).await;
    match written {
        Ok(bytes) => {
            tracing::info!(
                intelligence.sequence = sequence,
                bytes,
                "the intelligence is shared with the other servers"
            );
            Ok(())
        }
        Err(problem) => {
            // Where the database is away, the next server that gives it forgets this.
            let _ = app.note(move |connection| shared::forget(connection, &given.id)).await;
            Err(problem)
        }
    }
}

/// Writes a file piece by piece, and tells how large it is.
async fn write_parts(app: &App, mut file: File, id: &str) -> Result<u64, String> {
    let (mut count, mut bytes) = (0, 0);
    loop {
        let next = move || {
            let part = next_part(&mut file);
            (file, part)
        };
        let (back, part) = tokio::task::spawn_blocking(next).await.map_err(|error| chain(&error))?;
        file = back;
        let Some((length, body)) = part.map_err(|error| chain(&error))? else { break };
        bytes += length;
        let own = id.to_owned();
        let written = app.note(move |connection| shared::write_part(connection, &own, count, &body)).await;
        written.map_err(|error| chain(&error))?;
        count += 1;
    }
    let own = id.to_owned();
    app.note(move |connection| shared::end(connection, &own, count)).await.map_err(|error| chain(&error))?;
    Ok(bytes)
}

/// The next piece of a file, compressed, with its length before; nothing at its end.
fn next_part(file: &mut File) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut part = Vec::with_capacity(PART_BYTES);
    file.take(PART_BYTES as u64).read_to_end(&mut part)?;
    if part.is_empty() {
        return Ok(None);
    }
    Ok(Some((part.len() as u64, zstd::bulk::compress(&part, LEVEL)?)))
}

/// Takes a file that another server gave.
async fn take(app: &App, known: &SharedFile) -> Result<(), String> {
    let path = app.assurance.intelligence.given_path();
    let folder = app.config.data_folder.clone();
    let begin = tempfile::Builder::new().prefix(super::intelligence_update::UPLOAD_PREFIX).tempfile_in(folder);
    let mut file = begin.map_err(|error| chain(&error))?;
    let mut bytes = 0;
    for part in 0..known.parts {
        let id = known.id.clone();
        let read = app.read(move |connection| {
            let body = shared::part(connection, &id, part)?;
            body.ok_or(StoreError::NotFound { what: "intelligence" })
        });
        let body = match read.await {
            Ok(body) => body,
            // There is a newer one already.
            Err(StoreError::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(chain(&error)),
        };
        let write = move || {
            let Ok(part) = zstd::bulk::decompress(&body, PART_BYTES) else { return Ok(None) };
            file.write_all(&part)?;
            io::Result::Ok(Some((file, part.len() as u64)))
        };
        let written = tokio::task::spawn_blocking(write).await.map_err(|error| chain(&error))?;
        let Some((back, length)) = written.map_err(|error| chain(&error))? else {
            return Err(refuse(app, known).await);
        };
        file = back;
        bytes += length;
        if bytes > LARGEST_BYTES {
            return Err(format!("the intelligence that another server gave is larger than {LARGEST_BYTES} bytes"));
        }
    }
    let (path, own, expected) = (path.to_owned(), app.clone(), known.clone());
    let placing = move || {
        let is_whole = check(file.path(), &expected)?;
        if is_whole {
            place(file, &path, &expected)?;
            own.assurance.intelligence.look();
            own.assurance.bell.notify_one();
        }
        Ok(is_whole)
    };
    let placed: Result<bool, String> = tokio::task::spawn_blocking(placing).await.map_err(|error| chain(&error))?;
    match placed? {
        true => Ok(()),
        false => Err(refuse(app, known).await),
    }
}

/// Has what is damaged forgotten, and says so. Whoever has it gives it anew; if it stayed and they were gone, nobody would
/// judge any more.
async fn refuse(app: &App, known: &SharedFile) -> String {
    let id = known.id.clone();
    match app.note(move |connection| shared::forget(connection, &id)).await {
        Ok(()) => "the intelligence database in the store is damaged; a server that has it gives it anew".to_owned(),
        Err(error) => chain(&error),
    }
}

/// Whether what was received is whole, and what the store says.
///
/// # Errors
/// When it cannot be read, or a later program made it: servers of that one use it.
fn check(path: &Path, known: &SharedFile) -> Result<bool, String> {
    match Database::open(path).and_then(|database| database.verify().map(|()| database)) {
        Ok(database) => Ok(fingerprint(Some(&database)) == known.fingerprint),
        Err(OpenDatabaseError::OtherFormat { .. }) => {
            Err("the intelligence that another server gave is of another version of this program".to_owned())
        }
        Err(error @ OpenDatabaseError::Read { .. }) => Err(chain(&error)),
        Err(_) => Ok(false),
    }
}

/// Puts what was received in place, as old as it was where it came from.
fn place(file: tempfile::NamedTempFile, path: &Path, known: &SharedFile) -> Result<(), String> {
    let placed = Duration::from_micros(u64::try_from(known.placed).unwrap_or_default());
    let put = || {
        file.as_file().set_modified(SystemTime::UNIX_EPOCH + placed)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        io::Result::Ok(())
    };
    put().map_err(|error| chain(&error))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sample::{Known, SEVERE, digest, index, intelligence};
    use crate::testing::{As, TestServer};

    const OLD: Known<'_> = ("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH");
    const NEW: Known<'_> = ("GHSA-dddd-eeee-ffff", "xz", "5.6.2", "CRITICAL");

    /// Two servers with one database, and somebody who registers images.
    fn two() -> Option<(TestServer, TestServer, As)> {
        let uri = test_support::postgres_database()?;
        let server = || TestServer::with(&[("BULKHEAD_DATABASE_URL", &uri)]);
        let (first, second) = (server(), server());
        let who = first.token("images.read,images.write,verdicts.read,findings.read,policies.read,policies.write");
        first.policy(&who, SEVERE);
        Some((first, second, who))
    }

    fn share(server: &TestServer) {
        server.run(step(&server.app)).unwrap();
    }

    /// Whether a server did something for stored images.
    fn judges(server: &TestServer, owner: &str) -> bool {
        server.run(crate::assurance::reevaluation::step(&server.app, owner)).unwrap()
    }

    fn catch_up(server: &TestServer, owner: &str) {
        while judges(server, owner) {}
    }

    fn sequence(server: &TestServer) -> Option<String> {
        server.app.assurance.intelligence.look();
        server.app.assurance.intelligence.database().map(|database| fingerprint(Some(&database)))
    }

    #[test]
    fn what_one_server_has_the_others_take_and_keep() {
        let Some((first, second, _)) = two() else { return };
        intelligence(&first, &[OLD, NEW]);
        let own = sequence(&first);
        share(&first);
        share(&second);
        assert_eq!(sequence(&second), own);
        share(&second);
        let files = first.app.store.read_blocking(|connection| {
            let sql = "SELECT count(*), (SELECT count(*) FROM intelligence_parts) FROM intelligence_files";
            Ok(connection.row(sql, &[])?.map(|row| (row.integer(0), row.integer(1))))
        });
        assert_eq!(files.unwrap(), Some((1, 1)), "what was taken is not given again");
        // It is there for the next start too, and for a server whose own is older.
        let told = second.ask(&second.token("intelligence.read"), "GET", "/intelligence", json!(null)).body;
        assert_eq!(told["sources"][0]["records"], 2, "{told}");
        assert!(second.app.assurance.intelligence.given_path().is_file());
        intelligence(&second, &[OLD]);
        let later = sequence(&second);
        assert_ne!(later, own, "of the same records, the one placed later");
        share(&second);
        share(&first);
        assert_eq!(sequence(&first), later);
    }

    #[test]
    fn a_server_that_is_behind_leaves_stored_images_to_the_others_and_its_own_registrations_are_judged_again() {
        let Some((first, second, who)) = two() else { return };
        intelligence(&first, &[OLD]);
        sequence(&first);
        share(&first);
        share(&second);
        catch_up(&first, "first");
        intelligence(&second, &[OLD, NEW]);
        sequence(&second);
        share(&second);
        assert!(!judges(&first, "first"), "it has the lease, and is behind");
        first.register(&who, &index(1, "shop/xz:1", &[("xz", "5.6.1")])).expect(200);
        assert_eq!(first.decision(&who, 1), "allow", "by what it knows");
        assert!(!judges(&second, "second"), "the other still has the lease");
        share(&first);
        catch_up(&first, "first");
        assert_eq!(second.decision(&who, 1), "deny");
        // A server of before, that comes back with what it had.
        intelligence(&first, &[OLD]);
        let stale = first.folder().join("intelligence.db");
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        File::options().append(true).open(&stale).unwrap().set_modified(long_ago).unwrap();
        sequence(&first);
        share(&first);
        catch_up(&first, "first");
        first.register(&who, &index(2, "shop/xz:2", &[("xz", "5.6.1")])).expect(200);
        assert_eq!(first.decision(&who, 2), "deny");
        assert_eq!(first.decision(&who, 1), "deny");
        let verdict = first.ask(&who, "GET", &format!("/verdict?image={}", digest(1)), json!(null)).body;
        assert_eq!(verdict["cause"], "intelligence", "{verdict}");
    }

    #[test]
    fn what_is_damaged_on_its_way_is_not_taken_and_told() {
        let Some((first, second, _)) = two() else { return };
        intelligence(&first, &[OLD]);
        sequence(&first);
        share(&first);
        let damage = first.app.store.write_blocking(store::Lane::Beside, |connection| {
            let torn = zstd::bulk::compress(b"no database", 3).unwrap_or_default();
            connection.execute("UPDATE intelligence_parts SET body = $1", &[torn.into()])
        });
        assert_eq!(damage.unwrap(), 1);
        let problem = second.run(step(&second.app)).unwrap_err();
        assert!(problem.contains("damaged"), "{problem}");
        assert_eq!(sequence(&second), None);
        assert!(!second.app.assurance.intelligence.given_path().exists());
        let left = std::fs::read_dir(second.folder()).unwrap().flatten();
        let left: Vec<_> = left.filter(|entry| entry.file_name().to_string_lossy().starts_with(".import-")).collect();
        assert!(left.is_empty(), "{left:?}");
        // It is given and taken anew.
        share(&first);
        share(&second);
        assert_eq!(sequence(&second), sequence(&first));
    }

    #[test]
    fn a_server_alone_with_its_database_writes_nothing_of_it() {
        let server = TestServer::new();
        intelligence(&server, &[OLD]);
        sequence(&server);
        server.run(run(server.app.clone()));
        let newest = server.app.store.read_blocking(shared::newest).unwrap();
        assert_eq!(newest, None);
    }
}
