//! What is signed: cosign's simple-signing payload (containers/image, "atomic container signature") and in-toto
//! statements (in-toto attestation framework, Statement v0.1 and v1).

use std::collections::BTreeMap;

use model::Digest;
use serde::Deserialize;

#[derive(Deserialize)]
struct SimpleSigning {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: SignedImage,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct SignedImage {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

#[derive(Deserialize)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(default)]
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(default)]
    digest: BTreeMap<String, String>,
}

/// What a payload says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Speaks<T> {
    /// Of the image.
    OfImage(T),
    /// Of another: its digest, or nothing where it names none.
    OfAnother(String, T),
}

/// Of which image a simple-signing payload speaks.
pub(crate) fn simple_signing(payload: &[u8], subjects: &[Digest]) -> Result<Speaks<()>, &'static str> {
    let signed: SimpleSigning = serde_json::from_slice(payload).map_err(|_| "its payload is not simple signing")?;
    if signed.critical.kind != "cosign container image signature" {
        return Err("its payload is of another type");
    }
    Ok(digest(&signed.critical.image.digest, subjects))
}

/// Of which image a bare digest speaks.
pub(crate) fn digest(stated: &str, subjects: &[Digest]) -> Speaks<()> {
    match subjects.iter().any(|subject| subject.to_string() == stated) {
        true => Speaks::OfImage(()),
        false => Speaks::OfAnother(clean(stated), ()),
    }
}

/// Of which image a statement speaks, with its predicate type.
pub(crate) fn statement(payload: &[u8], subjects: &[Digest]) -> Result<Speaks<String>, &'static str> {
    let statement: Statement =
        serde_json::from_slice(payload).map_err(|_| "its payload is not an in-toto statement")?;
    if !statement.kind.starts_with("https://in-toto.io/Statement/") {
        return Err("its payload is not an in-toto statement");
    }
    let names = |subject: &Digest| {
        let mut named = statement.subject.iter();
        named.any(|named| named.digest.get(subject.algorithm().as_str()).is_some_and(|hex| hex == subject.hex()))
    };
    if subjects.iter().any(names) {
        return Ok(Speaks::OfImage(statement.predicate_type));
    }
    let first = statement.subject.iter().flat_map(|named| &named.digest).next();
    let first = first.map(|(algorithm, hex)| format!("{algorithm}:{hex}")).unwrap_or_default();
    Ok(Speaks::OfAnother(clean(&first), statement.predicate_type))
}

/// A foreign text goes into the report only when it is a digest.
fn clean(stated: &str) -> String {
    stated.parse::<Digest>().map(|digest| digest.to_string()).unwrap_or_default()
}
