//! What lies beside an image and speaks of it: signatures, attestations. Found by the tags that cosign gives them
//! (`sha256-HEX.sig`, `.att`) and as referrers (OCI distribution-spec 1.1, Listing Referrers and its fallback tag;
//! image-spec, manifest.md, `subject`).

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use model::Digest;

use crate::manifest::{Descriptor, Document};
use crate::manifest_tree;

/// The most companions of one image that are read.
pub const MOST_COMPANIONS: usize = 64;
/// The most files of all companions that are read: cosign adds one for each signature under the same tag. Each may cost
/// whoever verifies it a few milliseconds.
pub const MOST_COMPANION_FILES: usize = 256;
/// The most bytes of one file that are read; a signed bill of materials is the largest of them.
pub const LARGEST_COMPANION_BYTES: u64 = 32 << 20;
/// The most bytes of all files of an image's companions.
pub const MOST_COMPANION_BYTES: u64 = 128 << 20;

/// The tags under which cosign keeps signatures and attestations, behind the digest of the image.
pub(crate) const TAG_ENDINGS: [&str; 2] = [".sig", ".att"];

/// An artifact that lies beside an image; its manifest and its files are verified against their digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// The digest of its manifest.
    pub digest: Digest,
    /// What it is, by its own word: `artifactType`, or the media type of its configuration.
    pub artifact_type: String,
    /// Its files in the order of the manifest.
    pub files: Vec<CompanionFile>,
}

/// One file of a companion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanionFile {
    /// What it is.
    pub media_type: String,
    /// Its digest.
    pub digest: Digest,
    /// What its descriptor is annotated with.
    pub annotations: BTreeMap<String, String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Something beside the image that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadCompanion {
    /// A tag or digest.
    pub place: String,
    /// Why, as one sentence without a full stop.
    pub reason: String,
}

/// All that lies beside an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Companions {
    /// The digests that the image goes by: its manifest's, and that of the index through which it was chosen. Whoever
    /// signs an index signs what it names.
    pub subjects: Vec<Digest>,
    /// Each companion once.
    pub found: Vec<Companion>,
    /// What could not be read.
    pub unread: Vec<UnreadCompanion>,
    /// Whether the source of the image has a place for companions at all.
    pub has_place: bool,
}

/// The tag that stands for a digest: `sha256-HEX` (distribution-spec, Referrers Tag Schema).
pub(crate) fn tag_of(digest: &Digest) -> String {
    format!("{}-{}", digest.algorithm().as_str(), digest.hex())
}

/// An error with all its causes in one line.
pub(crate) fn one_line(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(&format!(": {error}"));
        cause = error.source();
    }
    line
}

/// Takes companions in, within the limits.
pub(crate) struct Collector<'a> {
    companions: Companions,
    seen: BTreeSet<Digest>,
    bytes: u64,
    files: usize,
    is_full: bool,
    /// Gives the bytes of a file, or why it cannot; verified here.
    read_file: &'a dyn Fn(&Descriptor) -> Result<Vec<u8>, String>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(
        subjects: Vec<Digest>,
        read_file: &'a dyn Fn(&Descriptor) -> Result<Vec<u8>, String>,
    ) -> Collector<'a> {
        let companions = Companions { subjects, has_place: true, ..Companions::default() };
        Collector { companions, seen: BTreeSet::new(), bytes: 0, files: 0, is_full: false, read_file }
    }

    /// Whether a companion of this digest need not be fetched: it was taken, or there are too many.
    pub(crate) fn passes_over(&mut self, digest: &Digest) -> bool {
        if self.seen.contains(digest) {
            return true;
        }
        if self.seen.len() >= MOST_COMPANIONS {
            if !std::mem::replace(&mut self.is_full, true) {
                let reason = format!("it is one of more than {MOST_COMPANIONS} artifacts beside the image");
                self.unread(digest.to_string(), reason);
            }
            return true;
        }
        false
    }

    pub(crate) fn unread(&mut self, place: String, reason: String) {
        self.companions.unread.push(UnreadCompanion { place, reason });
    }

    /// Takes a companion by its verified manifest.
    pub(crate) fn take(&mut self, digest: &Digest, manifest: &[u8]) {
        if self.passes_over(digest) {
            return;
        }
        self.seen.insert(digest.clone());
        match serde_json::from_slice::<Document>(manifest) {
            Ok(document) => self.take_document(digest, document),
            Err(error) => self.unread(digest.to_string(), format!("it is no manifest: {error}")),
        }
    }

    fn take_document(&mut self, digest: &Digest, document: Document) {
        let of_config = document.config.map(|config| config.media_type);
        let artifact_type = document.artifact_type.filter(|kind| !kind.is_empty()).or(of_config).unwrap_or_default();
        let room = MOST_COMPANION_FILES - self.files;
        let count = document.layers.len();
        if count > room {
            let reason = format!("it has {count} files; at most {MOST_COMPANION_FILES} are read of all signatures");
            self.unread(digest.to_string(), reason);
        }
        self.files += count.min(room);
        let mut files = Vec::new();
        for layer in document.layers.into_iter().take(room) {
            match self.file(&layer) {
                Ok(bytes) => {
                    let Descriptor { media_type, digest, annotations, .. } = layer;
                    files.push(CompanionFile { media_type, digest, annotations, bytes });
                }
                Err(reason) => self.unread(layer.digest.to_string(), reason),
            }
        }
        self.companions.found.push(Companion { digest: digest.clone(), artifact_type, files });
    }

    fn file(&mut self, layer: &Descriptor) -> Result<Vec<u8>, String> {
        let size = layer.size;
        if size > LARGEST_COMPANION_BYTES {
            return Err(format!("it has {size} bytes; at most {LARGEST_COMPANION_BYTES} are read of a signature"));
        }
        if self.bytes + size > MOST_COMPANION_BYTES {
            return Err(format!("the signatures of the image have more than {MOST_COMPANION_BYTES} bytes"));
        }
        self.bytes += size;
        let bytes = (self.read_file)(layer)?;
        if bytes.len() as u64 != size {
            return Err(format!("it has {} bytes where its descriptor states {size}", bytes.len()));
        }
        manifest_tree::verify(&bytes, &layer.digest).map_err(|error| one_line(&error))?;
        Ok(bytes)
    }

    pub(crate) fn finish(self) -> Companions {
        self.companions
    }
}

#[cfg(test)]
mod tests {
    use model::DigestAlgorithm;

    use super::*;
    use crate::stored::digest_of;

    fn manifest(sizes: &[u64], body: &[u8]) -> Vec<u8> {
        let digest = digest_of(DigestAlgorithm::Sha256, body);
        let layer = |size: &u64| format!(r#"{{"mediaType":"m","digest":"{digest}","size":{size}}}"#);
        let layers: Vec<String> = sizes.iter().map(layer).collect();
        format!(r#"{{"artifactType":"a","layers":[{}]}}"#, layers.join(",")).into_bytes()
    }

    fn take(manifests: &[Vec<u8>], body: &[u8]) -> Companions {
        let read = |_: &Descriptor| Ok(body.to_vec());
        let mut collector = Collector::new(Vec::new(), &read);
        for manifest in manifests {
            collector.take(&digest_of(DigestAlgorithm::Sha256, manifest), manifest);
        }
        collector.finish()
    }

    #[test]
    fn a_companion_is_taken_once_with_its_files() {
        let one = manifest(&[2], b"hi");
        let companions = take(&[one.clone(), one], b"hi");
        assert_eq!(companions.unread, []);
        let [companion] = companions.found.as_slice() else { panic!("{companions:?}") };
        assert_eq!((companion.artifact_type.as_str(), companion.files[0].bytes.as_slice()), ("a", b"hi".as_slice()));
    }

    #[test]
    fn what_is_not_what_its_descriptor_says_is_unread() {
        let reason = |sizes: &[u64], came: &[u8]| {
            let companions = take(&[manifest(sizes, b"hi")], came);
            assert_eq!(companions.found[0].files, []);
            companions.unread[0].reason.clone()
        };
        assert!(reason(&[2], b"ho").contains("damaged or replaced"));
        assert!(reason(&[3], b"hi").contains("3"));
        assert!(reason(&[LARGEST_COMPANION_BYTES + 1], b"hi").contains("at most"));
    }

    #[test]
    fn too_many_are_cut_and_said() {
        let many: Vec<Vec<u8>> = (0..70).map(|place| manifest(&vec![2; place % 3], b"hi")).collect();
        assert!(take(&many, b"hi").unread.is_empty(), "three of them are different");
        let files = take(&[manifest(&[2; 300], b"hi"), manifest(&[2; 9], b"hi")], b"hi");
        let counts: Vec<usize> = files.found.iter().map(|found| found.files.len()).collect();
        assert_eq!((counts, files.unread.len()), (vec![MOST_COMPANION_FILES, 0], 2));
        let mut all = Vec::new();
        for place in 0..70 {
            let mut manifest = manifest(&[], b"");
            manifest.extend(vec![b' '; place]);
            all.push(manifest);
        }
        let companions = take(&all, b"");
        assert_eq!((companions.found.len(), companions.unread.len()), (MOST_COMPANIONS, 1));
    }
}
