//! The word of `packages[].ecosystem`.

use model::{Distribution, Ecosystem};

/// Whose package it is: the distribution's id, or the language ecosystem's name as OSV spells it.
pub(super) fn ecosystem_word(ecosystem: Ecosystem, distribution: Option<&Distribution>) -> &str {
    match ecosystem {
        Ecosystem::Deb | Ecosystem::Apk | Ecosystem::Rpm => {
            distribution.map_or(ecosystem.purl_type(), |distribution| distribution.id.as_str())
        }
        Ecosystem::Npm => "npm",
        Ecosystem::Pypi => "PyPI",
        Ecosystem::Golang => "Go",
        Ecosystem::Cargo => "crates.io",
        Ecosystem::Maven => "Maven",
        Ecosystem::Gem => "RubyGems",
        Ecosystem::Composer => "Packagist",
        Ecosystem::Nuget => "NuGet",
        Ecosystem::Conan => "ConanCenter",
        Ecosystem::Swift => "SwiftURL",
        Ecosystem::Cocoapods => "CocoaPods",
        Ecosystem::Pub => "Pub",
        Ecosystem::Hex => "Hex",
        Ecosystem::Conda => "Conda",
        Ecosystem::Julia => "Julia",
        Ecosystem::Hackage => "Hackage",
        Ecosystem::Cran => "CRAN",
        Ecosystem::Bitnami => "Bitnami",
        Ecosystem::Wordpress => "WordPress",
        Ecosystem::Generic => "generic",
    }
}
