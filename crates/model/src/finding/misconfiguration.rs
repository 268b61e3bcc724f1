//! Settings that make an attack easier.

use crate::Severity;

/// A check that a file or the image's configuration fails. Sorted by its fields from the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Misconfiguration {
    /// The file; empty for the configuration of the image.
    pub path: String,
    /// The line, counted from 1, where the place has lines.
    pub line: Option<u32>,
    /// The check, such as `BHD-DOCKER-0002`.
    pub id: String,
    /// The public checks that ask the same question, sorted: `DS-0002`.
    pub aliases: Vec<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What the check asks for, in one line.
    pub title: String,
    /// What it found here.
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
    /// Index of the layer that brought the file; `None` outside images.
    pub layer: Option<u32>,
    /// The exception that covers it, by name.
    pub excepted_by: Option<String>,
}
