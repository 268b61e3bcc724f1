//! What package URLs of other tools tell: names, versions, source packages, distributions.

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
        Ecosystem::Maven => join(':'),
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

/// The distribution that most packages of an operating system name, by namespace and `distro` qualifier.
pub(super) fn distribution_of(packages: &[Package]) -> Option<Distribution> {
    let mut votes: std::collections::BTreeMap<(&str, &str), usize> = std::collections::BTreeMap::new();
    for package in packages.iter().filter(|package| package.ecosystem.is_operating_system()) {
        let Some(namespace) = package.purl.namespace() else { continue };
        let qualifiers = package.purl.qualifiers();
        let distro = qualifiers.get("distro").or_else(|| qualifiers.get("distro_name")).map_or("", String::as_str);
        *votes.entry((namespace, distro)).or_default() += 1;
    }
    // Of equally many the first by name, so that the order of a document does not matter.
    let ((namespace, distro), _) = votes.into_iter().rev().max_by_key(|(_, count)| *count)?;
    let (id, version) = split_distro(namespace, distro);
    Some(named_distribution(&id, &version))
}

/// A distribution of which a document says a name and a version.
pub(crate) fn named_distribution(name: &str, version: &str) -> Distribution {
    let id = distribution_id(name);
    let (version, codename) = match version.split_whitespace().next().unwrap_or_default() {
        word if word.starts_with(|c: char| c.is_ascii_digit()) => (word.to_owned(), None),
        "" => (String::new(), None),
        word => (release_of(&id, word).unwrap_or_default().to_owned(), Some(word.to_lowercase())),
    };
    Distribution { name: format!("{id} {version}").trim().to_owned(), id, version, codename, ..Distribution::default() }
}

/// The os-release id of a distribution under any of the names that tools and purls have for it.
pub(crate) fn distribution_id(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let id = match name.as_str() {
        "redhat" | "red hat" | "redhat enterprise linux" | "red hat enterprise linux" => "rhel",
        "amazon" | "amazon linux" | "amazonlinux" => "amzn",
        "oracle" | "oracle linux" | "oracle linux server" | "oraclelinux" => "ol",
        "alma" | "alma linux" => "almalinux",
        "rocky linux" | "rockylinux" => "rocky",
        "alpine linux" => "alpine",
        "debian gnu/linux" => "debian",
        "suse" | "sle" | "suse linux enterprise server" | "sles" => "sles",
        "suse linux enterprise micro" | "slem" => "sle-micro",
        "opensuse leap" | "opensuse.leap" => "opensuse-leap",
        "opensuse tumbleweed" | "opensuse.tumbleweed" => "opensuse-tumbleweed",
        "cbl-mariner" | "cbl mariner" | "common base linux mariner" => "mariner",
        "azure linux" | "microsoft azure linux" => "azurelinux",
        "centos linux" | "centos stream" => "centos",
        "fedora linux" => "fedora",
        "vmware photon os" | "photon os" => "photon",
        "minimos" | "minimus" => "minimos",
        other => other,
    };
    id.to_owned()
}

/// The release that a codename stands for, where the release is what advisories are filed under.
fn release_of(id: &str, codename: &str) -> Option<&'static str> {
    let releases: &[(&str, &str)] = match id {
        "debian" => &[
            ("stretch", "9"),
            ("buster", "10"),
            ("bullseye", "11"),
            ("bookworm", "12"),
            ("trixie", "13"),
            ("forky", "14"),
        ],
        "ubuntu" => &[
            ("trusty", "14.04"),
            ("xenial", "16.04"),
            ("bionic", "18.04"),
            ("focal", "20.04"),
            ("jammy", "22.04"),
            ("noble", "24.04"),
            ("plucky", "25.04"),
            ("questing", "25.10"),
        ],
        _ => &[],
    };
    releases.iter().find(|(name, _)| name.eq_ignore_ascii_case(codename)).map(|(_, release)| *release)
}

/// `debian-12` is Debian 12 whatever the namespace says; a bare version or codename belongs to the namespace's
/// distribution.
fn split_distro<'a>(namespace: &'a str, distro: &'a str) -> (String, String) {
    let starts_with_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    match distro.rsplit_once('-') {
        Some((id, version)) if starts_with_digit(version) => (distribution_id(id), version.to_owned()),
        Some((id, codename)) if release_of(&distribution_id(id), codename).is_some() => {
            (distribution_id(id), codename.to_owned())
        }
        _ if distro.is_empty() => (distribution_id(namespace), String::new()),
        _ if starts_with_digit(distro) => (distribution_id(namespace), distro.to_owned()),
        _ if release_of(&distribution_id(namespace), distro).is_some() => {
            (distribution_id(namespace), distro.to_owned())
        }
        _ => (distribution_id(distro), String::new()),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
