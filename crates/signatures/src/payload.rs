//! What is signed: cosign's simple-signing payload (containers/image, "atomic container signature") and in-toto
//! statements (in-toto attestation framework, Statement v0.1 and v1).

use std::collections::BTreeMap;

use model::Digest;
use serde::Deserialize;

use crate::problem::Problem;

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

/// Checks that a simple-signing payload speaks of `image`.
pub(crate) fn check_simple_signing(payload: &[u8], image: &Digest) -> Result<(), Problem> {
    let signed: SimpleSigning =
        serde_json::from_slice(payload).map_err(|_| Problem::Malformed("its payload is not simple signing"))?;
    if signed.critical.kind != "cosign container image signature" {
        return Err(Problem::Malformed("its payload is of another type"));
    }
    let stated = signed.critical.image.digest;
    if stated == image.to_string() { Ok(()) } else { Err(other_image(&stated)) }
}

/// The predicate type of a statement that speaks of `image`.
pub(crate) fn check_statement(payload: &[u8], image: &Digest) -> Result<String, Problem> {
    let statement: Statement =
        serde_json::from_slice(payload).map_err(|_| Problem::Malformed("its payload is not an in-toto statement"))?;
    if !statement.kind.starts_with("https://in-toto.io/Statement/") {
        return Err(Problem::Malformed("its payload is not an in-toto statement"));
    }
    let algorithm = image.algorithm().as_str();
    let of_subject = |subject: &Subject| subject.digest.get(algorithm).cloned();
    if statement.subject.iter().filter_map(of_subject).any(|hex| hex == image.hex()) {
        return Ok(statement.predicate_type);
    }
    let first = statement.subject.iter().find_map(of_subject).unwrap_or_default();
    Err(other_image(&format!("{algorithm}:{first}")))
}

/// A foreign text goes into the report only when it is a digest.
fn other_image(stated: &str) -> Problem {
    let digest = stated.parse::<Digest>();
    Problem::OtherImage(digest.map_or_else(|_| "which it names by no digest".to_owned(), |digest| digest.to_string()))
}
