//! One request of an exchange. Addresses that somebody's settings lead to are looked at before they are connected to; those
//! of the operator's own settings, and of the metadata services that the operator allowed, are not.

use std::time::{Duration, Instant};

use ureq::http::Request;
use ureq::unversioned::resolver::DefaultResolver;

use super::ExchangeError;
use crate::notify::egress::{self, GuardedResolver, refusal};

/// How long a request may take: a job is held meanwhile.
const LONGEST: Duration = Duration::from_secs(10);

pub(super) const TOO_LONG: &str = "it took too long";

/// The largest answer. Tokens have some kilobytes.
const LARGEST_ANSWER_BYTES: u64 = 1 << 20;

/// The longest reason that a service gives which is told on, in characters.
const LONGEST_CODE: usize = 100;

/// Sends the requests of one exchange.
pub(super) struct Wire {
    may_be_private: bool,
    /// When the exchange has to be done.
    until: Instant,
}

/// One request.
pub(super) struct Call<'a> {
    /// Who is asked, for people.
    pub(super) service: &'static str,
    pub(super) method: &'static str,
    pub(super) url: &'a str,
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: &'a str,
    /// Whether the operator has said where this is, or it is a metadata service.
    pub(super) is_operators: bool,
    /// Further authorities, PEM.
    pub(super) ca: Option<&'a str>,
}

impl Wire {
    pub(super) fn new(may_be_private: bool, until: Instant) -> Wire {
        Wire { may_be_private, until }
    }

    /// Sends a request; the answer's body when it succeeded. What a service says in words is not told on: some repeat the
    /// request, and with it a token.
    pub(super) fn send(&self, call: &Call<'_>) -> Result<Vec<u8>, ExchangeError> {
        let service = call.service;
        let away = |problem: String| ExchangeError::Away { service, problem };
        let mut request = Request::builder().method(call.method).uri(call.url);
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        let unusable = |_| ExchangeError::Unusable { problem: format!("a part of it cannot be sent to {service}") };
        let request = request.body(call.body).map_err(unusable)?;
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(away(TOO_LONG.to_owned()));
        }
        let longest = left.min(LONGEST);
        let agent = match call.is_operators {
            true => egress::agent(DefaultResolver::default(), longest, None),
            false => egress::agent(GuardedResolver::new(self.may_be_private), longest, call.ca),
        };
        let answer = agent.run(request).map_err(|error| away(reason(&error)))?;
        let status = answer.status().as_u16();
        let body = answer.into_body().into_with_config().limit(LARGEST_ANSWER_BYTES).read_to_vec();
        let body = body.map_err(|error| away(reason(&error)))?;
        match status {
            200..=299 => Ok(body),
            408 | 425 | 429 | 500..=599 => Err(away(format!("HTTP {status}"))),
            _ => Err(ExchangeError::Refused { service, status, code: code_in(&body) }),
        }
    }
}

fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => match refusal(error) {
            Some(refused) => refused.to_string(),
            None => format!("the connection failed: {error}"),
        },
        ureq::Error::Timeout(_) => TOO_LONG.to_owned(),
        ureq::Error::HostNotFound => "the host was not found".to_owned(),
        ureq::Error::Rustls(error) => format!("TLS failed: {error}"),
        _ => "the request failed".to_owned(),
    }
}

/// The word that a service gives as its reason: `__type` (AWS JSON 1.1), `Code` (AWS Query, XML), `error` (RFC 6749, 5.2),
/// `errors[0].code` (distribution).
fn code_in(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let in_json = json.as_ref().and_then(|json| {
        ["/__type", "/error", "/error/status", "/errors/0/code", "/Code", "/code"]
            .iter()
            .find_map(|pointer| json.pointer(pointer).and_then(serde_json::Value::as_str))
    });
    let code = in_json.or_else(|| element(&text, "Code"))?;
    // `com.amazonaws.ecr#AccessDeniedException`
    let code = code.rsplit('#').next().unwrap_or(code);
    let is_word = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    (!code.is_empty() && code.len() <= LONGEST_CODE && code.chars().all(is_word)).then(|| code.to_owned())
}

/// The text of the first element of a name in an answer of the AWS Query protocol, which has no attributes there.
pub(super) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    // What is looked for are keys, tokens and times, none of which has a character that XML escapes.
    (!text.contains(['<', '&'])).then(|| text.trim())
}

/// Percent-encodes a value of a query or a form (RFC 3986, section 2.3).
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

/// A form of the media type `application/x-www-form-urlencoded`.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    pairs.join("&")
}

/// The header of a form.
pub(super) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_a_refusal_is_one_word() {
        let check =
            |body: &str, expected: Option<&str>| assert_eq!(code_in(body.as_bytes()).as_deref(), expected, "{body}");
        check(r#"{"__type":"com.amazonaws.ecr#AccessDeniedException","message":"x"}"#, Some("AccessDeniedException"));
        check(
            "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>",
            Some("InvalidClientTokenId"),
        );
        check(r#"{"error":"invalid_grant","error_description":"secret"}"#, Some("invalid_grant"));
        check(r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#, Some("UNAUTHORIZED"));
        for nothing in ["", "null", "[]", "<Code>", "<Code></Code>", r#"{"error":"a b"}"#, "<Code><b>x</b></Code>"] {
            check(nothing, None);
        }
    }

    #[test]
    fn an_element_is_text_and_nothing_else() {
        assert_eq!(element("<a><SecretAccessKey> x/y+z= </SecretAccessKey></a>", "SecretAccessKey"), Some("x/y+z="));
        assert_eq!(element("<a><b>1</a>", "b"), None);
        assert_eq!(element("<b>&lt;</b>", "b"), None);
    }
}
