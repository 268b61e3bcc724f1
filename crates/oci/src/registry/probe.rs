//! A try of a connection, step by step: what works, and what exactly does not.

use model::ImageName;

use super::http::ExchangeError;
use super::{RegistryError, RegistryOptions, Repository, listing, trust};

/// A step on the way to a registry, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Its name has an address that may be connected to.
    Dns,
    /// Something answers there.
    Tcp,
    /// It proves who it is.
    Tls,
    /// It takes the credential.
    Authentication,
    /// The credential allows reading.
    Authorization,
    /// It does not ask to come back later.
    RateLimit,
}

/// How a step went.
#[derive(Debug)]
pub enum StageOutcome {
    /// Well.
    Good,
    /// The reason is the error of the whole.
    Failed,
    /// An earlier one failed, or it does not apply.
    Skipped,
}

/// What a try found.
#[derive(Debug)]
pub struct Probed {
    /// Every step.
    pub stages: Vec<(Stage, StageOutcome)>,
    /// Why it stopped, where it did.
    pub failure: Option<RegistryError>,
}

const STAGES: [Stage; 6] =
    [Stage::Dns, Stage::Tcp, Stage::Tls, Stage::Authentication, Stage::Authorization, Stage::RateLimit];

/// Tries the connection to a registry: its base (distribution-spec, Determining Support), then the tags of a repository, or
/// the list of repositories.
pub fn probe(registry: &str, repository: Option<&str>, options: &RegistryOptions) -> Probed {
    let failure = base(registry, options).err().map(|error| (stage_of(&error, Stage::Authentication), error));
    let failure = failure.or_else(|| {
        look(registry, repository, options).err().map(|error| (stage_of(&error, Stage::Authorization), error))
    });
    let failed = failure.as_ref().map(|(stage, _)| *stage);
    let outcome = |stage: Stage| match failed {
        Some(failed) if stage == failed => StageOutcome::Failed,
        // What limits the rate has let everything else pass.
        Some(failed) if stage > failed => StageOutcome::Skipped,
        _ if stage == Stage::Tls && options.plain_http => StageOutcome::Skipped,
        _ => StageOutcome::Good,
    };
    Probed {
        stages: STAGES.iter().map(|stage| (*stage, outcome(*stage))).collect(),
        failure: failure.map(|(_, error)| error),
    }
}

/// Whether a registry lets anybody read, without any credential: `None` where it could not be found out.
pub fn is_open(registry: &str, repository: &str, options: &RegistryOptions) -> Option<bool> {
    let anybody = RegistryOptions { credentials: crate::credentials::CredentialSources::default(), ..options.clone() };
    match look(registry, Some(repository), &anybody) {
        Ok(()) => Some(true),
        Err(RegistryError::Unauthorized { .. } | RegistryError::UnknownChallenge { .. }) => Some(false),
        Err(_) => None,
    }
}

fn base(registry: &str, options: &RegistryOptions) -> Result<(), RegistryError> {
    // Certificates that cannot be read are no fault of the registry, and are told before anything is sent.
    trust::authorities(&options.ca_files).map_err(ExchangeError::Authorities)?;
    let session = listing::open(registry, "probe", options)?;
    match session.page("/v2/", "its base", None) {
        // A token for nothing in particular may be refused where one for a repository is not.
        Ok(_) | Err(RegistryError::NotFound { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn look(registry: &str, repository: Option<&str>, options: &RegistryOptions) -> Result<(), RegistryError> {
    let Some(repository) = repository else { return listing::list_repositories(registry, options).map(|_| ()) };
    let name: ImageName = format!("{registry}/{repository}")
        .parse()
        .map_err(|_| ExchangeError::BadLocation { host: registry.to_owned() })?;
    Repository::open(&name, options)?.tags().map(|_| ())
}

/// Which step an error belongs to; `otherwise` where the registry has answered and did not like what it was asked.
fn stage_of(error: &RegistryError, otherwise: Stage) -> Stage {
    match error {
        RegistryError::Exchange(error) => match error {
            ExchangeError::UnknownHost { .. } | ExchangeError::RefusedAddress(_) => Stage::Dns,
            ExchangeError::Authorities(_)
            | ExchangeError::Certificate { .. }
            | ExchangeError::Encryption { .. }
            | ExchangeError::EndedEarly { .. } => Stage::Tls,
            ExchangeError::TimedOut { phase, .. } if phase == "resolve" => Stage::Dns,
            ExchangeError::Proxy { .. }
            | ExchangeError::Connection { .. }
            | ExchangeError::TimedOut { .. }
            | ExchangeError::Protocol { .. }
            | ExchangeError::BadLocation { .. }
            | ExchangeError::PlainRedirect { .. }
            | ExchangeError::TooManyRedirects { .. }
            | ExchangeError::TooLarge { .. } => Stage::Tcp,
        },
        RegistryError::RateLimited { .. } => Stage::RateLimit,
        RegistryError::Status { status: 429, .. } => Stage::RateLimit,
        RegistryError::Unauthorized { .. }
        | RegistryError::UnknownChallenge { .. }
        | RegistryError::NoToken { .. }
        | RegistryError::NotFound { .. }
        | RegistryError::Status { .. }
        | RegistryError::WrongDigest { .. }
        | RegistryError::WrongLength { .. }
        | RegistryError::NoParts { .. }
        | RegistryError::NoRest { .. }
        | RegistryError::CutOff { .. }
        | RegistryError::NoArtifact { .. }
        | RegistryError::TooSlow { .. }
        | RegistryError::Manifest(_) => otherwise,
        RegistryError::MirrorsFailed { source, .. } => stage_of(source, otherwise),
    }
}
