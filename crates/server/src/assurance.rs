//! Verdicts on stored images, and how they stay true: match → judge, at registration and again whenever the intelligence, a
//! policy, an exception or an approval changes.

pub(crate) mod asked;
mod concerned;
pub(crate) mod index;
pub(crate) mod intelligence_file;
pub(crate) mod intelligence_schedule;
pub(crate) mod intelligence_update;
pub(crate) mod judging;
pub(crate) mod malware_lists;
pub(crate) mod reevaluation;
pub(crate) mod rego;
pub(crate) mod rules;
pub(crate) mod shared_intelligence;
pub(crate) mod trial;

use std::sync::{Arc, Mutex, PoisonError};

use intelligence::Database;
use tokio::sync::{Notify, Semaphore};

use crate::config::Config;
use crate::error::{ApiError, ApiResult};
use intelligence_file::IntelligenceFile;
use malware_lists::MalwareLists;
use rego::RegoProcesses;
use rules::{KeptRules, Rules};

/// How many images are judged at once: each takes a processor and some ten MiB.
const MOST_AT_ONCE: usize = 2;

/// What judging needs beside the store.
pub(crate) struct Assurance {
    pub(crate) intelligence: IntelligenceFile,
    pub(crate) malware_lists: MalwareLists,
    pub(crate) rego: Arc<RegoProcesses>,
    places: Arc<Semaphore>,
    /// For what asks checks of people's own: whatever those do, other work has its own places.
    places_apart: Arc<Semaphore>,
    /// The intelligence that all images are, or are about to be, judged by, where this server has had it: what another one
    /// changes is seen by it.
    judged_by: Mutex<Option<Arc<Database>>>,
    /// What stored images were last judged by.
    pub(crate) kept_rules: KeptRules,
    /// Rung when something changed that images are judged by, so that the work begins at once.
    pub(crate) bell: Notify,
}

impl Assurance {
    pub(crate) fn new(config: &Config) -> Assurance {
        let path = config.intelligence.clone().unwrap_or_else(|| config.data_folder.join("intelligence.db"));
        Assurance {
            intelligence: IntelligenceFile::new(path, config.data_folder.join("intelligence-given.db")),
            malware_lists: MalwareLists::new(config.data_folder.clone()),
            rego: Arc::new(RegoProcesses::new()),
            places: Arc::new(Semaphore::new(MOST_AT_ONCE)),
            places_apart: Arc::new(Semaphore::new(MOST_AT_ONCE)),
            judged_by: Mutex::default(),
            kept_rules: KeptRules::default(),
            bell: Notify::new(),
        }
    }

    fn judged_by(&self) -> Option<Arc<Database>> {
        self.judged_by.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep_judged_by(&self, database: Option<Arc<Database>>) {
        *self.judged_by.lock().unwrap_or_else(PoisonError::into_inner) = database;
    }

    /// Does heavy work on a thread of its own, when one of the few places for it is free.
    pub(crate) async fn work<T: Send + 'static>(&self, function: impl FnOnce() -> T + Send + 'static) -> ApiResult<T> {
        on_a_thread(&self.places, function).await
    }

    /// Judges by rules: as other work, but apart from it where a policy has checks that somebody has written.
    pub(crate) async fn judge<T: Send + 'static>(
        &self,
        rules: &Rules,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> ApiResult<T> {
        let is_apart = rules.policies.iter().any(policy::Policy::has_custom_checks);
        on_a_thread(if is_apart { &self.places_apart } else { &self.places }, function).await
    }
}

async fn on_a_thread<T: Send + 'static>(
    places: &Arc<Semaphore>,
    function: impl FnOnce() -> T + Send + 'static,
) -> ApiResult<T> {
    let place = Arc::clone(places).acquire_owned().await.map_err(|_| defect())?;
    let work = tokio::task::spawn_blocking(move || {
        let _place = place;
        function()
    });
    work.await.map_err(|_| defect())
}

pub(crate) fn defect() -> ApiError {
    ApiError::new(api::ProblemCode::Defect, "The server met a defect; its log says more.")
}

#[cfg(test)]
mod tests;
