//! Servers that are older than the program: what they read of a registration, and what is said where they read none of it.

use api::images::INDEX_TYPE;
use api::{ClientError, Problem, ProblemCode};
use serde_json::Value;

/// The version of this program.
pub(super) const OWN_VERSION: &str = env!("CARGO_PKG_VERSION");

/// How a registration is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// With the documents of the image indexes.
    pub(super) has_image_indexes: bool,
    /// Compressed by zstd.
    pub(super) is_compressed: bool,
}

impl Form {
    /// Its media type.
    pub(super) fn kind(self) -> &'static str {
        if self.has_image_indexes { api::images::REGISTRATION_TYPE } else { INDEX_TYPE }
    }

    /// Its content coding.
    pub(super) fn coding(self) -> Option<&'static str> {
        self.is_compressed.then_some("zstd")
    }

    /// The form to be tried next where a server does not read this one (RFC 9110, section 15.5.16): the compression goes where
    /// it is that, else the image indexes do, of which the first servers did not know.
    pub(super) fn simpler(self, error: &ClientError) -> Option<Form> {
        let problem = problem(error).filter(|problem| problem.code == ProblemCode::MediaType.as_str())?;
        if problem.parameters.contains_key("encoding") {
            return self.is_compressed.then_some(Form { is_compressed: false, ..self });
        }
        let accepts = problem.parameters.get("accepts").and_then(Value::as_array);
        let is_known = accepts.is_none_or(|kinds| kinds.iter().any(|kind| kind == INDEX_TYPE));
        (self.has_image_indexes && is_known).then_some(Form { has_image_indexes: false, ..self })
    }
}

/// What is to be done about a server that does not read what a program of the version `own` sends, as it is older; nothing
/// where it refuses for another reason.
pub(super) fn advice(error: &ClientError, own: &str) -> Option<String> {
    let codes = [ProblemCode::MediaType, ProblemCode::Malformed].map(ProblemCode::as_str);
    let problem = problem(error).filter(|problem| codes.contains(&problem.code.as_str()))?;
    match version_of(problem) {
        Some(server) => is_older(server, own).then(|| {
            format!(
                "the server is of version {server}, older than this program; upgrade it to {own} or newer, or scan with the \
                 program of its version"
            )
        }),
        None => Some(format!(
            "the server is older than this program, which is of version {own}; upgrade it to that or newer, or scan with the \
             program of its version"
        )),
    }
}

/// That a server was not told of the image indexes, as it refused them so.
pub(super) fn without_image_indexes(error: &ClientError, own: &str) -> String {
    match problem(error).and_then(version_of) {
        Some(server) => format!(
            "the server is of version {server}, older than this program, and reads no image indexes: it has no verdict for \
             whoever asks by the digest of the index; upgrade it to {own} or newer"
        ),
        None => format!(
            "the server is older than this program and reads no image indexes: it has no verdict for whoever asks by the digest \
             of the index; upgrade it to {own} or newer"
        ),
    }
}

fn problem(error: &ClientError) -> Option<&Problem> {
    match error {
        ClientError::Refused { problem } => Some(problem),
        ClientError::Address { .. }
        | ClientError::Ca { .. }
        | ClientError::Unreachable { .. }
        | ClientError::Answer { .. } => None,
    }
}

/// The version that the server tells with a refusal; the first ones told none.
fn version_of(problem: &Problem) -> Option<&str> {
    problem.parameters.get("server_version").and_then(Value::as_str)
}

/// Whether a version comes before another (Semantic Versioning 2.0.0, section 11, but for what is no release).
fn is_older(one: &str, other: &str) -> bool {
    let numbers = |version: &str| -> Vec<u64> {
        let release = version.split(['-', '+']).next().unwrap_or_default();
        release.split('.').map(|number| number.parse().unwrap_or_default()).collect()
    };
    numbers(one) < numbers(other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(code: ProblemCode, parameters: Value) -> ClientError {
        let problem = json!({
            "status": code.status(), "code": code.as_str(), "parameters": parameters, "detail": "It is not read.",
        });
        ClientError::Refused { problem: serde_json::from_value(problem).unwrap() }
    }

    #[test]
    fn what_a_server_does_not_read_is_left_out() {
        let whole = Form { has_image_indexes: true, is_compressed: true };
        let next = |form: Form, parameters: Value| form.simpler(&refusal(ProblemCode::MediaType, parameters));
        let index = Form { has_image_indexes: false, ..whole };
        assert_eq!(next(whole, json!({})), Some(index), "the first servers tell nothing of what they read");
        assert_eq!(next(whole, json!({ "accepts": ["application/json"] })), Some(index));
        assert_eq!(next(whole, json!({ "accepts": ["application/cbor"] })), None);
        assert_eq!(next(index, json!({})), None, "there is no simpler one");
        let plain = Form { is_compressed: false, ..whole };
        assert_eq!(next(whole, json!({ "encoding": "zstd" })), Some(plain));
        assert_eq!(next(plain, json!({ "encoding": "zstd" })), None);
        assert_eq!(whole.simpler(&refusal(ProblemCode::Forbidden, json!({}))), None);
    }

    #[test]
    fn an_older_server_is_told_with_both_versions_and_what_to_do() {
        let told = |code, parameters: Value| advice(&refusal(code, parameters), "0.10.0");
        let older = told(ProblemCode::MediaType, json!({ "server_version": "0.9.2" })).unwrap();
        assert!(older.contains("of version 0.9.2") && older.contains("upgrade it to 0.10.0"), "{older}");
        let unknown = told(ProblemCode::Malformed, json!({})).unwrap();
        assert!(unknown.contains("older than this program, which is of version 0.10.0"), "{unknown}");
        for server in ["0.10.0", "0.10.1", "1.0.0"] {
            assert_eq!(told(ProblemCode::Malformed, json!({ "server_version": server })), None, "{server}");
        }
        assert_eq!(told(ProblemCode::Forbidden, json!({})), None);
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(is_older("0.9.0", "0.10.0") && is_older("0.1", "0.1.1") && is_older("0.9.9", "1.0.0-rc.1"));
        assert!(!is_older("0.1.0", "0.1.0") && !is_older("1.0.0+build", "0.9.0"));
    }
}
