//! What lies beside an image in its registry. A registry that has nothing costs three requests for each digest that the
//! image goes by, four when it does not know referrers; they are made only for whoever asks.

use model::Digest;

use super::RegistryError;
use super::session::{Fetched, Session};
use crate::companions::{Collector, Companions, TAG_ENDINGS, one_line, tag_of};
use crate::manifest::{Descriptor, Document};
use crate::manifest_tree::{self, MAX_MANIFEST_BYTES};

/// How many pages of referrers are read.
const MOST_PAGES: usize = 16;

/// Fetches what lies beside an image that goes by these digests. `is_wanted` is asked whether a referrer of an artifact
/// type is worth fetching; the type may be unknown (empty).
pub(super) fn find(session: &Session, subjects: Vec<Digest>, is_wanted: &dyn Fn(&str) -> bool) -> Companions {
    let read_file = |layer: &Descriptor| session.blob_document(layer).map_err(|error| one_line(&error));
    let mut collector = Collector::new(subjects.clone(), &read_file);
    for subject in &subjects {
        let mut search = Search { session, collector: &mut collector, is_wanted };
        if let Err(error) = search.referrers(subject) {
            collector.unread(format!("referrers of {subject}"), one_line(&error));
        }
        for ending in TAG_ENDINGS {
            let tag = format!("{}{ending}", tag_of(subject));
            match fetch_optional(session, &tag) {
                Ok(None) => {}
                Ok(Some((digest, manifest))) => collector.take(&digest, &manifest),
                Err(error) => collector.unread(tag, one_line(&error)),
            }
        }
    }
    collector.finish()
}

struct Search<'a, 'b> {
    session: &'a Session,
    collector: &'a mut Collector<'b>,
    is_wanted: &'a dyn Fn(&str) -> bool,
}

impl Search<'_, '_> {
    fn referrers(&mut self, subject: &Digest) -> Result<(), RegistryError> {
        let first = match self.session.referrers(subject, None) {
            // Registries that do not know the question answer in many ways; the tag stands in for all of them.
            Err(RegistryError::NotFound { .. } | RegistryError::Status { status: 400 | 405 | 406 | 501, .. }) => {
                let Some((_, index)) = fetch_optional(self.session, &tag_of(subject))? else { return Ok(()) };
                self.take_all(&index);
                return Ok(());
            }
            first => first?,
        };
        let mut page = first;
        for _ in 0..MOST_PAGES {
            self.take_all(&page.bytes);
            let Some(next) = page.next_page else { return Ok(()) };
            page = self.session.referrers(subject, Some(&next))?;
        }
        let reason = format!("they have more than {MOST_PAGES} pages, of which the first are read");
        self.collector.unread(format!("referrers of {subject}"), reason);
        Ok(())
    }

    /// Takes the wanted entries of an index of referrers.
    fn take_all(&mut self, index: &[u8]) {
        let entries = match serde_json::from_slice::<Document>(index) {
            Ok(document) => document.manifests.unwrap_or_default(),
            Err(error) => return self.collector.unread("referrers".to_owned(), format!("they are no index: {error}")),
        };
        for entry in entries {
            let kind = entry.artifact_type.as_deref().unwrap_or_default();
            if (self.is_wanted)(kind) && !self.collector.passes_over(&entry.digest) {
                match self.manifest(&entry) {
                    Ok(manifest) => self.collector.take(&entry.digest, &manifest),
                    Err(error) => self.collector.unread(entry.digest.to_string(), one_line(&error)),
                }
            }
        }
    }

    fn manifest(&self, entry: &Descriptor) -> Result<Vec<u8>, RegistryError> {
        let Fetched { bytes, .. } = self.session.manifest(&entry.digest.to_string(), MAX_MANIFEST_BYTES)?;
        manifest_tree::verify(&bytes, &entry.digest)?;
        Ok(bytes)
    }
}

/// The manifest under a tag with its digest; `None` where there is no such tag.
fn fetch_optional(session: &Session, tag: &str) -> Result<Option<(Digest, Vec<u8>)>, RegistryError> {
    match session.manifest(tag, MAX_MANIFEST_BYTES) {
        Ok(Fetched { bytes, .. }) => {
            Ok(Some((manifest_tree::digest_of(&bytes, model::DigestAlgorithm::Sha256), bytes)))
        }
        Err(RegistryError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
