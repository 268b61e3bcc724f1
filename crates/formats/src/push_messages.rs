//! Messages by which registries tell of pushes, in the formats that they document.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The most pushes that one message tells.
pub(crate) const MOST_PUSHES: usize = 1000;

/// A format of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PushFormat {
    /// distribution's notifications, or `{"repository": …, "tag": …, "digest": …}` of a sender of one's own.
    Distribution,
    /// GitLab: distribution's notifications.
    Gitlab,
    /// Azure: one event of distribution's notifications.
    Azure,
    /// Docker Hub.
    DockerHub,
    /// Harbor.
    Harbor,
    /// Quay.
    Quay,
    /// Amazon EventBridge.
    EventBridge,
    /// Google Pub/Sub.
    PubSub,
    /// JFrog Artifactory.
    Artifactory,
    /// GitHub.
    Github,
    /// Sonatype Nexus.
    Nexus,
}

impl PushFormat {
    /// Every format.
    pub const ALL: &[PushFormat] = &[
        PushFormat::Distribution,
        PushFormat::Gitlab,
        PushFormat::Azure,
        PushFormat::DockerHub,
        PushFormat::Harbor,
        PushFormat::Quay,
        PushFormat::EventBridge,
        PushFormat::PubSub,
        PushFormat::Artifactory,
        PushFormat::Github,
        PushFormat::Nexus,
    ];
}

/// A push that a message tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Push {
    /// The repository, by the grammar of image names.
    pub repository: String,
    /// The tag.
    pub tag: Option<String>,
    /// The digest, where the message tells it; it or the tag is there.
    pub digest: Option<String>,
}

/// The pushes of images that a message tells. What has the names of neither repository nor image is left out.
pub fn pushes(format: PushFormat, message: &Value) -> Vec<Push> {
    let mut pushes = match format {
        PushFormat::Distribution | PushFormat::Gitlab | PushFormat::Azure => distribution(message),
        PushFormat::DockerHub => docker_hub(message),
        PushFormat::Harbor => harbor(message),
        PushFormat::Quay => quay(message),
        PushFormat::EventBridge => event_bridge(message),
        PushFormat::PubSub => pub_sub(message),
        PushFormat::Artifactory => artifactory(message),
        PushFormat::Github => github(message),
        PushFormat::Nexus => nexus(message),
    };
    if pushes.is_empty() && format == PushFormat::Distribution {
        pushes = generic(message);
    }
    pushes.retain(is_usable);
    pushes.sort();
    pushes.dedup();
    pushes.truncate(MOST_PUSHES);
    pushes
}

/// Whether no two pushes are told by the same message: it has a time, an id or a digest. The others are told apart by nothing,
/// so that a second push must count though its message is the same.
pub fn is_unique(format: PushFormat, message: &Value) -> bool {
    match format {
        PushFormat::Quay | PushFormat::Artifactory => false,
        PushFormat::Distribution | PushFormat::Gitlab => message.get("events").is_some(),
        PushFormat::DockerHub
        | PushFormat::EventBridge
        | PushFormat::PubSub
        | PushFormat::Azure
        | PushFormat::Harbor
        | PushFormat::Github
        | PushFormat::Nexus => true,
    }
}

fn is_usable(push: &Push) -> bool {
    let reference = match (&push.digest, &push.tag) {
        (Some(digest), _) => format!("@{digest}"),
        (None, Some(tag)) => format!(":{tag}"),
        (None, None) => return false,
    };
    let is_tag = push.tag.as_ref().is_none_or(|tag| format!("localhost/a:{tag}").parse::<model::ImageName>().is_ok());
    let name: Option<model::ImageName> = format!("localhost/{}{reference}", push.repository).parse().ok();
    is_tag && name.is_some_and(|name| name.repository() == push.repository)
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// distribution, notifications: an envelope of events. Azure sends one such event alone.
fn distribution(message: &Value) -> Vec<Push> {
    let events = items(message, "/events").chain(message.get("target").map(|_| message));
    events
        .filter(|event| text(event, "/action").as_deref() == Some("push"))
        // A push of a layer is told too; what is pushed by tag, or is a manifest, is an image.
        .filter(|event| {
            let media_type = text(event, "/target/mediaType").unwrap_or_default();
            media_type.contains("manifest")
                || media_type.contains("image.index")
                || text(event, "/target/tag").is_some()
        })
        .filter_map(|event| {
            Some(Push {
                repository: text(event, "/target/repository")?,
                tag: text(event, "/target/tag"),
                digest: text(event, "/target/digest"),
            })
        })
        .collect()
}

/// Docker Hub, webhooks: `push_data.tag` and `repository.repo_name`.
fn docker_hub(message: &Value) -> Vec<Push> {
    let push = || {
        Some(Push {
            repository: text(message, "/repository/repo_name")?,
            tag: Some(text(message, "/push_data/tag")?),
            digest: None,
        })
    };
    push().into_iter().collect()
}

/// Harbor, webhook payload of an artifact's push.
fn harbor(message: &Value) -> Vec<Push> {
    if text(message, "/type").as_deref() != Some("PUSH_ARTIFACT") {
        return Vec::new();
    }
    let Some(repository) = text(message, "/event_data/repository/repo_full_name") else { return Vec::new() };
    items(message, "/event_data/resources")
        .map(|resource| Push {
            repository: repository.clone(),
            // Of an artifact without tag, Harbor gives the digest as tag.
            tag: text(resource, "/tag").filter(|tag| !tag.starts_with("sha256:")),
            digest: text(resource, "/digest"),
        })
        .collect()
}

/// Quay, repository push: `repository` and `updated_tags`, a list of names, or names with what they were.
fn quay(message: &Value) -> Vec<Push> {
    let Some(repository) = text(message, "/repository") else { return Vec::new() };
    let push = |tag: &str| Push { repository: repository.clone(), tag: Some(tag.to_owned()), digest: None };
    match message.get("updated_tags") {
        Some(Value::Array(tags)) => tags.iter().filter_map(Value::as_str).map(push).collect(),
        Some(Value::Object(tags)) => tags.keys().map(|tag| push(tag)).collect(),
        _ => Vec::new(),
    }
}

/// Amazon ECR, EventBridge: a completed push.
fn event_bridge(message: &Value) -> Vec<Push> {
    let is_push = text(message, "/detail-type").as_deref() == Some("ECR Image Action")
        && text(message, "/detail/action-type").as_deref() == Some("PUSH")
        && text(message, "/detail/result").as_deref() == Some("SUCCESS");
    let push = || {
        Some(Push {
            repository: text(message, "/detail/repository-name")?,
            tag: text(message, "/detail/image-tag"),
            digest: text(message, "/detail/image-digest"),
        })
    };
    push().filter(|_| is_push).into_iter().collect()
}

/// Google, Pub/Sub push of the topic `gcr`: `HOST/REPOSITORY@DIGEST` and `HOST/REPOSITORY:TAG`, in base64.
fn pub_sub(message: &Value) -> Vec<Push> {
    let push = || {
        let data = STANDARD.decode(text(message, "/message/data")?).ok()?;
        let event: Value = serde_json::from_slice(&data).ok()?;
        if text(&event, "/action")? != "INSERT" {
            return None;
        }
        let name = |pointer| text(&event, pointer).and_then(|name| name.parse::<model::ImageName>().ok());
        let (by_digest, by_tag) = (name("/digest"), name("/tag"));
        let repository = by_digest.as_ref().or(by_tag.as_ref())?.repository().to_owned();
        let tag = by_tag.as_ref().and_then(model::ImageName::tag).map(str::to_owned);
        let digest = by_digest.as_ref().and_then(model::ImageName::digest).map(ToString::to_string);
        Some(Push { repository, tag, digest })
    };
    push().into_iter().collect()
}

/// Artifactory, webhooks of the domain `docker`: a tag that was pushed.
fn artifactory(message: &Value) -> Vec<Push> {
    let is_push = text(message, "/domain").as_deref() == Some("docker")
        && text(message, "/event_type").as_deref() == Some("pushed");
    let push = || {
        let repository = text(message, "/data/image_name")?;
        // `repo_key` is a part of the name where repositories are told apart by path, not by host.
        let repository = match text(message, "/data/repo_key") {
            Some(key) => format!("{key}/{repository}"),
            None => repository,
        };
        Some(Push { repository, tag: Some(text(message, "/data/tag")?), digest: None })
    };
    push().filter(|_| is_push).into_iter().collect()
}

/// GitHub, `registry_package` and `package`: a version of a container was published.
fn github(message: &Value) -> Vec<Push> {
    let package = message.get("registry_package").or_else(|| message.get("package"));
    let push = |package: &Value| {
        let kind = text(package, "/package_type")?.to_ascii_lowercase();
        if !matches!(kind.as_str(), "container" | "docker") || text(message, "/action")? == "deleted" {
            return None;
        }
        let owner = text(package, "/namespace").or_else(|| text(package, "/owner/login"))?;
        Some(Push {
            repository: format!("{owner}/{}", text(package, "/name")?).to_ascii_lowercase(),
            tag: text(package, "/package_version/container_metadata/tag/name"),
            digest: text(package, "/package_version/container_metadata/tag/digest"),
        })
    };
    package.and_then(push).into_iter().collect()
}

/// Nexus, webhooks of components.
fn nexus(message: &Value) -> Vec<Push> {
    let is_push = matches!(text(message, "/action").as_deref(), Some("CREATED" | "UPDATED"))
        && text(message, "/component/format").as_deref() == Some("docker");
    let push = || {
        Some(Push {
            repository: text(message, "/component/name")?,
            tag: Some(text(message, "/component/version")?),
            digest: None,
        })
    };
    push().filter(|_| is_push).into_iter().collect()
}

/// For senders of one's own: `{"repository": …, "tag": …, "digest": …}`.
fn generic(message: &Value) -> Vec<Push> {
    let push = |repository| Push { repository, tag: text(message, "/tag"), digest: text(message, "/digest") };
    text(message, "/repository").map(push).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const DIGEST: &str = "sha256:fea8895f450959fa676bcc1df0611ea93823a735a01205fd8622846041d0c7cf";

    fn check(format: PushFormat, message: &Value, expected: &str) {
        let told: Vec<String> = pushes(format, message)
            .into_iter()
            .map(|push| {
                let tag = push.tag.map(|tag| format!(":{tag}")).unwrap_or_default();
                let digest = push.digest.map(|digest| format!("@{}", &digest[..10])).unwrap_or_default();
                format!("{}{tag}{digest}", push.repository)
            })
            .collect();
        assert_eq!(told.join(" "), expected, "{message}");
    }

    #[test]
    fn a_push_is_read_from_the_format_of_each_kind() {
        let manifest = "application/vnd.docker.distribution.manifest.v2+json";
        let event = json!({"action": "push", "target": {"mediaType": manifest, "digest": DIGEST,
            "repository": "hello-world", "tag": "latest"}});
        check(PushFormat::Azure, &event, "hello-world:latest@sha256:fea");
        check(PushFormat::Distribution, &json!({"events": [event, event]}), "hello-world:latest@sha256:fea");
        let hub = json!({"push_data": {"tag": "latest"}, "repository": {"repo_name": "svendowideit/testhook"}});
        check(PushFormat::DockerHub, &hub, "svendowideit/testhook:latest");
        let harbor = json!({"type": "PUSH_ARTIFACT", "event_data": {
            "resources": [{"digest": DIGEST, "tag": "v1", "resource_url": "h/test/debian:v1"}],
            "repository": {"name": "debian", "namespace": "test", "repo_full_name": "test/debian"}}});
        check(PushFormat::Harbor, &harbor, "test/debian:v1@sha256:fea");
        let quay = json!({"repository": "mynamespace/repository", "updated_tags": ["latest", "1"]});
        check(PushFormat::Quay, &quay, "mynamespace/repository:1 mynamespace/repository:latest");
        let ecr = json!({"detail-type": "ECR Image Action", "detail": {"result": "SUCCESS", "action-type": "PUSH",
            "repository-name": "my-repository-name", "image-digest": DIGEST, "image-tag": "latest"}});
        check(PushFormat::EventBridge, &ecr, "my-repository-name:latest@sha256:fea");
        let data = STANDARD.encode(
            json!({"action": "INSERT", "digest": format!("gcr.io/my-project/hello@{DIGEST}"),
                "tag": "gcr.io/my-project/hello:1.1"})
            .to_string(),
        );
        let google = json!({"message": {"data": data}, "subscription": "s"});
        check(PushFormat::PubSub, &google, "my-project/hello:1.1@sha256:fea");
        let artifactory = json!({"domain": "docker", "event_type": "pushed",
            "data": {"repo_key": "docker-local", "image_name": "sample", "tag": "2", "name": "manifest.json"}});
        check(PushFormat::Artifactory, &artifactory, "docker-local/sample:2");
        let github = json!({"action": "published", "registry_package": {"name": "App", "namespace": "Team",
            "package_type": "CONTAINER", "package_version": {"container_metadata": {"tag": {"name": "3", "digest": DIGEST}}}}});
        check(PushFormat::Github, &github, "team/app:3@sha256:fea");
        let nexus = json!({"action": "CREATED", "component": {"format": "docker", "name": "team/app", "version": "4"}});
        check(PushFormat::Nexus, &nexus, "team/app:4");
        check(PushFormat::Distribution, &json!({"repository": "team/app", "tag": "5"}), "team/app:5");
    }

    #[test]
    fn what_is_no_push_of_an_image_does_nothing() {
        let layer = json!({"events": [{"action": "push", "target": {"mediaType": "application/octet-stream",
            "digest": DIGEST, "repository": "a"}}, {"action": "pull", "target": {"repository": "a", "tag": "1"}}]});
        check(PushFormat::Distribution, &layer, "");
        check(PushFormat::Harbor, &json!({"type": "DELETE_ARTIFACT"}), "");
        for repository in ["../../etc", "a b", "A", "a//b", "host:5000/x\n", ""] {
            check(PushFormat::Distribution, &json!({"repository": repository, "tag": "1"}), "");
        }
        check(PushFormat::Distribution, &json!({"repository": "a", "tag": "x/../y"}), "");
        check(PushFormat::Distribution, &json!({"repository": "a", "digest": "sha256:12"}), "");
        for format in PushFormat::ALL {
            for message in [json!(null), json!([]), json!({"events": 5, "message": {"data": "%%"}})] {
                check(*format, &message, "");
            }
        }
    }
}
