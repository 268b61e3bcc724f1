//! Azure Container Registry: the secret of an application for an access token of Microsoft Entra (OAuth 2.0 client
//! credentials, RFC 6749, section 4.4), and that for a refresh token of the registry (ACR, "AAD-OAuth", POST
//! /oauth2/exchange), which the registry's own token service exchanges per repository.

use api::registries::RegistryCredential;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::wire::{Call, FORM, Wire, form};
use super::{ExchangeError, Place, ShortLived, Surroundings};
use crate::clock::SECOND;

const ENTRA: &str = "Microsoft Entra";
const REGISTRY: &str = "the registry's token exchange";

/// For how long a refresh token lasts at most, and where it does not tell.
const LONGEST: i64 = 3 * 3600 * SECOND;
const UNTOLD: i64 = 3600 * SECOND;

/// An application that is registered with Entra.
pub(super) struct Application<'a> {
    /// The directory: its id or domain.
    pub(super) tenant: &'a str,
    pub(super) client_id: &'a str,
    pub(super) client_secret: &'a str,
}

/// The refresh token of the registry.
pub(super) fn registry_credential(
    application: &Application<'_>,
    place: &Place,
    surroundings: &Surroundings,
    wire: &Wire,
    now: i64,
) -> Result<ShortLived, ExchangeError> {
    #[derive(Deserialize)]
    struct Exchanged {
        refresh_token: String,
    }
    let access_token = entra_token(application, place, surroundings, wire)?;
    let scheme = if place.plain_http { "http" } else { "https" };
    let body = form(&[
        ("grant_type", "access_token"),
        ("service", &place.address),
        ("tenant", application.tenant),
        ("access_token", &access_token),
    ]);
    let answer = wire.send(&Call {
        service: REGISTRY,
        method: "POST",
        url: &format!("{scheme}://{}/oauth2/exchange", place.address),
        headers: &[FORM],
        body: &body,
        is_operators: false,
        ca: place.ca.as_deref(),
    })?;
    let exchanged: Exchanged = serde_json::from_slice(&answer)
        .map_err(|_| ExchangeError::Protocol { service: REGISTRY, problem: "it has no refresh token" })?;
    let expires = expiry(&exchanged.refresh_token).unwrap_or(now + UNTOLD).min(now + LONGEST);
    Ok(ShortLived { credential: RegistryCredential::RefreshToken { token: exchanged.refresh_token }, expires })
}

fn entra_token(
    application: &Application<'_>,
    place: &Place,
    surroundings: &Surroundings,
    wire: &Wire,
) -> Result<String, ExchangeError> {
    #[derive(Deserialize)]
    struct Granted {
        access_token: String,
    }
    let (login, resource) = cloud(&place.address);
    let (endpoint, is_operators) = surroundings.endpoint("azure", login);
    let body = form(&[
        ("grant_type", "client_credentials"),
        ("client_id", application.client_id),
        ("client_secret", application.client_secret),
        ("scope", resource),
    ]);
    let answer = wire.send(&Call {
        service: ENTRA,
        method: "POST",
        url: &format!("{endpoint}/{}/oauth2/v2.0/token", application.tenant),
        headers: &[FORM],
        body: &body,
        is_operators,
        ca: None,
    })?;
    let granted: Granted = serde_json::from_slice(&answer)
        .map_err(|_| ExchangeError::Protocol { service: ENTRA, problem: "it has no access token" })?;
    Ok(granted.access_token)
}

/// Where a registry's cloud lets applications log in, and what is asked for there.
fn cloud(address: &str) -> (&'static str, &'static str) {
    if address.ends_with(".azurecr.us") {
        ("https://login.microsoftonline.us", "https://management.usgovcloudapi.net/.default")
    } else if address.ends_with(".azurecr.cn") {
        ("https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn/.default")
    } else {
        ("https://login.microsoftonline.com", "https://management.azure.com/.default")
    }
}

/// When a token says that it ends (RFC 7519, section 4.1.4). Nothing is decided by it but when another is asked for.
fn expiry(token: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Claims {
        exp: i64,
    }
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    claims.exp.checked_mul(SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_when_it_ends_or_does_not() {
        let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(r#"{"exp":1800000000}"#));
        assert_eq!(expiry(&token), Some(1_800_000_000 * SECOND));
        for other in ["", "a.b", "a.%%.c", "e30.e30.x"] {
            assert_eq!(expiry(other), None, "{other}");
        }
        let huge = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{}}}", i64::MAX)));
        assert_eq!(expiry(&huge), None);
    }

    #[test]
    fn the_cloud_of_a_registry_is_told_by_its_address() {
        assert!(cloud("shop.azurecr.us").0.ends_with(".us") && cloud("shop.azurecr.cn").0.ends_with(".cn"));
        assert!(cloud("shop.azurecr.io").0.ends_with(".com"));
    }
}
