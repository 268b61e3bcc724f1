//! Registries: images from where they are pushed to (OCI distribution-spec 1.1, Docker Registry HTTP API V2).
//!
//! Limits on a registry that is hostile or broken: a manifest has at most 4 MiB, a configuration 8 MiB, the answer of a
//! token service 1 MiB; a redirect chain five steps; credentials go to no host but the one they are for; a document that
//! drips is given up within two minutes; a blob that stops or drips once a minute of waiting is spent and fewer than
//! 32 KiB a second have come, unless [`Timeouts`] say otherwise; a blob ends at the size that its descriptor states.
//! A connection holds 512 KiB of buffers at most.

mod address;
mod artifact;
mod blob;
mod challenge;
mod companions;
mod download;
mod http;
mod listing;
mod management;
mod places;
mod probe;
mod proxy;
mod session;
mod token;
mod trust;

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use model::{Digest, DigestAlgorithm, ImageName, Platform};

use crate::credentials::{CredentialSources, FindCredentialError};
use crate::manifest::Descriptor;
use crate::manifest_tree::{self, FindImageError, MAX_MANIFEST_BYTES, ReadManifestError, Wanted};
use crate::{Image, LayerIdentity};
use blob::RegistryBlobs;
use places::{FurtherPlaces, Place, at_mirrors_then_origin};
use session::{Fetched, Session};

pub(crate) use challenge::exercise as exercise_challenge;

pub use address::RefusedAddress;
pub use artifact::{Artifact, ArtifactFile, open_artifact};
pub use download::{DownloadError, download};
pub use http::ExchangeError;
pub use listing::{MOST_NAMES, Names, Repository, list_repositories};
pub use management::{Management, TagTimes};
pub use probe::{Probed, Stage, StageOutcome, is_open, probe};
pub use proxy::ProxySettings;
pub use trust::{ReadAuthoritiesError, check_authorities};

/// How to reach registries.
#[derive(Debug, Clone)]
pub struct RegistryOptions {
    /// The platform to choose from an index; without one the native platform is meant.
    pub platform: Option<Platform>,
    /// Where credentials are looked for.
    pub credentials: CredentialSources,
    /// Whether to speak plain http, without encryption and without knowing who answers.
    pub plain_http: bool,
    /// Files with further certificate authorities (PEM).
    pub ca_files: Vec<PathBuf>,
    /// Mirrors, tried in order before the registry itself.
    pub mirrors: Vec<Mirror>,
    /// The proxies to use.
    pub proxies: ProxySettings,
    /// Whether tables of contents that the manifest binds may stand for what layers hold, so that only wanted files
    /// travel. A layer can hold other files than its table lists, so this is for images whose builder is trusted.
    pub trust_toc: bool,
    /// Whether registries at private and loopback addresses are refused, as link-local and metadata addresses always are.
    pub public_only: bool,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How this program calls itself.
    pub user_agent: String,
}

impl Default for RegistryOptions {
    fn default() -> RegistryOptions {
        RegistryOptions {
            platform: None,
            credentials: CredentialSources::default(),
            plain_http: false,
            ca_files: Vec::new(),
            mirrors: Vec::new(),
            proxies: ProxySettings::default(),
            trust_toc: false,
            public_only: false,
            timeouts: Timeouts::default(),
            user_agent: concat!("bulkhead/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// How long to wait for what, and how often to try again.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// For a name to be resolved, and for a connection with its encryption to stand. Default 15 s.
    pub connect: Duration,
    /// For the head of an answer. Default 60 s.
    pub answer: Duration,
    /// Between two bytes. Default 30 s.
    pub idle: Duration,
    /// For a manifest, a configuration or a token as a whole. Default 60 s.
    pub document: Duration,
    /// Waiting on a blob that does not count against [`Timeouts::minimum_rate`]. Default 60 s.
    pub grace: Duration,
    /// Bytes a second that a blob must bring on average over the time spent waiting on it. Default 32 KiB.
    pub minimum_rate: u64,
    /// How often a request, or the rest of a blob, is asked for again before it fails. Default 4.
    pub retries: u32,
    /// The wait before the first retry; it doubles with each. Default 500 ms.
    pub first_retry: Duration,
    /// The longest wait that a registry may ask for with `Retry-After`; one that asks for more has failed. Default 60 s.
    pub longest_retry: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(15),
            answer: Duration::from_secs(60),
            idle: Duration::from_secs(30),
            document: Duration::from_secs(60),
            grace: Duration::from_secs(60),
            minimum_rate: 32 << 10,
            retries: 4,
            first_retry: Duration::from_millis(500),
            longest_retry: Duration::from_secs(60),
        }
    }
}

/// A registry that has copies of another's images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    from: String,
    to: String,
    prefix: String,
    /// Whether `http://` or `https://` was written; without either the option for all registries counts.
    plain_http: Option<bool>,
}

/// The error of parsing a mirror.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a mirror; write REGISTRY=[http://]REGISTRY[/PREFIX], such as docker.io=mirror.example.com/hub"
)]
pub struct InvalidMirror {
    /// The text that was given.
    pub text: String,
}

impl FromStr for Mirror {
    type Err = InvalidMirror;

    fn from_str(text: &str) -> Result<Mirror, InvalidMirror> {
        let invalid = || InvalidMirror { text: text.to_owned() };
        let (from, to) = text.split_once('=').ok_or_else(invalid)?;
        let from = match from.trim_end_matches('/') {
            "index.docker.io" | "registry-1.docker.io" => "docker.io",
            other => other,
        };
        let (plain_http, to) = match (to.strip_prefix("http://"), to.strip_prefix("https://")) {
            (Some(rest), _) => (Some(true), rest),
            (None, Some(rest)) => (Some(false), rest),
            (None, None) => (None, to),
        };
        let (to, prefix) = to.split_once('/').unwrap_or((to, ""));
        let prefix = prefix.trim_matches('/');
        // A name on each host is held to the grammar of image names; both hosts are told from a repository by a colon.
        let is_host = |host: &str| {
            let port = if host.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']')) { "" } else { ":443" };
            format!("{host}{port}/x").parse::<ImageName>().is_ok_and(|name| name.repository() == "x")
        };
        let is_prefix = prefix.is_empty() || format!("localhost/{prefix}/x").parse::<ImageName>().is_ok();
        if !is_host(from) || !is_host(to) || !is_prefix {
            return Err(invalid());
        }
        Ok(Mirror { from: from.to_owned(), to: to.to_owned(), prefix: prefix.to_owned(), plain_http })
    }
}

/// The error of getting an image from a registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// A host could not be talked to.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The registry wants a credential, or another one.
    #[error("{registry} does not let this user read {repository}{}; check the name, or log in with `docker login {registry}`",
        if *.had_credential { " with the credential it was given" } else { " without a credential" })]
    Unauthorized {
        /// The registry's host.
        registry: String,
        /// The repository.
        repository: String,
        /// Whether a credential was sent.
        had_credential: bool,
        /// Why no credential could be had, where that is the reason.
        source: Option<FindCredentialError>,
    },
    /// The registry asks for a proof that is not known.
    #[error("{registry} asks for a way to log in that is not supported: {schemes}")]
    UnknownChallenge {
        /// The registry's host.
        registry: String,
        /// The schemes it offers.
        schemes: String,
    },
    /// The token service gave no token.
    #[error("{host} gave no token: {reason}")]
    NoToken {
        /// The token service's host.
        host: String,
        /// What was wrong.
        reason: &'static str,
    },
    /// There is no such image or blob.
    #[error("{registry} has no {what} in {repository}; check the name, and whether it may be read")]
    NotFound {
        /// The registry's host.
        registry: String,
        /// The repository.
        repository: String,
        /// What was asked for.
        what: String,
    },
    /// The registry answered with a failure.
    #[error("{host} answered {status} to the request for {what}{}", .message.as_ref().map(|text| format!(": {text}")).unwrap_or_default())]
    Status {
        /// The host that answered.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What was asked for.
        what: String,
        /// The registry's own words, cut and cleaned.
        message: Option<String>,
    },
    /// The registry limits how often it is asked, and the wait it wants is too long.
    #[error("{host} asks to come back in {seconds} s; log in for a higher limit, or use a mirror")]
    RateLimited {
        /// The host.
        host: String,
        /// The wait it asks for.
        seconds: u64,
    },
    /// What came has another digest than the registry said.
    #[error("{registry} says that {what} has the digest {stated}, and what it sent has {found}")]
    WrongDigest {
        /// The registry's host.
        registry: String,
        /// What was asked for.
        what: String,
        /// The digest in the answer's head.
        stated: Digest,
        /// The digest of the body.
        found: Digest,
    },
    /// A blob has another length than its descriptor states.
    #[error("{host} sent {} {expected} bytes of the blob {digest}", if *.is_longer { "more than the" } else { "fewer than the" })]
    WrongLength {
        /// The host.
        host: String,
        /// The blob.
        digest: Digest,
        /// The descriptor's size.
        expected: u64,
        /// Whether more came, or less.
        is_longer: bool,
    },
    /// A part of a blob was asked for, and the host does not send parts.
    #[error("{host} does not send parts of the blob {digest}")]
    NoParts {
        /// The host.
        host: String,
        /// The blob.
        digest: Digest,
    },
    /// A connection broke within a blob, and the host does not go on from there.
    #[error("{host} does not go on with the blob {digest} where its connection broke, at byte {at_byte}")]
    NoRest {
        /// The host.
        host: String,
        /// The blob.
        digest: Digest,
        /// Where the connection broke.
        at_byte: u64,
    },
    /// A connection broke within a blob, however often the rest was asked for.
    #[error("{host} ended the connection at byte {at_byte} of the {size_bytes} bytes of the blob {digest}")]
    CutOff {
        /// The host.
        host: String,
        /// The blob.
        digest: Digest,
        /// Where the connection broke at last.
        at_byte: u64,
        /// The descriptor's size.
        size_bytes: u64,
    },
    /// A blob came too slowly.
    #[error("{host} sent the blob {digest} at less than {rate} bytes a second")]
    TooSlow {
        /// The host.
        host: String,
        /// The blob.
        digest: Digest,
        /// The rate that is the least.
        rate: u64,
    },
    /// What has the name of an artifact is none.
    #[error("{name} is no artifact that can be read: {reason}")]
    NoArtifact {
        /// The name.
        name: String,
        /// What it is instead.
        reason: &'static str,
    },
    /// The manifest or the configuration is of no use.
    #[error("the registry's documents are of no use")]
    Manifest(#[from] ReadManifestError),
    /// Neither the mirrors nor the registry gave the image; the registry's own failure is the source.
    #[error("{} failed too: {mirror_failure}", mirror)]
    MirrorsFailed {
        /// The mirror tried last.
        mirror: String,
        /// Why it failed.
        mirror_failure: Box<RegistryError>,
        /// Why the registry itself failed.
        source: Box<RegistryError>,
    },
}

/// Opens an image of a registry or of its mirrors. The layers' bytes are fetched when they are read.
///
/// # Errors
/// When neither gives an image with documents that verify; the registry's own failure is told.
pub fn open_registry(name: &ImageName, options: &RegistryOptions) -> Result<Image, RegistryError> {
    let wanted = options.platform.as_ref().into();
    at_mirrors_then_origin(name, options, |place, further| open_at(place, further, name, wanted, options))
}

/// Opens one of the images that a name stands for: that of the platform asked for, else of the native one, else the first.
///
/// # Errors
/// As [`open_registry`].
pub fn open_one_of(name: &ImageName, options: &RegistryOptions) -> Result<Image, RegistryError> {
    let wanted = options.platform.as_ref().map_or(Wanted::Any, Wanted::Of);
    at_mirrors_then_origin(name, options, |place, further| open_at(place, further, name, wanted, options))
}

fn open_at(
    place: &Place,
    further: FurtherPlaces,
    asked: &ImageName,
    wanted: Wanted<'_>,
    options: &RegistryOptions,
) -> Result<Image, RegistryError> {
    let session = place.session(options)?;
    let (top, digest) = fetch_top(&session, &place.name)?;
    let read = |descriptor: &Descriptor| session.document(descriptor);
    let top_digest = digest.clone();
    let found = manifest_tree::find_image(&top, digest, wanted, read).map_err(|error| match error {
        FindImageError::Manifest(error) => RegistryError::Manifest(error),
        FindImageError::Read(error) => error,
    })?;
    Ok(Image {
        name: asked.to_string(),
        names: Vec::new(),
        digest: Some(found.digest.clone()),
        platform: found.platform.clone(),
        layers: found.layers(LayerIdentity::Verified),
        config: found.config,
        annotations: found.manifest.annotations,
        indexes: found.indexes,
        blobs: Arc::new(RegistryBlobs {
            session: Arc::new(session),
            further: Arc::new(further),
            damaged: found.manifest.layers.iter().map(|_| AtomicUsize::new(0)).collect(),
            layers: found.manifest.layers,
            trust_toc: options.trust_toc,
            digests: subjects(found.digest, top_digest),
        }),
    })
}

/// The digests that an image goes by: its own, and that of the index through which it was chosen.
fn subjects(image: Digest, top: Digest) -> Vec<Digest> {
    if image == top { vec![image] } else { vec![image, top] }
}

/// Fetches the document that the name means, with its digest: the one asked for, or the one that the registry states,
/// verified either way.
fn fetch_top(session: &Session, name: &ImageName) -> Result<(Vec<u8>, Digest), RegistryError> {
    let reference = match name.digest() {
        Some(digest) => digest.to_string(),
        None => name.tag().unwrap_or("latest").to_owned(),
    };
    let Fetched { bytes, stated_digest, .. } = session.manifest(&reference, MAX_MANIFEST_BYTES)?;
    if let Some(digest) = name.digest() {
        manifest_tree::verify(&bytes, digest)?;
        return Ok((bytes, digest.clone()));
    }
    let algorithm = stated_digest.as_ref().map_or(DigestAlgorithm::Sha256, Digest::algorithm);
    let found = manifest_tree::digest_of(&bytes, algorithm);
    match stated_digest {
        Some(stated) if stated != found => {
            let what = format!("manifest {reference}");
            Err(RegistryError::WrongDigest { registry: session.host(), what, stated, found })
        }
        _ => Ok((bytes, found)),
    }
}

#[cfg(test)]
mod artifact_tests;
#[cfg(test)]
mod companion_tests;
#[cfg(test)]
mod mirror_tests;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod parts_tests;
#[cfg(test)]
mod resume_tests;
#[cfg(test)]
mod tests;
