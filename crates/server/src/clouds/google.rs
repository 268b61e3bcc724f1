//! Google Artifact Registry and Container Registry: the key of a service account signs a token for an access token (Google
//! Identity, "Using OAuth 2.0 for Server to Server Applications"; RFC 7523), or the metadata server gives one.

use api::registries::RegistryCredential;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Deserialize;

use super::surroundings::Ambient;
use super::wire::{Call, FORM, Wire, form};
use super::{ExchangeError, ShortLived, Surroundings};
use crate::clock::SECOND;

const SERVICE: &str = "Google's token service";
const METADATA: &str = "Google's metadata server";

/// The metadata server by its address: a name could be made to lead elsewhere.
const METADATA_ENDPOINT: &str = "http://169.254.169.254";

/// What is asked for: reading, as far as the account's own rights go.
const SCOPE: &str =
    "https://www.googleapis.com/auth/cloud-platform.read-only https://www.googleapis.com/auth/devstorage.read_only";

/// For how long a token is asked, in seconds: the most that there is.
const LIFE_SECONDS: i64 = 3600;

/// The user that goes with an access token (Artifact Registry, "Set up authentication for Docker").
const USER: &str = "oauth2accesstoken";

/// The key file of a service account.
#[derive(Deserialize)]
pub(crate) struct ServiceAccount {
    #[serde(rename = "type")]
    kind: String,
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    token_uri: Option<String>,
}

impl ServiceAccount {
    /// Reads a key file; the error is a sentence without a full stop.
    pub(crate) fn read(text: &str) -> Result<ServiceAccount, String> {
        let account: ServiceAccount =
            serde_json::from_str(text).map_err(|_| "it is not the JSON key file of a service account".to_owned())?;
        if account.kind != "service_account" {
            return Err("it is not the key file of a service account".to_owned());
        }
        if !is_googles(account.token_address()) {
            return Err("its token_uri is not an address of Google".to_owned());
        }
        account.key().map(|_| account)
    }

    fn token_address(&self) -> &str {
        self.token_uri.as_deref().unwrap_or("https://oauth2.googleapis.com/token")
    }

    fn key(&self) -> Result<RsaKeyPair, String> {
        let unusable = || "its private_key is no RSA key in PKCS#8 form".to_owned();
        let der = PrivatePkcs8KeyDer::from_pem_slice(self.private_key.as_bytes()).map_err(|_| unusable())?;
        RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| unusable())
    }

    /// The signed token that is exchanged (RFC 7523, section 3; RFC 7515, section 3.1).
    fn assertion(&self, now: i64) -> Result<String, String> {
        let seconds = now.div_euclid(SECOND);
        let mut header = serde_json::json!({ "alg": "RS256", "typ": "JWT" });
        if let Some(id) = &self.private_key_id {
            header["kid"] = id.as_str().into();
        }
        let claims = serde_json::json!({
            "iss": self.client_email, "scope": SCOPE, "aud": self.token_address(), "iat": seconds,
            "exp": seconds + LIFE_SECONDS,
        });
        let text = format!("{}.{}", encoded(header.to_string().as_bytes()), encoded(claims.to_string().as_bytes()));
        Ok(format!("{text}.{}", encoded(&signed(&self.key()?, text.as_bytes())?)))
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3).
fn signed(key: &RsaKeyPair, text: &[u8]) -> Result<Vec<u8>, String> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature)
        .map_err(|_| "its private_key does not sign".to_owned())?;
    Ok(signature)
}

fn is_googles(address: &str) -> bool {
    let Ok(uri) = address.parse::<ureq::http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    let is_known = host == "accounts.google.com" || host.ends_with(".googleapis.com");
    uri.scheme_str() == Some("https") && uri.port().is_none() && is_known
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: Option<i64>,
}

impl Answer {
    fn credential(body: &[u8], service: &'static str, now: i64) -> Result<ShortLived, ExchangeError> {
        let answer: Option<Answer> = serde_json::from_slice(body).ok();
        let is_token = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        let answer = answer.filter(|answer| is_token(&answer.access_token));
        let answer = answer.ok_or(ExchangeError::Protocol { service, problem: "it has no access token" })?;
        let seconds = answer.expires_in.unwrap_or(LIFE_SECONDS).clamp(0, 12 * LIFE_SECONDS);
        Ok(ShortLived {
            credential: RegistryCredential::Password { user: USER.to_owned(), password: answer.access_token },
            expires: now + seconds * SECOND,
        })
    }
}

/// An access token for the key of a service account.
pub(super) fn of_key(
    key: &str,
    surroundings: &Surroundings,
    wire: &Wire,
    now: i64,
) -> Result<ShortLived, ExchangeError> {
    let unusable = |problem| ExchangeError::Unusable { problem };
    let account = ServiceAccount::read(key).map_err(unusable)?;
    let assertion = account.assertion(now).map_err(unusable)?;
    let (url, is_operators) = match surroundings.endpoint("google", "") {
        (endpoint, true) => (format!("{endpoint}/token"), true),
        (_, false) => (account.token_address().to_owned(), false),
    };
    let body =
        form(&[("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion.as_str())]);
    let call =
        Call { service: SERVICE, method: "POST", url: &url, headers: &[FORM], body: &body, is_operators, ca: None };
    Answer::credential(&wire.send(&call)?, SERVICE, now)
}

/// An access token of the service account that the machine runs as (Compute Engine, "Authenticate workloads").
pub(super) fn of_metadata(surroundings: &Surroundings, wire: &Wire, now: i64) -> Result<ShortLived, ExchangeError> {
    surroundings.require(Ambient::GoogleMetadata)?;
    let (endpoint, _) = surroundings.endpoint("google-metadata", METADATA_ENDPOINT);
    let url = format!("{endpoint}/computeMetadata/v1/instance/service-accounts/default/token");
    let headers = [("metadata-flavor", "Google")];
    let service = METADATA;
    let call = Call { service, method: "GET", url: &url, headers: &headers, body: "", is_operators: true, ca: None };
    Answer::credential(&wire.send(&call)?, service, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_is_byte_for_byte_what_openssl_signs() {
        let account = ServiceAccount::read(include_str!("samples/service-account.json")).unwrap();
        let assertion = account.assertion(1_790_000_000 * SECOND + 7).unwrap();
        assert_eq!(assertion, include_str!("samples/assertion.jwt").trim());
    }

    #[test]
    fn a_key_file_leads_to_google_and_nowhere_else() {
        for address in ["https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/token"] {
            assert!(is_googles(address), "{address}");
        }
        for address in [
            "http://oauth2.googleapis.com/token",
            "https://169.254.169.254/",
            "https://googleapis.com.evil.example/",
            "https://evilgoogleapis.com/",
            "https://oauth2.googleapis.com:8443/",
            "https://oauth2.googleapis.com@evil.example/",
            "file:///etc/passwd",
        ] {
            assert!(!is_googles(address), "{address}");
        }
        assert!(ServiceAccount::read("{}").is_err() && ServiceAccount::read("no JSON").is_err());
    }
}
