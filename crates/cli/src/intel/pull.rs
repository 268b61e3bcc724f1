//! Intelligence as an artifact in a registry (`docs/reference/intelligence-updates.md` has its form).

use std::io::{self, Write};

use anyhow::Context;
use intelligence::{DELTA_LIST_NAME, Fetch};
use model::ImageName;
use oci::registry::{Artifact, RegistryOptions, open_artifact};

use crate::failure::Failure;

/// What the artifact says it is.
const ARTIFACT_TYPE: &str = "application/vnd.bulkhead.intelligence.v1";
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
        if artifact.artifact_type() != ARTIFACT_TYPE {
            return Err(Failure::usage(format!(
                "{name} is no intelligence but `{}`; push it with the type {ARTIFACT_TYPE}",
                artifact.artifact_type()
            )));
        }
        Ok(Pull { artifact })
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
        let missing = || io::Error::other(format!("the artifact has no file of the type {}", DATABASE_TYPES[0]));
        self.artifact.read(self.index(title).ok_or_else(missing)?, out)
    }
}
