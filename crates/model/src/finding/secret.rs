//! Secrets that whoever has the target can read.

use serde::{Deserialize, Serialize};

use crate::Severity;

/// A password, key or token in the target. Sorted by its fields from the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretFinding {
    /// What sort of place it is in.
    pub location: SecretLocation,
    /// The file (nested archives as `a.tar.gz!/b`), the name of the variable, label or argument, or the place in the
    /// configuration (`config.Entrypoint`); empty for history.
    pub path: String,
    /// The line, counted from 1, where the place has lines.
    pub line: Option<u32>,
    /// The rule that found it, such as `aws-access-key-id`.
    pub rule: String,
    /// What it is, in words: `AWS access key id`.
    pub title: String,
    /// The value as it may be shown: masked by the detector, for the secret itself never leaves it.
    pub matched: String,
    /// Which of several different values it is that stand in one place and look the same once they are masked, counted
    /// from 1; `None` for the first, which is most often the only one.
    pub number: Option<u32>,
    /// How bad it is that it can be read.
    pub severity: Severity,
    /// What sort of secret it is: `cloud`, `private-key`, `password`.
    pub category: String,
    /// Index of the layer that brought it; `None` outside images.
    pub layer: Option<u32>,
    /// Index of the upper layer that removes or replaces the file; `None` where containers see it. Whoever pulls the image
    /// has the file of the lower layer all the same.
    pub removed_in: Option<u32>,
    /// The exception that covers it, by name.
    pub excepted_by: Option<String>,
}

impl SecretFinding {
    /// The value as it may be shown, with its number where it is not the first of those that look the same.
    pub fn shown(&self) -> String {
        match self.number {
            Some(number) => format!("{} #{number}", self.matched),
            None => self.matched.clone(),
        }
    }
}

/// What sort of place a secret is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretLocation {
    /// A file, or one in an archive.
    File,
    /// An environment variable of the image's configuration.
    Environment,
    /// A command of the image's history.
    History,
    /// A label of the image.
    Label,
    /// A build argument, as the history keeps it.
    Argument,
    /// Another part of the image's configuration, such as its entry point.
    Configuration,
}

impl SecretLocation {
    /// Every place.
    pub const ALL: [SecretLocation; 6] = [
        SecretLocation::File,
        SecretLocation::Environment,
        SecretLocation::History,
        SecretLocation::Label,
        SecretLocation::Argument,
        SecretLocation::Configuration,
    ];

    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            SecretLocation::File => "file",
            SecretLocation::Environment => "environment",
            SecretLocation::History => "history",
            SecretLocation::Label => "label",
            SecretLocation::Argument => "argument",
            SecretLocation::Configuration => "configuration",
        }
    }
}
