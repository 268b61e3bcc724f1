//! The configuration of an image (OCI image-spec, config.md), and what stands out among its files.

use model::{ImageFacts, UntrustedPath};

use crate::check::{Found, Subject};
use crate::left_over::LeftOver;
use crate::run::{Checked, Options, Report};
use crate::tree::Tree;

/// What of an image's configuration is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageConfiguration {
    /// The facts that every scan of an image knows.
    pub facts: ImageFacts,
    /// The name by which the image was asked for, if it was by name.
    pub name: Option<String>,
    /// Files and folders that stand out by their name or their permissions.
    pub files: Vec<ImageFile>,
}

/// A file or folder that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFile {
    /// Where it is.
    pub path: UntrustedPath,
    /// What is remarkable about it.
    pub what: FileFact,
}

/// What is remarkable about a file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFact {
    /// A program that runs with the rights of its owner or its group.
    SetId {
        /// Of its owner.
        user: bool,
        /// Of its group.
        group: bool,
    },
    /// A program that is given capabilities, in the words of capabilities(7).
    Capabilities(Vec<String>),
    /// A folder in which everybody may remove and replace the files of others.
    WritableFolder,
    /// A folder in which a package manager left something behind.
    LeftOver(LeftOver),
}

/// Checks the configuration of an image and what stands out among its files. Findings have no line; those about the
/// configuration have the path [`ImageConfiguration::PATH`].
pub fn check_image(image: &ImageConfiguration, options: &Options) -> Checked {
    let mut report = Report::new(options);
    report.run(Subject::Image(image));
    report.finish(&Tree::new())
}

impl ImageConfiguration {
    /// The path that findings about the configuration have.
    pub const PATH: &str = "image configuration";

    pub(crate) fn path() -> UntrustedPath {
        UntrustedPath::normalise(ImageConfiguration::PATH)
    }

    /// Adds a failure for each file of which `say` has something to say.
    pub(crate) fn add_files(&self, found: &mut Found, say: impl Fn(&FileFact) -> Option<String>) {
        for file in &self.files {
            if let Some(message) = say(&file.what) {
                // The root has no name of its own.
                let message =
                    if file.path.as_str().is_empty() { format!("the root folder: {message}") } else { message };
                found.add(&file.path, 0, (0, 0), message);
            }
        }
    }

    /// The commands of the history, from the base upwards: those that made layers, then those that made none.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &str> {
        let of_layers = self.facts.layers.iter().filter_map(|layer| layer.created_by.as_deref());
        of_layers.chain(self.facts.empty_history.iter().map(String::as_str))
    }
}
