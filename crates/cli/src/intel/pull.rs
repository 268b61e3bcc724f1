//! Intelligence as an artifact in a registry (`docs/reference/intelligence-updates.md` has its form).

use std::io::{self, Write};

use anyhow::Context;
use intelligence::{DELTA_LIST_NAME, Fetch};
use model::ImageName;
use oci::registry::{Artifact, RegistryError, RegistryOptions, open_artifact};

use crate::failure::Failure;

/// What the artifact says it is.
const ARTIFACT_TYPE: &str = "application/vnd.bulkhead.intelligence.v1";
/// The types that the configurations of images have, which stand for the artifact's own where it has none.
const IMAGE_TYPES: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];
/// The type of a configuration that says nothing (OCI image-spec, manifest.md, Guidance for an Empty Descriptor).
const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
/// The media type of the database, compressed or not; deltas have another one.
const DATABASE_TYPES: [&str; 2] =
    ["application/vnd.bulkhead.intelligence.v1+zstd", "application/vnd.bulkhead.intelligence.v1"];

/// Fetches the files of one artifact.
pub(super) struct Pull {
    artifact: Artifact,
}

impl Pull {
    /// Reads the manifest of `REGISTRY/REPOSITORY:TAG`.
    pub(super) fn open(name: &str, options: &RegistryOptions) -> Result<Pull, Failure> {
        let name: ImageName = name
            .parse()
            .with_context(|| format!("oci://{name} names no artifact; write oci://REGISTRY/REPOSITORY:TAG"))
            .map_err(Failure::Usage)?;
        let artifact = open_artifact(&name, options)
            .with_context(|| format!("cannot get the intelligence from oci://{name}"))
            .map_err(Failure::Work)?;
        match artifact.artifact_type() {
            ARTIFACT_TYPE => Ok(Pull { artifact }),
            other => Err(Failure::usage(format!(
                "oci://{name} is no intelligence{}; name another artifact, or push this one with the type {ARTIFACT_TYPE}",
                told(other)
            ))),
        }
    }

    /// The place of the database, or of the file that is named.
    fn index(&self, title: Option<&str>) -> Option<usize> {
        match title {
            Some(title) => self.artifact.files().position(|file| file.title == Some(title)),
            None => self.artifact.files().position(|file| DATABASE_TYPES.contains(&file.media_type)),
        }
    }
}

impl Fetch for Pull {
    fn fetch(&mut self, url: &str, out: &mut dyn Write) -> io::Result<()> {
        let title = url.split_once('#').map(|(_, title)| title);
        // The manifest itself is the list.
        if title == Some(DELTA_LIST_NAME) {
            return self.artifact.files().filter_map(|file| file.title).try_for_each(|title| writeln!(out, "{title}"));
        }
        self.artifact.read(self.index(title).ok_or_else(|| self.missing())?, out).map_err(with_advice)
    }
}

impl Pull {
    /// That no file of the artifact is a database.
    fn missing(&self) -> io::Error {
        let mut types: Vec<&str> = self.artifact.files().map(|file| file.media_type).collect();
        types.sort_unstable();
        types.dedup();
        let others = match types.as_slice() {
            [] => "no file at all".to_owned(),
            types => format!("files of other types alone ({})", types.join(", ")),
        };
        let [compressed, plain] = DATABASE_TYPES;
        io::Error::other(format!(
            "the artifact has {others}; push the database with the type {compressed}, or {plain} where it is not compressed"
        ))
    }
}

/// What an artifact of another type is, behind the name.
fn told(artifact_type: &str) -> String {
    match artifact_type {
        "" | EMPTY_TYPE => " and does not say what it is".to_owned(),
        kind if IMAGE_TYPES.contains(&kind) => " but an image".to_owned(),
        kind => format!(" but `{kind}`"),
    }
}

/// Says what to do where a registry sent something else than its manifest names.
fn with_advice(error: io::Error) -> io::Error {
    let is_wrong = error.get_ref().and_then(|error| error.downcast_ref::<RegistryError>()).is_some_and(|error| {
        matches!(
            error,
            RegistryError::WrongDigest { .. } | RegistryError::WrongLength { .. } | RegistryError::CutOff { .. }
        )
    });
    match is_wrong {
        true => io::Error::other(format!("{error}; try again, and push the artifact anew where that does not help")),
        false => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_of_other_types_are_told_as_what_they_are() {
        for unsaid in ["", "application/vnd.oci.empty.v1+json"] {
            assert_eq!(told(unsaid), " and does not say what it is");
        }
        assert_eq!(told("application/vnd.oci.image.config.v1+json"), " but an image");
        assert_eq!(told("application/x"), " but `application/x`");
    }

    #[test]
    fn what_may_pass_is_told_with_what_to_do() {
        let digest = format!("sha256:{}", "a".repeat(64)).parse().unwrap();
        let cut = RegistryError::CutOff { host: "h".to_owned(), digest, at_byte: 1, size_bytes: 2 };
        let told = with_advice(io::Error::other(cut)).to_string();
        assert!(told.ends_with("; try again, and push the artifact anew where that does not help"), "{told}");
        assert_eq!(with_advice(io::Error::other("x")).to_string(), "x");
    }
}
