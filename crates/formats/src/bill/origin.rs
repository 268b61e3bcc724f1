//! What package URLs of other tools tell: names, versions, source packages, distributions.

use std::collections::BTreeMap;

use model::{Distribution, Ecosystem, Package, Purl, SourcePackage};

pub(super) fn qualifier(purl: &Purl, key: &str) -> Option<String> {
    purl.qualifiers().get(key).cloned()
}

/// The name as the ecosystem's own tools print it (the inverse of how purls are made).
pub(super) fn name_of(purl: &Purl, ecosystem: Ecosystem) -> String {
    let join = |separator: char| match purl.namespace() {
        Some(namespace) => format!("{namespace}{separator}{}", purl.name()),
        None => purl.name().to_owned(),
    };
    match ecosystem {
        // Some write the separator between group and artifact as if it were a part of the name, which has none.
        Ecosystem::Maven => match purl.name().split_once('/').filter(|_| purl.namespace().is_none()) {
            Some((group, artifact)) if !group.is_empty() && !artifact.is_empty() && !artifact.contains('/') => {
                format!("{group}:{artifact}")
            }
            _ => join(':'),
        },
        // A package inside of a Go module is written as the module's subpath; advisories speak of the module.
        Ecosystem::Npm | Ecosystem::Golang | Ecosystem::Composer | Ecosystem::Swift => join('/'),
        Ecosystem::Cocoapods => match purl.subpath() {
            Some(subspec) => format!("{}/{subspec}", purl.name()),
            None => purl.name().to_owned(),
        },
        Ecosystem::Deb
        | Ecosystem::Apk
        | Ecosystem::Rpm
        | Ecosystem::Pypi
        | Ecosystem::Cargo
        | Ecosystem::Gem
        | Ecosystem::Nuget
        | Ecosystem::Conan
        | Ecosystem::Pub
        | Ecosystem::Hex
        | Ecosystem::Conda
        | Ecosystem::Julia
        | Ecosystem::Hackage
        | Ecosystem::Cran
        | Ecosystem::Bitnami
        | Ecosystem::Wordpress
        | Ecosystem::Generic => purl.name().to_owned(),
    }
}

/// The version with the epoch that rpm and dpkg print in front of it; tools put it into a qualifier.
pub(super) fn version_of(purl: &Purl, ecosystem: Ecosystem) -> Option<String> {
    let version = purl.version()?;
    let has_epoch = matches!(ecosystem, Ecosystem::Rpm | Ecosystem::Deb);
    let version = match ecosystem {
        Ecosystem::Rpm => version.strip_prefix("0:").unwrap_or(version),
        _ => version,
    };
    match purl.qualifiers().get("epoch").filter(|epoch| has_epoch && is_number(epoch) && *epoch != "0") {
        Some(epoch) if !version.contains(':') => Some(format!("{epoch}:{version}")),
        _ => Some(version.to_owned()),
    }
}

/// The source package from the `upstream` qualifier that other tools write: `name`, `name@version`, or the file name of
/// a source rpm.
pub(super) fn upstream_of(purl: &Purl, ecosystem: Ecosystem, version: &str) -> Option<SourcePackage> {
    if !ecosystem.is_operating_system() {
        return None;
    }
    let upstream = purl.qualifiers().get("upstream").filter(|upstream| !upstream.is_empty())?;
    match source_rpm(upstream, version) {
        Some(source) => Some(source),
        None => named_source(upstream, version),
    }
}

/// `name`, or `name@version`.
pub(crate) fn named_source(text: &str, version: &str) -> Option<SourcePackage> {
    let (name, version) = text.split_once('@').unwrap_or((text, version));
    (!name.is_empty()).then(|| SourcePackage { name: name.to_owned(), version: version.to_owned() })
}

/// The source package of `NAME-VERSION-RELEASE.src.rpm`. The file name leaves the epoch out; it is the package's.
pub(crate) fn source_rpm(file: &str, version: &str) -> Option<SourcePackage> {
    let stem = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let (rest, release) = stem.rsplit_once('-')?;
    let (name, number) = rest.rsplit_once('-')?;
    let epoch = version.split_once(':').map(|(epoch, _)| format!("{epoch}:")).unwrap_or_default();
    (!name.is_empty()).then(|| SourcePackage { name: name.to_owned(), version: format!("{epoch}{number}-{release}") })
}

/// The distribution that most packages name; nothing when none tells its release.
pub(super) fn distribution_of(packages: &[Package]) -> Option<Distribution> {
    let mut votes: BTreeMap<_, (usize, Distribution)> = BTreeMap::new();
    let systems = packages.iter().filter(|package| package.ecosystem.is_operating_system());
    for distribution in systems.filter_map(|package| Distribution::of_purl(&package.purl)) {
        let key = (distribution.id.clone(), distribution.version.clone(), distribution.codename.clone());
        votes.entry(key).or_insert((0, distribution)).0 += 1;
    }
    // Of equally many the first by name, so that the order of a document does not matter.
    votes.into_values().rev().max_by_key(|(count, _)| *count).map(|(_, distribution)| distribution)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
