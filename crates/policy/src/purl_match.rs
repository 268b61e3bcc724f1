//! Whether a package URL that somebody writes means a package that is installed.

use model::{Distribution, Package, Purl};

/// Whether `wanted` means the package: type, namespace and name must agree; a version and qualifiers only where `wanted`
/// has them. With `arch=source` or `arch=src` it means what is built from that source package.
pub(crate) fn means(wanted: &Purl, package: &Package, distribution: Option<&Distribution>) -> bool {
    let found = &package.purl;
    if wanted.purl_type() != found.purl_type() || wanted.namespace() != found.namespace() {
        return false;
    }
    let is_of_source = matches!(wanted.qualifiers().get("arch").map(String::as_str), Some("source" | "src"));
    let has_name = match (is_of_source, &package.source) {
        (true, Some(source)) => {
            wanted.name() == source.name && wanted.version().is_none_or(|version| is_version(version, &source.version))
        }
        _ => {
            wanted.name() == found.name()
                && wanted.version().is_none_or(|version| Some(version) == found.version() || version == package.version)
        }
    };
    has_name
        && wanted.subpath().is_none_or(|subpath| found.subpath() == Some(subpath))
        && wanted.qualifiers().iter().all(|(key, value)| has_qualifier(key, value, package, distribution))
}

/// Whether two versions of a source package are the same, one of which may lack its epoch.
fn is_version(wanted: &str, found: &str) -> bool {
    wanted == found || found.split_once(':').is_some_and(|(_, rest)| rest == wanted)
}

fn has_qualifier(key: &str, value: &str, package: &Package, distribution: Option<&Distribution>) -> bool {
    let found = package.purl.qualifiers().get(key).map(String::as_str);
    match key {
        "arch" if matches!(value, "source" | "src") => true,
        // Where the package came from is told by nobody who looks at what is installed.
        "repository_url" | "download_url" | "vcs_url" | "checksum" | "file_name" | "type" if found.is_none() => true,
        // Java's archives are installed without the word.
        "packaging" | "classifier" if found.is_none() => true,
        "epoch" if value == "0" => found.is_none_or(|found| found == "0"),
        "arch" if found.is_none() => package.architecture.as_deref() == Some(value),
        "distro" => {
            found == Some(value) || distribution.is_some_and(|distribution| is_distribution(value, distribution))
        }
        _ => found == Some(value),
    }
}

/// Whether a `distro` qualifier means the release: `debian-12`, `debian-12.5`, `bookworm`, `debian-bookworm`.
fn is_distribution(value: &str, distribution: &Distribution) -> bool {
    let Distribution { id, version, codename, .. } = distribution;
    let name = value.strip_prefix(id.as_str()).and_then(|rest| rest.strip_prefix('-')).unwrap_or(value);
    let is_release =
        !name.is_empty() && (name == version || version.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')));
    is_release || codename.as_deref() == Some(name)
}
