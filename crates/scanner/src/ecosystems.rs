//! The list of ecosystems. Adding one is one file and one line here (`docs/contributing/add-ecosystem.md`).

mod bitnami;
mod cocoapods;
mod conan;
mod conda;
mod dart;
mod dotnet;
mod elixir;
mod haskell;
mod java;
mod julia;
mod php;
mod r;
mod ruby;
mod swift;
mod wordpress;

use crate::ecosystem::Ecosystem;

/// Every ecosystem the scanner reads.
pub(crate) const ECOSYSTEMS: &[&dyn Ecosystem] = &[
    &bitnami::Bitnami,
    &cocoapods::Cocoapods,
    &conan::Conan,
    &conda::Conda,
    &dart::Dart,
    &dotnet::Dotnet,
    &elixir::Elixir,
    &haskell::Haskell,
    &java::Java,
    &julia::Julia,
    &php::Php,
    &r::R,
    &ruby::Ruby,
    &swift::Swift,
    &wordpress::Wordpress,
];
