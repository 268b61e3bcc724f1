//! Reads SPDX 2 JSON of any tool: packages with a purl, our own annotations, dependencies.

use std::collections::{BTreeMap, HashMap};

use model::Distribution;
use serde::Deserialize;

use crate::bill::{Bill, BillBuilder, Details, ReadBillError};
use crate::properties::{take_of_distribution, take_of_package, take_of_target};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    packages: Vec<Row>,
    #[serde(default)]
    relationships: Vec<Relationship>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "SPDXID", default)]
    reference: String,
    #[serde(default)]
    name: String,
    version_info: Option<String>,
    license_declared: Option<String>,
    primary_package_purpose: Option<String>,
    #[serde(default)]
    external_refs: Vec<ExternalReference>,
    #[serde(default)]
    annotations: Vec<Annotation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExternalReference {
    #[serde(default)]
    reference_type: String,
    #[serde(default)]
    reference_locator: String,
}

#[derive(Deserialize)]
struct Annotation {
    #[serde(default)]
    annotator: String,
    #[serde(default)]
    comment: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    #[serde(default)]
    spdx_element_id: String,
    #[serde(default)]
    related_spdx_element: String,
    #[serde(default)]
    relationship_type: String,
}

/// Reads an SPDX document.
pub(crate) fn read(bytes: &[u8]) -> Result<Bill, ReadBillError> {
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|error| ReadBillError::Malformed { format: "SPDX document", reason: error.to_string() })?;
    let mut needs: HashMap<&str, Vec<String>> = HashMap::new();
    for relationship in &document.relationships {
        let (from, to) = (relationship.spdx_element_id.as_str(), relationship.related_spdx_element.as_str());
        match relationship.relationship_type.as_str() {
            "DEPENDS_ON" => needs.entry(from).or_default().push(to.to_owned()),
            "DEPENDENCY_OF" => needs.entry(to).or_default().push(from.to_owned()),
            _ => {}
        }
    }
    let mut bill = Bill::default();
    let mut builder = BillBuilder::default();
    for row in &document.packages {
        let properties = properties(row);
        let mut details = Details::default();
        for (name, value) in &properties {
            if !take_of_package(&mut details, name, value) {
                take_of_target(&mut bill, name, value);
            }
        }
        let purl = row.external_refs.iter().find(|reference| reference.reference_type == "purl");
        let purpose = row.primary_package_purpose.as_deref().unwrap_or_default();
        match purl {
            Some(purl) => {
                if details.licenses.is_empty() {
                    let declared =
                        row.license_declared.iter().filter(|text| !matches!(text.as_str(), "NOASSERTION" | "NONE"));
                    details.licenses.extend(declared.cloned());
                }
                let needs = needs.remove(row.reference.as_str()).unwrap_or_default();
                builder.add(&row.reference, &purl.reference_locator, details, needs);
            }
            None if purpose.replace('_', "-") == "OPERATING-SYSTEM" && builder.distribution.is_none() => {
                builder.distribution = distribution(row, &properties);
            }
            None => {}
        }
    }
    let gaps = std::mem::take(&mut bill.inventory.gaps);
    bill.inventory = builder.finish();
    bill.inventory.gaps.extend(gaps);
    bill.inventory.gaps.sort();
    bill.inventory.gaps.dedup();
    Ok(bill)
}

/// The properties in our own annotations of a package.
fn properties(row: &Row) -> Vec<(String, String)> {
    let ours = row.annotations.iter().filter(|annotation| annotation.annotator.starts_with("Tool: bulkhead-"));
    let objects =
        ours.filter_map(|annotation| serde_json::from_str::<BTreeMap<String, Vec<String>>>(&annotation.comment).ok());
    objects.flatten().flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value))).collect()
}

/// The distribution; a target that is a whole machine is no distribution.
fn distribution(row: &Row, properties: &[(String, String)]) -> Option<Distribution> {
    let mut distribution = Distribution::named(&row.name, row.version_info.as_deref().unwrap_or_default());
    let mut is_target = false;
    for (name, value) in properties {
        is_target |= name.starts_with("bulkhead:target:");
        take_of_distribution(&mut distribution, name, value);
    }
    (!is_target && !distribution.id.is_empty()).then_some(distribution)
}
