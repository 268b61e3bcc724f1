//! The intelligence to work with: a file that was named, else the installed one, else the one built into the program.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use intelligence::{Database, OpenDatabaseError};

use crate::environment::Environment;
use crate::failure::Failure;
use model::counted;

/// The snapshot built into the program (`content/intelligence/README.md` tells what it covers).
static SNAPSHOT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/snapshot.db"));

/// Where the snapshot is from.
const BUILT_IN: &str = "built into the program";

/// Where `intel update` and `intel import` put the intelligence.
pub(crate) fn file(environment: &Environment) -> Option<PathBuf> {
    environment.data_folder.as_ref().map(|folder| folder.join("intelligence.db"))
}

/// The sequence number of the intelligence that is built into the program.
pub(crate) fn built_in() -> Option<u64> {
    Database::from_static(SNAPSHOT).ok().map(|database| database.sequence())
}

/// The age in days from which a scan warns.
const STALE_DAYS: u64 = 7;

/// Opens the intelligence for a scan, with the warning that belongs beside its findings when it is stale or the built-in
/// one. No scan fails for that, and a scan that fails for something else says only why.
pub(crate) fn open_for_scan(
    named: Option<&Path>,
    environment: &Environment,
    now: Option<u64>,
) -> Result<(Database, Option<String>), Failure> {
    let (database, place) = open_named(named, environment).map_err(Failure::Usage)?;
    let warning = staleness(&place, database.sequence(), now.unwrap_or_else(clock));
    Ok((database, warning))
}

/// What a reader of findings must know of the age of the intelligence behind them.
fn staleness(place: &str, sequence: u64, now: u64) -> Option<String> {
    let days = days(now, sequence);
    let old = counted(days, "day old", "days old");
    let update = "get a fresh one with bulkhead intel update";
    match place {
        BUILT_IN => Some(format!("using the intelligence built into the program, which is {old}; {update}")),
        _ if days > STALE_DAYS => {
            Some(format!("the intelligence is {old} and misses what is known since; {update} ({place})"))
        }
        _ => None,
    }
}

/// Whole days between two times.
pub(crate) fn days(now: u64, then: u64) -> u64 {
    now.saturating_sub(then) / 86_400
}

/// The time by the clock, in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the age of the intelligence is told, not decided by")]
pub(crate) fn clock() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Opens the intelligence.
pub(crate) fn open(named: Option<&Path>, environment: &Environment) -> anyhow::Result<Database> {
    open_named(named, environment).map(|(database, _)| database)
}

/// Opens the intelligence, and says where it is from.
pub(crate) fn open_named(named: Option<&Path>, environment: &Environment) -> anyhow::Result<(Database, String)> {
    if let Some(path) = named.or(environment.intelligence_file.as_deref()) {
        let place = path.display().to_string();
        let database = Database::open(path).map_err(|error| match error {
            // It names the file itself.
            error @ OpenDatabaseError::Read { .. } => anyhow::Error::new(error),
            error => anyhow::Error::new(error).context(format!("cannot use the intelligence file {place}")),
        })?;
        return Ok((database, place));
    }
    match file(environment).filter(|path| path.exists()) {
        Some(path) => {
            let place = path.display().to_string();
            let database = Database::open(&path).with_context(|| {
                format!("cannot use the installed intelligence {place}; run bulkhead intel update or remove it")
            })?;
            Ok((database, place))
        }
        None => {
            let database =
                Database::from_static(SNAPSHOT).context("the intelligence built into this program is damaged")?;
            Ok((database, BUILT_IN.to_owned()))
        }
    }
}

/// Writes the intelligence that would be opened to a file: a copy of the installed one, else the one built in.
pub(crate) fn copy_to(path: &Path, environment: &Environment) -> anyhow::Result<()> {
    let source = environment.intelligence_file.clone().or_else(|| file(environment).filter(|path| path.exists()));
    let written = match &source {
        Some(source) => std::fs::copy(source, path).map(|_| ()),
        None => std::fs::write(path, SNAPSHOT),
    };
    written.with_context(|| format!("cannot write the intelligence to {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_or_built_in_intelligence_is_told_with_its_age() {
        let day = 86_400;
        assert_eq!(staleness("/a.db", 100 * day, 107 * day + day - 1), None);
        assert!(staleness("/a.db", 100 * day, 108 * day).is_some_and(|text| text.contains("8 days old")));
        assert!(staleness(BUILT_IN, 100 * day, 100 * day).is_some_and(|text| text.contains("built into the program")));
        assert_eq!(staleness("/a.db", 100 * day, 0), None, "a clock that is wrong is no reason to warn");
    }

    #[test]
    fn the_snapshot_opens_and_is_whole() {
        let database = Database::from_static(SNAPSHOT).unwrap();
        database.verify().unwrap();
        assert!(database.facts().sources.iter().any(|source| source.name == "debian-tracker"));
    }
}
