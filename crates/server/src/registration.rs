//! Registering an image: match → judge → store → notify, the server's one main line.
//!
//! What a worker or a pipeline sends is the index of an image: a report without vulnerabilities. Whatever follows from the
//! intelligence and the policies is found here, and can be found again at any time without the image.

use store::audit::Actor;

use crate::app::App;
use crate::error::{ApiError, ApiResult};

/// An image that somebody has indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registration {
    /// The names under which it is known, each with the digest above.
    pub(crate) references: Vec<Reference>,
    /// Where the index is from.
    pub(crate) source: Source,
    /// The index: a `bulkhead.report/1` document, JSON.
    pub(crate) index: Vec<u8>,
}

/// A name of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reference {
    /// The host of the registry, as in image names: `docker.io`, `registry.example:5000`.
    pub(crate) registry: String,
    /// The repository: `library/alpine`.
    pub(crate) repository: String,
    /// The tag; none where it is known by digest alone.
    pub(crate) tag: Option<String>,
}

/// Where an index is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A scan of a registry, by the registry's id.
    Registry {
        /// The registry.
        id: String,
    },
    /// A pipeline.
    Pipeline {
        /// The code repository, commit, and address of the build, each where it is known.
        repository: Option<String>,
        /// The commit.
        commit: Option<String>,
        /// The address of the build.
        build: Option<String>,
    },
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registered {
    /// The digest of the image.
    pub(crate) digest: String,
    /// The verdict object, as JSON.
    pub(crate) verdict: serde_json::Value,
}

/// Registers an image.
pub(crate) async fn register(_: &App, _: &Actor, registration: Registration) -> ApiResult<Registered> {
    let Registration { references: _, source: _, index: _ } = registration;
    Err(ApiError::invalid("index", "images cannot be registered yet"))
}
