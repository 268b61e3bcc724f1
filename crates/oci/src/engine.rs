//! Engines: images and containers that this machine has already.
//!
//! Docker and Podman are asked over their socket. Where the superuser finds on this machine what they unpacked for
//! overlayfs, complete and bound to the image by its digests, it is read in place. Else they export the image as an
//! archive, which goes to a temporary file without a name, of at most 64 GiB. containerd's images are read from its
//! content store on disk, or from its snapshots, without its help.

mod api;
mod bolt;
mod chain_id;
mod container;
mod containerd;
mod docker;
mod unix_socket;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use model::Platform;

use crate::cache::Cache;
use crate::manifest_tree::ReadManifestError;
use crate::source::OpenImageError;

pub(crate) use bolt::exercise as exercise_bolt;
pub(crate) use docker::exercise_storage;

pub use bolt::ReadBoltError;
pub use container::{ContainerOptions, RunningContainer, open_container};
pub use containerd::{ContainerdOptions, open_containerd};
pub use docker::{open_docker, open_podman};

/// The socket that Docker opens unless it is told otherwise.
pub const DOCKER_SOCKET: &str = "/var/run/docker.sock";

/// The socket that Podman opens for the superuser.
pub const PODMAN_SOCKET: &str = "/run/podman/podman.sock";

/// Where Podman keeps the superuser's images.
pub const CONTAINERS_STORAGE: &str = "/var/lib/containers/storage";

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineAddress {
    /// A socket in the file system.
    Unix(PathBuf),
    /// A host and port that are spoken to without encryption.
    Tcp(String),
    /// A host and port that are spoken to with encryption, both sides with certificates of their own authority.
    Tls {
        /// The host and port.
        host: String,
        /// The folder with `ca.pem`, `cert.pem` and `key.pem`, as `DOCKER_CERT_PATH` names it.
        certificates: PathBuf,
    },
}

/// How to reach an engine.
#[derive(Debug, Clone)]
pub struct EngineOptions<'a> {
    /// Where it listens.
    pub address: EngineAddress,
    /// The platform to take where the engine has several of an image.
    pub platform: Option<Platform>,
    /// Where digests of unchanged local files are remembered.
    pub cache: Option<&'a Cache>,
    /// Podman's storage, which is looked at where nothing listens at the address.
    pub containers_storage: Option<PathBuf>,
    /// How long the engine may take until it begins to answer. An export begins only when the engine has gathered the
    /// image. Default 30 minutes.
    pub answer_timeout: Duration,
    /// How long it may pause within an answer. Default 5 minutes.
    pub idle_timeout: Duration,
}

impl EngineOptions<'_> {
    /// The default options for an engine at an address.
    pub fn at(address: EngineAddress) -> EngineOptions<'static> {
        EngineOptions {
            address,
            platform: None,
            cache: None,
            containers_storage: None,
            answer_timeout: Duration::from_secs(30 * 60),
            idle_timeout: Duration::from_secs(5 * 60),
        }
    }
}

/// The error of asking an engine for an image or a container.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// What the user gave cannot be the name of anything.
    #[error("`{reference}` cannot be the name of an image or a container")]
    Reference {
        /// What was given.
        reference: String,
    },
    /// The engine cannot be reached.
    #[error("cannot reach {engine} at {address}; is it running, and may this user speak to it?")]
    Connect {
        /// The engine.
        engine: &'static str,
        /// Where it should listen.
        address: String,
        /// The cause.
        source: io::Error,
    },
    /// The certificates for the engine cannot be read.
    #[error("cannot read {} for the connection to {engine}", path.display())]
    Certificates {
        /// The engine.
        engine: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The connection broke, or the engine took too long.
    #[error("{engine} did not answer to the end")]
    Exchange {
        /// The engine.
        engine: &'static str,
        /// The cause.
        source: Box<ureq::Error>,
    },
    /// The engine answered with a failure.
    #[error("{engine} answered {status}{}", .message.as_ref().map(|text| format!(": {text}")).unwrap_or_default())]
    Status {
        /// The engine.
        engine: &'static str,
        /// The HTTP status.
        status: u16,
        /// The engine's own words, cut and cleaned.
        message: Option<String>,
    },
    /// The engine's answer is not the one of its interface.
    #[error("{engine} gave an answer that is not understood")]
    Answer {
        /// The engine.
        engine: &'static str,
    },
    /// There is no such image.
    #[error("{engine} has no image `{reference}`; pull it first, or scan it from its registry")]
    NoSuchImage {
        /// The engine.
        engine: &'static str,
        /// What was asked for.
        reference: String,
    },
    /// containerd has no such image where it is looked for.
    #[error(
        "containerd has no image `{reference}` in the namespaces {} of {} (it has: {}); pull it first, or scan it from its \
         registry",
        looked_through.join(", "), root.display(), known.join(", ")
    )]
    NotInNamespaces {
        /// What was asked for.
        reference: String,
        /// containerd's root folder.
        root: PathBuf,
        /// The namespaces that were looked through.
        looked_through: Vec<String>,
        /// Those that containerd has; `-` where it has none.
        known: Vec<String>,
    },
    /// containerd has such an image where it is not looked for.
    #[error(
        "containerd has the image `{reference}` in other namespaces alone than are looked through ({}); name it as \
         containerd:{}/{reference}",
        namespaces.join(", "), namespaces.first().map_or("default", String::as_str)
    )]
    OtherNamespace {
        /// What was asked for.
        reference: String,
        /// The namespaces that have it.
        namespaces: Vec<String>,
    },
    /// What was exported is of no use.
    #[error("what {engine} exported is of no use")]
    Export {
        /// The engine.
        engine: &'static str,
        /// The cause.
        source: Box<OpenImageError>,
    },
    /// containerd has no list of images where its root folder should be.
    #[error(
        "containerd's list of images is not in {}: images are read from containerd's root folder, not by its socket; mount \
         that folder where this runs, or name it in BULKHEAD_CONTAINERD_ROOT",
        root.display()
    )]
    NoContainerd {
        /// Where its root folder should be.
        root: PathBuf,
    },
    /// This user may not read containerd's list of images.
    #[error("this user may not read containerd's list of images in {}; run as the superuser", path.display())]
    ContainerdForbidden {
        /// The file.
        path: PathBuf,
    },
    /// containerd's list of images cannot be read.
    #[error("cannot read containerd's list of images in {}", path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: ReadBoltError,
    },
    /// containerd's content store cannot be read.
    #[error("cannot read {} of containerd's content store", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// containerd does not keep a part of the image.
    #[error(
        "containerd does not keep {digest} of the image `{reference}`: it was pulled for another platform, or its layers \
         were dropped after they had been unpacked; pull it again with `ctr images pull`, or scan it from its registry"
    )]
    Incomplete {
        /// The blob.
        digest: model::Digest,
        /// What was asked for.
        reference: String,
    },
    /// The image's documents are of no use.
    #[error("the image's documents are of no use")]
    Manifest(#[from] ReadManifestError),
    /// There is no such container.
    #[error("there is no container `{id}`; looked for it in: {}", engines.join(", "))]
    NoSuchContainer {
        /// What was asked for.
        id: String,
        /// The engines that were looked at.
        engines: Vec<String>,
    },
    /// Several containers could be meant.
    #[error("`{id}` could be several containers; write more of its id")]
    AmbiguousContainer {
        /// What was asked for.
        id: String,
    },
    /// Several namespaces of containerd have a container of that id.
    #[error(
        "the container `{id}` is in several namespaces of containerd: {}; name one as container:NAMESPACE/ID, such as \
         container:{}/{id}",
        namespaces.join(", "), namespaces.first().map_or("default", String::as_str)
    )]
    AmbiguousNamespace {
        /// What was asked for.
        id: String,
        /// The namespaces that have one.
        namespaces: Vec<String>,
    },
    /// The engine says that the container does not run.
    #[error("the container `{id}` is not running; start it, or scan its image")]
    NotRunning {
        /// What was asked for.
        id: String,
    },
    /// The process has ended.
    #[error("process {process} of the container `{id}` has no files any more; it has ended")]
    Ended {
        /// What was asked for.
        id: String,
        /// The number of the process.
        process: u32,
    },
    /// No process of the container is seen on this machine.
    #[error(
        "process {process}, which {engine} names for the container `{id}`, is none of it on this machine; scan it where the \
         processes of {engine} are seen"
    )]
    OtherProcess {
        /// The engine.
        engine: &'static str,
        /// What was asked for.
        id: String,
        /// The number of the process, as the engine says.
        process: u32,
    },
    /// No process of the container is seen on this machine, and its engine does not export it.
    #[error(
        "process {process}, which {engine} names for the container `{id}`, is none of it on this machine, and {engine} \
         does not export it"
    )]
    NoExport {
        /// The engine.
        engine: &'static str,
        /// What was asked for.
        id: String,
        /// The number of the process, as the engine says.
        process: u32,
        /// Why there is no export.
        source: Box<EngineError>,
    },
    /// The container's files may not be read.
    #[error("cannot look into the container `{id}` at {}; run as the superuser", path.display())]
    ContainerRoot {
        /// What was asked for.
        id: String,
        /// The place of its root.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}
