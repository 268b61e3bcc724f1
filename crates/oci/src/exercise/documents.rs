//! Documents that name each other by digest: an input gives their texts, and their digests are made to fit, because no
//! fuzzer guesses a SHA-256.
//!
//! The documents of an input are separated by NUL bytes. In each, `@N` stands for the digest of document N and `#N` for
//! its length, where N is one digit and the document comes later in the input.

use std::convert::Infallible;

use model::{Digest, DigestAlgorithm, UntrustedPath};

use super::{file_of, open};
use crate::OpenOptions;
use crate::local_blob::{LocalBlob, LocalFile};
use crate::manifest_tree::find_image;
use crate::source::exercise::{Files, open_docker, open_layout};
use crate::stored::digest_of;

const MOST_DOCUMENTS: usize = 10;

/// The index or manifest of a registry with everything behind it.
pub(super) fn manifest(bytes: &[u8]) {
    let documents = documents(bytes);
    let top = &documents[0];
    for platform in [None, "linux/arm64/v8".parse().ok()] {
        let found = find_image::<Infallible>(&top.bytes, top.digest.clone(), platform.as_ref().into(), |descriptor| {
            let named = documents.iter().find(|document| document.digest == descriptor.digest);
            Ok(named.map_or_else(Vec::new, |document| document.bytes.clone()))
        });
        let Ok(found) = found else { continue };
        assert!(documents.iter().any(|document| document.digest == found.manifest.config.digest));
        let layers = found.layers(crate::LayerIdentity::Claimed);
        assert_eq!(layers.len(), found.manifest.layers.len());
    }
}

/// An OCI layout whose `index.json` is the first document and whose blobs are all of them.
pub(super) fn oci_layout(bytes: &[u8]) {
    if let Some(layout) = Layout::new(documents(bytes), "index.json") {
        open(open_layout(&layout, &OpenOptions::default()));
    }
}

/// An archive of `docker save` whose `manifest.json` is the first document; the others lie under `1`, `2`, … and under
/// their digests.
pub(super) fn docker_archive(bytes: &[u8]) {
    if let Some(layout) = Layout::new(documents(bytes), "manifest.json") {
        open(open_docker(&layout, &OpenOptions::default()));
    }
}

struct Document {
    bytes: Vec<u8>,
    digest: Digest,
}

/// At least one document, digests filled in.
fn documents(bytes: &[u8]) -> Vec<Document> {
    let texts: Vec<&[u8]> = bytes.splitn(MOST_DOCUMENTS, |byte| *byte == 0).collect();
    let mut documents: Vec<Document> = Vec::new();
    // From the last to the first, so that whatever is named is known; `documents` is the other way around meanwhile.
    for (number, text) in texts.iter().enumerate().rev() {
        let mut filled = Vec::with_capacity(text.len());
        let mut rest = *text;
        while let Some((&first, after)) = rest.split_first() {
            let named = after.first().filter(|digit| digit.is_ascii_digit()).map(|digit| usize::from(digit - b'0'));
            let known = named
                .filter(|named| *named > number)
                .and_then(|named| documents.get(texts.len().checked_sub(named + 1)?));
            match (first, known) {
                (b'@', Some(document)) => filled.extend(document.digest.to_string().bytes()),
                (b'#', Some(document)) => filled.extend(document.bytes.len().to_string().bytes()),
                _ => {
                    filled.push(first);
                    rest = after;
                    continue;
                }
            }
            rest = &after[1..];
        }
        let digest = digest_of(DigestAlgorithm::Sha256, &filled);
        documents.push(Document { bytes: filled, digest });
    }
    documents.reverse();
    documents
}

/// Documents as the files of an image.
struct Layout {
    files: Vec<(UntrustedPath, LocalBlob)>,
}

impl Layout {
    fn new(documents: Vec<Document>, first: &str) -> Option<Layout> {
        let all: Vec<u8> = documents.iter().flat_map(|document| document.bytes.iter().copied()).collect();
        let file = LocalFile::new(file_of(&all), None).ok()?;
        let mut files = Vec::new();
        let mut offset = 0;
        for (number, document) in documents.iter().enumerate() {
            let length = document.bytes.len() as u64;
            let blob = file.whole().part(offset, length)?;
            offset += length;
            let name = if number == 0 { first.to_owned() } else { number.to_string() };
            files.push((UntrustedPath::normalise(&name), blob.clone()));
            files.push((UntrustedPath::normalise(&format!("blobs/sha256/{}", document.digest.hex())), blob));
        }
        Some(Layout { files })
    }
}

impl Files for Layout {
    fn place(&self) -> &str {
        "input"
    }

    fn file(&self, path: &UntrustedPath) -> std::io::Result<Option<LocalBlob>> {
        Ok(self.files.iter().find(|(known, _)| known == path).map(|(_, blob)| blob.clone()))
    }

    fn layouts(&self) -> Vec<UntrustedPath> {
        vec![UntrustedPath::normalise("")]
    }
}
