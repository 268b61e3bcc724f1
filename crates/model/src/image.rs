//! What an image says about itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Digest;

/// The facts of an image that its configuration tells (OCI image-spec, config.md).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageFacts {
    /// What the archive or layout that it lies in calls it (`RepoTags`, names in annotations), sorted; a tag alone may be
    /// one. Empty where it was asked for by its name.
    pub names: Vec<String>,
    /// `config.User`: `user` or `user:group`, each a name or a number; empty means the superuser. `None` where there is no
    /// configuration, as in the archive of a root file system: nobody says as whom its programs run.
    pub user: Option<String>,
    /// The number that `/etc/passwd` of the image gives to the name in `user`; `None` where that is no name or none that
    /// it has.
    pub user_id: Option<i64>,
    /// `config.Labels`.
    pub labels: BTreeMap<String, String>,
    /// The annotations of the manifest (OCI image-spec, annotations.md); empty where there is no manifest.
    pub annotations: BTreeMap<String, String>,
    /// Whether the image says how its health is asked for.
    pub healthcheck: Healthcheck,
    /// `config.ExposedPorts`, sorted: `8080/tcp`.
    pub exposed_ports: Vec<String>,
    /// `config.Env`, `NAME=value`, in the order given.
    pub environment: Vec<String>,
    /// When the image was made, RFC 3339, as its configuration says.
    pub created: Option<String>,
    /// The layers from the base upwards.
    pub layers: Vec<LayerFacts>,
    /// The commands of the history that made no layer, from the base upwards.
    pub empty_history: Vec<String>,
    /// The base image; `None` while nobody says which ones are approved.
    pub base: Option<BaseImage>,
}

impl ImageFacts {
    /// Whether its containers run as the superuser: where nobody is named, where the number is zero however it is spelled,
    /// and where the image gives the name that number. A name that it does not know is somebody else, but for `root`. Where
    /// there is no configuration nobody says so.
    pub fn runs_as_superuser(&self) -> bool {
        match self.user_id {
            Some(id) => id == 0,
            None => self.user.as_deref().is_some_and(ImageFacts::names_superuser),
        }
    }

    /// The same of the text alone, as configurations and Dockerfiles have it: `0`, `00`, `+0`, `root:app`, or nothing.
    pub fn names_superuser(user: &str) -> bool {
        let user = ImageFacts::user_without_group(user);
        user.is_empty() || user == "root" || ImageFacts::number_of_user(user) == Some(0)
    }

    /// The user of `user:group`.
    pub fn user_without_group(user: &str) -> &str {
        user.split(':').next().unwrap_or_default().trim()
    }

    /// The number that a user is named by, if it is one: runtimes read it before they ask `/etc/passwd`.
    pub fn number_of_user(user: &str) -> Option<i64> {
        user.parse().ok()
    }
}

/// Whether an image says how its health is asked for: Docker's own format has a place for it (`config.Healthcheck`, Docker
/// Image Specification v1.2), OCI's has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Healthcheck {
    /// The format has no place for it, or the configuration was not read.
    #[default]
    Unknown,
    /// There is a place, and nothing in it.
    Absent,
    /// It has a command, or says that there is none.
    Set,
}

/// The image that another was built on, as far as a list of approved ones tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BaseImage {
    /// Its name: the list's, or that of the image's own label where the list has none that fits.
    pub name: Option<String>,
    /// Its digest, from the same place.
    pub digest: Option<Digest>,
    /// How many of the image's lowest layers are its; `None` where only a label tells of it.
    pub layers: Option<u32>,
    /// Whether the list has it.
    pub is_approved: bool,
    /// Another build of it that repairs more, where the list has one and its content is known.
    pub better: Option<BetterBase>,
}

/// A base image that is better than the present one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BetterBase {
    /// Its name on the list.
    pub name: String,
    /// Its digest, where the list has that of its manifest.
    pub digest: Option<Digest>,
    /// How many vulnerabilities of the present base it does not have.
    pub repairs: u32,
    /// How many it has that the present base has not.
    pub brings: u32,
}

/// One layer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerFacts {
    /// The digest of the blob as stored, verified; `None` when the layer was never stored as a blob.
    pub digest: Option<Digest>,
    /// The digest of the uncompressed layer, as the configuration claims it.
    pub diff_id: Option<Digest>,
    /// The command that made it, from the history.
    pub created_by: Option<String>,
    /// The blob's size as stored, in bytes.
    pub size_bytes: u64,
    /// Whether the layer belongs to the base image; `None` while that is unknown.
    pub base: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_superuser_is_known_however_it_is_spelled() {
        for user in ["", ":0", "0", "00", "+0", "-0", "0:0", "0:app", "root", "root:root", " root "] {
            assert!(ImageFacts::names_superuser(user), "{user}");
        }
        for user in ["1", "1000:0", "app", "app:root", "rooter", "0x0", "toor"] {
            assert!(!ImageFacts::names_superuser(user), "{user}");
        }
    }

    #[test]
    fn what_the_image_says_of_a_name_counts() {
        let runs_as_superuser = |user: &str, user_id| {
            ImageFacts { user: Some(user.into()), user_id, ..ImageFacts::default() }.runs_as_superuser()
        };
        assert!(runs_as_superuser("toor", Some(0)));
        assert!(!runs_as_superuser("toor", None));
        assert!(!runs_as_superuser("root", Some(1000)));
    }
}
