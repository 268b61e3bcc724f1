//! The intelligence to work with: a file that was named, else the installed one, else the one built into the program.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use intelligence::Database;

use crate::environment::Environment;
use crate::progress::Progress;

/// The snapshot built into the program (`content/intelligence/README.md` tells what it covers).
static SNAPSHOT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/snapshot.db"));

/// Where intelligence is from that is in no file.
const BUILT_IN: &str = "built into the program";

/// Where `intel update` and `intel import` put the intelligence.
pub(crate) fn file(environment: &Environment) -> Option<PathBuf> {
    environment.data_folder.as_ref().map(|folder| folder.join("intelligence.db"))
}

/// Intelligence older than this gets a warning: vulnerabilities become public every day.
const OLD_DAYS: u64 = 14;

/// Opens the intelligence to scan with, and warns when it is old.
pub(crate) fn open_for_scan(
    named: Option<&Path>,
    environment: &Environment,
    progress: &Progress,
) -> anyhow::Result<Database> {
    let (database, place) = open_named(named, environment)?;
    let age = age_days(database.sequence());
    if age > OLD_DAYS {
        let origin = if place == BUILT_IN { "the intelligence built into this program".to_owned() } else { place };
        progress.warn(&format!("{origin} is {age} days old; bulkhead intel update brings a newer one"));
    }
    Ok(database)
}

/// Opens the intelligence.
pub(crate) fn open(named: Option<&Path>, environment: &Environment) -> anyhow::Result<Database> {
    open_named(named, environment).map(|(database, _)| database)
}

/// Opens the intelligence, and says where it is from.
pub(crate) fn open_named(named: Option<&Path>, environment: &Environment) -> anyhow::Result<(Database, String)> {
    if let Some(path) = named.or(environment.intelligence_file.as_deref()) {
        let place = path.display().to_string();
        let database = Database::open(path).with_context(|| format!("cannot use the intelligence file {place}"))?;
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

/// How old intelligence of this sequence number is. Ages are told beside what is found, never in a report.
#[expect(clippy::disallowed_methods, reason = "the age of the intelligence is told, not decided by")]
pub(crate) fn age_days(sequence: u64) -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    now.saturating_sub(sequence) / 86_400
}
