//! From what failed to what the API says. Nothing else chooses an HTTP status; what is internal goes to the log.

use std::collections::BTreeMap;

use api::{Problem, ProblemCode};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use formats::Language;
use policy::access::Refused;
use policy::filter::{FilterError, UnknownSort};
use store::StoreError;

/// A refusal on its way out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) code: ProblemCode,
    detail: String,
    parameters: BTreeMap<String, serde_json::Value>,
    retry_after: Option<u64>,
}

pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// A refusal with its sentence.
    pub(crate) fn new(code: ProblemCode, detail: impl Into<String>) -> ApiError {
        ApiError { code, detail: detail.into(), parameters: BTreeMap::new(), retry_after: None }
    }

    /// Adds a value of the sentence.
    pub(crate) fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> ApiError {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> ApiError {
        self.retry_after = Some(seconds);
        self
    }

    /// No such thing, or none that one may see: the same answer.
    pub(crate) fn not_found(what: &str) -> ApiError {
        ApiError::new(ProblemCode::NotFound, format!("There is no such {what}.")).with("what", what)
    }

    /// A value that is not allowed.
    pub(crate) fn invalid(field: &str, problem: impl std::fmt::Display) -> ApiError {
        ApiError::new(ProblemCode::Invalid, format!("`{field}`: {problem}.")).with("field", field).saying(problem)
    }

    /// Says what is wrong with a value: it has no code of its own, but words in the reader's language.
    pub(crate) fn saying(mut self, problem: impl std::fmt::Display) -> ApiError {
        let problem = problem.to_string();
        match formats::field_problem_in(Language::Japanese, &problem) {
            Some(said) => self.parameters.insert("problem_ja".to_owned(), said.into()),
            None => self.parameters.remove("problem_ja"),
        };
        self.with("problem", problem)
    }

    /// The texts of a value that has several, as a header lists them.
    fn listed(&self, parameter: &str) -> Option<HeaderValue> {
        let texts = self.parameters.get(parameter)?.as_array()?;
        let texts: Vec<&str> = texts.iter().filter_map(serde_json::Value::as_str).collect();
        HeaderValue::from_str(&texts.join(", ")).ok()
    }

    pub(crate) fn problem(&self, request: Option<&str>) -> Problem {
        Problem {
            status: self.code.status(),
            code: self.code.as_str().to_owned(),
            parameters: self.parameters.clone(),
            detail: self.detail.clone(),
            request: request.map(str::to_owned),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match &error {
            StoreError::NotFound { what } => ApiError::not_found(what),
            StoreError::OfAll { .. } => {
                let detail = "This belongs to the whole installation; your roles are limited to applications.";
                ApiError::new(ProblemCode::OfAll, detail)
            }
            StoreError::Exists { what } => {
                ApiError::new(ProblemCode::Exists, format!("There is already a {what} of this name."))
                    .with("what", *what)
            }
            StoreError::Changed { what } => ApiError::new(
                ProblemCode::Changed,
                format!("Somebody else changed this {what}; read it again and repeat the change."),
            )
            .with("what", *what),
            StoreError::InUse { what, by } => {
                ApiError::new(ProblemCode::InUse, format!("This {what} is used by {by}."))
                    .with("what", *what)
                    .with("by", by.as_str())
            }
            StoreError::NotOwn { what } => {
                let detail =
                    format!("This {what} has the rights of whoever asked for it; they alone can have it done.");
                ApiError::new(ProblemCode::State, detail).with("what", *what)
            }
            StoreError::Beyond { permission } => {
                let detail = format!("Nobody can give {permission} beyond what they hold themselves.");
                ApiError::new(ProblemCode::Beyond, detail).with("permission", permission.as_str())
            }
            StoreError::LastAdministrator => {
                let detail = "This is the last administrator; make another one first.";
                ApiError::new(ProblemCode::LastAdministrator, detail)
            }
            StoreError::Full => {
                tracing::error!("the disk of the database is full");
                let detail = "The disk of the database is full; nothing was changed. Make room there, then try again.";
                ApiError::new(ProblemCode::Unavailable, detail).with("cause", "disk_full").retry_after(30)
            }
            StoreError::Uncertain => {
                tracing::error!(error = %chain(&error), "the store is not available");
                let detail =
                    "The database went away before it said whether the change is kept; look before you repeat it.";
                ApiError::new(ProblemCode::Unavailable, detail).with("cause", "uncertain").retry_after(5)
            }
            StoreError::Unreachable { .. } | StoreError::Closed | StoreError::Open { .. } => {
                tracing::error!(error = %chain(&error), "the store is not available");
                ApiError::new(
                    ProblemCode::Unavailable,
                    "The database is not available; nothing was changed. Try again later.",
                )
                .retry_after(5)
            }
            StoreError::Sqlite(_) | StoreError::Postgres(_) if error.is_of_something_gone() => {
                tracing::warn!(error = %chain(&error), "what was to be referred to is gone");
                let detail =
                    "Something that this refers to was removed meanwhile; read it again and repeat the change.";
                ApiError::new(ProblemCode::Gone, detail)
            }
            StoreError::Postgres(_) if error.is_obstruction() => {
                tracing::warn!(error = %chain(&error), "other changes were in the way as often as it was tried");
                let detail = "Other changes were in the way; nothing was changed. Try again in a moment.";
                ApiError::new(ProblemCode::Unavailable, detail).with("cause", "busy").retry_after(1)
            }
            StoreError::ForeignRecord { sequence } => {
                tracing::error!(%error, "nothing can be written");
                let detail = format!(
                    "Record {sequence} of the audit trail was not written by this program and stands where the next one \
                     belongs; nothing can be changed until it is removed from the database."
                );
                ApiError::new(ProblemCode::ForeignRecord, detail).with("sequence", *sequence).retry_after(60)
            }
            StoreError::Sqlite(_)
            | StoreError::Postgres(_)
            | StoreError::Damaged { .. }
            | StoreError::Defect
            | StoreError::Address { .. }
            | StoreError::NewerSchema { .. }
            | StoreError::OlderSchema { .. } => {
                tracing::error!(error = %chain(&error), "the store failed");
                ApiError::new(ProblemCode::Defect, "The server met a defect; nothing was changed. Its log says more.")
            }
        }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> ApiError {
        let permission = refused.permission.to_string();
        ApiError::new(ProblemCode::Forbidden, format!("This needs the permission {permission}."))
            .with("permission", permission)
    }
}

impl From<FilterError> for ApiError {
    fn from(error: FilterError) -> ApiError {
        ApiError::new(ProblemCode::Filter, format!("The filter cannot be understood: {error}."))
            .with("position", error.position)
            .saying(error.problem)
    }
}

impl From<UnknownSort> for ApiError {
    fn from(error: UnknownSort) -> ApiError {
        ApiError::invalid("sort", error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.problem(None))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // What would be read instead (RFC 9110, section 15.5.16).
        for (parameter, header) in [("accepts", header::ACCEPT), ("codings", header::ACCEPT_ENCODING)] {
            if let Some(value) = self.listed(parameter) {
                headers.insert(header, value);
            }
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // The frame around every request puts its id into the body.
        response.extensions_mut().insert(self);
        response
    }
}

/// An error with its causes, for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use store::Lane;

    use super::*;
    use crate::sample::index;
    use crate::testing::TestServer;

    /// The sentences that the sources give to [`ApiError::invalid`], with 7 for every value in them.
    fn sentences(source: &str) -> Vec<String> {
        let own = source.split("#[cfg(test)]").next().unwrap_or_default();
        let calls = own.split("ApiError::invalid(").skip(1);
        let sentence = |call: &str| {
            // The field, a comma, and the sentence as it is or as a format of it.
            let rest = call.trim_start().split_once(',')?.1.trim_start();
            let rest = ["format!(", "format_args!("].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
            let text = rest.trim_start().strip_prefix('"')?.split('"').next()?;
            let mut said = String::new();
            let mut parts = text.split('{');
            said.push_str(parts.next()?);
            for part in parts {
                said.push('7');
                said.push_str(part.split_once('}')?.1);
            }
            Some(said)
        };
        calls.filter_map(sentence).collect()
    }

    fn sources(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match entry.extension() {
                _ if entry.is_dir() => sources(&entry, found),
                Some(extension) if extension == "rs" => {
                    found.extend(sentences(&std::fs::read_to_string(&entry).unwrap()))
                }
                _ => {}
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_value_is_told_in_japanese_too() {
        let mut found = Vec::new();
        sources(&test_support::checkout().join("crates/server/src"), &mut found);
        assert!(found.len() > 50, "{found:?}");
        // What an error of another part says alone has no words here.
        let has_words = |sentence: &str| sentence.contains(char::is_alphabetic);
        let unknown = |sentence: &&String| {
            has_words(sentence) && formats::field_problem_in(Language::Japanese, sentence).is_none()
        };
        let unknown: Vec<&String> = found.iter().filter(unknown).collect();
        assert!(unknown.is_empty(), "write these into content/messages/fields.ja.json: {unknown:#?}");
        let error = ApiError::invalid("permissions", "`images.raed` is no permission; the nearest is `images.read`");
        assert_eq!(
            error.problem(None).parameters["problem_ja"],
            "`images.raed`という権限はありません(近い権限: `images.read`)"
        );
        // What is said instead has no Japanese of what was said before.
        assert!(!error.saying("x y z").parameters.contains_key("problem_ja"));
    }

    #[test]
    fn a_full_disk_is_told_by_its_cause_while_reading_goes_on() {
        let server = TestServer::new();
        let ci = server.token("images.write,images.read,verdicts.read");
        server.register(&ci, &index(1, "shop/api:1", &[("a", "1.0.0")])).expect(200);
        let limit = |pages: u32| {
            let set = format!("PRAGMA max_page_count = {pages}");
            server.app.store.write_blocking(Lane::Audited, move |connection| connection.rows(&set, &[])).unwrap();
        };
        // No more pages than there are.
        limit(1);
        let packages: Vec<(String, String)> =
            (0..400).map(|at| (format!("package-{at}"), "1.0.0".to_owned())).collect();
        let packages: Vec<(&str, &str)> =
            packages.iter().map(|(name, version)| (name.as_str(), version.as_str())).collect();
        let large = index(2, "shop/api:2", &packages);
        let answer = server.register(&ci, &large);
        answer.expect(503);
        assert_eq!((answer.code(), &answer.body["parameters"]["cause"]), ("server.unavailable", &json!("disk_full")));
        assert_eq!(answer.header("retry-after"), "30");
        let listed = server.ask(&ci, "GET", "/images", json!(null));
        listed.expect(200);
        assert_eq!(listed.body["total"], 1, "nothing of it is there");
        limit(100_000);
        server.register(&ci, &large).expect(200);
    }

    /// What programs that are newer than the server go by.
    #[test]
    fn a_registration_that_is_not_read_is_refused_with_what_is_and_by_which_version() {
        let server = TestServer::new();
        let ci = server.token("images.write,verdicts.read");
        let send_to = |path: &str, kind: &str, coding: &str, body: &str| {
            let request = axum::http::Request::builder().method("POST").uri(format!("{}{path}", crate::routes::PREFIX));
            let request = request.header("content-type", kind).header("content-encoding", coding);
            let answer = server.send(&ci, request, body.as_bytes().to_vec());
            assert_eq!(answer.body["parameters"]["server_version"], env!("CARGO_PKG_VERSION"), "{}", answer.body);
            answer
        };
        let send = |kind: &str, coding: &str, body: &str| send_to("/images", kind, coding, body);
        let other = send("application/cbor", "identity", "");
        let types = [api::images::INDEX_TYPE, api::images::REGISTRATION_TYPE];
        assert_eq!((other.status, &other.body["parameters"]["accepts"]), (415, &json!(types)));
        assert_eq!(other.header("accept"), types.join(", "));
        let coded = send(types[0], "br", "{}");
        assert_eq!((coded.status, &coded.body["parameters"]["encoding"]), (415, &json!("br")));
        assert_eq!(coded.header("accept-encoding"), "zstd, gzip");
        let newer = send(types[0], "identity", r#"{ "schema": "bulkhead.report/9" }"#);
        assert_eq!((newer.status, newer.code()), (400, "request.malformed"));
        assert_eq!(newer.header("accept"), "");
        let further = send_to("/images?further=1", types[0], "identity", "{}");
        assert_eq!((further.status, further.code()), (400, "request.malformed"));
    }
}
