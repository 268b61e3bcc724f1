//! Package URLs of found packages (package-url/purl-spec, PURL-TYPES.rst): one place for all ecosystems.

use std::borrow::Cow;

use model::{Distribution, Ecosystem, Purl};

use crate::found::FoundPackage;

/// The purl of a found package; OS packages carry the distribution as namespace and qualifier.
pub(crate) fn purl_of(package: &FoundPackage, distribution: Option<&Distribution>) -> Purl {
    let purl_type = package.ecosystem.purl_type();
    let version = without_credentials(&package.version);
    let version = Some(&*version);
    let mut purl = match package.ecosystem {
        Ecosystem::Deb | Ecosystem::Apk => Purl::new(purl_type, distribution.map(os_namespace), &package.name, version),
        Ecosystem::Rpm => {
            let (epoch, version) = match package.version.split_once(':') {
                Some((epoch, version)) => (epoch, version),
                None => ("", package.version.as_str()),
            };
            Purl::new(purl_type, distribution.map(os_namespace), &package.name, Some(version))
                .with_qualifier("epoch", if epoch == "0" { "" } else { epoch })
        }
        Ecosystem::Maven => {
            let (group, artifact) = split_at_last(&package.name, ':');
            Purl::new(purl_type, group, artifact, version)
        }
        Ecosystem::Npm | Ecosystem::Golang | Ecosystem::Composer | Ecosystem::Swift => {
            let (namespace, name) = split_at_last(&package.name, '/');
            Purl::new(purl_type, namespace, name, version)
        }
        Ecosystem::Cocoapods => {
            let (pod, subspec) = match package.name.split_once('/') {
                Some((pod, subspec)) if !pod.is_empty() => (pod, Some(subspec)),
                Some(_) | None => (package.name.as_str(), None),
            };
            Purl::new(purl_type, None, pod, version).with_subpath(subspec)
        }
        Ecosystem::Pypi
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
        | Ecosystem::Generic => Purl::new(purl_type, None, &package.name, version),
    };
    if package.ecosystem.is_operating_system() {
        purl = purl.with_qualifier("arch", package.architecture.as_deref().unwrap_or_default());
        if let Some(distribution) = distribution {
            purl = purl.with_qualifier("distro", &distro_qualifier(distribution));
        }
    }
    for (key, value) in &package.qualifiers {
        purl = purl.with_qualifier(key, &without_credentials(value));
    }
    purl
}

/// An address without who logs in there: a token in the address of a repository is no part of what a package is called.
/// The `git@` of SSH says nothing and is part of the address.
pub(crate) fn without_credentials(text: &str) -> Cow<'_, str> {
    let whole = Cow::Borrowed(text);
    let Some((scheme, rest)) = text.split_once("://") else { return whole };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let Some((user, host)) = authority.rsplit_once('@') else { return whole };
    let tail = &rest[authority.len()..];
    match (scheme.ends_with("ssh"), user.split_once(':')) {
        (true, None) => whole,
        (true, Some((user, _))) => format!("{scheme}://{user}@{host}{tail}").into(),
        (false, _) => format!("{scheme}://{host}{tail}").into(),
    }
}

/// The purl namespace of a distribution: its os-release id, but for the vendors that purl-spec names otherwise.
fn os_namespace(distribution: &Distribution) -> &str {
    match distribution.id.as_str() {
        "rhel" => "redhat",
        "amzn" => "amazon",
        "ol" => "oracle",
        id if id.starts_with("opensuse") => "opensuse",
        "sles" | "sled" | "sles_sap" | "sle-micro" | "sl-micro" | "suse" => "suse",
        id => id,
    }
}

/// `ID-VERSION`, as other tools write and read it; the id alone for a rolling release.
fn distro_qualifier(distribution: &Distribution) -> String {
    match distribution.version.as_str() {
        "" => distribution.id.clone(),
        version => format!("{}-{version}", distribution.id),
    }
}

fn split_at_last(name: &str, separator: char) -> (Option<&str>, &str) {
    match name.rsplit_once(separator) {
        Some((namespace, last)) if !last.is_empty() => (Some(namespace), last),
        // A name that ends with the separator has no parts: a purl without a name is none.
        Some(_) | None => (None, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::found::Evidence;

    fn check(ecosystem: Ecosystem, name: &str, version: &str, purl: &str) {
        let mut package = FoundPackage::new(ecosystem, Evidence::Installed, name, version);
        if ecosystem.is_operating_system() {
            package.architecture = Some("x86_64".into());
        }
        let rhel = Distribution { id: "rhel".into(), version: "8.10".into(), ..Distribution::default() };
        assert_eq!(purl_of(&package, Some(&rhel)).to_string(), purl);
    }

    #[test]
    fn nobody_logs_in_by_an_address_of_a_package() {
        for (text, expected) in [
            ("git+https://ci:kR8<+>spq2x@git.acme.io/a.git@0a1b", "git+https://git.acme.io/a.git@0a1b"),
            ("git+https://token@git.acme.io/a.git#0a1b", "git+https://git.acme.io/a.git#0a1b"),
            ("git+ssh://git@github.com/o/r.git", "git+ssh://git@github.com/o/r.git"),
            ("git+ssh://git:kR8<+>spq2x@github.com/o/r.git", "git+ssh://git@github.com/o/r.git"),
            ("git+https://github.com/o/r.git@0a1b", "git+https://github.com/o/r.git@0a1b"),
            ("1.2.3", "1.2.3"),
        ] {
            let text = text.replace("<+>", "");
            assert_eq!(without_credentials(&text), expected);
            let mut package = FoundPackage::new(Ecosystem::Cargo, Evidence::Installed, "a", "1.0.0");
            package.qualifiers.push(("vcs_url".to_owned(), text));
            assert_eq!(
                purl_of(&package, None),
                Purl::new("cargo", None, "a", Some("1.0.0")).with_qualifier("vcs_url", expected)
            );
        }
    }

    #[test]
    fn names_are_split_as_their_type_demands() {
        check(Ecosystem::Npm, "@babel/core", "7.0.0", "pkg:npm/%40babel/core@7.0.0");
        check(
            Ecosystem::Maven,
            "org.apache.logging.log4j:log4j-core",
            "2.14.1",
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
        );
        check(Ecosystem::Golang, "github.com/gin-gonic/gin", "v1.9.0", "pkg:golang/github.com/gin-gonic/gin@v1.9.0");
        check(Ecosystem::Golang, "stdlib", "1.22.3", "pkg:golang/stdlib@1.22.3");
        check(Ecosystem::Cocoapods, "Firebase/Core", "1.0", "pkg:cocoapods/Firebase@1.0#Core");
        check(Ecosystem::Cocoapods, "/Core", "1.0", "pkg:cocoapods/%2FCore@1.0");
        check(Ecosystem::Npm, "@babel/", "7.0.0", "pkg:npm/%40babel%2F@7.0.0");
        check(Ecosystem::Maven, "group:", "1", "pkg:maven/group:@1");
        check(
            Ecosystem::Rpm,
            "bind-libs",
            "32:9.11.4-1.el8",
            "pkg:rpm/redhat/bind-libs@9.11.4-1.el8?arch=x86_64&distro=rhel-8.10&epoch=32",
        );
    }
}
