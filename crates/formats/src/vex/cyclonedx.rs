//! CycloneDX VEX (CycloneDX 1.4 to 1.6, `vulnerabilities`): within a bill of materials, or by BOM-Links to one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use model::{VexName, VexProduct, VexStatement, VexStatus};
use serde::Deserialize;

use super::{Budget, ReadVexError, digest, document, name, names, parse, words, wrong};
use crate::bill::list;
use crate::json_place::Step;

pub(super) const FORMAT: &str = "CycloneDX";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bom {
    serial_number: Option<String>,
    metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "list")]
    components: Vec<Component>,
    vulnerabilities: Option<Vec<Vulnerability>>,
}

#[derive(Deserialize)]
struct Metadata {
    timestamp: Option<String>,
    component: Option<Component>,
    #[serde(default, deserialize_with = "list")]
    authors: Vec<Named>,
    supplier: Option<Named>,
    manufacture: Option<Named>,
    manufacturer: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(rename = "bom-ref")]
    reference: Option<String>,
    purl: Option<String>,
    cpe: Option<String>,
    version: Option<String>,
    #[serde(default, deserialize_with = "list")]
    hashes: Vec<Hash>,
    #[serde(default, deserialize_with = "list")]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Hash {
    alg: String,
    content: String,
}

#[derive(Deserialize)]
struct Vulnerability {
    id: Option<String>,
    #[serde(default, deserialize_with = "list")]
    references: Vec<Reference>,
    analysis: Option<Analysis>,
    #[serde(default, deserialize_with = "list")]
    affects: Vec<Affected>,
    published: Option<String>,
    updated: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Analysis {
    state: Option<String>,
    justification: Option<String>,
    detail: Option<String>,
    first_issued: Option<String>,
    last_updated: Option<String>,
}

#[derive(Deserialize)]
struct Affected {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(default, deserialize_with = "list")]
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    version: Option<String>,
    range: Option<String>,
    status: Option<String>,
}

pub(super) fn read(file: &str, text: &str) -> Result<Vec<VexStatement>, ReadVexError> {
    let Bom { serial_number, metadata, components, vulnerabilities } = parse(text, FORMAT)?;
    let malformed = |reason: String| ReadVexError::Malformed { format: FORMAT, reason };
    let vulnerabilities = vulnerabilities.ok_or_else(|| malformed("it has no `vulnerabilities`".into()))?;
    let (mut author, mut time, mut of_document) = (None, None, None);
    if let Some(metadata) = metadata {
        let companies = [metadata.manufacturer, metadata.manufacture, metadata.supplier];
        author = metadata.authors.into_iter().chain(companies.into_iter().flatten()).find_map(|named| named.name);
        (time, of_document) = (metadata.timestamp, metadata.component);
    }
    let document = document(file, serial_number, author);
    let known = names_by_reference(components.into_iter().chain(of_document).collect());
    let mut budget = Budget::default();
    let mut statements = Vec::new();
    for (at, vulnerability) in vulnerabilities.into_iter().enumerate() {
        let number = at + 1;
        // A vulnerability that nobody has analysed is no statement.
        let Some(Analysis { state: Some(state), justification, detail, first_issued, last_updated }) =
            vulnerability.analysis
        else {
            continue;
        };
        let step = [Step::Key("vulnerabilities"), Step::Index(at)];
        let status = status(&state).ok_or_else(|| {
            let path = [step[0], step[1], Step::Key("analysis"), Step::Key("state")];
            wrong(FORMAT, text, &path, &format!(
                "vulnerability {number} has the state `{state}`; use resolved, resolved_with_pedigree, exploitable, \
                 in_triage, false_positive or not_affected"
            ))
        })?;
        let references = vulnerability.references.into_iter().filter_map(|reference| reference.id);
        let ids: Vec<String> = vulnerability.id.into_iter().chain(references).collect();
        if ids.is_empty() {
            return Err(wrong(FORMAT, text, &step, &format!("vulnerability {number} has no `id`")));
        }
        budget.take_statement()?;
        let mut products = Vec::with_capacity(vulnerability.affects.len());
        for affected in vulnerability.affects {
            budget.take(1 + affected.versions.len())?;
            products.push(Arc::new(affected.into_model(&known, status)));
        }
        let timestamp = [last_updated, first_issued, vulnerability.updated, vulnerability.published];
        statements.push(VexStatement {
            document: Arc::clone(&document),
            number,
            ids: ids.into(),
            products,
            status,
            justification: words(justification.as_deref()),
            detail: words(detail.as_deref()),
            timestamp: timestamp.into_iter().flatten().next().or_else(|| time.clone()),
        });
    }
    Ok(statements)
}

fn status(state: &str) -> Option<VexStatus> {
    Some(match state {
        "not_affected" | "false_positive" => VexStatus::NotAffected,
        "resolved" | "resolved_with_pedigree" => VexStatus::Fixed,
        "in_triage" => VexStatus::UnderInvestigation,
        "exploitable" => VexStatus::Affected,
        _ => return None,
    })
}

/// What the components of the document are called, by their `bom-ref`.
fn names_by_reference(mut components: Vec<Component>) -> HashMap<String, Arc<[VexName]>> {
    let mut known = HashMap::new();
    while let Some(component) = components.pop() {
        if let Some(reference) = component.reference {
            let texts = component.purl.iter().chain(&component.cpe);
            let hashes = component.hashes.iter().filter_map(|hash| digest(&hash.alg, &hash.content));
            // The version of an image is often its digest.
            let version = component.version.as_deref().map(name).filter(|name| matches!(name, VexName::Digest(_)));
            known.insert(reference, names(texts.map(|text| name(text)).chain(version).chain(hashes)));
        }
        components.extend(component.components);
    }
    known
}

impl Affected {
    fn into_model(self, known: &HashMap<String, Arc<[VexName]>>, status: VexStatus) -> VexProduct {
        let reference = self.reference.trim();
        let fragment = reference.strip_prefix("urn:cdx:").and_then(|link| link.split_once('#'));
        let names = match (known.get(reference), fragment) {
            (Some(names), _) if !names.is_empty() => Arc::clone(names),
            // A BOM-Link (`urn:cdx:serialNumber/version#bom-ref`) leads into another document; many tools write package
            // URLs as references there.
            (_, Some((_, fragment))) => [name(&decoded(fragment))].into(),
            _ => [name(reference)].into(),
        };
        let is_unaffected = |version: &Version| version.status.as_deref() == Some("unaffected");
        let wants_unaffected =
            matches!(status, VexStatus::NotAffected | VexStatus::Fixed) && self.versions.iter().any(is_unaffected);
        let is_exploitable = matches!(status, VexStatus::Affected | VexStatus::UnderInvestigation);
        let spoken_of = self.versions.iter().filter(|version| match is_unaffected(version) {
            true => !is_exploitable,
            false => !wants_unaffected,
        });
        let text = |version: &Version| version.version.clone().or_else(|| version.range.clone());
        // A reference with a version is exact already; the versions beside it tell of others.
        let is_exact = names.iter().any(|name| matches!(name, VexName::Purl(purl) if purl.version().is_some()));
        let versions = if is_exact { Vec::new() } else { spoken_of.filter_map(text).collect() };
        let says_nothing = !is_exact && !self.versions.is_empty() && versions.is_empty();
        VexProduct { names: if says_nothing { Arc::default() } else { names }, versions, within: None }
    }
}

/// A fragment with its percent signs resolved (RFC 3986, 2.1); bytes that are no text then stay as they are.
fn decoded(text: &str) -> Cow<'_, str> {
    // A package URL keeps its own encoding: only a fragment that is encoded as a whole is decoded.
    if !text.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("pkg%3A")) {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).map_or(Cow::Borrowed(text), Cow::Owned)
}
