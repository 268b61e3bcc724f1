//! The clouds' registries: what is stored for one (keys of an account, the key of a service account, the secret of an
//! application) is exchanged here for a credential that lasts hours. Workers get the short-lived one and never the other.
//!
//! What was exchanged is kept in memory until a sixth of its life is left, and is forgotten when a registry refuses it.

mod aws;
mod aws_keys;
mod azure;
mod google;
mod signature_v4;
mod surroundings;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use api::registries::{Cause, RegistryCredential, RegistryKind};
use store::registries::Registry;
use tokio::sync::Semaphore;

use crate::clock::SECOND;

pub(crate) use aws::region_of;
pub(crate) use google::ServiceAccount;
pub(crate) use surroundings::Surroundings;
use wire::{TOO_LONG, Wire};

/// How many exchanges run at once; each is a few requests of the server's own.
const MOST_AT_ONCE: usize = 4;

/// How long an exchange may take, all of its requests and the wait for its turn: a job is held meanwhile.
const LONGEST: Duration = Duration::from_secs(30);

/// How many exchanged credentials are kept.
const MOST_KEPT: usize = 10_000;

/// A credential that a registry has refused is exchanged anew only when it is older than this: a new one that is refused
/// too has another reason.
const YOUNG: i64 = 60 * SECOND;

/// A credential that ends by itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ShortLived {
    pub(crate) credential: RegistryCredential,
    /// When it ends, in microseconds since 1970.
    pub(crate) expires: i64,
}

/// Why there is no short-lived credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExchangeError {
    /// The operator has not allowed the credentials of the server's surroundings.
    #[error("the setting ambient_credentials does not allow {what}")]
    NotAllowed { what: &'static str },
    /// There is nothing to exchange.
    #[error("there are no credentials in the server's surroundings: {what}")]
    Nothing { what: String },
    /// What is stored cannot be used.
    #[error("the credential cannot be used: {problem}")]
    Unusable { problem: String },
    /// The service refused.
    #[error("{service} refused: HTTP {status}{}", .code.as_ref().map(|code| format!(", {code}")).unwrap_or_default())]
    Refused { service: &'static str, status: u16, code: Option<String> },
    /// The service could not be asked, or fails at the moment.
    #[error("{service} cannot be asked: {problem}")]
    Away { service: &'static str, problem: String },
    /// The service gave an answer that is not its protocol's.
    #[error("{service} gave an answer that cannot be used: {problem}")]
    Protocol { service: &'static str, problem: &'static str },
}

impl ExchangeError {
    /// Whether another try may succeed.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, ExchangeError::Away { .. } | ExchangeError::Protocol { .. })
    }

    /// The reason as a code with its values.
    pub(crate) fn cause(&self) -> Cause {
        let cause = match self {
            ExchangeError::NotAllowed { what } => Cause::new("registry.exchange_not_allowed").with("what", *what),
            ExchangeError::Nothing { .. } => Cause::new("registry.exchange_without_source"),
            ExchangeError::Unusable { .. } => Cause::new("registry.exchange_unusable"),
            ExchangeError::Refused { service, status, code } => {
                let cause = Cause::new("registry.exchange_refused").with("service", *service).with("status", *status);
                code.iter().fold(cause, |cause, code| cause.with("reason", code.as_str()))
            }
            ExchangeError::Away { service, .. } => Cause::new("registry.exchange_away").with("service", *service),
            ExchangeError::Protocol { service, .. } => {
                Cause::new("registry.exchange_protocol").with("service", *service)
            }
        };
        cause.with("detail", self.to_string())
    }
}

/// Exchanges credentials and keeps what came of it for a while.
pub(crate) struct Clouds {
    surroundings: Surroundings,
    may_be_private: bool,
    kept: Mutex<BTreeMap<String, Kept>>,
    turns: Arc<Semaphore>,
    longest: Duration,
}

/// What came of an exchange.
struct Kept {
    /// Of everything that it was exchanged for: another credential or address is another exchange.
    asked: Vec<u8>,
    obtained: i64,
    given: ShortLived,
}

impl Clouds {
    pub(crate) fn new(surroundings: Surroundings, may_be_private: bool) -> Clouds {
        let (kept, turns) = (Mutex::default(), Arc::new(Semaphore::new(MOST_AT_ONCE)));
        Clouds { surroundings, may_be_private, kept, turns, longest: LONGEST }
    }

    /// What a worker gets to reach a registry: what is stored, or what that is exchanged for.
    pub(crate) async fn short_lived(
        &self,
        registry: &Registry,
        stored: RegistryCredential,
        now: i64,
    ) -> Result<RegistryCredential, ExchangeError> {
        if !stored.is_exchanged() {
            return Ok(stored);
        }
        let asked = fingerprint(registry, &stored);
        if let Some(kept) = self.usable(&registry.id, &asked, now) {
            return Ok(kept);
        }
        let until = Instant::now() + self.longest;
        let exchanged =
            tokio::time::timeout_at(until.into(), self.exchanged(registry, stored, asked, until, now)).await;
        let late = |_| ExchangeError::Away { service: "the exchange of credentials", problem: TOO_LONG.to_owned() };
        exchanged.map_err(late)?
    }

    async fn exchanged(
        &self,
        registry: &Registry,
        stored: RegistryCredential,
        asked: Vec<u8>,
        until: Instant,
        now: i64,
    ) -> Result<RegistryCredential, ExchangeError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        // Who waited for the turn may find what the one before has got.
        if let Some(kept) = self.usable(&registry.id, &asked, now) {
            return Ok(kept);
        }
        let place = Place {
            address: registry.address.clone(),
            plain_http: registry.plain_http,
            ca: registry.ca.clone(),
            may_be_private: self.may_be_private,
        };
        let surroundings = self.surroundings.clone();
        let exchanged = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            exchange(&stored, &place, &surroundings, until, now)
        });
        let defect = |_| ExchangeError::Unusable { problem: "the exchange met a defect".to_owned() };
        let given = exchanged.await.map_err(defect)??;
        tracing::info!(registry.id = %registry.id, "a short-lived credential was obtained");
        let credential = given.credential.clone();
        let mut kept = self.lock();
        kept.retain(|_, kept| kept.given.expires > now);
        if kept.len() < MOST_KEPT {
            kept.insert(registry.id.clone(), Kept { asked, obtained: now, given });
        }
        Ok(credential)
    }

    /// Forgets what a registry has refused. Tells whether another exchange may help.
    pub(crate) fn forget(&self, registry_id: &str, now: i64) -> bool {
        let mut kept = self.lock();
        let is_old = kept.get(registry_id).is_some_and(|kept| kept.obtained + YOUNG < now);
        if is_old {
            kept.remove(registry_id);
        }
        is_old
    }

    fn usable(&self, registry_id: &str, asked: &[u8], now: i64) -> Option<RegistryCredential> {
        let kept = self.lock();
        let kept = kept.get(registry_id).filter(|kept| kept.asked == asked)?;
        let life = kept.given.expires - kept.obtained;
        (now < kept.given.expires - life / 6).then(|| kept.given.credential.clone())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a credential may go to this registry. What the server itself has goes to the cloud's own hosts alone: whoever may
/// add registries could have it sent anywhere otherwise.
pub(crate) fn may_be_sent_to(credential: &RegistryCredential, address: &str, is_encrypted: bool) -> bool {
    match credential {
        RegistryCredential::AwsAmbient { .. } => is_encrypted && region_of(address).is_some(),
        RegistryCredential::GoogleAmbient => {
            is_encrypted && (address == "gcr.io" || address.ends_with(".gcr.io") || address.ends_with(".pkg.dev"))
        }
        _ => true,
    }
}

/// Whether a kind of registry takes such a credential.
pub(crate) fn suits(credential: &RegistryCredential, kind: RegistryKind) -> bool {
    match credential {
        RegistryCredential::AwsKeys { .. } | RegistryCredential::AwsAmbient { .. } => kind == RegistryKind::Ecr,
        RegistryCredential::GoogleKey { .. } | RegistryCredential::GoogleAmbient => kind == RegistryKind::Google,
        RegistryCredential::AzureSecret { .. } => kind == RegistryKind::Acr,
        RegistryCredential::None
        | RegistryCredential::Password { .. }
        | RegistryCredential::Token { .. }
        | RegistryCredential::RefreshToken { .. } => true,
    }
}

/// Where a registry is.
struct Place {
    address: String,
    plain_http: bool,
    ca: Option<String>,
    may_be_private: bool,
}

fn fingerprint(registry: &Registry, stored: &RegistryCredential) -> Vec<u8> {
    let asked = serde_json::json!([stored, registry.address, registry.plain_http, registry.ca]).to_string();
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, asked.as_bytes()).as_ref().to_vec()
}

fn exchange(
    stored: &RegistryCredential,
    place: &Place,
    surroundings: &Surroundings,
    until: Instant,
    now: i64,
) -> Result<ShortLived, ExchangeError> {
    let wire = Wire::new(place.may_be_private, until);
    match stored {
        RegistryCredential::AwsKeys { access_key_id, secret_access_key, session_token, region, role } => {
            let keys = aws_keys::Keys {
                id: access_key_id.clone(),
                secret: secret_access_key.clone(),
                session: session_token.clone(),
            };
            let region = aws::region(region.as_deref(), &place.address)?;
            aws::registry_credential(keys, role.as_ref(), &region, surroundings, &wire, now)
        }
        RegistryCredential::AwsAmbient { region, role } => {
            let region = aws::region(region.as_deref(), &place.address)?;
            let keys = aws_keys::ambient(surroundings, &region, &wire)?;
            aws::registry_credential(keys, role.as_ref(), &region, surroundings, &wire, now)
        }
        RegistryCredential::GoogleKey { key } => google::of_key(key, surroundings, &wire, now),
        RegistryCredential::GoogleAmbient => google::of_metadata(surroundings, &wire, now),
        RegistryCredential::AzureSecret { tenant, client_id, client_secret } => {
            let application = azure::Application { tenant, client_id, client_secret };
            azure::registry_credential(&application, place, surroundings, &wire, now)
        }
        RegistryCredential::None
        | RegistryCredential::Password { .. }
        | RegistryCredential::Token { .. }
        | RegistryCredential::RefreshToken { .. } => {
            Err(ExchangeError::Unusable { problem: "it is used as it is".to_owned() })
        }
    }
}
