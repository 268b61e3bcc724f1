//! What surrounds the server: which of its own credentials registries may use, and where services are.
//!
//! A machine's role is anybody's who may add a registry, so nothing of it is used unless the operator says so.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::ExchangeError;

/// A source of credentials around the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ambient {
    /// `AWS_ACCESS_KEY_ID` and its like.
    AwsEnvironment,
    /// The role of an ECS task or an EKS pod.
    AwsContainer,
    /// The role of an EC2 instance.
    AwsInstance,
    /// Google's metadata server.
    GoogleMetadata,
}

impl Ambient {
    const ALL: [Ambient; 4] =
        [Ambient::AwsEnvironment, Ambient::AwsContainer, Ambient::AwsInstance, Ambient::GoogleMetadata];

    /// The word in the setting.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Ambient::AwsEnvironment => "aws-environment",
            Ambient::AwsContainer => "aws-container",
            Ambient::AwsInstance => "aws-instance",
            Ambient::GoogleMetadata => "google-metadata",
        }
    }
}

/// The services whose address can be set.
const SERVICES: [&str; 7] = ["ecr", "sts", "google", "azure", "aws-instance", "aws-container", "google-metadata"];

/// The variables that say where credentials are; no others are kept.
const VARIABLES: [&str; 9] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/// What surrounds the server.
#[derive(Clone, Default)]
pub(crate) struct Surroundings {
    allowed: BTreeSet<Ambient>,
    endpoints: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
}

/// Variables hold keys.
impl std::fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Surroundings({:?}, {:?})", self.allowed, self.endpoints)
    }
}

impl Surroundings {
    /// Reads the settings `ambient_credentials` and `cloud_endpoints`; the error is a sentence about one of them.
    pub(crate) fn read(allowed: Option<&str>, endpoints: Option<&str>) -> Result<Surroundings, (&'static str, String)> {
        let items = |text: Option<&str>| -> Vec<String> {
            let text = text.unwrap_or_default();
            text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
        };
        let mut surroundings = Surroundings::default();
        for word in items(allowed) {
            let known = Ambient::ALL.into_iter().find(|ambient| ambient.word() == word);
            let words: Vec<&str> = Ambient::ALL.iter().map(|ambient| ambient.word()).collect();
            let problem = || ("ambient_credentials", format!("`{word}` is none of {}", words.join(", ")));
            surroundings.allowed.insert(known.ok_or_else(problem)?);
        }
        for item in items(endpoints) {
            let problem = || {
                let services = SERVICES.join(", ");
                let how = "write SERVICE=https://HOST; http:// is for addresses of this machine alone";
                ("cloud_endpoints", format!("`{item}` is no address of one of {services}: {how}"))
            };
            let (service, url) = item.split_once('=').ok_or_else(problem)?;
            if !SERVICES.contains(&service) || !is_endpoint(url) {
                return Err(problem());
            }
            surroundings.endpoints.insert(service.to_owned(), url.trim_end_matches('/').to_owned());
        }
        Ok(surroundings)
    }

    /// Adds what the environment says.
    pub(crate) fn with_variables(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Surroundings {
        let known = |(name, value): &(String, String)| VARIABLES.contains(&name.as_str()) && !value.is_empty();
        self.variables = variables.into_iter().filter(known).collect();
        self
    }

    pub(super) fn allows(&self, ambient: Ambient) -> bool {
        self.allowed.contains(&ambient)
    }

    /// Fails unless the operator has allowed a source.
    pub(super) fn require(&self, ambient: Ambient) -> Result<(), ExchangeError> {
        match self.allows(ambient) {
            true => Ok(()),
            false => Err(ExchangeError::NotAllowed { what: ambient.word() }),
        }
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Where a service is, without a slash at its end, and whether the operator said so.
    pub(super) fn endpoint(&self, service: &str, usual: &str) -> (String, bool) {
        match self.endpoints.get(service) {
            Some(url) => (url.clone(), true),
            None => (usual.to_owned(), false),
        }
    }
}

fn is_endpoint(url: &str) -> bool {
    let Ok(uri) = url.parse::<ureq::http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_matches(['[', ']']);
    let is_this_machine = bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let has_path = uri.path_and_query().is_some_and(|path| path.as_str() != "/");
    let is_allowed = uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && is_this_machine);
    is_allowed && !host.is_empty() && !has_path && !url.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_surroundings_is_used_unless_it_is_allowed() {
        let none = Surroundings::read(None, None).unwrap();
        assert!(Ambient::ALL.iter().all(|ambient| none.require(*ambient).is_err()));
        let one = Surroundings::read(Some("aws-instance, google-metadata"), None).unwrap();
        assert!(one.allows(Ambient::AwsInstance) && !one.allows(Ambient::AwsEnvironment));
        assert!(Surroundings::read(Some("everything"), None).unwrap_err().1.contains("aws-container"));
    }

    #[test]
    fn endpoints_are_encrypted_or_on_this_machine() {
        let read = |text: &str| Surroundings::read(None, Some(text));
        let set = read("ecr=https://ecr.internal/,sts=http://127.0.0.1:99").unwrap();
        assert_eq!(set.endpoint("ecr", "x"), ("https://ecr.internal".to_owned(), true));
        assert_eq!(set.endpoint("google", "https://g"), ("https://g".to_owned(), false));
        for wrong in [
            "ecr",
            "ecr=ecr.internal",
            "ecr=http://ecr.internal",
            "s3=https://x",
            "ecr=https://u:p@x",
            "ecr=https://x/y",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_of_the_environment_do_not_print_and_nothing_else_of_it_is_kept() {
        let variables = [("AWS_SECRET_ACCESS_KEY", "s3cret"), ("HOME", "/root"), ("AWS_SESSION_TOKEN", "")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let set = Surroundings::default().with_variables(variables);
        assert_eq!(set.variable("AWS_SECRET_ACCESS_KEY"), Some("s3cret"));
        assert!(set.variable("HOME").is_none() && set.variable("AWS_SESSION_TOKEN").is_none());
        assert!(!format!("{set:?}").contains("s3cret"));
    }
}
