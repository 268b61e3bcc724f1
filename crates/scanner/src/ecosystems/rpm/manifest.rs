//! The list of packages that distroless images of Mariner and Azure Linux carry instead of a database:
//! `var/lib/rpmmanifest/container-manifest-2`, ten fields a line, separated by tabs.

use super::{evr, source_package};
use crate::found::{Evidence, Found, FoundPackage};
use model::counted;

/// Reads the lines `NAME VERSION-RELEASE INSTALLTIME BUILDTIME VENDOR EPOCH SIZE ARCH EPOCHNUM SOURCERPM`.
pub(super) fn read(path: &str, text: &str, found: &mut Found) {
    let mut bad_lines = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        let &[name, version, _, _, _, epoch, _, architecture, ref rest @ ..] = fields.as_slice() else {
            bad_lines += 1;
            continue;
        };
        if name.is_empty() || version.is_empty() || found.packages.len() >= Found::LARGEST_PACKAGE_COUNT {
            bad_lines += 1;
            continue;
        }
        if name == "gpg-pubkey" {
            continue;
        }
        let epoch = epoch.parse().unwrap_or(0);
        found.packages.push(FoundPackage {
            source: rest.get(1).and_then(|source_rpm| source_package(source_rpm, epoch)),
            architecture: Some(architecture).filter(|text| !matches!(*text, "" | "(none)")).map(str::to_owned),
            ..FoundPackage::new(model::Ecosystem::Rpm, Evidence::Installed, name, evr(epoch, version))
        });
    }
    if bad_lines > 0 {
        let of_its = "of its lines do not describe a package";
        found.gap(path, counted(bad_lines, "of its lines does not describe a package", of_its));
    }
}
