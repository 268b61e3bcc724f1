//! Where keys of AWS come from, when a registry has none of its own: the environment, the role of a container, the role of
//! an instance, in this order and only where the operator allows it.

use std::io::Read as _;

use serde::Deserialize;

use super::aws::{STS, keys_in, sts};
use super::surroundings::Ambient;
use super::wire::{Call, FORM, Wire, form};
use super::{ExchangeError, Surroundings};

const CONTAINER: &str = "the credential endpoint of the container";
const INSTANCE: &str = "the metadata service of the instance";

/// The instance metadata service (EC2 user guide, "Use the Instance Metadata Service").
const INSTANCE_ENDPOINT: &str = "http://169.254.169.254";
/// The endpoint of ECS tasks (ECS developer guide, "Task IAM role").
const TASK_ENDPOINT: &str = "http://169.254.170.2";

/// Hosts of a full URI that may be asked without encryption: those of EKS Pod Identity, of ECS, and this machine.
const CONTAINER_HOSTS: [&str; 5] = ["169.254.170.23", "[fd00:ec2::23]", "169.254.170.2", "127.0.0.1", "localhost"];

/// For how long a session with the metadata service lasts, in seconds.
const INSTANCE_SESSION_SECONDS: &str = "60";

/// The most that is read of a file with a token, in bytes.
const LARGEST_TOKEN_BYTES: u64 = 64 << 10;

/// Keys that requests are signed with.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) id: String,
    pub(super) secret: String,
    /// Of keys that end by themselves.
    pub(super) session: Option<String>,
}

/// The keys of the server's surroundings.
pub(super) fn ambient(surroundings: &Surroundings, region: &str, wire: &Wire) -> Result<Keys, ExchangeError> {
    let allowed = [Ambient::AwsEnvironment, Ambient::AwsContainer, Ambient::AwsInstance];
    if !allowed.iter().any(|ambient| surroundings.allows(*ambient)) {
        return Err(ExchangeError::NotAllowed { what: "aws-environment, aws-container or aws-instance" });
    }
    if surroundings.allows(Ambient::AwsEnvironment)
        && let Some(keys) = of_environment(surroundings)
    {
        return Ok(keys);
    }
    if surroundings.allows(Ambient::AwsContainer)
        && let Some(keys) = of_container(surroundings, region, wire)?
    {
        return Ok(keys);
    }
    match surroundings.allows(Ambient::AwsInstance) {
        true => of_instance(surroundings, wire),
        false => Err(ExchangeError::Nothing { what: "no AWS_… variable says where they are".to_owned() }),
    }
}

fn of_environment(surroundings: &Surroundings) -> Option<Keys> {
    Some(Keys {
        id: surroundings.variable("AWS_ACCESS_KEY_ID")?.to_owned(),
        secret: surroundings.variable("AWS_SECRET_ACCESS_KEY")?.to_owned(),
        session: surroundings.variable("AWS_SESSION_TOKEN").map(str::to_owned),
    })
}

/// A web identity (EKS, IAM roles for service accounts), or the endpoint that variables name.
fn of_container(surroundings: &Surroundings, region: &str, wire: &Wire) -> Result<Option<Keys>, ExchangeError> {
    if let (Some(file), Some(role)) =
        (surroundings.variable("AWS_WEB_IDENTITY_TOKEN_FILE"), surroundings.variable("AWS_ROLE_ARN"))
    {
        let token = token_file(file)?;
        let (endpoint, is_operators) = sts(region, surroundings);
        let body = form(&[
            ("Action", "AssumeRoleWithWebIdentity"),
            ("Version", "2011-06-15"),
            ("RoleArn", role),
            ("RoleSessionName", "bulkhead"),
            ("WebIdentityToken", &token),
        ]);
        let url = format!("{endpoint}/");
        let call =
            Call { service: STS, method: "POST", url: &url, headers: &[FORM], body: &body, is_operators, ca: None };
        return keys_in(&wire.send(&call)?).map(Some);
    }
    let (endpoint, _) = surroundings.endpoint("aws-container", TASK_ENDPOINT);
    let url = match (
        surroundings.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
        surroundings.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    ) {
        (Some(path), _) if path.starts_with('/') => format!("{endpoint}{path}"),
        (_, Some(url)) if is_container_url(url) => url.to_owned(),
        (None, None) => return Ok(None),
        _ => {
            return Err(ExchangeError::Unusable {
                problem: "AWS_CONTAINER_CREDENTIALS_… names no such endpoint".to_owned(),
            });
        }
    };
    let token = match surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(file) => Some(token_file(file)?),
        None => surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(str::to_owned),
    };
    let headers: Vec<(&str, &str)> = token.as_deref().map(|token| ("authorization", token)).into_iter().collect();
    let service = CONTAINER;
    let call = Call { service, method: "GET", url: &url, headers: &headers, body: "", is_operators: true, ca: None };
    keys_of_json(&wire.send(&call)?, service).map(Some)
}

fn is_container_url(url: &str) -> bool {
    let Ok(uri) = url.parse::<ureq::http::Uri>() else { return false };
    let is_near = uri.scheme_str() == Some("http") && CONTAINER_HOSTS.contains(&uri.host().unwrap_or_default());
    is_near || uri.scheme_str() == Some("https")
}

fn token_file(path: &str) -> Result<String, ExchangeError> {
    let mut text = String::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LARGEST_TOKEN_BYTES).read_to_string(&mut text));
    read.map_err(|error| ExchangeError::Nothing { what: format!("the token file {path} cannot be read: {error}") })?;
    Ok(text.trim().to_owned())
}

/// The role of an instance, by the second version of its protocol: the first is open to whoever can make the server send
/// a GET.
fn of_instance(surroundings: &Surroundings, wire: &Wire) -> Result<Keys, ExchangeError> {
    let service = INSTANCE;
    let (endpoint, _) = surroundings.endpoint("aws-instance", INSTANCE_ENDPOINT);
    let send = |method, path: &str, headers: &[(&str, &str)]| {
        let url = format!("{endpoint}{path}");
        wire.send(&Call { service, method, url: &url, headers, body: "", is_operators: true, ca: None })
    };
    let text = |bytes: Vec<u8>| -> Result<String, ExchangeError> {
        let text = String::from_utf8(bytes).unwrap_or_default().trim().to_owned();
        let is_word = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_word.then_some(text).ok_or(ExchangeError::Protocol { service, problem: "it is no word" })
    };
    let lasting = ("x-aws-ec2-metadata-token-ttl-seconds", INSTANCE_SESSION_SECONDS);
    let session = text(send("PUT", "/latest/api/token", &[lasting])?)?;
    let headers = [("x-aws-ec2-metadata-token", session.as_str())];
    let roles = "/latest/meta-data/iam/security-credentials/";
    let role = text(send("GET", roles, &headers)?)?;
    keys_of_json(&send("GET", &format!("{roles}{role}"), &headers)?, service)
}

fn keys_of_json(answer: &[u8], service: &'static str) -> Result<Keys, ExchangeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        access_key_id: String,
        secret_access_key: String,
        token: Option<String>,
    }
    let answer: Answer =
        serde_json::from_slice(answer).map_err(|_| ExchangeError::Protocol { service, problem: "it has no keys" })?;
    Ok(Keys { id: answer.access_key_id, secret: answer.secret_access_key, session: answer.token })
}
