//! What the products of VEX statements mean among the packages of a report.

use std::collections::HashMap;

use model::{Digest, Distribution, ImageName, Inventory, PackageId, Purl, ScanTarget, TargetKind, VexName, VexProduct};

use crate::purl_match;

/// How closely a product names a package, the closest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// The image as a whole.
    Whole,
    /// The package in any version, or in a range of them.
    Package,
    /// The package in this version.
    Version,
}

/// A report as products are looked for in it.
pub(super) struct Here<'a> {
    target: &'a ScanTarget,
    inventory: &'a Inventory,
    image: Option<ImageName>,
    /// The packages by type and name of their purls.
    by_name: HashMap<(&'a str, &'a str), Vec<PackageId>>,
}

impl<'a> Here<'a> {
    pub(super) fn new(target: &'a ScanTarget, inventory: &'a Inventory) -> Here<'a> {
        let is_image = matches!(target.kind, TargetKind::Image | TargetKind::Container);
        let mut by_name: HashMap<_, Vec<PackageId>> = HashMap::new();
        for (id, package) in inventory.packages.iter().enumerate() {
            by_name.entry((package.purl.purl_type(), package.purl.name())).or_default().push(id);
        }
        Here { target, inventory, image: target.name.parse().ok().filter(|_| is_image), by_name }
    }

    /// Whether the thing that a product is a part of is here, where it is a part of one: not only the part must be.
    pub(super) fn has_whole(&self, product: &VexProduct) -> bool {
        let is_here = |name: &VexName| self.is_target(name) || self.is_installed(name);
        product.within.as_ref().is_none_or(|within| within.iter().any(is_here))
    }

    pub(super) fn distribution(&self) -> Option<&'a Distribution> {
        self.inventory.distribution.as_ref()
    }

    /// Whether a name is that of a package here, or of the distribution.
    fn is_installed(&self, name: &VexName) -> bool {
        match name {
            VexName::Purl(purl) => {
                let places = self.by_name.get(&(purl.purl_type(), purl.name())).map_or(&[][..], Vec::as_slice);
                let packages = places.iter().filter_map(|id| self.inventory.packages.get(*id));
                packages.into_iter().any(|package| purl_match::means(purl, package, self.distribution()))
            }
            VexName::Cpe(cpe) => self.distribution().is_some_and(|distribution| is_release(cpe, distribution)),
            VexName::Digest(_) | VexName::Other(_) => false,
        }
    }

    /// Whether a name is that of the target.
    pub(super) fn is_target(&self, name: &VexName) -> bool {
        match name {
            VexName::Digest(digest) => self.has_digest(digest),
            VexName::Other(text) => *text == self.target.name,
            VexName::Cpe(_) => false,
            VexName::Purl(purl) => match purl.purl_type() {
                "oci" => self.is_oci(purl),
                "docker" => self.is_docker(purl),
                _ => false,
            },
        }
    }

    fn has_digest(&self, digest: &Digest) -> bool {
        self.target.digest.as_ref() == Some(digest) || self.image.as_ref().and_then(ImageName::digest) == Some(digest)
    }

    /// `pkg:oci/NAME@sha256:…?repository_url=…&tag=…&arch=…`: the digest decides where there is one, for an image keeps it
    /// wherever it is copied to (purl-spec, PURL-TYPES, oci).
    fn is_oci(&self, purl: &Purl) -> bool {
        let qualifier = |key: &str| purl.qualifiers().get(key).map(String::as_str);
        let is_platform = qualifier("arch").is_none_or(|arch| {
            let platform = self.target.platform.as_ref().map(ToString::to_string).unwrap_or_default();
            platform.is_empty() || platform.split('/').nth(1) == Some(arch)
        });
        if let Some(version) = purl.version() {
            return is_platform && version.parse().is_ok_and(|digest| self.has_digest(&digest));
        }
        let Some(image) = &self.image else { return false };
        let repository = image.repository();
        let full_name = format!("{}/{repository}", image.registry());
        let is_repository = qualifier("repository_url").is_none_or(|url| {
            let url = url.trim_start_matches("https://").trim_end_matches('/');
            url == full_name || full_name.strip_suffix(purl.name()).map(|rest| rest.trim_end_matches('/')) == Some(url)
        });
        is_platform
            && is_repository
            && repository.rsplit('/').next() == Some(purl.name())
            && qualifier("tag").is_none_or(|tag| image.tag() == Some(tag))
    }

    /// `pkg:docker/NAMESPACE/NAME@TAG-OR-DIGEST` (purl-spec, PURL-TYPES, docker).
    fn is_docker(&self, purl: &Purl) -> bool {
        if let Some(digest) = purl.version().and_then(|version| version.parse().ok()) {
            return self.has_digest(&digest);
        }
        let Some(image) = &self.image else { return false };
        let name = match purl.namespace() {
            Some(namespace) => format!("{namespace}/{}", purl.name()),
            None => format!("library/{}", purl.name()),
        };
        image.repository() == name && purl.version().is_none_or(|tag| image.tag() == Some(tag))
    }
}

/// Whether a CPE of an operating system, or of a part of one (`cpe:/a:redhat:enterprise_linux:9::appstream`), is that of
/// the release: vendor and product must agree, and its version be the release's or the beginning of it.
fn is_release(cpe: &str, distribution: &Distribution) -> bool {
    let Some(own) = &distribution.cpe else { return false };
    let (Some(wanted), Some(own)) = (parts(cpe), parts(own)) else { return false };
    let is_beginning =
        |short: &str, long: &str| long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    wanted.0 == own.0
        && wanted.1 == own.1
        && !wanted.2.is_empty()
        && (is_beginning(wanted.2, own.2) || is_beginning(wanted.2, &distribution.version))
}

/// Vendor, product and version of a CPE, 2.2 (`cpe:/o:…`) or 2.3 (`cpe:2.3:o:…`).
fn parts(cpe: &str) -> Option<(&str, &str, &str)> {
    let rest = cpe.strip_prefix("cpe:2.3:").or_else(|| cpe.strip_prefix("cpe:/"))?;
    let mut parts = rest.split(':').skip(1);
    Some((parts.next()?, parts.next()?, parts.next().unwrap_or_default()))
}
