//! What a registry has: repositories (distribution, `_catalog`), tags and their digests (distribution-spec, Content
//! Discovery).

use model::{Digest, DigestAlgorithm, ImageName};
use serde::Deserialize;

use super::session::{Endpoint, Session};
use super::{ExchangeError, RegistryError, RegistryOptions};
use crate::manifest::Descriptor;
use crate::manifest_tree::{self, FindImageError, MAX_MANIFEST_BYTES, Wanted};

/// The most names that one list is read to.
pub const MOST_NAMES: usize = 100_000;

/// How many names a page is asked for.
const PAGE: usize = 1000;

/// Names of a list, as far as they were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The names, sorted.
    pub names: Vec<String>,
    /// Whether there are more than [`MOST_NAMES`].
    pub is_cut: bool,
}

#[derive(Deserialize)]
struct CatalogPage {
    #[serde(default)]
    repositories: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct TagPage {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

/// The repositories of a registry, where it tells them to this user.
///
/// # Errors
/// When it does not, or cannot be asked.
pub fn list_repositories(registry: &str, options: &RegistryOptions) -> Result<Names, RegistryError> {
    // A session is about a repository; the list belongs to none, and its challenge says what the token is for.
    let session = open(registry, "catalog", options)?;
    let read = |bytes: &[u8]| serde_json::from_slice::<CatalogPage>(bytes).ok().map(|page| page.repositories);
    names(&session, &format!("/v2/_catalog?n={PAGE}"), "the list of repositories", read)
}

/// A repository that is looked at: one connection, one proof.
pub struct Repository {
    session: Session,
    name: ImageName,
}

impl Repository {
    /// Makes ready to ask about a repository, of which the name tells no more than that; nothing is sent.
    ///
    /// # Errors
    /// When the options cannot be used.
    pub fn open(name: &ImageName, options: &RegistryOptions) -> Result<Repository, RegistryError> {
        Ok(Repository { session: session(name, options)?, name: name.clone() })
    }

    /// The tags.
    ///
    /// # Errors
    /// When there is no such repository, or the registry cannot be asked.
    pub fn tags(&self) -> Result<Names, RegistryError> {
        let path = format!("/v2/{}/tags/list?n={PAGE}", self.name.repository());
        names(&self.session, &path, "the list of tags", |bytes| {
            serde_json::from_slice::<TagPage>(bytes).ok().map(|page| page.tags)
        })
    }

    /// The digest that a tag means.
    ///
    /// # Errors
    /// When there is no such tag, or the registry cannot be asked.
    pub fn digest(&self, tag: &str) -> Result<Digest, RegistryError> {
        match self.session.stated_digest(tag)? {
            Some(digest) => Ok(digest),
            // A registry need not state it; then it is computed.
            None => {
                let bytes = self.session.manifest(tag, MAX_MANIFEST_BYTES)?.bytes;
                Ok(manifest_tree::digest_of(&bytes, DigestAlgorithm::Sha256))
            }
        }
    }

    /// When an image says it was made, as its configuration has it (image-spec, config.md, `created`); of an
    /// index, one of its images.
    ///
    /// # Errors
    /// When it is no image, or the registry cannot be asked.
    pub fn built(&self, digest: &Digest) -> Result<Option<String>, RegistryError> {
        let top = self.session.manifest(&digest.to_string(), MAX_MANIFEST_BYTES)?.bytes;
        manifest_tree::verify(&top, digest)?;
        let read = |descriptor: &Descriptor| self.session.document(descriptor);
        let found = manifest_tree::find_image(&top, digest.clone(), Wanted::Any, read);
        match found {
            Ok(found) => Ok(found.config.created),
            Err(FindImageError::Manifest(error)) => Err(RegistryError::Manifest(error)),
            Err(FindImageError::Read(error)) => Err(error),
        }
    }
}

fn session(name: &ImageName, options: &RegistryOptions) -> Result<Session, RegistryError> {
    let endpoint = Endpoint { name: name.clone(), plain_http: options.plain_http, is_origin: true };
    Session::new(endpoint, options)
}

/// A session with a registry about something that is not one image.
pub(super) fn open(registry: &str, repository: &str, options: &RegistryOptions) -> Result<Session, RegistryError> {
    let name: ImageName = format!("{registry}/{repository}")
        .parse()
        .map_err(|_| ExchangeError::BadLocation { host: registry.to_owned() })?;
    session(&name, options)
}

fn names(
    session: &Session,
    path: &str,
    what: &str,
    read: impl Fn(&[u8]) -> Option<Option<Vec<String>>>,
) -> Result<Names, RegistryError> {
    let mut listed = Names::default();
    let mut next: Option<String> = None;
    loop {
        let page = session.page(path, what, next.as_deref())?;
        let found = read(&page.bytes).ok_or_else(|| RegistryError::Status {
            host: session.host(),
            status: 200,
            what: what.to_owned(),
            message: Some("the answer is not the protocol's".to_owned()),
        })?;
        let found = found.unwrap_or_default();
        let is_end = page.next_page.is_none() || found.is_empty() || page.next_page == next;
        listed.names.extend(found);
        if is_end || listed.names.len() >= MOST_NAMES {
            listed.is_cut = listed.names.len() > MOST_NAMES || !is_end;
            listed.names.sort();
            listed.names.dedup();
            listed.names.truncate(MOST_NAMES);
            return Ok(listed);
        }
        next = page.next_page;
    }
}
