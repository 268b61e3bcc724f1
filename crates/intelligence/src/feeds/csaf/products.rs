//! The product tree: from a product id to the package, its module and its platform.

use std::collections::HashMap;

use model::Purl;

use super::document::{CsafBranch, CsafProduct, CsafProductTree};

/// How many relationships may stand between a package and its platform.
const HOPS: usize = 4;

/// The products and relationships of a document by their ids.
pub(super) struct ProductTree<'d> {
    products: HashMap<&'d str, &'d CsafProduct<'d>>,
    relationships: HashMap<&'d str, (&'d str, &'d str)>,
}

/// The platform that a package belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Platform<'d> {
    /// `Red Hat Enterprise Linux 8`, `SUSE Linux Enterprise Server 15 SP4`.
    pub(super) name: &'d str,
    /// `cpe:/o:redhat:enterprise_linux:8`.
    pub(super) cpe: &'d str,
}

/// An rpm package.
#[derive(Debug, Default, PartialEq)]
pub(super) struct RpmPackage {
    /// Its name.
    pub(super) name: String,
    /// `[epoch:]version-release`, where the document names one.
    pub(super) version: Option<String>,
    /// `name:stream` of its module.
    pub(super) module: Option<String>,
    /// Whether the name is that of a source package.
    pub(super) is_source: bool,
}

impl<'d> ProductTree<'d> {
    /// Reads the tree.
    pub(super) fn new(tree: &'d CsafProductTree<'d>) -> ProductTree<'d> {
        let mut products = HashMap::new();
        let mut add = |product: &'d CsafProduct<'d>| {
            if !product.product_id.is_empty() {
                products.insert(&*product.product_id, product);
            }
        };
        tree.full_product_names.iter().for_each(&mut add);
        let mut branches: Vec<&'d CsafBranch<'d>> = tree.branches.iter().collect();
        while let Some(branch) = branches.pop() {
            branch.product.iter().for_each(&mut add);
            branches.extend(&branch.branches);
        }
        let relationships = tree.relationships.iter().map(|relationship| {
            let parts = (&*relationship.product_reference, &*relationship.relates_to_product_reference);
            (&*relationship.full_product_name.product_id, parts)
        });
        ProductTree { products, relationships: relationships.collect() }
    }

    /// The platform and the package that a product id means; none where it means no rpm package. A package without a
    /// purl has a version in its name only where the status needs one (`is_versioned`).
    pub(super) fn resolve(&self, id: &str, is_versioned: bool) -> Option<(Platform<'d>, RpmPackage)> {
        let (component, mut parent) = *self.relationships.get(id)?;
        let mut module = None;
        for _ in 0..HOPS {
            let Some((between, above)) = self.relationships.get(parent) else { break };
            let purl = self.products.get(between).map_or("", |product| &*product.product_identification_helper.purl);
            module = module.or_else(|| module_of(purl, between));
            parent = above;
        }
        let platform = self.products.get(parent)?;
        let product = self.products.get(component);
        let purl = product.map_or("", |product| &*product.product_identification_helper.purl);
        let name = product.map(|product| &*product.product_id).filter(|name| !name.is_empty()).unwrap_or(component);
        let mut package = if purl.is_empty() { from_name(name, is_versioned)? } else { from_purl(purl, name)? };
        package.module = package.module.or(module);
        let platform = Platform { name: &platform.name, cpe: &platform.product_identification_helper.cpe };
        Some((platform, package))
    }
}

/// `nodejs:18` of `pkg:rpmmod/redhat/nodejs@18:8100020240807161023:489197e6`, else of the product id `nodejs:18:…`.
fn module_of(purl: &str, id: &str) -> Option<String> {
    if let Ok(purl) = purl.parse::<Purl>()
        && purl.purl_type() == "rpmmod"
    {
        let stream = purl.version()?.split(':').next()?;
        return Some(format!("{}:{stream}", purl.name()));
    }
    first_two(id)
}

fn first_two(text: &str) -> Option<String> {
    let mut parts = text.split(':');
    let (name, stream) = (parts.next()?, parts.next()?);
    (!name.is_empty() && !stream.is_empty()).then(|| format!("{name}:{stream}"))
}

fn from_purl(text: &str, id: &str) -> Option<RpmPackage> {
    // `red_hat_enterprise_linux_8:nodejs:16/nodejs`: the module stands before the slash, whatever the purl makes of it.
    if let Some(package) = from_module_path(id) {
        return Some(package);
    }
    let purl: Purl = text.parse().ok()?;
    if purl.purl_type() != "rpm" {
        return None;
    }
    let qualifier = |key: &str| purl.qualifiers().get(key).map(String::as_str);
    let version = purl.version().map(|version| match qualifier("epoch") {
        Some(epoch) if epoch != "0" && !version.contains(':') => format!("{epoch}:{version}"),
        Some(_) | None => version.to_owned(),
    });
    Some(RpmPackage {
        name: purl.name().to_owned(),
        version,
        module: qualifier("rpmmod").and_then(first_two),
        // Without an architecture and a version the publisher means what it builds from.
        is_source: match qualifier("arch") {
            Some(arch) => arch == "src",
            None => purl.version().is_none(),
        },
    })
}

fn from_module_path(id: &str) -> Option<RpmPackage> {
    let (module, name) = id.split_once('/')?;
    let module = first_two(module)?;
    let is_plain = !name.is_empty() && !name.contains('/');
    is_plain.then(|| RpmPackage { name: name.to_owned(), module: Some(module), is_source: true, version: None })
}

/// `openssl-1:1.1.1k-12.el8_9.x86_64`, `libopenssl1_1-1.1.1l-150400.7.60.2`, or the bare name of a source package.
fn from_name(text: &str, is_versioned: bool) -> Option<RpmPackage> {
    if let Some(package) = from_module_path(text) {
        return Some(package);
    }
    if text.is_empty() || text.contains(['/', ' ']) {
        return None;
    }
    if !is_versioned {
        return Some(RpmPackage { name: text.to_owned(), is_source: true, ..RpmPackage::default() });
    }
    const ARCHITECTURES: [&str; 12] =
        ["x86_64", "aarch64", "ppc64le", "ppc64", "s390x", "noarch", "i686", "i586", "i386", "armv7hl", "src", "nosrc"];
    let (text, arch) = match text.rsplit_once('.') {
        Some((rest, arch)) if ARCHITECTURES.contains(&arch) => (rest, arch),
        Some(_) | None => (text, ""),
    };
    let (rest, release) = text.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    let is_version = version.starts_with(|c: char| c.is_ascii_digit()) && !release.is_empty() && !name.is_empty();
    is_version.then(|| RpmPackage {
        name: name.to_owned(),
        version: Some(format!("{}-{release}", version.strip_prefix("0:").unwrap_or(version))),
        module: None,
        is_source: matches!(arch, "src" | "nosrc"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(purl: &str, id: &str, is_versioned: bool, expected: Option<(&str, Option<&str>, Option<&str>, bool)>) {
        let package = if purl.is_empty() { from_name(id, is_versioned) } else { from_purl(purl, id) };
        let found = package.as_ref().map(|package| {
            (package.name.as_str(), package.version.as_deref(), package.module.as_deref(), package.is_source)
        });
        assert_eq!(found, expected, "{purl} {id}");
    }

    #[test]
    fn packages_are_named_by_purl_or_by_name() {
        check(
            "pkg:rpm/redhat/openssl@1.1.1k-12.el8_9?arch=x86_64&epoch=1",
            "",
            true,
            Some(("openssl", Some("1:1.1.1k-12.el8_9"), None, false)),
        );
        check("pkg:rpm/redhat/openssl?arch=src", "openssl", false, Some(("openssl", None, None, true)));
        check(
            "pkg:rpm/redhat/nodejs?arch=src&rpmmod=nodejs:18:81:4b",
            "",
            false,
            Some(("nodejs", None, Some("nodejs:18"), true)),
        );
        check(
            "pkg:rpmmod/redhat/nodejs@16/nodejs",
            "nodejs:16/nodejs",
            false,
            Some(("nodejs", None, Some("nodejs:16"), true)),
        );
        check("pkg:oci/ubi8@sha256:00", "ubi8", false, None);
        check("", "openssl-1:1.1.1k-12.el8_9.x86_64", true, Some(("openssl", Some("1:1.1.1k-12.el8_9"), None, false)));
        check("", "bash-0:5.1-2.el9.src", true, Some(("bash", Some("5.1-2.el9"), None, true)));
        check(
            "",
            "libopenssl1_1-1.1.1l-150400.7.60.2",
            true,
            Some(("libopenssl1_1", Some("1.1.1l-150400.7.60.2"), None, false)),
        );
        check("", "openssl-1_1", false, Some(("openssl-1_1", None, None, true)));
        check("", "openssl", true, None);
        check("", "openshift4/ose-cli", false, None);
    }
}
