//! The choice of one image from an index.

use model::{Digest, Platform};

use super::{
    FindImageError, Kind, MAX_DOCUMENTS, MAX_INDEX_DEPTH, MAX_MANIFEST_BYTES, MAX_MANIFESTS, Manifest,
    ReadManifestError, Wanted, kind_of, read_verified,
};
use crate::manifest::Descriptor;

/// The error of asking for a platform that an image is not made for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the image is not offered for {asked}; choose with --platform from: {}", list(offered))]
pub struct NoSuchPlatform {
    /// The platform asked for.
    pub asked: Platform,
    /// Those that the image is offered for.
    pub offered: Vec<Platform>,
}

fn list(platforms: &[Platform]) -> String {
    if platforms.is_empty() {
        return "(none)".to_owned();
    }
    platforms.iter().map(Platform::to_string).collect::<Vec<_>>().join(", ")
}

/// Whether an image for `offered` serves who asked for `asked`. The 64-bit ARM has one variant, `v8`, which may be left
/// out on either side.
pub(super) fn serves(asked: &Platform, offered: &Platform) -> bool {
    let normal = |platform: &Platform| match (platform.architecture.as_str(), platform.variant.as_deref()) {
        ("arm64", Some("v8" | "8")) => Platform { variant: None, ..platform.clone() },
        _ => platform.clone(),
    };
    normal(asked).accepts(&normal(offered))
}

/// Finds the manifest for a platform in an index and those within it, and what the index says of its platform. The indexes
/// within it are added to `indexes`.
pub(super) fn choose_image<E>(
    entries: Vec<Descriptor>,
    wanted: Wanted<'_>,
    indexes: &mut Vec<Vec<u8>>,
    read: &mut impl FnMut(&Descriptor) -> Result<Vec<u8>, E>,
) -> Result<(Digest, Manifest, Option<Platform>), FindImageError<E>> {
    let mut search = Search { indexes, documents_left: MAX_DOCUMENTS, manifests: Vec::new() };
    search.gather(entries, 1, read)?;
    let native = Platform::native();
    let asked = wanted.named().unwrap_or(&native);
    let offers = |candidate: &&Descriptor| candidate.platform().is_some_and(|offered| serves(asked, &offered));
    let is_plain = |candidate: &&Descriptor| candidate.platform().is_some_and(|offered| offered.variant.is_none());
    let manifests = &search.manifests;
    let unstated: Vec<&Descriptor> = manifests.iter().filter(|candidate| candidate.platform().is_none()).collect();
    let chosen = manifests
        .iter()
        .filter(offers)
        .find(is_plain)
        .or_else(|| manifests.iter().find(offers))
        .or_else(|| unstated.first().copied().filter(|_| unstated.len() == 1))
        .or_else(|| manifests.first().filter(|_| manifests.len() == 1 && wanted.named().is_none()))
        .or_else(|| {
            manifests.iter().filter(|_| wanted == Wanted::Any).min_by_key(|candidate| !is_for_linux(candidate))
        });
    let Some(chosen) = chosen else {
        let mut offered: Vec<Platform> = manifests.iter().filter_map(Descriptor::platform).collect();
        offered.sort();
        offered.dedup();
        return Err(ReadManifestError::from(NoSuchPlatform { asked: asked.clone(), offered }).into());
    };
    let bytes = read_verified(chosen, MAX_MANIFEST_BYTES, read)?;
    match kind_of(&bytes, &chosen.digest)? {
        Kind::Manifest(manifest) => Ok((chosen.digest.clone(), *manifest, chosen.platform())),
        Kind::Index(_) => {
            let digest = chosen.digest.clone();
            Err(ReadManifestError::Unusable { digest, reason: "its index says manifest and it is an index" }.into())
        }
    }
}

/// The manifests of an index and of those within it, attestations left out.
struct Search<'a> {
    indexes: &'a mut Vec<Vec<u8>>,
    documents_left: usize,
    manifests: Vec<Descriptor>,
}

impl Search<'_> {
    fn gather<E>(
        &mut self,
        entries: Vec<Descriptor>,
        depth: usize,
        read: &mut impl FnMut(&Descriptor) -> Result<Vec<u8>, E>,
    ) -> Result<(), FindImageError<E>> {
        for entry in entries {
            if entry.is_attachment() {
                continue;
            }
            let unusable =
                |reason| FindImageError::from(ReadManifestError::Unusable { digest: entry.digest.clone(), reason });
            if self.manifests.len() >= MAX_MANIFESTS {
                return Err(unusable("it is one of more than 4096 images of one index"));
            }
            if !is_index(&entry.media_type) {
                self.manifests.push(entry);
                continue;
            }
            if depth >= MAX_INDEX_DEPTH {
                return Err(unusable("indexes lie more than four deep in one another"));
            }
            self.documents_left =
                self.documents_left.checked_sub(1).ok_or_else(|| unusable("it has more than 64 indexes"))?;
            let bytes = read_verified(&entry, MAX_MANIFEST_BYTES, read)?;
            match kind_of(&bytes, &entry.digest)? {
                Kind::Index(entries) => {
                    self.indexes.push(bytes);
                    self.gather(entries, depth + 1, read)?;
                }
                Kind::Manifest(_) => return Err(unusable("its index says index and it is a manifest")),
            }
        }
        Ok(())
    }
}

fn is_for_linux(candidate: &Descriptor) -> bool {
    candidate.platform().is_none_or(|platform| platform.os == "linux")
}

fn is_index(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/vnd.oci.image.index.v1+json" | "application/vnd.docker.distribution.manifest.list.v2+json"
    )
}
