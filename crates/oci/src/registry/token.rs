//! Tokens: what a registry's token service gives for a credential, or to anybody (distribution, spec/auth/token and
//! spec/auth/oauth).

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use ureq::http::StatusCode;

use super::RegistryError;
use super::challenge::Challenge;
use super::http::{Call, HttpClient};
use super::session::rate_limit;
use crate::Secret;
use crate::credentials::Credential;

/// Tokens of cloud registries have some kilobytes.
const MAX_ANSWER_BYTES: u64 = 1 << 20;

/// How long a token lasts whose service does not say (distribution, spec/auth/token, expires_in).
const DEFAULT_LIFE_SECONDS: u64 = 60;

/// The name under which this program is known to token services.
const CLIENT_ID: &str = "bulkhead";

/// An access token.
pub(super) struct Token {
    text: Secret,
    /// When to get another one; never for a token that was given to us.
    expires: Option<Instant>,
}

impl Token {
    /// A token that is not renewed.
    pub(super) fn lasting(text: Secret) -> Token {
        Token { text, expires: None }
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| now >= expires)
    }

    /// The value of `Authorization`.
    pub(super) fn header(&self) -> Secret {
        Secret::new(format!("Bearer {}", self.text.expose()))
    }
}

/// The value of `Authorization` for a user and a password (RFC 7617).
pub(super) fn basic_header(user: &str, password: &Secret) -> Secret {
    Secret::new(format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose()))))
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<f64>,
}

/// Gets a token as the challenge says; `None` when the service refuses the credential, or asks for one.
pub(super) fn fetch(
    client: &HttpClient,
    challenge: &Challenge,
    default_scope: &str,
    credential: Option<&Credential>,
) -> Result<Option<Token>, RegistryError> {
    let no_token = |host: String, reason| RegistryError::NoToken { host, reason };
    let realm = challenge
        .parameter("realm")
        .ok_or_else(|| no_token(client.host(), "its challenge does not say where to get one"))?;
    let scope = challenge.parameter("scope").unwrap_or(default_scope);
    let service = challenge.parameter("service").unwrap_or_default();
    let started = Instant::now();
    let answer = match credential {
        Some(Credential::IdentityToken(identity)) => {
            let form = format!(
                "grant_type=refresh_token&service={}&client_id={CLIENT_ID}&scope={}&refresh_token={}",
                encode(service),
                encode(scope),
                encode(identity.expose())
            );
            client.ask_named(realm, Call { form: Some(&form), ..Call::default() })?
        }
        _ => {
            let mark = if realm.contains('?') { '&' } else { '?' };
            let mut url = format!("{realm}{mark}scope={}&client_id={CLIENT_ID}", encode(scope));
            if !service.is_empty() {
                url.push_str(&format!("&service={}", encode(service)));
            }
            let basic = match credential {
                Some(Credential::Password { user, password }) => Some(basic_header(user, password)),
                _ => None,
            };
            client.ask_named(&url, Call { authorization: basic.as_ref().map(Secret::expose), ..Call::default() })?
        }
    };
    let host = answer.host.clone();
    match answer.status {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => return Ok(None),
        StatusCode::TOO_MANY_REQUESTS => return Err(rate_limit(&answer)),
        status => {
            let what = "a token".to_owned();
            return Err(RegistryError::Status { host, status: status.as_u16(), what, message: None });
        }
    }
    let body = answer.read_document(MAX_ANSWER_BYTES)?;
    let answer: TokenAnswer =
        serde_json::from_slice(&body).map_err(|_| no_token(host.clone(), "its answer is not the protocol's"))?;
    let text = answer.token.filter(|text| !text.is_empty()).or(answer.access_token).unwrap_or_default();
    let is_token = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_token {
        return Err(no_token(host, "its answer has no token"));
    }
    // A tenth less, so that a token is not on the way when it expires.
    let life = answer.expires_in.filter(|life| *life >= 1.0).map_or(DEFAULT_LIFE_SECONDS, |life| life as u64);
    let life = Duration::from_secs(life.min(24 * 3600)).mul_f64(0.9);
    Ok(Some(Token { text: Secret::new(text), expires: Some(started + life) }))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_percent_encoded() {
        assert_eq!(encode("repository:a/b:pull,push"), "repository%3Aa%2Fb%3Apull%2Cpush");
        assert_eq!(encode("\u{e9} +"), "%C3%A9%20%2B");
    }

    #[test]
    fn a_basic_header_is_base64_of_user_and_password() {
        assert_eq!(basic_header("Aladdin", &Secret::new("open sesame")).expose(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}
