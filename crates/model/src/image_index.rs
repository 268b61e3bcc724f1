//! What an index of images says of its entries (OCI image-spec, image-index.md).

/// The annotation by which builders mark what they attach to an image (BuildKit, Image attestation storage).
const REFERENCE_TYPE: &str = "vnd.docker.reference.type";

/// Whether an entry names something that belongs to an image, such as a provenance statement, and no image: by the operating
/// system of its platform, by the kind of artifact and by the names of its annotations, each where the entry has it.
pub fn is_attachment<'a>(
    os: Option<&str>,
    artifact_type: Option<&str>,
    mut annotations: impl Iterator<Item = &'a str>,
) -> bool {
    os == Some("unknown")
        || artifact_type.is_some_and(|kind| !kind.is_empty())
        || annotations.any(|name| name == REFERENCE_TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_an_image_is_told_from_images() {
        let check =
            |os, artifact_type, annotations: &[&str]| is_attachment(os, artifact_type, annotations.iter().copied());
        assert!(check(Some("unknown"), None, &[]));
        assert!(check(Some("linux"), Some("application/vnd.in-toto+json"), &[]));
        assert!(check(None, None, &["a", "vnd.docker.reference.type"]));
        assert!(!check(Some("linux"), Some(""), &["org.opencontainers.image.created"]));
        assert!(!check(None, None, &[]));
    }
}
