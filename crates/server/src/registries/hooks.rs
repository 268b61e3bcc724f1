//! Messages of registries: who may send them, and in which format each kind tells of pushes.
//!
//! What is not a push is taken and does nothing.

use api::registries::RegistryKind;
use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use formats::PushFormat;

use crate::secrets;

/// The format of the messages of a kind.
pub(crate) fn format(kind: RegistryKind) -> PushFormat {
    match kind {
        RegistryKind::Oci => PushFormat::Distribution,
        RegistryKind::DockerHub => PushFormat::DockerHub,
        RegistryKind::Ecr => PushFormat::EventBridge,
        RegistryKind::Google => PushFormat::PubSub,
        RegistryKind::Quay => PushFormat::Quay,
        RegistryKind::Artifactory => PushFormat::Artifactory,
        RegistryKind::Acr => PushFormat::Azure,
        RegistryKind::Harbor => PushFormat::Harbor,
        RegistryKind::Ghcr => PushFormat::Github,
        RegistryKind::Gitlab => PushFormat::Gitlab,
        RegistryKind::Nexus => PushFormat::Nexus,
    }
}

/// How a message shows that it is from the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// `Authorization`: the secret, `Bearer` and the secret, or `Basic` with the secret as password (RFC 7617).
    Authorization,
    /// A header that holds the secret.
    Header(&'static str),
    /// A header that holds the HMAC-SHA-256 of the body in hexadecimal, behind a prefix.
    Hmac256(&'static str, &'static str),
    /// A header that holds the HMAC-SHA-1 of the body in hexadecimal.
    Hmac1(&'static str),
    /// The parameter `token` of the address, for registries that can send no header.
    Parameter,
}

/// What each kind can send, from its documentation: any of these counts.
fn proofs(kind: RegistryKind) -> &'static [Proof] {
    use Proof::{Authorization, Header, Hmac1, Hmac256, Parameter};
    match kind {
        // distribution, notifications: `headers` of an endpoint; a signature for senders of one's own.
        RegistryKind::Oci => &[Authorization, Hmac256("x-hub-signature-256", "sha256=")],
        // Docker Hub and Pub/Sub push subscriptions send to an address and no more.
        RegistryKind::DockerHub | RegistryKind::Google => &[Parameter],
        RegistryKind::Quay => &[Authorization, Parameter],
        // Event Bridge, API destinations: an API key in a header of one's choice, or basic authentication.
        RegistryKind::Ecr => &[Authorization, Header("x-api-key")],
        // The secret as it is, or, where it is used to sign, the HMAC.
        RegistryKind::Artifactory => &[Header("x-jfrog-event-auth"), Hmac256("x-jfrog-event-auth", "")],
        // Azure: custom headers; Harbor: the auth header.
        RegistryKind::Acr | RegistryKind::Harbor => &[Authorization],
        RegistryKind::Ghcr => &[Hmac256("x-hub-signature-256", "sha256=")],
        RegistryKind::Gitlab => &[Header("x-gitlab-token"), Authorization],
        RegistryKind::Nexus => &[Hmac1("x-nexus-webhook-signature")],
    }
}

/// Whether a message proves in one of the ways of its kind that its sender knows the secret. Takes the same time wherever
/// it differs.
pub(crate) fn is_proven(
    kind: RegistryKind,
    secret: &[u8],
    headers: &HeaderMap,
    parameter: Option<&str>,
    body: &[u8],
) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    proofs(kind).iter().any(|proof| match proof {
        Proof::Authorization => header("authorization").is_some_and(|value| is_authorization(value, secret)),
        Proof::Header(name) => header(name).is_some_and(|value| is_secret(value.as_bytes(), secret)),
        Proof::Hmac256(name, prefix) => header(name)
            .and_then(|value| value.strip_prefix(prefix))
            .is_some_and(|value| is_signature(hmac::HMAC_SHA256, secret, body, value)),
        Proof::Hmac1(name) => {
            header(name).is_some_and(|value| is_signature(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret, body, value))
        }
        Proof::Parameter => parameter.is_some_and(|value| is_secret(value.as_bytes(), secret)),
    })
}

fn is_authorization(value: &str, secret: &[u8]) -> bool {
    if is_secret(value.as_bytes(), secret) {
        return true;
    }
    let Some((scheme, rest)) = value.split_once(' ') else { return false };
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => is_secret(rest.trim().as_bytes(), secret),
        "basic" => STANDARD.decode(rest.trim()).is_ok_and(|pair| {
            let password = pair.iter().position(|byte| *byte == b':').and_then(|colon| pair.get(colon + 1..));
            password.is_some_and(|password| is_secret(password, secret))
        }),
        _ => false,
    }
}

/// Compares hashes, so that not even the length of the secret shows.
fn is_secret(given: &[u8], secret: &[u8]) -> bool {
    let hash = |bytes: &[u8]| aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    secrets::is_same(hash(given).as_ref(), hash(secret).as_ref())
}

fn is_signature(algorithm: hmac::Algorithm, secret: &[u8], body: &[u8], hexadecimal: &str) -> bool {
    let digits = hexadecimal.as_bytes();
    let bytes: Option<Vec<u8>> =
        (digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit)).then(|| {
            let pairs = digits.chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
            pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
        });
    bytes.is_some_and(|bytes| hmac::verify(&hmac::Key::new(algorithm, secret), body, &bytes).is_ok())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const SECRET: &[u8] = b"It's a Secret to Everybody";

    fn check(kind: RegistryKind, headers: &[(&'static str, &str)], parameter: Option<&str>) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect();
        is_proven(kind, SECRET, &headers, parameter, b"Hello, World!")
    }

    #[test]
    fn each_kind_proves_itself_in_its_own_way() {
        let text = "It's a Secret to Everybody";
        // The example of GitHub's documentation, "Validating webhook deliveries".
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert!(check(RegistryKind::Ghcr, &[("x-hub-signature-256", signature)], None));
        assert!(!check(RegistryKind::Ghcr, &[("authorization", text)], None), "the secret itself is no signature");
        assert!(check(RegistryKind::Harbor, &[("authorization", text)], None));
        assert!(check(RegistryKind::Oci, &[("authorization", &format!("Bearer {text}"))], None));
        let basic = format!("Basic {}", STANDARD.encode(format!("anybody:{text}")));
        assert!(check(RegistryKind::Ecr, &[("authorization", &basic)], None));
        assert!(check(RegistryKind::Ecr, &[("x-api-key", text)], None));
        assert!(check(RegistryKind::Gitlab, &[("x-gitlab-token", text)], None));
        assert!(check(RegistryKind::DockerHub, &[], Some(text)));
        assert!(!check(RegistryKind::Harbor, &[], Some(text)), "an address gets into logs where a header can be sent");
        assert!(check(RegistryKind::Artifactory, &[("x-jfrog-event-auth", text)], None));
        let signature = signature.trim_start_matches("sha256=");
        assert!(check(RegistryKind::Artifactory, &[("x-jfrog-event-auth", signature)], None));
    }

    #[test]
    fn what_proves_nothing_is_refused() {
        for kind in RegistryKind::ALL {
            assert!(!check(*kind, &[], None), "{kind:?}");
            let wrong = [
                ("authorization", "Bearer wrong"),
                ("x-gitlab-token", "wrong"),
                ("x-hub-signature-256", "sha256=00"),
                ("x-jfrog-event-auth", "zz"),
                ("x-nexus-webhook-signature", ""),
                ("x-api-key", ""),
            ];
            assert!(!check(*kind, &wrong, Some("")), "{kind:?}");
        }
    }
}
