//! Package ecosystems: who names and numbers a package.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::version::VersionScheme;

/// The ecosystem a package belongs to: it decides the purl type and how two of its versions compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ecosystem {
    /// Debian, Ubuntu and their derivatives.
    Deb,
    /// Alpine, Wolfi, Chainguard, MinimOS.
    Apk,
    /// Red Hat, SUSE, Amazon, Oracle, Photon, Azure Linux and their derivatives.
    Rpm,
    /// Node packages.
    Npm,
    /// Python packages.
    Pypi,
    /// Go modules, the standard library (`stdlib`) included.
    Golang,
    /// Rust crates.
    Cargo,
    /// Java and other JVM artifacts.
    Maven,
    /// Ruby gems.
    Gem,
    /// PHP packages.
    Composer,
    /// .NET packages.
    Nuget,
    /// C and C++ packages of Conan.
    Conan,
    /// Swift packages.
    Swift,
    /// CocoaPods.
    Cocoapods,
    /// Dart and Flutter packages.
    Pub,
    /// Erlang and Elixir packages.
    Hex,
    /// Conda packages.
    Conda,
    /// Julia packages.
    Julia,
    /// Haskell packages.
    Hackage,
    /// R packages.
    Cran,
    /// Applications packaged by Bitnami.
    Bitnami,
    /// WordPress core, plugins and themes.
    Wordpress,
    /// A program that no package manager installed, recognised by its content.
    Generic,
}

impl Ecosystem {
    /// Every ecosystem, in the order of declaration.
    pub const ALL: [Ecosystem; 23] = [
        Ecosystem::Deb,
        Ecosystem::Apk,
        Ecosystem::Rpm,
        Ecosystem::Npm,
        Ecosystem::Pypi,
        Ecosystem::Golang,
        Ecosystem::Cargo,
        Ecosystem::Maven,
        Ecosystem::Gem,
        Ecosystem::Composer,
        Ecosystem::Nuget,
        Ecosystem::Conan,
        Ecosystem::Swift,
        Ecosystem::Cocoapods,
        Ecosystem::Pub,
        Ecosystem::Hex,
        Ecosystem::Conda,
        Ecosystem::Julia,
        Ecosystem::Hackage,
        Ecosystem::Cran,
        Ecosystem::Bitnami,
        Ecosystem::Wordpress,
        Ecosystem::Generic,
    ];

    /// The purl type of the ecosystem's packages (package-url/purl-spec, types).
    pub fn purl_type(self) -> &'static str {
        match self {
            Ecosystem::Deb => "deb",
            Ecosystem::Apk => "apk",
            Ecosystem::Rpm => "rpm",
            Ecosystem::Npm => "npm",
            Ecosystem::Pypi => "pypi",
            Ecosystem::Golang => "golang",
            Ecosystem::Cargo => "cargo",
            Ecosystem::Maven => "maven",
            Ecosystem::Gem => "gem",
            Ecosystem::Composer => "composer",
            Ecosystem::Nuget => "nuget",
            Ecosystem::Conan => "conan",
            Ecosystem::Swift => "swift",
            Ecosystem::Cocoapods => "cocoapods",
            Ecosystem::Pub => "pub",
            Ecosystem::Hex => "hex",
            Ecosystem::Conda => "conda",
            Ecosystem::Julia => "julia",
            Ecosystem::Hackage => "hackage",
            Ecosystem::Cran => "cran",
            Ecosystem::Bitnami => "bitnami",
            Ecosystem::Wordpress => "wordpress",
            Ecosystem::Generic => "generic",
        }
    }

    /// The ecosystem of a purl type, if it is one we know.
    pub fn from_purl_type(purl_type: &str) -> Option<Ecosystem> {
        Ecosystem::ALL.into_iter().find(|ecosystem| ecosystem.purl_type() == purl_type)
    }

    /// Whether the ecosystem's packages make up an operating system distribution.
    pub fn is_operating_system(self) -> bool {
        matches!(self, Ecosystem::Deb | Ecosystem::Apk | Ecosystem::Rpm)
    }

    /// How two versions of the ecosystem compare.
    pub fn version_scheme(self) -> VersionScheme {
        match self {
            Ecosystem::Deb => VersionScheme::Deb,
            Ecosystem::Apk => VersionScheme::Apk,
            Ecosystem::Rpm => VersionScheme::Rpm,
            Ecosystem::Pypi => VersionScheme::Pypi,
            Ecosystem::Maven => VersionScheme::Maven,
            Ecosystem::Gem => VersionScheme::Gem,
            // WordPress itself compares with PHP's version_compare.
            Ecosystem::Composer | Ecosystem::Wordpress => VersionScheme::Packagist,
            Ecosystem::Nuget => VersionScheme::Nuget,
            // A build of a Julia binary package (`1.2.3+1`) is a version of its own.
            Ecosystem::Pub | Ecosystem::Julia => VersionScheme::Pub,
            Ecosystem::Hackage => VersionScheme::Hackage,
            Ecosystem::Cran => VersionScheme::Cran,
            // They package programs of others under the others' own numbers: OpenSSL's 1.1.1k, a revision behind a hyphen.
            Ecosystem::Conan | Ecosystem::Conda | Ecosystem::Bitnami | Ecosystem::Generic => VersionScheme::Generic,
            Ecosystem::Npm
            | Ecosystem::Golang
            | Ecosystem::Cargo
            | Ecosystem::Swift
            | Ecosystem::Cocoapods
            | Ecosystem::Hex => VersionScheme::Semver,
        }
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.purl_type())
    }
}
