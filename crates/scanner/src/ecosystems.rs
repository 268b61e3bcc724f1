//! The list of ecosystems. Adding one is one file and one line here (`docs/contributing/add-ecosystem.md`).

mod java;

use crate::ecosystem::Ecosystem;

/// Every ecosystem the scanner reads.
pub(crate) const ECOSYSTEMS: &[&dyn Ecosystem] = &[&java::Java];
