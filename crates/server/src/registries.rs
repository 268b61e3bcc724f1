//! Registries: from what people say of them to what is stored, and back without their secrets.

pub(crate) mod hooks;
pub(crate) mod listing;
pub(crate) mod platforms;
pub(crate) mod scheduler;

use api::Moment;
use api::registries::{Cause, Registry as Told, RegistryCredential, RegistryKind, RegistryRequest};
use model::ImageName;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use store::registries::{Registry, Rules};

use crate::app::App;
use crate::clock::SECOND;
use crate::error::{ApiError, ApiResult};
use crate::{clouds, ids, jobs};

/// The longest name, in characters.
const LONGEST_NAME: usize = 100;

/// The most patterns of one sort, and how long each may be.
pub(crate) const MOST_PATTERNS: usize = 200;
const LONGEST_PATTERN: usize = 256;

/// The longest certificate file, in bytes.
const LONGEST_CA_BYTES: usize = 256 << 10;

/// The longest secret, in bytes: the key file of a service account has a few thousand.
const LONGEST_SECRET_BYTES: usize = 32 << 10;

/// The shortest secret of messages, in characters.
const SHORTEST_HOOK_SECRET: usize = 16;

/// A registry out of a request: a new one, or what becomes of the one before.
pub(crate) fn read(app: &App, request: RegistryRequest, before: Option<&Registry>, now: i64) -> ApiResult<Registry> {
    let name = request.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::invalid("name", format!("use 1 to {LONGEST_NAME} characters")));
    }
    let address = address(&request)?;
    let ca = request.ca.map(|pem| pem.trim().to_owned()).filter(|pem| !pem.is_empty());
    if ca.as_ref().is_some_and(|pem| pem.len() > LONGEST_CA_BYTES || !pem.contains("-----BEGIN CERTIFICATE-----")) {
        return Err(ApiError::invalid("ca", "it must be certificates in PEM form, of 256 KiB at most"));
    }
    if let Some(place) = ca.as_deref().and_then(unusable_certificate) {
        return Err(ApiError::invalid("ca", format_args!("certificate {place} in it is damaged")));
    }
    within("poll_minutes", request.poll_minutes, 1, 10_080)?;
    within("most_at_once", request.most_at_once, 1, 64)?;
    within("stale_days", request.stale_days, 0, 36_500)?;
    let id = before.map_or_else(|| ids::new(now), |before| before.id.clone());
    let (credential, credential_type) = match &request.credential {
        None => {
            // A credential that stays must not go elsewhere, or more openly, than it was given for.
            let moves = |before: &Registry| {
                let loses_encryption = request.plain_http && !before.plain_http;
                // What is exchanged for one kind is nothing to another.
                let changes_kind = before.kind != request.kind.as_str() && is_exchanged(before);
                before.credential.is_some() && (before.address != address || loses_encryption || changes_kind)
            };
            if before.is_some_and(moves) {
                let problem = "address or kind is another one, or it is no longer encrypted: give the credential again";
                return Err(ApiError::invalid("credential", problem));
            }
            before.map_or((None, None), |before| (before.credential.clone(), before.credential_type.clone()))
        }
        Some(RegistryCredential::None) => (None, None),
        Some(given) => {
            check_credential(given, request.kind, &address, !request.plain_http)?;
            let bytes = serde_json::to_vec(given).unwrap_or_default();
            (Some(app.sealer.seal(&belongs_to(&id), &bytes)), Some(given.kind().to_owned()))
        }
    };
    let hook_secret = match &request.hook_secret {
        None => before.and_then(|before| before.hook_secret.clone()),
        Some(text) if text.is_empty() => None,
        Some(text) if text.chars().count() < SHORTEST_HOOK_SECRET || text.len() > LONGEST_SECRET_BYTES => {
            let problem = format!("use {SHORTEST_HOOK_SECRET} characters at least");
            return Err(ApiError::invalid("hook_secret", problem));
        }
        Some(text) => Some(app.sealer.seal(&hook_belongs_to(&id), text.as_bytes())),
    };
    Ok(Registry {
        name,
        kind: request.kind.as_str().to_owned(),
        address,
        ca,
        plain_http: request.plain_http,
        rules: rules(request.rules, request.kind)?,
        poll_seconds: i64::from(request.poll_minutes) * 60,
        most_at_once: request.most_at_once.into(),
        stale_days: request.stale_days.into(),
        is_enabled: request.is_enabled,
        credential,
        credential_type,
        hook_secret,
        // What was changed is looked at again at once.
        next_poll: now,
        last_listed: before.and_then(|before| before.last_listed),
        failure: before.and_then(|before| before.failure.clone()),
        risks: before.map_or_else(|| "[]".to_owned(), |before| before.risks.clone()),
        created: before.map_or(now, |before| before.created),
        changed: now,
        version: before.map_or(1, |before| before.version + 1),
        id,
    })
}

fn is_exchanged(registry: &Registry) -> bool {
    let word = registry.credential_type.as_deref().unwrap_or_default();
    ["aws_", "google_", "azure_"].iter().any(|cloud| word.starts_with(cloud))
}

fn within(field: &str, value: u32, least: u32, most: u32) -> ApiResult<()> {
    match (least..=most).contains(&value) {
        true => Ok(()),
        false => Err(ApiError::invalid(field, format!("use {least} to {most}"))),
    }
}

/// The host of a registry, as it stands in image names.
fn address(request: &RegistryRequest) -> ApiResult<String> {
    let usual = request.kind.default_address();
    let given = request.address.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let text = given.or(usual).ok_or_else(|| {
        ApiError::invalid("address", format!("{} has no usual address: give its host", request.kind.title()))
    })?;
    let (host, is_http) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(host), _) => (host, false),
        (None, Some(host)) => (host, true),
        (None, None) => (text, request.plain_http),
    };
    if is_http != request.plain_http {
        let problem =
            "`http://` and `plain_http` must agree: unencrypted connections are only made when they are asked for";
        return Err(ApiError::invalid("plain_http", problem));
    }
    let host = host.trim_end_matches('/').to_ascii_lowercase();
    let host = match host.as_str() {
        "index.docker.io" | "registry-1.docker.io" | "hub.docker.com" => "docker.io".to_owned(),
        _ => host,
    };
    let name: Option<ImageName> = format!("{host}/a/b").parse().ok();
    let port =
        host.rsplit_once(':').map(|(_, port)| port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let has_usable_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    match has_usable_port && name.is_some_and(|name| name.registry() == host && name.repository() == "a/b") {
        true => Ok(host),
        false => {
            let problem = format!("`{text}` is no host; write registry.example.com or 10.0.0.1:5000, without a path");
            Err(ApiError::invalid("address", problem))
        }
    }
}

fn check_credential(
    credential: &RegistryCredential,
    kind: RegistryKind,
    address: &str,
    is_encrypted: bool,
) -> ApiResult<()> {
    let (texts, optional): (Vec<&str>, Vec<&Option<String>>) = match credential {
        RegistryCredential::None | RegistryCredential::GoogleAmbient => (vec![], vec![]),
        RegistryCredential::Password { user, password } => (vec![user, password], vec![]),
        RegistryCredential::Token { token } | RegistryCredential::RefreshToken { token } => (vec![token], vec![]),
        RegistryCredential::AwsKeys { access_key_id, secret_access_key, session_token, region, .. } => {
            (vec![access_key_id, secret_access_key], vec![session_token, region])
        }
        RegistryCredential::AwsAmbient { region, .. } => (vec![], vec![region]),
        RegistryCredential::GoogleKey { key } => (vec![key], vec![]),
        RegistryCredential::AzureSecret { tenant, client_id, client_secret } => {
            (vec![tenant, client_id, client_secret], vec![])
        }
    };
    let texts = texts.into_iter().chain(optional.into_iter().flatten().map(String::as_str));
    if !texts.into_iter().all(|text| !text.is_empty() && text.len() <= LONGEST_SECRET_BYTES) {
        return Err(ApiError::invalid("credential", "a part of it is empty, or longer than 32 KiB"));
    }
    if !clouds::suits(credential, kind) {
        let problem = format!("`{}` is not for {}", credential.kind(), kind.title());
        return Err(ApiError::invalid("credential.type", problem));
    }
    if !clouds::may_be_sent_to(credential, address, is_encrypted) {
        let problem = format!("what the server itself has is sent to {}'s own hosts alone, encrypted", kind.title());
        return Err(ApiError::invalid("address", problem));
    }
    check_cloud(credential, address)
}

/// What would fail at the first exchange is told before it is stored.
fn check_cloud(credential: &RegistryCredential, address: &str) -> ApiResult<()> {
    // These become parts of addresses and headers.
    let is_word = |text: &str, signs: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c));
    match credential {
        RegistryCredential::AwsKeys { region, role, .. } | RegistryCredential::AwsAmbient { region, role } => {
            let is_region = |text: &str| text.contains('-') && is_word(text, "-");
            if !region.as_deref().or_else(|| clouds::region_of(address)).is_some_and(is_region) {
                let problem = "the address does not tell the region: give it as eu-west-1";
                return Err(ApiError::invalid("credential.region", problem));
            }
            let is_role = |role: &api::registries::AwsRole| {
                role.arn.starts_with("arn:") && role.arn.len() <= 2048 && is_word(&role.arn, ":/+=,.@-_")
            };
            if role.as_ref().is_some_and(|role| !is_role(role)) {
                let problem = "it is no role; write arn:aws:iam::123456789012:role/NAME";
                return Err(ApiError::invalid("credential.role.arn", problem));
            }
        }
        RegistryCredential::AzureSecret { tenant, client_id, .. } => {
            if !is_word(tenant, ".-") || !is_word(client_id, "-") {
                let problem = "tenant and client_id are ids; a tenant may be a domain";
                return Err(ApiError::invalid("credential.tenant", problem));
            }
        }
        RegistryCredential::GoogleKey { key } => {
            clouds::ServiceAccount::read(key).map_err(|problem| ApiError::invalid("credential.key", problem))?;
        }
        RegistryCredential::None
        | RegistryCredential::GoogleAmbient
        | RegistryCredential::Password { .. }
        | RegistryCredential::Token { .. }
        | RegistryCredential::RefreshToken { .. } => {}
    }
    Ok(())
}

fn rules(rules: api::registries::RegistryRules, kind: RegistryKind) -> ApiResult<Rules> {
    for (field, patterns) in [("rules.repositories", &rules.repositories), ("rules.tags", &rules.tags)] {
        let is_usable = |pattern: &String| {
            let is_short = !pattern.is_empty() && pattern.len() <= LONGEST_PATTERN;
            is_short && pattern.chars().all(|c| c.is_ascii_alphanumeric() || "._-/*?".contains(c))
        };
        if patterns.len() > MOST_PATTERNS {
            return Err(ApiError::invalid(field, format!("there are more than {MOST_PATTERNS} patterns")));
        }
        if let Some(pattern) = patterns.iter().find(|pattern| !is_usable(pattern)) {
            return Err(ApiError::invalid(
                field,
                format!("`{pattern}` is no pattern of names; use `team/*` or `v1.*`"),
            ));
        }
    }
    if rules.pulled_within_days.is_some() && !kind.tells_times() {
        let problem = format!("{} does not tell when an image was pulled", kind.title());
        return Err(ApiError::invalid("rules.pulled_within_days", problem));
    }
    for (field, number) in [
        ("rules.newest", rules.newest),
        ("rules.pushed_within_days", rules.pushed_within_days),
        ("rules.pulled_within_days", rules.pulled_within_days),
    ] {
        if let Some(number) = number {
            within(field, number, 1, 36_500)?;
        }
    }
    Ok(Rules {
        repositories: rules.repositories,
        tags: rules.tags,
        newest: rules.newest,
        pushed_within_days: rules.pushed_within_days,
        pulled_within_days: rules.pulled_within_days,
    })
}

/// What a registry's sealed credential belongs to.
fn belongs_to(id: &str) -> String {
    format!("registry/{id}")
}

fn hook_belongs_to(id: &str) -> String {
    format!("registry/{id}/hook")
}

/// The credential of a registry, opened, for the worker that asks it.
pub(crate) fn open_credential(app: &App, registry: &Registry) -> Result<RegistryCredential, Cause> {
    let Some(sealed) = &registry.credential else { return Ok(RegistryCredential::None) };
    let opened = app.sealer.open(&belongs_to(&registry.id), sealed);
    opened.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(|| {
        tracing::error!(registry.id = %registry.id, "the credential of a registry cannot be opened: was the master key replaced?");
        Cause::new("registry.credential_unopenable")
    })
}

/// The secret of a registry's messages, opened; none where it has none.
pub(crate) fn open_hook_secret(app: &App, registry: &Registry) -> Option<Vec<u8>> {
    app.sealer.open(&hook_belongs_to(&registry.id), registry.hook_secret.as_ref()?).ok()
}

/// The kind of a stored registry.
pub(crate) fn kind(registry: &Registry) -> RegistryKind {
    RegistryKind::of_word(&registry.kind).unwrap_or(RegistryKind::Oci)
}

/// A registry as the API tells it: everything but its secrets.
pub(crate) fn describe(registry: &Registry) -> Told {
    let minutes = u32::try_from(registry.poll_seconds / 60).unwrap_or_default();
    let number = |number: i64| u32::try_from(number).unwrap_or_default();
    let mut risks: Vec<Cause> = serde_json::from_str(&registry.risks).unwrap_or_default();
    if registry.plain_http {
        risks.insert(0, Cause::new("registry.risk.plain_http"));
    }
    Told {
        id: registry.id.clone(),
        name: registry.name.clone(),
        kind: kind(registry),
        address: registry.address.clone(),
        ca: registry.ca.clone(),
        plain_http: registry.plain_http,
        credential_type: registry.credential_type.clone(),
        has_hook_secret: registry.hook_secret.is_some(),
        hook_path: format!("/api/v1/hooks/{}", registry.id),
        rules: jobs::rules(registry),
        poll_minutes: minutes,
        most_at_once: number(registry.most_at_once),
        stale_days: number(registry.stale_days),
        is_enabled: registry.is_enabled,
        last_listed: registry.last_listed.map(Moment),
        next_poll: registry.is_enabled.then_some(Moment(registry.next_poll)),
        failure: registry.failure.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        risks,
        created: Moment(registry.created),
        changed: Moment(registry.changed),
    }
}

/// What the audit trail keeps of a registry: what people edit, and whether there are secrets, never the secrets.
pub(crate) fn recorded(registry: &Registry) -> serde_json::Value {
    let told = describe(registry);
    serde_json::json!({
        "name": told.name, "kind": told.kind, "address": told.address, "ca": told.ca, "plain_http": told.plain_http,
        "credential_type": told.credential_type, "has_hook_secret": told.has_hook_secret, "rules": told.rules,
        "poll_minutes": told.poll_minutes, "most_at_once": told.most_at_once, "stale_days": told.stale_days,
        "is_enabled": told.is_enabled,
    })
}

/// When a registry is listed next: after its time, a tenth more or less.
pub(crate) fn next_poll(registry: &Registry, now: i64) -> i64 {
    let length = registry.poll_seconds * SECOND;
    now + length - length / 10 + (length as f64 / 5.0 * jobs::jitter()) as i64
}
/// The place of the first certificate that nobody could be vouched for by, from 1.
fn unusable_certificate(pem: &str) -> Option<usize> {
    let is_usable = |certificate: Result<CertificateDer<'static>, _>| {
        certificate.is_ok_and(|certificate| RootCertStore::empty().add(certificate).is_ok())
    };
    let mut certificates = CertificateDer::pem_slice_iter(pem.as_bytes());
    certificates.position(|certificate| !is_usable(certificate)).map(|place| place + 1)
}
