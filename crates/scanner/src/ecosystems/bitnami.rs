//! Applications packaged by Bitnami: `.bitnami_components.json` and the SPDX file of each component, both below
//! `opt/bitnami`.
//!
//! Bitnami numbers its own builds behind a dash (`16.1.0-13`). Advisories do not, and read as a semantic version such a
//! number would come before the release; it goes into the qualifier `revision`.

use std::collections::BTreeMap;

use model::{Ecosystem as Kind, Purl};
use serde::Deserialize;

use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Evidence, Found, FoundPackage};
use crate::wanted_file::{ReadFileError, WantedFile};

/// Bitnami.
pub(crate) struct Bitnami;

impl Ecosystem for Bitnami {
    fn name(&self) -> &'static str {
        "bitnami"
    }

    fn wants(&self) -> &'static [Want] {
        &[Want::Path("opt/bitnami/.bitnami_components.json"), Want::Suffix(".spdx")]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        if path.file_name() == ".bitnami_components.json" {
            let components: BTreeMap<String, Component> = serde_json::from_slice(file.bytes()?)
                .map_err(|error| ReadFileError::malformed("list of Bitnami components", error))?;
            for (name, component) in components {
                let version = component.version.unwrap_or_default();
                let (arch, distro) = (component.arch.as_deref(), component.distro.as_deref());
                found.packages.push(package(&name, &version, arch, distro));
            }
            return Ok(());
        }
        if !path.as_str().starts_with("opt/bitnami/") || !path.file_name().starts_with(".spdx-") {
            return Ok(());
        }
        let document: Document =
            serde_json::from_slice(file.bytes()?).map_err(|error| ReadFileError::malformed("SPDX document", error))?;
        for listed in document.packages {
            let purls = listed.references.iter().filter(|reference| reference.kind == "purl");
            let purls = purls.filter_map(|reference| reference.locator.parse::<Purl>().ok());
            for purl in purls.filter(|purl| purl.purl_type() == "bitnami") {
                let version = purl.version().or(listed.version.as_deref()).unwrap_or_default();
                let qualifier = |key| purl.qualifiers().get(key).map(String::as_str);
                let mut package = package(purl.name(), version, qualifier("arch"), qualifier("distro"));
                let licenses = [&listed.license_concluded, &listed.license_declared];
                let license = licenses.into_iter().flatten().find(|license| !license.starts_with("NO"));
                package.licenses = license.cloned().into_iter().collect();
                found.packages.push(package);
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Component {
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    arch: Option<String>,
    #[serde(default)]
    distro: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    packages: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default, rename = "versionInfo")]
    version: Option<String>,
    #[serde(default, rename = "licenseConcluded")]
    license_concluded: Option<String>,
    #[serde(default, rename = "licenseDeclared")]
    license_declared: Option<String>,
    #[serde(default, rename = "externalRefs")]
    references: Vec<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default, rename = "referenceType")]
    kind: String,
    #[serde(default, rename = "referenceLocator")]
    locator: String,
}

/// The package; one without a version is a gap, as [`Found::drop_nameless`] has it.
fn package(name: &str, version: &str, arch: Option<&str>, distro: Option<&str>) -> FoundPackage {
    let is_revision = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (version, revision) = match version.rsplit_once('-') {
        Some((version, revision)) if is_revision(revision) => (version, Some(revision)),
        _ => (version, None),
    };
    let mut package = FoundPackage::new(Kind::Bitnami, Evidence::Installed, name, version);
    package.architecture = arch.map(str::to_owned);
    package.qualifiers.extend(distro.map(|distro| ("distro".to_owned(), distro.to_owned())));
    package.qualifiers.extend(revision.map(|revision| ("revision".to_owned(), revision.to_owned())));
    package
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Bitnami, path, text, expected);
    }

    #[test]
    fn components_are_listed_in_one_file_and_described_in_others() {
        check(
            "opt/bitnami/.bitnami_components.json",
            r#"{"postgresql":{"arch":"amd64","digest":"x","distro":"debian-11","type":"NAMI","version":"16.1.0-13"}}"#,
            &expect![[r#"
                bitnami postgresql 16.1.0 amd64 distro=debian-11 revision=13
            "#]],
        );
        check(
            "opt/bitnami/.bitnami_components.json",
            r#"{"nginx":{"arch":"amd64","version":"1.25.3-1"},"redis":{"arch":"amd64","distro":"debian-11"}}"#,
            &expect![[r#"
                bitnami nginx 1.25.3 amd64 revision=1
                gap opt/bitnami/.bitnami_components.json: 1 of its packages lacks a name or a version
            "#]],
        );
        check(
            "opt/bitnami/postgresql/.spdx-postgresql.spdx",
            r#"{"spdxVersion":"SPDX-2.3","packages":[
              {"SPDXID":"SPDXRef-postgresql","name":"postgresql","versionInfo":"16.1.0","licenseConcluded":"PostgreSQL","externalRefs":[
                {"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:x"},
                {"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:bitnami/postgresql@16.1.0-13?arch=amd64&distro=debian-11"}]},
              {"name":"geos","versionInfo":"3.8.3","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:github/libgeos/geos@3.8.3"}]}]}"#,
            &expect![[r#"
                bitnami postgresql 16.1.0 amd64 [PostgreSQL] distro=debian-11 revision=13
            "#]],
        );
        check("srv/x.spdx", "SPDXVersion: SPDX-2.2", &expect![[""]]);
        check(
            "opt/bitnami/x/.spdx-x.spdx",
            "SPDXVersion: SPDX-2.2",
            &expect![[r#"
                gap opt/bitnami/x/.spdx-x.spdx: it is no valid SPDX document: expected value at line 1 column 1
            "#]],
        );
    }
}
