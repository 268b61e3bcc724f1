//! Image names: what a user types to mean an image in a registry.

use std::fmt;
use std::str::FromStr;

use crate::Digest;

/// The name of an image in a registry, `[registry/]repository[:tag][@digest]`, with Docker Hub's short forms spelled
/// out (distribution/reference grammar).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageName {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// The error of parsing an image name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an image name: {reason}; write [REGISTRY/]REPOSITORY[:TAG][@DIGEST]")]
pub struct InvalidImageName {
    /// The text that was given.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// The registry that a name without one means.
const DOCKER_HUB: &str = "docker.io";

impl ImageName {
    /// The registry's host, with its port if it has one: `docker.io`, `localhost:5000`.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository inside the registry: `library/alpine`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag; `latest` when neither a tag nor a digest was given.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, when one was given: it wins over the tag.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The same image on another registry, for mirrors; `repository_prefix` goes in front of the repository.
    pub fn on_registry(&self, registry: &str, repository_prefix: &str) -> ImageName {
        let repository = match repository_prefix.trim_matches('/') {
            "" => self.repository.clone(),
            prefix => format!("{prefix}/{}", self.repository),
        };
        ImageName { registry: registry.to_owned(), repository, ..self.clone() }
    }
}

impl FromStr for ImageName {
    type Err = InvalidImageName;

    fn from_str(text: &str) -> Result<ImageName, InvalidImageName> {
        let invalid = |reason| InvalidImageName { text: text.to_owned(), reason };
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => {
                (rest, Some(digest.parse().map_err(|_| invalid("what follows the @ is not a digest"))?))
            }
            None => (text, None),
        };
        let (rest, tag) = match rest.rsplit_once(':') {
            Some((before, tag)) if !tag.contains('/') => (before, Some(tag)),
            _ => (rest, None),
        };
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(invalid("the tag has a character that tags cannot have, or more than 128"));
        }
        let (registry, repository) = match rest.split_once('/') {
            Some((first, rest)) if first == "localhost" || first.contains(['.', ':']) => (first, rest.to_owned()),
            Some(_) => (DOCKER_HUB, rest.to_owned()),
            None => (DOCKER_HUB, rest.to_owned()),
        };
        let registry = if registry == "index.docker.io" { DOCKER_HUB } else { registry };
        let repository = match registry {
            DOCKER_HUB if !repository.contains('/') => format!("library/{repository}"),
            _ => repository,
        };
        if !is_host(registry) {
            return Err(invalid("the registry is not a host name"));
        }
        if rest.len() == 64 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(invalid("64 hexadecimal digits are an image's identifier, not its name"));
        }
        if repository.len() > 255 || !repository.split('/').all(is_repository_part) {
            return Err(invalid("the repository has lower-case letters, digits and single . _ - / only"));
        }
        let tag = match (tag, &digest) {
            (Some(tag), _) => Some(tag.to_owned()),
            (None, Some(_)) => None,
            (None, None) => Some("latest".to_owned()),
        };
        Ok(ImageName { registry: registry.to_owned(), repository, tag, digest })
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

fn is_host(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (host, "443"),
    };
    let is_port = (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':'),
        None => name.split('.').all(|part| {
            !part.is_empty()
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }),
    };
    is_port && is_name && !name.is_empty()
}

fn is_repository_part(part: &str) -> bool {
    let is_alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = part.as_bytes();
    bytes.first().is_some_and(is_alphanumeric)
        && bytes.last().is_some_and(is_alphanumeric)
        && bytes.iter().all(|byte| is_alphanumeric(byte) || b"._-".contains(byte))
        && !["..", "._", "_.", "-.", ".-", "-_", "_-", "___"].iter().any(|run| part.contains(run))
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&tag.len())
        && is_word(tag.as_bytes()[0])
        && tag.bytes().all(|byte| is_word(byte) || b".-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, full: &str) {
        assert_eq!(text.parse::<ImageName>().map(|name| name.to_string()).unwrap(), full, "{text}");
    }

    #[test]
    fn short_names_mean_docker_hub() {
        check("alpine", "docker.io/library/alpine:latest");
        check("index.docker.io/library/alpine:3.19", "docker.io/library/alpine:3.19");
        check("grafana/grafana:11.0.0", "docker.io/grafana/grafana:11.0.0");
        check("docker.io/alpine", "docker.io/library/alpine:latest");
        check("registry.example.com:443/a-b/c--d", "registry.example.com:443/a-b/c--d:latest");
        check("localhost/app", "localhost/app:latest");
        check("localhost:5000/team/app__x:v1", "localhost:5000/team/app__x:v1");
        check("[::1]:5000/app", "[::1]:5000/app:latest");
    }

    #[test]
    fn a_digest_stands_without_a_tag() {
        let digest = format!("sha256:{}", "a".repeat(64));
        check(&format!("quay.io/a/b@{digest}"), &format!("quay.io/a/b@{digest}"));
        check(&format!("quay.io/a/b:1@{digest}"), &format!("quay.io/a/b:1@{digest}"));
    }

    #[test]
    fn names_outside_the_grammar_are_refused() {
        let identifier = "a".repeat(64);
        for bad in [
            "",
            "Alpine",
            "alpine:",
            "a//b",
            "alpine:-x",
            "alpine@sha256:12",
            "-a/b",
            "a..b",
            "exa mple.com/a",
            "example..com/a",
            "-example.com/a",
            "example.com:port/a",
            "example.com/",
            "a___b",
            &identifier,
        ] {
            assert!(bad.parse::<ImageName>().is_err(), "{bad}");
        }
    }
}
