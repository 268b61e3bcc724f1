//! AWS Signature Version 4 (IAM user guide, "Create a signed AWS API request"): HMAC-SHA-256 over a canonical form of the
//! request, with a key that is derived for a day, a region and a service.

use std::collections::BTreeMap;

use api::Moment;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;

use super::aws_keys::Keys;
use super::wire::encode;
use crate::clock::SECOND;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What is signed of a request.
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    /// Host, and port where it is not the scheme's own.
    pub(super) host: &'a str,
    /// The path, with nothing that would have to be encoded.
    pub(super) path: &'a str,
    pub(super) query: &'a [(&'a str, &'a str)],
    /// Headers beside `host`, `x-amz-date` and `x-amz-security-token`, names in lower case.
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: &'a [u8],
}

/// What a signature adds to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signed {
    /// `X-Amz-Date`.
    pub(super) date: String,
    /// `Authorization`.
    pub(super) authorization: String,
}

/// Signs a request for a region and a service at a time in microseconds since 1970.
pub(super) fn sign(request: &Request<'_>, keys: &Keys, region: &str, service: &str, now: i64) -> Signed {
    let date = basic_format(now);
    let day = date.split('T').next().unwrap_or_default().to_owned();
    let mut headers: BTreeMap<&str, String> =
        request.headers.iter().map(|(name, value)| (*name, trimmed(value))).collect();
    headers.insert("host", request.host.to_owned());
    headers.insert("x-amz-date", date.clone());
    if let Some(token) = &keys.session {
        headers.insert("x-amz-security-token", token.clone());
    }
    let names: Vec<&str> = headers.keys().copied().collect();
    let names = names.join(";");
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let canonical =
        [request.method, request.path, &canonical_query(request.query), &lines, &names, &hash(request.body)];
    let text = [ALGORITHM, &date, &scope, &hash(canonical.join("\n").as_bytes())].join("\n");
    let steps = [day.as_str(), region, service, "aws4_request", &text];
    let signature = steps.iter().fold(format!("AWS4{}", keys.secret).into_bytes(), |key, step| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), step.as_bytes()).as_ref().to_vec()
    });
    let authorization =
        format!("{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={}", keys.id, hex(&signature));
    Signed { date, authorization }
}

/// `20150830T123600Z` (ISO 8601, basic format, in UTC).
fn basic_format(now: i64) -> String {
    Moment(now - now.rem_euclid(SECOND)).text().replace(['-', ':'], "")
}

fn canonical_query(query: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(String, String)> = query.iter().map(|(name, value)| (encode(name), encode(value))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// Without blanks around it, and no two in a row.
fn trimmed(value: &str) -> String {
    value.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn hash(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

    /// The names are those of AWS's Signature Version 4 test suite (aws4_testsuite).
    fn check(name: &str, request: &Request<'_>, session: Option<&str>, names: &str, signature: &str) {
        let keys = Keys {
            id: "AKIDEXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session: session.map(str::to_owned),
        };
        let now = Moment::read("2015-08-30T12:36:00Z").unwrap().0;
        let signed = sign(request, &keys, "us-east-1", "service", now);
        assert_eq!(signed.date, "20150830T123600Z");
        let expected = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders={names}, \
             Signature={signature}"
        );
        assert_eq!(signed.authorization, expected, "{name}");
    }

    fn vanilla(method: &'static str) -> Request<'static> {
        Request { method, host: "example.amazonaws.com", path: "/", query: &[], headers: &[], body: b"" }
    }

    #[test]
    fn signatures_are_those_of_the_published_test_suite() {
        let plain = "host;x-amz-date";
        let get = vanilla("GET");
        check("get-vanilla", &get, None, plain, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
        let post = vanilla("POST");
        check("post-vanilla", &post, None, plain, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
        let query = [("Param2", "value2"), ("Param1", "value1")];
        let ordered = Request { query: &query, ..vanilla("GET") };
        let signature = "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500";
        check("get-vanilla-query-order-key-case", &ordered, None, plain, signature);
        let headers = [("my-header1", " value1"), ("my-header2", " \"a   b   c\"")];
        let trimmed = Request { headers: &headers, ..vanilla("GET") };
        let signature = "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736";
        check("get-header-value-trim", &trimmed, None, "host;my-header1;my-header2;x-amz-date", signature);
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let form = Request { headers: &headers, body: b"Param1=value1", ..vanilla("POST") };
        let signature = "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a";
        check("post-x-www-form-urlencoded", &form, None, "content-type;host;x-amz-date", signature);
        let signature = "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead";
        let names = "host;x-amz-date;x-amz-security-token";
        check("post-sts-token/post-sts-header-before", &post, Some(SESSION), names, signature);
    }
}
