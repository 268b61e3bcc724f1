//! The list of ecosystems. Adding one is one file and one line here (`docs/contributing/add-ecosystem.md`).

mod apk;
mod binaries;
mod bitnami;
mod borrowed_json;
mod cocoapods;
mod conan;
mod conda;
mod dart;
mod dotnet;
mod dpkg;
mod elixir;
mod go;
mod haskell;
mod java;
mod julia;
mod locked_packages;
mod npm;
mod php;
mod python;
mod r;
#[cfg(test)]
mod reading;
pub(crate) mod release;
mod rpm;
mod ruby;
mod rust;
mod swift;
mod wordpress;

use crate::ecosystem::Ecosystem;

/// Every ecosystem the scanner reads.
pub(crate) const ECOSYSTEMS: &[&dyn Ecosystem] = &[
    &release::Release,
    &dpkg::Dpkg,
    &apk::Apk,
    &rpm::Rpm,
    &npm::Npm,
    &python::Python,
    &go::Go,
    &rust::Rust,
    &binaries::Binaries,
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
