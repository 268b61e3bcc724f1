//! What an administrator does at the machine itself, without the API: backup, restore, migration, a lost password, the
//! verification of the audit trail.

mod exported_trail;
mod trail;

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context, bail};
use store::audit::{self, Actor};
use store::{Lane, Store, StoreOptions, archive, sessions, users};

use crate::config::Config;
use crate::guard::entry;
use crate::passwords::Passwords;
use crate::{clock, secrets};

/// How the verbs are used.
pub(crate) const USAGE: &str = "use: bulkhead-server admin backup [--replace] FILE | restore FILE | migrate | \
     reset-password NAME | audit-verify [--file FILE] [--checkpoints FILE] [--key FILE]";

/// How a verb ended, and what is told of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All is well.
    Well(String),
    /// It was done, and what it found is not well.
    Badly(String),
}

/// Does one verb.
pub(crate) fn run(config: &Config, words: &[&str]) -> anyhow::Result<Ended> {
    match words {
        ["audit-verify", words @ ..] => trail::verify(config, words),
        _ => change(config, words).map(Ended::Well),
    }
}

/// Does a verb that changes or writes something, and returns what is told of it.
fn change(config: &Config, words: &[&str]) -> anyhow::Result<String> {
    let options = StoreOptions::new(config.database.clone());
    match words {
        ["backup", "--replace", file] => backup(&options, Path::new(file), true),
        ["backup", file] => backup(&options, Path::new(file), false),
        ["restore", file] => restore(config, &options, Path::new(file)),
        ["migrate"] => {
            Store::open(&options)?;
            Ok(format!("the database has schema {}", store::Schema::newest()))
        }
        ["reset-password", name] => reset_password(&options, name),
        _ => bail!("{USAGE}"),
    }
}

/// Writes a backup beside its place and moves it there when it is whole. What is there stays, unless it is to be replaced.
fn backup(options: &StoreOptions, file: &Path, is_to_replace: bool) -> anyhow::Result<String> {
    let refuse = || -> anyhow::Result<()> {
        if !is_to_replace && file.symlink_metadata().is_ok() {
            bail!("{} is there already; give --replace to write it anew, or name another file", file.display());
        }
        Ok(())
    };
    // Before minutes of work, and after them.
    refuse()?;
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let _ = std::fs::remove_file(part);
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        // It holds password hashes and sealed credentials.
        .mode(0o600)
        .open(part)
        .with_context(|| format!("cannot write {}", part.display()))?;
    let written = archive::write(options, &mut out).and_then(|rows| {
        out.flush().and_then(|()| out.sync_all()).map_err(archive::ArchiveError::File)?;
        Ok(rows)
    });
    let rows = match written {
        Ok(rows) => rows,
        Err(error) => {
            let _ = std::fs::remove_file(part);
            return Err(error).with_context(|| format!("cannot back up into {}", file.display()));
        }
    };
    refuse().inspect_err(|_| {
        let _ = std::fs::remove_file(part);
    })?;
    std::fs::rename(part, file).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(format!(
        "{rows} rows are in {}; keep the master key apart from it: without the key, credentials in it cannot be opened",
        file.display()
    ))
}

fn restore(config: &Config, options: &StoreOptions, file: &Path) -> anyhow::Result<String> {
    crate::serve::make_private(&config.data_folder)
        .with_context(|| format!("cannot use the data folder {}", config.data_folder.display()))?;
    let archive = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let rows = archive::restore(options, archive).with_context(|| format!("cannot restore {}", file.display()))?;
    Ok(format!("{rows} rows are restored; everybody has to log in again"))
}

/// Gives a user a new password that must be changed, takes away a lock, and ends all sessions.
fn reset_password(options: &StoreOptions, name: &str) -> anyhow::Result<String> {
    let store = Store::open(options)?;
    let password = secrets::new("");
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("cannot start")?;
    let hash = runtime.block_on(Passwords::new().hash(password.clone()));
    let (name, now) = (name.to_owned(), clock::now());
    let told = name.clone();
    store
        .write_blocking(Lane::Audited, move |connection| {
            let user = users::by_name(connection, &name)?.ok_or(store::StoreError::NotFound { what: "user" })?;
            let changed = users::User {
                password_hash: hash.clone(),
                must_change: true,
                totp_secret: None,
                is_disabled: false,
                failures: 0,
                locked_until: 0,
                changed: now,
                version: user.version + 1,
                ..user
            };
            users::update(connection, &changed)?;
            sessions::end_others(connection, &changed.id, None)?;
            let actor = Actor {
                kind: "server".to_owned(),
                id: "console".to_owned(),
                name: "an administrator at the machine".to_owned(),
                address: None,
                request: None,
            };
            let record = entry(actor, now, "user.reset_password", "user", &changed.id, &changed.name);
            audit::append(connection, &record).map(|_| ())
        })
        .with_context(|| format!("cannot reset the password of {told}"))?;
    Ok(format!("the password of {told} is {password} until the next log-in; a second factor was taken away"))
}

#[cfg(test)]
mod tests {
    use daemon::Settings;
    use serde_json::json;

    use super::*;
    use crate::config::SETTINGS;
    use crate::testing::{As, PASSWORD, TestServer};

    #[test]
    fn a_lost_password_is_replaced_and_a_backup_carries_it() {
        let server = TestServer::new();
        let bob = server.user("bob", &["auditor"]);
        let config = &server.app.config;
        let told = change(config, &["reset-password", "Bob"]).unwrap();
        let password = told.split(' ').nth(5).unwrap().to_owned();
        server.ask(&bob, "GET", "/me", json!(null)).expect(401);
        let log_in = |server: &TestServer, password: &str| {
            server.ask(&As::Nobody, "POST", "/sessions", json!({ "name": "bob", "password": password }))
        };
        log_in(&server, PASSWORD).expect(401);
        let answer = log_in(&server, &password);
        answer.expect(201);
        assert_eq!(answer.body["must_change_password"], true);
        let error = change(config, &["reset-password", "nobody"]).unwrap_err();
        assert_eq!(format!("{error:#}"), "cannot reset the password of nobody: there is no such user");

        let file = config.data_folder.join("backup.bhb");
        change(config, &["backup", &file.display().to_string()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let variables = [("BULKHEAD_DATA_DIR".to_owned(), folder.path().join("new").display().to_string())];
        let other = Config::of(&Settings::read(SETTINGS, None, variables).unwrap()).unwrap();
        change(&other, &["restore", &file.display().to_string()]).unwrap();
        let mode =
            |path: &Path| std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions()) & 0o777;
        let database = other.data_folder.join("bulkhead.db");
        assert_eq!((mode(&other.data_folder), mode(&database), mode(&file)), (0o700, 0o600, 0o600));
        let error = format!("{:#}", change(&other, &["restore", &file.display().to_string()]).unwrap_err());
        assert!(error.contains("the database is not empty"), "{error}");
        let restored = Store::open(&StoreOptions::new(other.database.clone())).unwrap();
        let user = restored.read_blocking(|connection| users::by_name(connection, "bob")).unwrap();
        assert!(user.is_some_and(|user| user.must_change));
    }

    #[test]
    fn a_backup_that_is_there_already_stays_unless_it_is_to_be_replaced() {
        let server = TestServer::new();
        let config = &server.app.config;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("last.part");
        std::fs::write(&file, "the last good one").unwrap();
        let name = file.display().to_string();
        let error = change(config, &["backup", &name]).unwrap_err().to_string();
        assert_eq!(error, format!("{name} is there already; give --replace to write it anew, or name another file"));
        assert_eq!(std::fs::read(&file).unwrap(), b"the last good one");
        change(config, &["backup", "--replace", &name]).unwrap();
        assert!(std::fs::read(&file).unwrap().starts_with(&[0x28, 0xb5, 0x2f, 0xfd]), "it is a frame of zstd");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn a_wrong_verb_is_told_with_the_right_ones() {
        let server = TestServer::new();
        assert_eq!(change(&server.app.config, &["bakup"]).unwrap_err().to_string(), USAGE);
    }
}
