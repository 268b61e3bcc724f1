//! Images of several platforms: what the documents of image indexes (OCI image-spec, image-index.md) say that a digest stands
//! for. The documents are foreign; what they say counts because their digests verify.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use model::{Digest, DigestAlgorithm};
use serde::Deserialize;
use store::images::PlatformImage;

use crate::error::{ApiError, ApiResult};

/// The most images that one index stands for: each of them is scanned.
pub(crate) const MOST_PLATFORMS: usize = 64;

/// The most documents of one index, those within it included.
const MOST_DOCUMENTS: usize = 65;

/// What an index stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlatformIndex {
    /// Its digest.
    pub(crate) digest: String,
    /// The images that are scanned: those for Linux, or all where none is.
    pub(crate) images: Vec<PlatformImage>,
    /// The digests of all images, attestations left out.
    all: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    manifests: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    digest: Digest,
    #[serde(default)]
    artifact_type: Option<String>,
    #[serde(default)]
    platform: Option<EntryPlatform>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, serde_json::Value>>,
}

#[derive(Deserialize)]
struct EntryPlatform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: Option<String>,
}

impl Entry {
    /// Whether it is about an image, as provenance is, and is none.
    fn is_attachment(&self) -> bool {
        let os = self.platform.as_ref().map(|platform| platform.os.as_str());
        let annotations = self.annotations.iter().flatten().map(|(name, _)| name.as_str());
        model::is_attachment(os, self.artifact_type.as_deref(), annotations)
    }

    fn is_for_linux(&self) -> bool {
        self.platform.as_ref().is_none_or(|platform| platform.os.is_empty() || platform.os == "linux")
    }

    fn platform(&self) -> String {
        let Some(platform) = &self.platform else { return String::new() };
        let parts = [platform.os.as_str(), platform.architecture.as_str(), platform.variant.as_deref().unwrap_or("")];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }
}

impl PlatformIndex {
    /// Reads the documents of an index and of those within it, in any order. Which of them was asked for its digest says, or,
    /// where nobody knew it, that it is the first.
    pub(crate) fn read(documents: &[String], asked: Option<&str>) -> ApiResult<PlatformIndex> {
        if documents.len() > MOST_DOCUMENTS {
            return Err(invalid(format!("there are more than {MOST_DOCUMENTS}")));
        }
        let by_digest: BTreeMap<String, &String> = documents
            .iter()
            .flat_map(|text| {
                [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512].map(|kind| (digest_of(text, kind), text))
            })
            .collect();
        let top = match (asked, documents.first()) {
            (Some(asked), _) => asked.to_owned(),
            (None, Some(first)) => digest_of(first, DigestAlgorithm::Sha256),
            (None, None) => return Err(invalid("there is none".to_owned())),
        };
        if !by_digest.contains_key(&top) {
            return Err(invalid(format!("none of them has the digest {top}")));
        }
        let (mut waiting, mut seen, mut entries) = (vec![top.clone()], BTreeSet::new(), Vec::new());
        while let Some(next) = waiting.pop() {
            let Some(text) = by_digest.get(&next).filter(|_| seen.insert(next.clone())) else { continue };
            let document: Document = serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
            for entry in document.manifests.unwrap_or_default() {
                let digest = entry.digest.to_string();
                match entry.is_attachment() {
                    true => {}
                    false if by_digest.contains_key(&digest) => waiting.push(digest),
                    false => entries.push(entry),
                }
            }
        }
        let has_linux = entries.iter().any(Entry::is_for_linux);
        let scanned = entries.iter().filter(|entry| !has_linux || entry.is_for_linux());
        let image = |entry: &Entry| PlatformImage { digest: entry.digest.to_string(), platform: entry.platform() };
        let mut images: Vec<PlatformImage> = scanned.map(image).collect();
        images.sort();
        images.dedup_by(|one, other| one.digest == other.digest);
        if images.len() > MOST_PLATFORMS {
            return Err(invalid(format!("the index has more than {MOST_PLATFORMS} images")));
        }
        let all = entries.iter().map(|entry| entry.digest.to_string()).collect();
        Ok(PlatformIndex { digest: top, images, all })
    }

    /// Holds an image to be one of those that the index stands for.
    pub(crate) fn must_have(&self, digest: &str) -> ApiResult<()> {
        match self.all.contains(digest) {
            true => Ok(()),
            false => Err(invalid(format!("{digest} is not among the images of the index {}", self.digest))),
        }
    }
}

fn invalid(problem: String) -> ApiError {
    ApiError::invalid("image_indexes", problem)
}

fn digest_of(text: &str, algorithm: DigestAlgorithm) -> String {
    let by = match algorithm {
        DigestAlgorithm::Sha256 => &SHA256,
        DigestAlgorithm::Sha512 => &SHA512,
    };
    Digest::from_hash(algorithm, digest(by, text.as_bytes()).as_ref()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(number: u32) -> String {
        crate::sample::digest(number)
    }

    fn entry(digest: &str, rest: &str) -> String {
        format!(r#"{{"digest":"{digest}","size":7{rest}}}"#)
    }

    fn platform(text: &str) -> String {
        let (os, architecture) = text.split_once('/').unwrap();
        format!(r#","platform":{{"os":"{os}","architecture":"{architecture}"}}"#)
    }

    fn index(entries: &[String]) -> String {
        format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, entries.join(","))
    }

    fn images(found: &PlatformIndex) -> Vec<(&str, &str)> {
        found.images.iter().map(|image| (image.digest.as_str(), image.platform.as_str())).collect()
    }

    #[test]
    fn an_index_stands_for_its_linux_images_and_those_of_the_indexes_within_it() {
        let within = index(&[entry(&image(3), &platform("linux/s390x"))]);
        let top = index(&[
            entry(&image(1), &platform("linux/amd64")),
            entry(&image(2), r#","platform":{"os":"linux","architecture":"arm","variant":"v7"}"#),
            entry(&image(4), &platform("windows/amd64")),
            entry(&image(5), &platform("unknown/unknown")),
            entry(&image(6), r#","annotations":{"vnd.docker.reference.type":"attestation-manifest"}"#),
            entry(&digest_of(&within, DigestAlgorithm::Sha256), ""),
        ]);
        let digest = digest_of(&top, DigestAlgorithm::Sha256);
        let found = PlatformIndex::read(&[within, top], Some(&digest)).unwrap();
        let mut expected = [(image(1), "linux/amd64"), (image(2), "linux/arm/v7"), (image(3), "linux/s390x")];
        expected.sort();
        let expected: Vec<(&str, &str)> =
            expected.iter().map(|(digest, platform)| (digest.as_str(), *platform)).collect();
        assert_eq!((found.digest.as_str(), images(&found)), (digest.as_str(), expected));
        let has = |number| found.must_have(&image(number)).is_ok();
        assert!(has(4) && !has(5) && !has(6));
    }

    #[test]
    fn an_index_of_other_systems_alone_stands_for_all_of_them() {
        let top = index(&[entry(&image(1), &platform("windows/amd64"))]);
        let found = PlatformIndex::read(std::slice::from_ref(&top), None).unwrap();
        assert_eq!(images(&found), [(image(1).as_str(), "windows/amd64")]);
        assert_eq!(found.digest, digest_of(&top, DigestAlgorithm::Sha256));
    }

    #[test]
    fn documents_that_prove_nothing_are_refused() {
        let top = index(&[entry(&image(1), "")]);
        let problem = |documents: &[String], asked: Option<&str>| {
            PlatformIndex::read(documents, asked).unwrap_err().problem(None).detail
        };
        assert!(problem(std::slice::from_ref(&top), Some(&image(9))).contains("none of them has the digest"));
        assert!(problem(&[], None).contains("there is none"));
        assert!(problem(&["[".to_owned()], None).contains("image_indexes"));
        let many: Vec<String> = (0..70).map(|number| entry(&image(number), "")).collect();
        assert!(problem(&[index(&many)], None).contains("more than 64 images"));
        assert!(problem(&vec![top; 66], None).contains("more than 65"));
        // One that lies within itself cannot be made; one that is named twice is read once.
        let within = index(&[entry(&image(2), "")]);
        let twice = digest_of(&within, DigestAlgorithm::Sha256);
        let top = index(&[entry(&twice, ""), entry(&twice, "")]);
        assert_eq!(PlatformIndex::read(&[top, within], None).unwrap().images.len(), 1);
    }
}
