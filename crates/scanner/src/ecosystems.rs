//! The list of ecosystems. Adding one is one file and one line here (`docs/contributing/add-ecosystem.md`).

mod apk;
mod dpkg;
mod release;
mod rpm;

use crate::ecosystem::Ecosystem;

/// Every ecosystem the scanner reads.
pub(crate) const ECOSYSTEMS: &[&dyn Ecosystem] = &[&release::Release, &dpkg::Dpkg, &apk::Apk, &rpm::Rpm];
