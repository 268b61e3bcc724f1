//! The binary packages that a record lists beside the source package they are built from
//! (`affected[].ecosystem_specific.binaries`).

use std::collections::BTreeSet;

use super::push_unless_there;
use super::record::OsvAffected;
use crate::advisory::{Affected, NameKind, RangeEnd, VersionRange, binaries_are_beside_sources};

/// What the names of packages end with that hold no program: symbols of a debugger and documentation.
const ENDS_WITHOUT_PROGRAM: &[&str] = &["-dbg", "-dbgsym", "-doc"];

/// What stands before the language in the names of packages that hold translations alone. Browsers have a hundred each.
const BEFORE_LANGUAGE: &[&str] = &["-locale-", "-l10n-"];

/// SUSE names the source package, and each binary package with the version that repairs it beside: these stand in for it,
/// since what is installed is looked up by its own name.
pub(super) fn add_instead(entry: &OsvAffected<'_>, affected: &Affected, into: &mut Vec<Affected>) {
    let [VersionRange { end: RangeEnd::Fixed(_), .. }] = affected.ranges.as_slice() else { return };
    for (name, version) in entry.ecosystem_specific.binaries() {
        if !name.is_empty() && !version.is_empty() {
            push_unless_there(into, binary(affected, &name, &version));
        }
    }
}

/// The binary packages of a source package of Debian or Ubuntu, for what is installed without telling its source (Chisel,
/// bills of materials). Those of the source's own name are found by that. Kernels are left out: each build has its own
/// names, a hundred of them, and what is installed is never the one that a record names.
pub(super) fn beside(entry: &OsvAffected<'_>, affected: &Affected) -> Vec<Affected> {
    let is_listed = affected.name_kind == NameKind::Source && binaries_are_beside_sources(&affected.namespace);
    if !is_listed || affected.package == "linux" || affected.package.starts_with("linux-") {
        return Vec::new();
    }
    let mut names = BTreeSet::new();
    let mut binaries = Vec::new();
    for (name, version) in entry.ecosystem_specific.binaries() {
        let is_further = !name.is_empty() && *name != *affected.package && !holds_no_program(&name);
        if is_further && names.insert(name.to_string()) {
            binaries.push(binary(affected, &name, &version));
        }
    }
    binaries
}

fn holds_no_program(name: &str) -> bool {
    ENDS_WITHOUT_PROGRAM.iter().any(|end| name.ends_with(end)) || BEFORE_LANGUAGE.iter().any(|part| name.contains(part))
}

/// What is said of the source, said of a binary package, which may be numbered apart from it. The version beside a binary
/// package is that of the repair where there is one.
fn binary(source: &Affected, name: &str, version: &str) -> Affected {
    let ranges = match source.ranges.as_slice() {
        // "Fixed in 0" says that none is affected.
        [VersionRange { introduced, end: RangeEnd::Fixed(fixed) }] if fixed != "0" && !version.is_empty() => {
            vec![VersionRange { introduced: introduced.clone(), end: RangeEnd::Fixed(version.to_owned()) }]
        }
        ranges => ranges.to_vec(),
    };
    Affected { package: name.to_owned(), name_kind: NameKind::Binary, ranges, ..source.clone() }
}
