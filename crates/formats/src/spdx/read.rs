//! Reads SPDX 2 JSON of any tool: packages with a purl, our own annotations, dependencies.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use model::{Distribution, SourcePackage};
use serde::Deserialize;

use crate::bill::{Bill, BillBuilder, Details, Rows, list, list_reason, text};
use crate::properties::{is_of_target, our_distribution, take_of_package, take_of_target};

const WITHOUT_PURL: &str = "the package has no package URL, so that nothing can be said of it";

/// How many of the things that a document without packages is about are named in gaps.
const MOST_BARE_TARGETS: usize = 100;

/// An SPDX 2 document.
#[derive(Deserialize)]
pub(crate) struct Document<'a> {
    #[serde(borrow, default)]
    packages: Rows<'a>,
    #[serde(borrow, default)]
    relationships: Rows<'a>,
    #[serde(rename = "documentDescribes", default, deserialize_with = "list")]
    describes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "SPDXID", default)]
    reference: String,
    #[serde(default, deserialize_with = "text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    version_info: Option<String>,
    #[serde(default, deserialize_with = "text")]
    license_declared: Option<String>,
    #[serde(default, deserialize_with = "text")]
    source_info: Option<String>,
    #[serde(default, deserialize_with = "text")]
    primary_package_purpose: Option<String>,
    #[serde(default, deserialize_with = "list")]
    checksums: Vec<Checksum>,
    #[serde(default, deserialize_with = "list")]
    external_refs: Vec<ExternalReference>,
    #[serde(default, deserialize_with = "list")]
    annotations: Vec<Annotation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Checksum {
    #[serde(default, deserialize_with = "text")]
    algorithm: Option<String>,
    #[serde(default, deserialize_with = "text")]
    checksum_value: Option<String>,
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
    #[serde(default, deserialize_with = "text")]
    annotator: Option<String>,
    #[serde(default, deserialize_with = "text")]
    comment: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relationship<'a> {
    #[serde(borrow, default)]
    spdx_element_id: Cow<'a, str>,
    #[serde(borrow, default)]
    related_spdx_element: Cow<'a, str>,
    #[serde(borrow, default)]
    relationship_type: Cow<'a, str>,
}

/// What a relationship tells of its two ends.
enum Told<'a> {
    /// The first needs the second.
    Needs(&'a str, &'a str),
    /// The first needs the second for its development.
    DevelopsWith(&'a str, &'a str),
    /// The document is about it.
    IsTarget(&'a str),
    Nothing,
}

impl Relationship<'_> {
    fn told(&self) -> Told<'_> {
        let (from, to) = (&*self.spdx_element_id, &*self.related_spdx_element);
        match &*self.relationship_type {
            "DEPENDS_ON" => Told::Needs(from, to),
            "DEPENDENCY_OF" | "RUNTIME_DEPENDENCY_OF" | "OPTIONAL_DEPENDENCY_OF" | "PROVIDED_DEPENDENCY_OF" => {
                Told::Needs(to, from)
            }
            "DEV_DEPENDENCY_OF" | "TEST_DEPENDENCY_OF" | "BUILD_DEPENDENCY_OF" => Told::DevelopsWith(to, from),
            "DESCRIBES" => Told::IsTarget(to),
            "DESCRIBED_BY" => Told::IsTarget(from),
            _ => Told::Nothing,
        }
    }
}

/// Reads an SPDX document.
///
/// # Errors
/// What is wrong, when it is no such document.
pub(crate) fn read(document: &Document<'_>) -> Result<Bill, String> {
    let in_relationships = |error| list_reason(&error, "relationships");
    let mut targets: HashSet<String> = document.describes.iter().cloned().collect();
    let mut development: HashSet<String> = HashSet::new();
    let read = document.relationships.each(|relationship: Relationship<'_>| {
        match relationship.told() {
            Told::IsTarget(reference) => _ = targets.insert(reference.to_owned()),
            Told::DevelopsWith(_, reference) => _ = development.insert(reference.to_owned()),
            Told::Needs(..) | Told::Nothing => {}
        }
        Ok(())
    });
    read.map_err(in_relationships)?;
    let mut bill = Bill::default();
    let mut builder = BillBuilder::default();
    // A document about one recipe describes nothing but that, and must not pass for a clean one.
    let mut bare_targets = Vec::new();
    let read = document.packages.each(|row: Row| {
        let is_target = targets.contains(&row.reference);
        let is_development = development.contains(&row.reference);
        add(&row, is_target, is_development, &mut bill, &mut builder);
        let purpose = row.primary_package_purpose.as_deref().unwrap_or_default();
        let is_bare = is_target && purl_of(&row).is_none() && !is_container_of_packages(&row, purpose);
        if is_bare && builder.is_empty() && bare_targets.len() < MOST_BARE_TARGETS {
            bare_targets.push(row.name.unwrap_or_default());
        }
        Ok(())
    });
    read.map_err(|error| list_reason(&error, "packages"))?;
    // What an image or a folder without packages is described by is listed as a package itself.
    if document.packages.is_empty() {
        let reason = "it lists no packages, as documents with nothing but files list none, so that what is in the target is \
                      unknown";
        builder.gap("", reason);
    }
    if builder.is_empty() && !builder.is_ours {
        bare_targets.iter().for_each(|name| builder.gap(name, WITHOUT_PURL));
    }
    let inventory = builder.finish(|link| {
        document.relationships.each(|relationship: Relationship<'_>| {
            if let Told::Needs(from, to) | Told::DevelopsWith(from, to) = relationship.told() {
                link(from, to);
            }
            Ok(())
        })
    });
    bill.put(inventory.map_err(in_relationships)?);
    Ok(bill)
}

fn add(row: &Row, is_target: bool, is_development: bool, bill: &mut Bill, builder: &mut BillBuilder) {
    let properties = properties(row);
    let mut details = Details { development: is_development, ..Details::default() };
    for (name, value) in &properties {
        if !take_of_package(&mut details, name, value) {
            builder.is_ours |= take_of_target(bill, name, value);
        }
    }
    let name = row.name.as_deref().unwrap_or_default();
    let purpose = row.primary_package_purpose.as_deref().unwrap_or_default().replace('_', "-");
    let is_system = purpose == "OPERATING-SYSTEM";
    match purl_of(row) {
        // What the document is about is no package of an ecosystem when it is an image or a folder.
        Some(purl) if is_target && !is_package(purl) => {}
        Some(purl) => {
            if !details.is_ours {
                describe(row, &mut details);
            }
            builder.add(&row.reference, purl, details);
        }
        None if is_system => {
            if builder.distribution.is_none() {
                builder.distribution = distribution(row, &properties);
            }
        }
        None if is_target || is_container_of_packages(row, &purpose) => {}
        None => builder.gap(name, WITHOUT_PURL),
    }
}

fn purl_of(row: &Row) -> Option<&str> {
    let is_purl = |kind: &str| kind == "purl" || kind.ends_with("/purl");
    let purl = row.external_refs.iter().find(|reference| is_purl(&reference.reference_type))?;
    Some(&purl.reference_locator)
}

fn is_package(purl: &str) -> bool {
    purl.parse().is_ok_and(|purl: model::Purl| model::Ecosystem::from_purl_type(purl.purl_type()).is_some())
}

/// Folders, lock files and images that tools list among the packages.
fn is_container_of_packages(row: &Row, purpose: &str) -> bool {
    matches!(purpose, "CONTAINER" | "SOURCE" | "FILE" | "APPLICATION" | "FIRMWARE" | "DEVICE" | "ARCHIVE")
        || row.reference.starts_with("SPDXRef-DocumentRoot")
        || row.reference.starts_with("SPDXRef-RootPackage")
}

/// What other tools say of a package outside of its purl.
fn describe(row: &Row, details: &mut Details) {
    details.written_version.clone_from(&row.version_info);
    let declared = row.license_declared.iter().filter(|text| !matches!(text.as_str(), "NOASSERTION" | "NONE" | ""));
    details.licenses.extend(declared.cloned());
    let source_info = row.source_info.as_deref().unwrap_or_default();
    if let Some((name, version)) =
        source_info.strip_prefix("built package from: ").and_then(|text| text.split_once(' '))
    {
        details.source = Some(SourcePackage { name: name.to_owned(), version: version.trim().to_owned() });
    } else if let Some((_, paths)) =
        source_info.strip_prefix("acquired package info from").and_then(|text| text.split_once(": "))
    {
        details.paths.extend(paths.split(", ").map(|path| path.trim_start_matches('/').to_owned()));
    }
    let purl = |reference: &ExternalReference| reference.reference_locator.starts_with("pkg:maven/");
    if row.external_refs.iter().any(purl) {
        let sha1 = row.checksums.iter().find(|checksum| checksum.algorithm.as_deref() == Some("SHA1"));
        details.sha1 = sha1.and_then(|checksum| checksum.checksum_value.as_ref()).map(|value| value.to_lowercase());
    }
}

/// The properties in our own annotations of a package.
fn properties(row: &Row) -> Vec<(String, String)> {
    let is_ours = |annotation: &&Annotation| {
        annotation.annotator.as_ref().is_some_and(|annotator| annotator.starts_with("Tool: bulkhead-"))
    };
    let comments = row.annotations.iter().filter(is_ours).filter_map(|annotation| annotation.comment.as_deref());
    let objects = comments.filter_map(|comment| serde_json::from_str::<BTreeMap<String, Vec<String>>>(comment).ok());
    objects.flatten().flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value))).collect()
}

/// The distribution; a target that is a whole machine is no distribution.
fn distribution(row: &Row, properties: &[(String, String)]) -> Option<Distribution> {
    if properties.iter().any(|(name, _)| is_of_target(name)) {
        return None;
    }
    let version = row.version_info.as_deref().filter(|version| *version != "NOASSERTION");
    let pairs = properties.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let name = row.name.as_deref().filter(|name| !name.is_empty())?;
    our_distribution(pairs, version).or_else(|| Some(Distribution::named(name, version.unwrap_or_default())))
}
