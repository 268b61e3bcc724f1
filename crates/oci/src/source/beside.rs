//! What lies beside an image in a layout: artifacts that name it as their subject, those that cosign tagged with its
//! digest, and those that `cosign save` marks.

use std::collections::HashMap;

use model::{Digest, UntrustedPath};

use super::files::{Files, blob_path};
use crate::companions::{Collector, Companions, TAG_ENDINGS, UnreadCompanion, one_line, tag_of};
use crate::local_blob::LocalBlob;
use crate::manifest::{Descriptor, Document};
use crate::manifest_tree::{self, MAX_MANIFEST_BYTES};

/// The most artifacts of a layout that are looked at for one image.
pub(crate) const MOST_ARTIFACTS: usize = 256;

/// How `cosign save` marks what is no image.
const COSIGNS: [&str; 2] = ["dev.cosignproject.cosign/sigs", "dev.cosignproject.cosign/atts"];

/// The artifacts of a layout, whatever they belong to.
#[derive(Default)]
pub(super) struct Artifacts {
    noted: Vec<Noted>,
    has_more: bool,
}

struct Noted {
    folder: UntrustedPath,
    descriptor: Descriptor,
    names: Vec<String>,
}

impl Artifacts {
    /// Notes an artifact, unread.
    pub(super) fn note(&mut self, folder: &UntrustedPath, descriptor: &Descriptor, names: &[String]) {
        if self.noted.len() < MOST_ARTIFACTS {
            let noted = Noted { folder: folder.clone(), descriptor: descriptor.clone(), names: names.to_vec() };
            self.noted.push(noted);
        } else {
            self.has_more = true;
        }
    }

    /// Finds those that belong to an image that goes by these digests; their files are read when they are asked for.
    pub(super) fn beside(self, files: &dyn Files, subjects: Vec<Digest>) -> LocalCompanions {
        let mut beside = LocalCompanions { subjects, ..LocalCompanions::default() };
        if self.has_more {
            let reason = format!("it has more than {MOST_ARTIFACTS} artifacts, of which the first are looked at");
            beside.unread.push(UnreadCompanion { place: "index.json".to_owned(), reason });
        }
        for noted in &self.noted {
            if let Err(reason) = beside.take(files, noted) {
                let place = blob_path(&noted.folder, &noted.descriptor.digest).to_string();
                beside.unread.push(UnreadCompanion { place, reason });
            }
        }
        beside
    }
}

/// What lies beside an image on this machine.
#[derive(Debug, Default)]
pub(crate) struct LocalCompanions {
    subjects: Vec<Digest>,
    manifests: Vec<(Digest, Vec<u8>)>,
    files: HashMap<Digest, LocalBlob>,
    unread: Vec<UnreadCompanion>,
}

impl LocalCompanions {
    /// Reads the companions of the wanted types.
    pub(crate) fn read(&self, is_wanted: &dyn Fn(&str) -> bool) -> Companions {
        let read_file = |layer: &Descriptor| match self.files.get(&layer.digest) {
            Some(blob) => blob.read_all(layer.size).map_err(|error| one_line(&error)),
            None => Err("it is named and not there".to_owned()),
        };
        let mut collector = Collector::new(self.subjects.clone(), &read_file);
        for unread in &self.unread {
            collector.unread(unread.place.clone(), unread.reason.clone());
        }
        for (digest, manifest) in &self.manifests {
            let kind = serde_json::from_slice::<Document>(manifest).ok().and_then(|document| document.artifact_type);
            if is_wanted(kind.as_deref().unwrap_or_default()) && !collector.passes_over(digest) {
                collector.take(digest, manifest);
            }
        }
        collector.finish()
    }

    fn take(&mut self, files: &dyn Files, noted: &Noted) -> Result<(), String> {
        let Noted { folder, descriptor, names } = noted;
        let blob = |descriptor: &Descriptor| files.file(&blob_path(folder, &descriptor.digest));
        // A layout may keep the index of an image and leave out what belongs to it.
        let Some(file) = blob(descriptor).map_err(|error| one_line(&error))? else { return Ok(()) };
        let manifest = file.read_all(MAX_MANIFEST_BYTES).map_err(|error| one_line(&error))?;
        manifest_tree::verify(&manifest, &descriptor.digest).map_err(|error| one_line(&error))?;
        let document: Document =
            serde_json::from_slice(&manifest).map_err(|error| format!("it is no manifest: {error}"))?;
        let speaks_of_it = document.subject.as_ref().is_some_and(|subject| self.subjects.contains(&subject.digest));
        let is_marked =
            descriptor.annotations.get("kind").is_some_and(|kind| COSIGNS.iter().any(|known| kind.starts_with(known)));
        if !speaks_of_it && !is_marked && !names.iter().any(|name| self.is_tag(name)) {
            return Ok(());
        }
        for layer in &document.layers {
            if let Some(file) = blob(layer).map_err(|error| one_line(&error))? {
                self.files.insert(layer.digest.clone(), file);
            }
        }
        self.manifests.push((descriptor.digest.clone(), manifest));
        Ok(())
    }

    /// Whether a name is the tag that cosign gives what signs the image.
    fn is_tag(&self, name: &str) -> bool {
        let tag = name.rsplit([':', '/']).next().unwrap_or_default();
        self.subjects.iter().any(|subject| {
            let stem = tag_of(subject);
            TAG_ENDINGS.iter().any(|ending| tag.strip_suffix(ending) == Some(stem.as_str()))
        })
    }
}
