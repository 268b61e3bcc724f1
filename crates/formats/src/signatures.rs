//! Who signed the image, in words: for the table, Markdown and HTML.

use model::{Signature, SignatureProblem};

use crate::Language;
use crate::messages::Value;
use crate::table::Style;

/// A signature in words. Nothing of it is escaped: each format has its own way.
pub(crate) struct ToldSignature {
    pub(crate) style: Style,
    /// Whether it holds, of which kind it is, and of whom: `verified  cosign  ci@example.com (https://issuer)`.
    pub(crate) head: String,
    /// Why it does not hold.
    pub(crate) problem: Option<String>,
    /// What the signer states.
    pub(crate) statements: Vec<String>,
}

/// Tells a signature.
pub(crate) fn tell(signature: &Signature, language: Language) -> ToldSignature {
    let word = if signature.verified { "table.signature.verified" } else { "table.signature.not_verified" };
    let unknown = || language.say("table.signature.unknown", &[]);
    let mut head = format!("{}  {}  ", language.say(word, &[]), signature.kind.as_str());
    head.push_str(&signature.identity.clone().unwrap_or_else(unknown));
    if let Some(issuer) = &signature.issuer {
        head.push_str(&format!(" ({issuer})"));
    }
    let statement = |attestation: &model::Attestation| {
        let code = if attestation.verified { "table.signature.states" } else { "table.signature.claims" };
        language.say(code, &[("predicate", Value::Text(&attestation.predicate_type))])
    };
    ToldSignature {
        style: if signature.verified { Style::Good } else { Style::Alarm },
        head,
        problem: signature.problem.as_ref().map(|problem| sentence(problem, language)),
        statements: signature.attestations.iter().map(statement).collect(),
    }
}

fn sentence(problem: &SignatureProblem, language: Language) -> String {
    let parameters: Vec<(&str, Value<'_>)> =
        problem.parameters.iter().map(|(name, text)| (name.as_str(), Value::Text(text.as_str()))).collect();
    language.say(&problem.code, &parameters)
}
