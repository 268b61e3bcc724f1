//! Reads CycloneDX JSON of any tool and version: components at any depth, the operating system, dependencies.

use std::collections::HashMap;

use model::{Distribution, SourcePackage};
use serde::Deserialize;

use crate::bill::{Bill, BillBuilder, Details, ReadBillError};
use crate::properties::{take_of_distribution, take_of_package, take_of_target};

/// Components inside of components are followed this deep.
const DEEPEST: usize = 32;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    component: Option<Component>,
    #[serde(default)]
    properties: Vec<Property>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(rename = "bom-ref")]
    reference: Option<String>,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    name: String,
    version: Option<String>,
    purl: Option<String>,
    #[serde(default)]
    licenses: Vec<LicenseChoice>,
    #[serde(default)]
    hashes: Vec<Hash>,
    #[serde(default)]
    properties: Vec<Property>,
    #[serde(default)]
    components: Vec<Component>,
    evidence: Option<Evidence>,
}

#[derive(Deserialize)]
struct Property {
    #[serde(default)]
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct LicenseChoice {
    license: Option<License>,
    expression: Option<String>,
}

#[derive(Deserialize)]
struct License {
    id: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Hash {
    #[serde(default)]
    alg: String,
    #[serde(default)]
    content: String,
}

#[derive(Deserialize)]
struct Evidence {
    #[serde(default)]
    occurrences: Vec<Occurrence>,
}

#[derive(Deserialize)]
struct Occurrence {
    #[serde(default)]
    location: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    #[serde(rename = "ref", default)]
    reference: String,
    #[serde(default)]
    depends_on: Vec<String>,
}

/// Reads a CycloneDX document.
pub(crate) fn read(bytes: &[u8]) -> Result<Bill, ReadBillError> {
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|error| ReadBillError::Malformed { format: "CycloneDX document", reason: error.to_string() })?;
    let needs: HashMap<&str, &[String]> = document
        .dependencies
        .iter()
        .map(|dependency| (dependency.reference.as_str(), dependency.depends_on.as_slice()))
        .collect();
    let mut builder = BillBuilder::default();
    // The target itself may be a package: an application that was published under its own purl.
    for component in document.metadata.component.iter().chain(&document.components) {
        add(component, &needs, &mut builder, 0);
    }
    let mut bill = Bill { inventory: builder.finish(), ..Bill::default() };
    for property in &document.metadata.properties {
        take_of_target(&mut bill, &property.name, &property.value);
    }
    bill.inventory.gaps.sort();
    bill.inventory.gaps.dedup();
    Ok(bill)
}

fn add(component: &Component, needs: &HashMap<&str, &[String]>, builder: &mut BillBuilder, depth: usize) {
    if component.kind == "operating-system" && builder.distribution.is_none() && !component.name.is_empty() {
        builder.distribution = Some(distribution(component));
    } else if let Some(purl) = &component.purl {
        let reference = component.reference.as_deref().unwrap_or(purl);
        let needs = needs.get(reference).map(|needs| needs.to_vec()).unwrap_or_default();
        builder.add(reference, purl, details(component), needs);
    } else if matches!(component.kind.as_str(), "library" | "framework") {
        builder.gap(&component.name, "the component has no package URL, so that nothing can be said of it");
    }
    if depth == DEEPEST && !component.components.is_empty() {
        builder.gap(&component.name, format!("components inside of components are followed {DEEPEST} levels deep"));
        return;
    }
    for inner in &component.components {
        add(inner, needs, builder, depth + 1);
    }
}

fn distribution(component: &Component) -> Distribution {
    let mut distribution = Distribution::named(&component.name, component.version.as_deref().unwrap_or_default());
    for property in &component.properties {
        take_of_distribution(&mut distribution, &property.name, &property.value);
    }
    distribution
}

fn details(component: &Component) -> Details {
    let mut details = Details::default();
    let mut source = SourceParts::default();
    for Property { name, value } in &component.properties {
        if take_of_package(&mut details, name, value) {
            continue;
        }
        let value = value.clone();
        match name.as_str() {
            "aquasecurity:trivy:SrcName" => source.name = Some(value),
            "aquasecurity:trivy:SrcVersion" => source.version = Some(value),
            "aquasecurity:trivy:SrcRelease" => source.release = Some(value),
            "aquasecurity:trivy:SrcEpoch" => source.epoch = Some(value),
            "aquasecurity:trivy:Modularitylabel" | "syft:metadata:modularityLabel" if !value.is_empty() => {
                details.module = Some(value);
            }
            "aquasecurity:trivy:FilePath" => details.paths.push(value),
            name if name.starts_with("syft:location:") && name.ends_with(":path") => {
                details.paths.push(value.trim_start_matches('/').to_owned());
            }
            _ => {}
        }
    }
    details.source = details.source.take().or_else(|| source.join());
    if details.licenses.is_empty() {
        details.licenses = component.licenses.iter().filter_map(license).collect();
    }
    if let Some(evidence) = &component.evidence {
        details.paths.extend(evidence.occurrences.iter().map(|occurrence| occurrence.location.clone()));
    }
    details.paths.retain(|path| !path.is_empty());
    let sha1 = component.hashes.iter().find(|hash| hash.alg == "SHA-1").map(|hash| hash.content.to_lowercase());
    details.sha1 = details.sha1.take().or(sha1);
    details
}

/// A source package in the pieces in which tools write it.
#[derive(Default)]
struct SourceParts {
    name: Option<String>,
    epoch: Option<String>,
    version: Option<String>,
    release: Option<String>,
}

impl SourceParts {
    fn join(self) -> Option<SourcePackage> {
        let release = self.release.map(|release| format!("-{release}")).unwrap_or_default();
        let epoch = self.epoch.map(|epoch| format!("{epoch}:")).unwrap_or_default();
        Some(SourcePackage { name: self.name?, version: format!("{epoch}{}{release}", self.version?) })
    }
}

fn license(choice: &LicenseChoice) -> Option<String> {
    choice.expression.clone().or_else(|| {
        let license = choice.license.as_ref()?;
        license.id.clone().or_else(|| license.name.clone())
    })
}
