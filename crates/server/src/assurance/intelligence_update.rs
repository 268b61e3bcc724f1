//! Fresh intelligence on somebody's word: fetched from where the configuration says, or handed over. It is taken only if a
//! key that the configuration trusts signed it, and if it is not older than what is in place.

use std::io::{self, Read as _, Write};
use std::path::Path;
use std::time::Duration;

use api::registries::Cause;
use intelligence::{Fetch, InstallError, UpdateSource};

use crate::app::App;
use crate::error::chain;

/// The largest file that is fetched or handed over, in bytes.
pub(crate) const LARGEST_BYTES: u64 = 2 << 30;

/// How long it may take to hand a file over: other answers begin within a minute.
pub(crate) const LONGEST_IMPORT: Duration = Duration::from_secs(1800);

/// What files that are being handed over are called in the data folder.
pub(crate) const UPLOAD_PREFIX: &str = ".import-";

/// How long a fetch may take.
const LONGEST_FETCH: Duration = Duration::from_secs(1800);

/// Removes what a server that was killed has left of files that were being handed over.
pub(crate) fn forget_leftovers(data_folder: &Path) {
    for entry in std::fs::read_dir(data_folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UPLOAD_PREFIX)
            && let Err(error) = std::fs::remove_file(entry.path())
        {
            tracing::warn!(%error, file.path = %entry.path().display(), "a file that was handed over cannot be removed");
        }
    }
}

/// An update that is under way: there is one at a time. However it ends, the next one may begin.
pub(crate) struct Turn {
    app: App,
    /// What came of it, once it was tried: nothing, or what is wrong.
    outcome: Option<Option<Cause>>,
}

impl Turn {
    /// Begins an update; nothing where one is under way.
    pub(crate) fn begin(app: &App) -> Option<Turn> {
        app.assurance.intelligence.begin().then(|| Turn { app: app.clone(), outcome: None })
    }

    /// Fetches.
    pub(crate) fn refresh(mut self) -> Option<Cause> {
        let problem = refresh(&self.app);
        self.outcome = Some(problem.clone());
        problem
    }

    /// Puts a file that was handed over in place.
    pub(crate) fn import(&mut self, file: &Path) -> Option<Cause> {
        let problem = import(&self.app, file);
        self.outcome = Some(problem.clone());
        problem
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let assurance = &self.app.assurance;
        match self.outcome.take() {
            Some(problem) => {
                assurance.intelligence.end(problem);
                assurance.bell.notify_one();
            }
            None => assurance.intelligence.abandon(),
        }
    }
}

/// Looks at the file in place and, where the configuration names a source, fetches from there first.
fn refresh(app: &App) -> Option<Cause> {
    let file = &app.assurance.intelligence;
    let problem = app.config.intelligence_from.as_deref().and_then(|from| install(app, from).err());
    file.look();
    problem
}

fn install(app: &App, from: &str) -> Result<(), Cause> {
    let (target, keys) = (app.assurance.intelligence.path(), &app.config.intelligence_keys);
    let path = Path::new(from);
    let mut https = Https;
    let source = match from {
        _ if from.starts_with("https://") => UpdateSource::Url { url: from, fetch: &mut https },
        _ if path.is_dir() => UpdateSource::Folder(path),
        _ => UpdateSource::File(path),
    };
    intelligence::install(source, target, keys, None).map(|_| ()).map_err(|error| cause(&error))
}

fn import(app: &App, file: &Path) -> Option<Cause> {
    let (target, keys) = (app.assurance.intelligence.path(), &app.config.intelligence_keys);
    let problem = intelligence::import(file, target, keys, None).err().map(|error| cause(&error));
    app.assurance.intelligence.look();
    problem
}

fn cause(error: &InstallError) -> Cause {
    match error {
        InstallError::NotSigned { .. } => Cause::new("intelligence.not_signed"),
        InstallError::NotTrusted { .. } => Cause::new("intelligence.not_trusted"),
        InstallError::Older { offered, installed, .. } => {
            Cause::new("intelligence.older").with("offered", *offered).with("installed", *installed)
        }
        InstallError::Unusable { source, .. } => Cause::new("intelligence.unusable").with("problem", chain(source)),
        InstallError::Read { .. } | InstallError::NothingThere { .. } | InstallError::Write { .. } => {
            Cause::new("intelligence.unreadable").with("problem", chain(error))
        }
    }
}

/// Fetches from the address of the configuration: whoever wrote that may let the server connect anywhere.
struct Https;

impl Fetch for Https {
    fn fetch(&mut self, url: &str, out: &mut dyn Write) -> io::Result<()> {
        let config = ureq::Agent::config_builder()
            .https_only(true)
            .timeout_global(Some(LONGEST_FETCH))
            .user_agent(concat!("bulkhead/", env!("CARGO_PKG_VERSION")))
            .tls_config(crate::notify::egress::tls(None))
            .build();
        let mut answer = config.new_agent().get(url).call().map_err(|error| match error {
            ureq::Error::StatusCode(404 | 410) => io::Error::new(io::ErrorKind::NotFound, error),
            error => io::Error::other(error),
        })?;
        let mut body = answer.body_mut().as_reader().take(LARGEST_BYTES + 1);
        match io::copy(&mut body, out)? > LARGEST_BYTES {
            true => Err(io::Error::other(format!("it is larger than {LARGEST_BYTES} bytes"))),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestServer;

    #[test]
    fn there_is_one_update_at_a_time_and_one_that_came_to_nothing_leaves_the_way_free() {
        let server = TestServer::new();
        let turn = Turn::begin(&server.app).unwrap();
        assert!(Turn::begin(&server.app).is_none());
        drop(turn);
        let state = server.app.assurance.intelligence.state();
        assert!(!state.is_refreshing && state.refreshed.is_none(), "nothing was tried: {state:?}");
        assert_eq!(Turn::begin(&server.app).unwrap().refresh(), None);
        let state = server.app.assurance.intelligence.state();
        assert!(!state.is_refreshing && state.refreshed.is_some(), "{state:?}");
    }
}
