//! The intelligence to work with: a file that was named, else the installed one, else the one built into the program.

use std::path::{Path, PathBuf};

use anyhow::Context;
use intelligence::Database;

use crate::environment::Environment;

/// The snapshot built into the program (`content/intelligence/README.md` tells what it covers).
static SNAPSHOT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/snapshot.db"));

/// Where `intel update` and `intel import` put the intelligence.
pub(crate) fn file(environment: &Environment) -> Option<PathBuf> {
    environment.data_folder.as_ref().map(|folder| folder.join("intelligence.db"))
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
            Ok((database, "built into the program".to_owned()))
        }
    }
}
