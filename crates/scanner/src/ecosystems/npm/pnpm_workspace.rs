//! `pnpm-workspace.yaml`: the folders whose packages share a lock file (pnpm.io, pnpm-workspace.yaml).

use serde::Deserialize;

use crate::found::Found;
use crate::manifest::{ProjectManifest, Workspace};
use crate::yaml;

#[derive(Deserialize)]
struct PnpmWorkspace {
    packages: Vec<String>,
}

/// Reads the file. One that names no folders, or is none of pnpm, lists no package, so that nothing is missed.
pub(super) fn read(text: &str, found: &mut Found) {
    let Ok(PnpmWorkspace { packages }) = yaml::parse(text) else { return };
    let workspace = Some(Workspace { members: packages, ..Workspace::default() });
    found.mark = ProjectManifest { workspace, ..ProjectManifest::default() }.into_mark();
}
