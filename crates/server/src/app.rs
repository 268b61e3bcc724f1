//! What every request may use.

use std::sync::Arc;

use daemon::Metrics;
use store::{Connection, Lane, Store, StoreError};
use tokio::sync::Semaphore;

use crate::assurance::Assurance;
use crate::clouds::Clouds;
use crate::config::Config;
use crate::last_used::LastUsed;
use crate::passwords::Passwords;
use crate::rate::Rates;
use crate::sealed::Sealer;
use crate::signing_key::SigningKey;
use crate::uses::Uses;

/// The server's state. Cloning shares it.
#[derive(Clone)]
pub(crate) struct App(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) passwords: Passwords,
    pub(crate) sealer: Sealer,
    pub(crate) clouds: Clouds,
    pub(crate) rates: Rates,
    pub(crate) metrics: Metrics,
    pub(crate) assurance: Assurance,
    /// Images that were used and not yet noted.
    pub(crate) uses: Uses,
    /// Sessions and tokens whose use was noted lately.
    pub(crate) last_used: LastUsed,
    /// The key of the checkpoints of the audit trail.
    pub(crate) audit_key: SigningKey,
    /// The key of signed verdicts.
    pub(crate) verdict_key: SigningKey,
    /// The verifications of the trail that may run at once: each reads all of it.
    pub(crate) verifications: Arc<Semaphore>,
    /// The streams of events that may be open at once.
    pub(crate) streams: Arc<Semaphore>,
}

impl App {
    pub(crate) fn new(parts: Parts) -> App {
        App(Arc::new(parts))
    }

    /// Reads from the store.
    pub(crate) async fn read<T, F>(&self, function: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.store.read(function).await
    }

    /// Changes something that the audit trail tells; the closure appends its record.
    pub(crate) async fn change<T, F>(&self, function: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.store.write(Lane::Audited, function).await
    }

    /// Writes what no record tells: derived data, times of use.
    pub(crate) async fn note<T, F>(&self, function: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.store.write(Lane::Beside, function).await
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
