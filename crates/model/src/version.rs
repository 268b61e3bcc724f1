//! Version orders, exact for every scheme: a version is compiled once into a sortable key, and keys compare as bytes.

mod apk;
mod cran;
mod deb;
mod gem;
mod generic;
mod hackage;
mod key_writer;
mod maven;
mod not_installed;
mod packagist;
mod pypi;
mod rpm;
mod semver;

use std::fmt;

use key_writer::KeyWriter;

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
    /// Dart; also Julia: Semantic Versioning in which the build counts.
    Pub,
    /// Haskell.
    Hackage,
    /// R.
    Cran,
    /// Programs whose makers follow no scheme: a letter or a revision after the number is later (`1.1.1k`, `9.6p1`,
    /// `1.25.3-4`), a pre-release word is earlier.
    Generic,
}

/// A version compiled for comparison: two keys of one scheme compare as their versions do, byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionKey(Vec<u8>);

impl VersionKey {
    /// The key before those of all versions: what OSV means by `introduced: 0`.
    pub const fn lowest() -> VersionKey {
        VersionKey(Vec::new())
    }

    /// Takes a key back from the bytes it was stored as.
    pub fn from_bytes(bytes: Vec<u8>) -> VersionKey {
        VersionKey(bytes)
    }

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
    /// Every scheme, in the order of declaration.
    pub const ALL: [VersionScheme; 13] = [
        VersionScheme::Deb,
        VersionScheme::Apk,
        VersionScheme::Rpm,
        VersionScheme::Maven,
        VersionScheme::Pypi,
        VersionScheme::Gem,
        VersionScheme::Semver,
        VersionScheme::Nuget,
        VersionScheme::Packagist,
        VersionScheme::Pub,
        VersionScheme::Hackage,
        VersionScheme::Cran,
        VersionScheme::Generic,
    ];

    /// Compiles a version into its sortable key.
    ///
    /// # Errors
    /// When the text is no version of this scheme.
    pub fn key(self, text: &str) -> Result<VersionKey, InvalidVersion> {
        let mut bytes = Vec::with_capacity(text.len() + 8);
        self.write_key(text, &mut bytes)?;
        Ok(VersionKey(bytes))
    }

    /// Whether the system's own program takes the text for a version, and not only puts it into some order; of the schemes of
    /// languages, whether it has a key and is not [refused](VersionScheme::refuses).
    pub fn is_valid(self, text: &str) -> bool {
        let is_comparable = || !self.refuses(text) && self.write_key(text, &mut Vec::new()).is_ok();
        match self {
            VersionScheme::Deb => deb::is_valid(text.trim_ascii()),
            VersionScheme::Apk => apk::is_valid(text.trim_ascii()),
            VersionScheme::Rpm => rpm::is_valid(text.trim_ascii()),
            VersionScheme::Maven
            | VersionScheme::Pypi
            | VersionScheme::Gem
            | VersionScheme::Semver
            | VersionScheme::Nuget
            | VersionScheme::Packagist
            | VersionScheme::Pub
            | VersionScheme::Hackage
            | VersionScheme::Cran
            | VersionScheme::Generic => is_comparable(),
        }
    }

    /// Whether a text that stands in the place of an installed version is certainly none of a language's scheme, though it may
    /// have a key: a range (`^2.0`, `[1.0,2.0)`, `4.x`), a placeholder (`${version}`), a word (`unknown`), a commit. Never of
    /// the schemes of systems, where [`VersionScheme::is_valid`] tells it.
    pub fn refuses(self, text: &str) -> bool {
        let is_of_system = matches!(self, VersionScheme::Deb | VersionScheme::Apk | VersionScheme::Rpm);
        !is_of_system && not_installed::is_none(text.trim_ascii(), self)
    }

    /// Compiles a version into its sortable key, appended to `bytes`: the way without an allocation for each version.
    ///
    /// # Errors
    /// When the text is no version of this scheme; `bytes` are then as they were.
    pub fn write_key(self, text: &str, bytes: &mut Vec<u8>) -> Result<(), InvalidVersion> {
        let start = bytes.len();
        let version = text.trim_ascii();
        // Keys end their texts with a zero byte, so that no control character may be part of one.
        let written = if version.is_empty() || version.bytes().any(|byte| byte.is_ascii_control()) {
            None
        } else {
            let mut key = KeyWriter::new(bytes);
            match self {
                VersionScheme::Deb => deb::write(version, &mut key),
                VersionScheme::Apk => apk::write(version, &mut key),
                VersionScheme::Rpm => rpm::write(version, &mut key),
                VersionScheme::Maven => maven::write(version, &mut key),
                VersionScheme::Pypi => pypi::write(version, &mut key),
                VersionScheme::Gem => gem::write(version, &mut key),
                VersionScheme::Semver => semver::write(version, semver::Dialect::Semver, &mut key),
                VersionScheme::Nuget => semver::write(version, semver::Dialect::Nuget, &mut key),
                VersionScheme::Packagist => packagist::write(version, &mut key),
                VersionScheme::Pub => semver::write(version, semver::Dialect::Pub, &mut key),
                VersionScheme::Hackage => hackage::write(version, &mut key),
                VersionScheme::Cran => cran::write(version, &mut key),
                VersionScheme::Generic => generic::write(version, &mut key),
            }
        };
        written.ok_or_else(|| {
            bytes.truncate(start);
            InvalidVersion { text: text.to_owned(), scheme: self }
        })
    }
}

#[cfg(test)]
mod tests;
