//! The list of ecosystems. Adding one is one file and one line here (`docs/contributing/add-ecosystem.md`).

mod apk;
mod dpkg;
mod release;
mod rpm;
mod java;

use crate::ecosystem::Ecosystem;

mod binaries;
mod borrowed_json;
mod go;
mod locked_packages;
mod npm;
mod python;
#[cfg(test)]
mod reading;
mod rust;

/// Every ecosystem the scanner reads.
pub(crate) const ECOSYSTEMS: &[&dyn Ecosystem] = &[&release::Release, &dpkg::Dpkg, &apk::Apk, &rpm::Rpm];
pub(crate) const ECOSYSTEMS: &[&dyn Ecosystem] =
    &[&npm::Npm, &python::Python, &go::Go, &rust::Rust, &binaries::Binaries];
pub(crate) const ECOSYSTEMS: &[&dyn Ecosystem] = &[&java::Java];
