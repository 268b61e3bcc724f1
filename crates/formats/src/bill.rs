//! Bills of materials as a target: what a document lists becomes an inventory, whoever wrote it.

use std::collections::HashMap;

use model::{Digest, Distribution, Ecosystem, Gap, Inventory, Package, Platform, Purl, SourcePackage};

use crate::{cyclonedx, spdx};

/// The largest document that is read, in bytes.
pub const LARGEST_BILL_BYTES: usize = 256 << 20;

/// What a bill of materials says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bill {
    /// The digest of the target that the bill describes.
    pub digest: Option<Digest>,
    /// The platform of that target.
    pub platform: Option<Platform>,
    /// Its packages, distribution and gaps.
    pub inventory: Inventory,
}

/// The error of reading a bill of materials.
#[derive(Debug, thiserror::Error)]
pub enum ReadBillError {
    /// It is larger than a bill may be.
    #[error("it has {size_bytes} bytes, more than the {LARGEST_BILL_BYTES} that are read of a bill of materials")]
    TooLarge {
        /// Its size.
        size_bytes: usize,
    },
    /// It is none of the formats.
    #[error("it is no bill of materials: CycloneDX JSON has `bomFormat`, SPDX 2 JSON has `spdxVersion`")]
    UnknownFormat,
    /// It is damaged.
    #[error("it is no valid {format}: {reason}")]
    Malformed {
        /// The format it should have.
        format: &'static str,
        /// What is wrong, with line and column where known.
        reason: String,
    },
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    bom_format: Option<String>,
    spdx_version: Option<String>,
}

/// Reads a bill of materials: CycloneDX (1.2 and later) or SPDX (2.2 and later) as JSON.
///
/// # Errors
/// When the bytes are neither; packages without a usable package URL are gaps.
pub fn read_bill(bytes: &[u8]) -> Result<Bill, ReadBillError> {
    if bytes.len() > LARGEST_BILL_BYTES {
        return Err(ReadBillError::TooLarge { size_bytes: bytes.len() });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let header: Header = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => ReadBillError::UnknownFormat,
        _ => ReadBillError::Malformed { format: "JSON", reason: error.to_string() },
    })?;
    match (header.bom_format, header.spdx_version) {
        (Some(format), _) if format.eq_ignore_ascii_case("CycloneDX") => cyclonedx::read(bytes),
        (_, Some(_)) => spdx::read(bytes),
        _ => Err(ReadBillError::UnknownFormat),
    }
}

/// Collects what a document lists.
#[derive(Default)]
pub(crate) struct BillBuilder {
    packages: Vec<(String, Package, Vec<String>)>,
    pub(crate) distribution: Option<Distribution>,
    gaps: Vec<Gap>,
}

/// What a document says of a package beside its purl.
#[derive(Debug, Default)]
pub(crate) struct Details {
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) source: Option<SourcePackage>,
    pub(crate) architecture: Option<String>,
    pub(crate) module: Option<String>,
    pub(crate) licenses: Vec<String>,
    pub(crate) paths: Vec<String>,
    pub(crate) layer: Option<u32>,
    pub(crate) direct: Option<bool>,
    pub(crate) development: bool,
    pub(crate) sha1: Option<String>,
}

impl BillBuilder {
    /// Adds a package under the document's own reference; `needs` are references of others.
    pub(crate) fn add(&mut self, reference: &str, purl: &str, details: Details, needs: Vec<String>) {
        let purl: Purl = match purl.parse() {
            Ok(purl) => purl,
            Err(error) => return self.gap(reference, error.to_string()),
        };
        let Some(ecosystem) = Ecosystem::from_purl_type(purl.purl_type()) else { return };
        let Some(version) = details.version.or_else(|| version_of(&purl, ecosystem)) else {
            return self.gap(reference, format!("{purl} has no version"));
        };
        let module = || qualifier(&purl, "rpmmod").or_else(|| qualifier(&purl, "modularitylabel"));
        let package = Package {
            ecosystem,
            name: details.name.unwrap_or_else(|| name_of(&purl, ecosystem)),
            source: details.source.or_else(|| upstream_of(&purl, &version)),
            version,
            architecture: details.architecture.or_else(|| qualifier(&purl, "arch")),
            module: details.module.or_else(module),
            licenses: sorted(details.licenses),
            paths: sorted(details.paths),
            layer: details.layer,
            direct: details.direct,
            development: details.development,
            dependencies: Vec::new(),
            sha1: details.sha1,
            purl,
        };
        self.packages.push((reference.to_owned(), package, needs));
    }

    /// Notes something that the document lists and that cannot be used.
    pub(crate) fn gap(&mut self, path: &str, reason: impl Into<String>) {
        self.gaps.push(Gap::new(path, reason));
    }

    /// The inventory: sorted, each package once, dependencies by place.
    pub(crate) fn finish(mut self) -> Inventory {
        self.packages.sort_by(|(_, one, _), (_, other, _)| one.purl.cmp(&other.purl));
        let mut packages: Vec<Package> = Vec::with_capacity(self.packages.len());
        let mut needs: Vec<Vec<String>> = Vec::with_capacity(self.packages.len());
        let mut ids: HashMap<String, usize> = HashMap::new();
        for (reference, package, dependencies) in self.packages {
            match packages.last_mut().filter(|last| last.purl == package.purl) {
                Some(last) => last.paths.extend(package.paths),
                None => {
                    packages.push(package);
                    needs.push(Vec::new());
                }
            }
            ids.insert(reference, packages.len() - 1);
            if let Some(last) = needs.last_mut() {
                last.extend(dependencies);
            }
        }
        for (package, needs) in packages.iter_mut().zip(needs) {
            package.dependencies = sorted(needs.iter().filter_map(|reference| ids.get(reference).copied()).collect());
            package.paths = sorted(std::mem::take(&mut package.paths));
        }
        let distribution = self.distribution.or_else(|| distribution_of(&packages));
        Inventory { distribution, image: None, packages, removed: Vec::new(), gaps: sorted(self.gaps) }
    }
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list.dedup();
    list
}

fn qualifier(purl: &Purl, key: &str) -> Option<String> {
    purl.qualifiers().get(key).cloned()
}

/// The name as the ecosystem's own tools print it (the inverse of how purls are made).
fn name_of(purl: &Purl, ecosystem: Ecosystem) -> String {
    let join = |separator: char| match purl.namespace() {
        Some(namespace) => format!("{namespace}{separator}{}", purl.name()),
        None => purl.name().to_owned(),
    };
    match ecosystem {
        Ecosystem::Maven => join(':'),
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

fn version_of(purl: &Purl, ecosystem: Ecosystem) -> Option<String> {
    let version = purl.version()?;
    match qualifier(purl, "epoch").filter(|epoch| epoch != "0") {
        Some(epoch) if ecosystem == Ecosystem::Rpm && !version.contains(':') => Some(format!("{epoch}:{version}")),
        _ => Some(version.to_owned()),
    }
}

/// The source package from the `upstream` qualifier that other tools write: `name`, `name@version`, or the file name of
/// a source rpm.
fn upstream_of(purl: &Purl, version: &str) -> Option<SourcePackage> {
    let upstream = purl.qualifiers().get("upstream")?;
    if let Some(file) = upstream.strip_suffix(".src.rpm") {
        let (rest, release) = file.rsplit_once('-')?;
        let (name, number) = rest.rsplit_once('-')?;
        // The file's name has no epoch; it is taken to be the package's.
        let epoch = version.split_once(':').map(|(epoch, _)| format!("{epoch}:")).unwrap_or_default();
        return Some(SourcePackage { name: name.to_owned(), version: format!("{epoch}{number}-{release}") });
    }
    Some(match upstream.split_once('@') {
        Some((name, version)) => SourcePackage { name: name.to_owned(), version: version.to_owned() },
        None => SourcePackage { name: upstream.clone(), version: version.to_owned() },
    })
}

/// The distribution that most packages of an operating system name; of several equally often named the first.
fn distribution_of(packages: &[Package]) -> Option<Distribution> {
    let mut votes: Vec<(Distribution, usize)> = Vec::new();
    for package in packages.iter().filter(|package| package.ecosystem.is_operating_system()) {
        if let Some((_, count)) = votes.iter_mut().find(|(known, _)| known.can_have(&package.purl)) {
            *count += 1;
        } else if let Some(named) = Distribution::of_purl(&package.purl) {
            votes.push((named, 1));
        }
    }
    votes.into_iter().rev().max_by_key(|(_, count)| *count).map(|(distribution, _)| distribution)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(purl: &str, expected: &str) {
        let mut builder = BillBuilder::default();
        builder.add("ref", purl, Details::default(), Vec::new());
        let inventory = builder.finish();
        let package = &inventory.packages[0];
        let source = package.source.as_ref().map(|s| format!(" from {} {}", s.name, s.version)).unwrap_or_default();
        let distribution = inventory.distribution.map(|d| format!(" on {} {}", d.id, d.version)).unwrap_or_default();
        assert_eq!(format!("{} {}{source}{distribution}", package.name, package.version), expected);
    }

    #[test]
    fn purls_of_other_tools_tell_source_and_distribution() {
        check(
            "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl",
            "libssl3 3.0.11-1 from openssl 3.0.11-1 on debian 12",
        );
        check(
            "pkg:rpm/redhat/bind-libs@9.11-1.el8?epoch=32&upstream=bind-9.11-1.el8.src.rpm&distro=rhel-8.10",
            "bind-libs 32:9.11-1.el8 from bind 32:9.11-1.el8 on rhel 8.10",
        );
        check("pkg:apk/alpine/musl@1.2.4-r2?distro=3.19.1", "musl 1.2.4-r2 on alpine 3.19.1");
        check("pkg:rpm/alma/bash@1-1.el8?distro=alma-8.4", "bash 1-1.el8 on almalinux 8.4");
        check("pkg:deb/debian/bash@1", "bash 1");
        check("pkg:maven/org.a/b@1", "org.a:b 1");
        check("pkg:npm/%40a/b@1", "@a/b 1");
    }

    #[test]
    fn what_is_no_bill_is_said_to_be_none() {
        assert!(matches!(read_bill(b"{}"), Err(ReadBillError::UnknownFormat)));
        assert!(matches!(read_bill(b"[1]"), Err(ReadBillError::UnknownFormat)));
        assert!(matches!(read_bill(b"{"), Err(ReadBillError::Malformed { .. })));
    }
}
