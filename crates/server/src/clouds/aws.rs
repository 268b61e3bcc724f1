//! Amazon ECR: keys of an account, or of a role that they may take on, for a password of the registry (ECR API reference,
//! GetAuthorizationToken; STS API reference, AssumeRole).

use api::registries::{AwsRole, RegistryCredential};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::aws_keys::Keys;
use super::signature_v4::{Request, sign};
use super::wire::{Call, FORM, Wire, element, form};
use super::{ExchangeError, ShortLived, Surroundings};
use crate::clock::SECOND;

const ECR: &str = "Amazon ECR";
pub(super) const STS: &str = "AWS STS";

/// How long a password of the registry lasts (ECR user guide, "Private registry authentication").
const LONGEST_PASSWORD: i64 = 12 * 3600 * SECOND;

/// For how long a role is taken on, in seconds: it is used once.
const ROLE_SECONDS: &str = "900";

/// How sessions of roles are told in AWS's own trail.
const SESSION_NAME: &str = "bulkhead";

/// The region in the address of a registry: `123456789012.dkr.ecr.eu-west-1.amazonaws.com`.
pub(crate) fn region_of(address: &str) -> Option<&str> {
    let rest = match address.split_once(".dkr.") {
        Some((_, rest)) => rest.strip_prefix("ecr-fips.").or_else(|| rest.strip_prefix("ecr."))?,
        // The addresses for IPv4 and IPv6.
        None => address.split_once(".dkr-ecr.").or_else(|| address.split_once(".dkr-ecr-fips."))?.1,
    };
    let (region, suffix) = rest.split_once('.')?;
    // As they end, not as they begin: `amazonaws.com.evil.example` is somebody else's.
    let is_amazons = matches!(suffix, "amazonaws.com" | "amazonaws.com.cn" | "on.aws" | "on.amazonwebservices.com.cn")
        || suffix.ends_with(".ic.gov");
    (is_amazons && is_region(region)).then_some(region)
}

/// The region of a credential, else that of the registry's address.
pub(super) fn region(given: Option<&str>, address: &str) -> Result<String, ExchangeError> {
    let region = given.or_else(|| region_of(address)).filter(|region| is_region(region));
    let problem = || format!("`{address}` does not tell its region: give it as eu-west-1");
    region.map(str::to_owned).ok_or_else(|| ExchangeError::Unusable { problem: problem() })
}

fn is_region(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.len() <= 40 && text.contains('-') && text.chars().all(is_part)
}

/// What the endpoints of a region end in.
pub(super) fn suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

/// The registry's user and password, by keys that may have to take on a role first.
pub(super) fn registry_credential(
    keys: Keys,
    role: Option<&AwsRole>,
    region: &str,
    surroundings: &Surroundings,
    wire: &Wire,
    now: i64,
) -> Result<ShortLived, ExchangeError> {
    let keys = match role {
        Some(role) => assume(&keys, role, region, surroundings, wire, now)?,
        None => keys,
    };
    password(&keys, region, surroundings, wire, now)
}

fn password(
    keys: &Keys,
    region: &str,
    surroundings: &Surroundings,
    wire: &Wire,
    now: i64,
) -> Result<ShortLived, ExchangeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        authorization_data: Vec<Data>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        authorization_token: String,
        expires_at: Option<f64>,
    }
    let usual = format!("https://api.ecr.{region}.{}", suffix(region));
    let (endpoint, is_operators) = surroundings.endpoint("ecr", &usual);
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"),
    ];
    let asked = Signing { service: ECR, name: "ecr", region, endpoint: &endpoint, is_operators };
    let body = asked.post(keys, &headers, "{}", wire, now)?;
    let unusable = |problem| ExchangeError::Protocol { service: ECR, problem };
    let answer: Answer =
        serde_json::from_slice(&body).map_err(|_| unusable("it is no answer of GetAuthorizationToken"))?;
    let data = answer.authorization_data.into_iter().next().ok_or_else(|| unusable("it has no token"))?;
    let pair = STANDARD.decode(&data.authorization_token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = pair
        .as_deref()
        .and_then(|pair| pair.split_once(':'))
        .filter(|(user, password)| !user.is_empty() && !password.is_empty());
    let (user, password) = pair.ok_or_else(|| unusable("its token is no user and password"))?;
    let latest = now + LONGEST_PASSWORD;
    let told = data.expires_at.filter(|seconds| *seconds > 0.0).map(|seconds| (seconds * SECOND as f64) as i64);
    Ok(ShortLived {
        credential: RegistryCredential::Password { user: user.to_owned(), password: password.to_owned() },
        expires: told.unwrap_or(latest).min(latest),
    })
}

/// Takes on a role, of another account perhaps.
fn assume(
    keys: &Keys,
    role: &AwsRole,
    region: &str,
    surroundings: &Surroundings,
    wire: &Wire,
    now: i64,
) -> Result<Keys, ExchangeError> {
    let (endpoint, is_operators) = sts(region, surroundings);
    let mut fields = vec![
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", role.arn.as_str()),
        ("RoleSessionName", SESSION_NAME),
        ("DurationSeconds", ROLE_SECONDS),
    ];
    fields.extend(role.external_id.as_deref().map(|id| ("ExternalId", id)));
    let asked = Signing { service: STS, name: "sts", region, endpoint: &endpoint, is_operators };
    keys_in(&asked.post(keys, &[FORM], &form(&fields), wire, now)?)
}

/// Where STS is in a region.
pub(super) fn sts(region: &str, surroundings: &Surroundings) -> (String, bool) {
    surroundings.endpoint("sts", &format!("https://sts.{region}.{}", suffix(region)))
}

/// The keys in an answer of STS.
pub(super) fn keys_in(answer: &[u8]) -> Result<Keys, ExchangeError> {
    let text = String::from_utf8_lossy(answer);
    let part = |name| element(&text, name).filter(|text| !text.is_empty()).map(str::to_owned);
    match (part("AccessKeyId"), part("SecretAccessKey"), part("SessionToken")) {
        (Some(id), Some(secret), session @ Some(_)) => Ok(Keys { id, secret, session }),
        _ => Err(ExchangeError::Protocol { service: STS, problem: "it has no keys" }),
    }
}

/// A service that wants its requests signed.
struct Signing<'a> {
    /// For people.
    service: &'static str,
    /// In signatures.
    name: &'static str,
    region: &'a str,
    endpoint: &'a str,
    is_operators: bool,
}

impl Signing<'_> {
    fn post(
        &self,
        keys: &Keys,
        headers: &[(&str, &str)],
        body: &str,
        wire: &Wire,
        now: i64,
    ) -> Result<Vec<u8>, ExchangeError> {
        let host = self.endpoint.split_once("://").map_or(self.endpoint, |(_, host)| host);
        let request = Request { method: "POST", host, path: "/", query: &[], headers, body: body.as_bytes() };
        let signed = sign(&request, keys, self.region, self.name, now);
        let mut sent = headers.to_vec();
        sent.extend([("x-amz-date", signed.date.as_str()), ("authorization", signed.authorization.as_str())]);
        sent.extend(keys.session.as_deref().map(|token| ("x-amz-security-token", token)));
        wire.send(&Call {
            service: self.service,
            method: "POST",
            url: &format!("{}/", self.endpoint),
            headers: &sent,
            body,
            is_operators: self.is_operators,
            ca: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_read_from_every_form_of_address() {
        let check = |address: &str, expected: Option<&str>| assert_eq!(region_of(address), expected, "{address}");
        check("123456789012.dkr.ecr.eu-west-1.amazonaws.com", Some("eu-west-1"));
        check("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", Some("us-gov-west-1"));
        check("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", Some("cn-north-1"));
        check("123456789012.dkr-ecr.ap-northeast-1.on.aws", Some("ap-northeast-1"));
        for other in [
            "registry.example.com",
            "x.dkr.ecr.eu-west-1.example.com",
            "x.dkr.ecr.EU.amazonaws.com",
            "dkr.ecr",
            "x.dkr.ecr.eu-west-1.amazonaws.com.evil.example",
            "x.dkr.ecr.eu-west-1.amazonaws.community",
        ] {
            check(other, None);
        }
        assert!(region(None, "ecr.internal").is_err());
        assert_eq!(region(Some("eu-north-1"), "ecr.internal").unwrap(), "eu-north-1");
        assert!(region(Some("evil.example/"), "ecr.internal").is_err(), "it becomes a part of a host");
    }
}
