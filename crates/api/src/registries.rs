//! Registries: where images are kept, and which of them are scanned.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal $title:literal $address:expr;)*) => {
        /// What a registry is: kinds differ in address, credentials, how repositories are listed, and in the messages that
        /// they send.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum RegistryKind {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl RegistryKind {
            /// Every kind.
            pub const ALL: &[RegistryKind] = &[$(RegistryKind::$name),*];

            /// The word in requests and answers.
            pub fn as_str(self) -> &'static str {
                match self { $(RegistryKind::$name => $word,)* }
            }

            /// What people call it.
            pub fn title(self) -> &'static str {
                match self { $(RegistryKind::$name => $title,)* }
            }

            /// The address that it has where none is given.
            pub fn default_address(self) -> Option<&'static str> {
                match self { $(RegistryKind::$name => $address,)* }
            }
        }
    };
}

kinds! {
    /// Any registry that speaks the OCI distribution protocol or Docker's v2.
    Oci = "oci" "OCI or Docker registry" None;
    /// Docker Hub.
    DockerHub = "docker_hub" "Docker Hub" Some("docker.io");
    /// Amazon Elastic Container Registry.
    Ecr = "ecr" "Amazon ECR" None;
    /// Google Artifact Registry and Container Registry.
    Google = "google" "Google Artifact Registry" Some("gcr.io");
    /// Quay.
    Quay = "quay" "Quay" Some("quay.io");
    /// JFrog Artifactory.
    Artifactory = "artifactory" "JFrog Artifactory" None;
    /// Azure Container Registry.
    Acr = "acr" "Azure Container Registry" None;
    /// Harbor.
    Harbor = "harbor" "Harbor" None;
    /// GitHub's container registry.
    Ghcr = "ghcr" "GitHub Container Registry" Some("ghcr.io");
    /// GitLab's container registry.
    Gitlab = "gitlab" "GitLab Container Registry" Some("registry.gitlab.com");
    /// Sonatype Nexus.
    Nexus = "nexus" "Sonatype Nexus" None;
}

impl utoipa::PartialSchema for RegistryKind {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        // The derived schema does not see words that a macro puts in.
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .enum_values(Some(RegistryKind::ALL.iter().map(|kind| kind.as_str())))
            .description(Some("What a registry is."))
            .into()
    }
}

impl ToSchema for RegistryKind {}

impl RegistryKind {
    /// Whether it tells when a tag was pushed and last pulled, by an interface of its own.
    pub fn tells_times(self) -> bool {
        matches!(self, RegistryKind::Harbor | RegistryKind::DockerHub)
    }

    /// The kind of a word.
    pub fn of_word(word: &str) -> Option<RegistryKind> {
        RegistryKind::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// What proves to a registry who asks. It is sealed when it is stored and is never told again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum RegistryCredential {
    /// No credential; where there was one, it is removed.
    None,
    /// A user name and a password, or a token in its place.
    Password {
        /// The user, the robot account, or what the registry wants in its place.
        user: String,
        /// The password or token.
        password: String,
    },
    /// A bearer token that the registry takes as it is.
    Token {
        /// The token.
        token: String,
    },
    /// An OAuth2 refresh token, which the registry's token service exchanges.
    RefreshToken {
        /// The token.
        token: String,
    },
    /// Amazon ECR: keys of an account, which the server exchanges for a password of twelve hours.
    AwsKeys {
        /// The id of the key.
        access_key_id: String,
        /// The key.
        secret_access_key: String,
        /// What goes with keys that end by themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session_token: Option<String>,
        /// The region, where the address of the registry does not tell it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// A role to take on first, of another account perhaps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<AwsRole>,
    },
    /// Amazon ECR: the keys or the role that the server itself has, where the setting `ambient_credentials` allows it.
    AwsAmbient {
        /// The region, where the address of the registry does not tell it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// A role to take on first, of another account perhaps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<AwsRole>,
    },
    /// Google: the key file of a service account, which the server exchanges for an access token of an hour.
    GoogleKey {
        /// The file's text, JSON.
        key: String,
    },
    /// Google: the service account that the server runs as, where the setting `ambient_credentials` allows it.
    GoogleAmbient,
    /// Azure: the secret of an application, which the server exchanges for a refresh token of the registry.
    AzureSecret {
        /// The directory: its id or domain.
        tenant: String,
        /// The id of the application.
        client_id: String,
        /// Its secret.
        client_secret: String,
    },
}

/// A role of AWS that is taken on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsRole {
    /// Its name: `arn:aws:iam::123456789012:role/scan`.
    pub arn: String,
    /// What the other account wants to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}

impl std::fmt::Debug for RegistryCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RegistryCredential({})", self.kind())
    }
}

impl RegistryCredential {
    /// The word of its type, which is no secret.
    pub fn kind(&self) -> &'static str {
        match self {
            RegistryCredential::None => "none",
            RegistryCredential::Password { .. } => "password",
            RegistryCredential::Token { .. } => "token",
            RegistryCredential::RefreshToken { .. } => "refresh_token",
            RegistryCredential::AwsKeys { .. } => "aws_keys",
            RegistryCredential::AwsAmbient { .. } => "aws_ambient",
            RegistryCredential::GoogleKey { .. } => "google_key",
            RegistryCredential::GoogleAmbient => "google_ambient",
            RegistryCredential::AzureSecret { .. } => "azure_secret",
        }
    }

    /// Whether the server exchanges it for one that lasts hours; workers never get such a one.
    pub fn is_exchanged(&self) -> bool {
        match self {
            RegistryCredential::AwsKeys { .. }
            | RegistryCredential::AwsAmbient { .. }
            | RegistryCredential::GoogleKey { .. }
            | RegistryCredential::GoogleAmbient
            | RegistryCredential::AzureSecret { .. } => true,
            RegistryCredential::None
            | RegistryCredential::Password { .. }
            | RegistryCredential::Token { .. }
            | RegistryCredential::RefreshToken { .. } => false,
        }
    }
}

/// A registry to be made, or what is to become of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistryRequest {
    /// What people call it.
    pub name: String,
    /// What it is.
    pub kind: RegistryKind,
    /// The host, with its port where it has one; `https://` may stand before it. The kind's own where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Further certificate authorities, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// Whether to speak plain http, without encryption and without knowing who answers.
    #[serde(default)]
    pub plain_http: bool,
    /// The credential; the one so far stays where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<RegistryCredential>,
    /// The secret that messages of the registry are verified by, of 16 characters at least; the one so far stays where it is
    /// not given, an empty one removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook_secret: Option<String>,
    /// Which of its images are scanned.
    #[serde(default)]
    pub rules: RegistryRules,
    /// How often it is listed, in minutes: 1 to 10080.
    #[serde(default = "usual_poll")]
    pub poll_minutes: u32,
    /// How many jobs may ask it at once: 1 to 64.
    #[serde(default = "usual_jobs")]
    pub most_at_once: u32,
    /// After how many days an image is told as stale; 0 for never.
    #[serde(default = "usual_stale_days")]
    pub stale_days: u32,
    /// Whether it is listed and scanned by itself.
    #[serde(default = "usually")]
    pub is_enabled: bool,
}

fn usual_poll() -> u32 {
    60
}

fn usual_jobs() -> u32 {
    4
}

fn usual_stale_days() -> u32 {
    180
}

fn usually() -> bool {
    true
}

/// Which images of a registry are scanned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RegistryRules {
    /// Repositories, with `*` for any characters; all where there are none. Registries that do not list their repositories
    /// need them without `*`.
    pub repositories: Vec<String>,
    /// Tags, with `*` for any characters; all where there are none.
    pub tags: Vec<String>,
    /// So many of the newest images of each repository, by the time at which they were made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<u32>,
    /// Only images that were pushed within so many days. Harbor and Docker Hub tell when; the protocol of registries does
    /// not, and the time at which an image was made stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed_within_days: Option<u32>,
    /// Only images that were pulled within so many days, or pushed: what is new had no time to be pulled. Harbor and Docker
    /// Hub alone tell when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pulled_within_days: Option<u32>,
}

/// A registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Registry {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is.
    pub kind: RegistryKind,
    /// The host, with its port where it has one.
    pub address: String,
    /// Further certificate authorities, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// Whether it is spoken to without encryption.
    pub plain_http: bool,
    /// The type of its credential, as `password` or `aws_keys`; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_type: Option<String>,
    /// Whether its messages can be verified.
    pub has_hook_secret: bool,
    /// Where it sends its messages, below the server's address.
    pub hook_path: String,
    /// Which of its images are scanned.
    pub rules: RegistryRules,
    /// How often it is listed, in minutes.
    pub poll_minutes: u32,
    /// How many jobs may ask it at once.
    pub most_at_once: u32,
    /// After how many days an image is told as stale; 0 for never.
    pub stale_days: u32,
    /// Whether it is listed and scanned by itself.
    pub is_enabled: bool,
    /// When it was last listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_listed: Option<Moment>,
    /// When it is listed next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_poll: Option<Moment>,
    /// Why the last listing failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Cause>,
    /// What is risky about it.
    pub risks: Vec<Cause>,
    /// When it was made.
    pub created: Moment,
    /// When it was last changed.
    pub changed: Moment,
}

/// A reason as data: the catalogs have the sentence of its code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Cause {
    /// The code: `registry.unauthorized`.
    pub code: String,
    /// The values of the sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, serde_json::Value>,
}

impl Cause {
    /// A reason without values.
    pub fn new(code: impl Into<String>) -> Cause {
        Cause { code: code.into(), parameters: BTreeMap::new() }
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Cause {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }
}

/// What a message of a registry led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HookAnswer {
    /// How many images are scanned for it.
    pub enqueued: u32,
}
