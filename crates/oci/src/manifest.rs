//! Indexes, manifests and configurations (OCI image-spec, image-index.md, manifest.md, config.md; Docker Image Manifest
//! Version 2, Schema 2), and the list of images in a docker archive (Docker Image Specification v1.2, Combined Image JSON).

mod joined;

use std::collections::BTreeMap;

use model::{Digest, Healthcheck, Platform};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::image::{ConfigText, HistoryEntry, ImageConfig};

use joined::Joined;

/// The most bytes of one such document.
pub(crate) const LARGEST_DOCUMENT: u64 = 16 << 20;

/// The media type of a DSSE envelope, in which cosign keeps attestations.
const DSSE: &str = "application/vnd.dsse.envelope.v1+json";

/// The most layers of one image. Engines run images of at most about 130; one of very many would be read for ever.
pub(crate) const MOST_LAYERS: usize = 1024;

/// A reference to a blob (OCI image-spec, descriptor.md).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) urls: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) annotations: BTreeMap<String, String>,
    #[serde(default)]
    platform: Option<PlatformFields>,
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
}

impl Descriptor {
    /// A reference to a blob of which nothing else is known.
    pub(crate) fn of(digest: Digest, size: u64) -> Descriptor {
        Descriptor {
            media_type: String::new(),
            digest,
            size,
            urls: Vec::new(),
            annotations: BTreeMap::new(),
            platform: None,
            artifact_type: None,
        }
    }
}

/// An index or a manifest: which of them a document is, its content tells better than its media type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    /// The manifests of an index.
    #[serde(default)]
    pub(crate) manifests: Option<Vec<Descriptor>>,
    /// The configuration of a manifest.
    #[serde(default)]
    pub(crate) config: Option<Descriptor>,
    /// The layers of a manifest from the base upwards.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) layers: Vec<Descriptor>,
    /// What an artifact is.
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
    /// What an artifact speaks of.
    #[serde(default)]
    pub(crate) subject: Option<Descriptor>,
    /// What a manifest is annotated with.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) annotations: BTreeMap<String, String>,
}

/// One image in the `manifest.json` of a docker archive.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DockerManifest {
    /// The path of the configuration in the archive.
    pub(crate) config: String,
    /// The names of the image.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) repo_tags: Vec<String>,
    /// The paths of the layers in the archive, from the base upwards.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) layers: Vec<String>,
}

/// A platform as documents spell it, where any field may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct PlatformFields {
    #[serde(default, deserialize_with = "or_default")]
    os: String,
    #[serde(default, deserialize_with = "or_default")]
    architecture: String,
    #[serde(default)]
    variant: Option<String>,
}

#[derive(Deserialize)]
struct ConfigFields {
    #[serde(flatten)]
    platform: PlatformFields,
    #[serde(default)]
    created: Option<String>,
    /// Only Docker's own format has these two.
    #[serde(default)]
    docker_version: Option<IgnoredAny>,
    #[serde(default)]
    container_config: Option<Joined<'\n'>>,
    #[serde(default, deserialize_with = "or_default")]
    author: Joined<' '>,
    #[serde(default, deserialize_with = "or_default")]
    config: RunFields,
    #[serde(default, deserialize_with = "or_default")]
    history: Vec<HistoryFields>,
    #[serde(default)]
    rootfs: Option<RootfsFields>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RunFields {
    #[serde(default, deserialize_with = "or_default")]
    user: String,
    #[serde(default, deserialize_with = "or_default")]
    env: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    labels: BTreeMap<String, Option<String>>,
    #[serde(default, deserialize_with = "or_default")]
    exposed_ports: BTreeMap<String, IgnoredAny>,
    #[serde(default)]
    healthcheck: Option<Joined<' '>>,
    #[serde(default, deserialize_with = "or_default")]
    entrypoint: Joined<' '>,
    #[serde(default, deserialize_with = "or_default")]
    cmd: Joined<' '>,
    #[serde(default, deserialize_with = "or_default")]
    shell: Joined<' '>,
    #[serde(default, deserialize_with = "or_default")]
    on_build: Joined<'\n'>,
    #[serde(default, deserialize_with = "or_default")]
    volumes: Joined<'\n'>,
    #[serde(default, deserialize_with = "or_default")]
    working_dir: Joined<' '>,
}

#[derive(Deserialize)]
struct HistoryFields {
    #[serde(default, deserialize_with = "or_default")]
    created_by: String,
    #[serde(default, deserialize_with = "or_default")]
    empty_layer: bool,
    #[serde(default, deserialize_with = "or_default")]
    comment: String,
    #[serde(default, deserialize_with = "or_default")]
    author: Joined<' '>,
}

#[derive(Default, Deserialize)]
struct RootfsFields {
    #[serde(default, deserialize_with = "or_default")]
    diff_ids: Vec<Digest>,
}

impl Document {
    /// Whether a manifest is a signature or another companion of an image, although it may state an image's
    /// configuration: cosign does so for registries that know nothing else.
    pub(crate) fn is_companion(&self) -> bool {
        let is_layer = |layer: &Descriptor| layer.is_foreign() || layer.media_type.contains("tar");
        let has_none = !self.layers.is_empty() && !self.layers.iter().any(is_layer);
        let is_artifact = self.config.as_ref().is_some_and(|config| !config.is_image_config());
        let signs = |layer: &Descriptor| {
            layer.media_type.starts_with("application/vnd.dev.cosign.") || layer.media_type.starts_with(DSSE)
        };
        is_artifact || self.subject.is_some() && has_none || has_none && self.layers.iter().all(signs)
    }
}

impl Descriptor {
    /// The platform, where it states one that images can have.
    pub(crate) fn platform(&self) -> Option<Platform> {
        self.platform.as_ref().and_then(PlatformFields::platform)
    }

    /// Whether it names something that belongs to an image, such as a provenance statement, and no image.
    pub(crate) fn is_attachment(&self) -> bool {
        let os = self.platform.as_ref().map(|platform| platform.os.as_str());
        model::is_attachment(os, self.artifact_type.as_deref(), self.annotations.keys().map(String::as_str))
    }

    /// Whether the blob may be absent because its owner hands it out elsewhere (foreign and non-distributable layers).
    pub(crate) fn is_foreign(&self) -> bool {
        !self.urls.is_empty() || self.media_type.contains("nondistributable") || self.media_type.contains(".foreign.")
    }

    /// Whether the blob is encrypted (containers/ocicrypt, Image encryption).
    pub(crate) fn is_encrypted(&self) -> bool {
        self.media_type.ends_with("+encrypted")
    }

    /// Whether the configuration that it names is in Docker's own format.
    pub(crate) fn is_dockers_config(&self) -> bool {
        self.media_type == "application/vnd.docker.container.image.v1+json"
    }

    /// Whether it names an image's configuration, rather than that of a chart or another artifact.
    pub(crate) fn is_image_config(&self) -> bool {
        matches!(
            self.media_type.as_str(),
            "" | "application/vnd.oci.image.config.v1+json"
                | "application/vnd.docker.container.image.v1+json"
                | "application/json"
                | "application/octet-stream"
        )
    }
}

impl PlatformFields {
    fn platform(&self) -> Option<Platform> {
        let variant = self.variant.as_ref().filter(|variant| !variant.is_empty());
        (!self.os.is_empty() && !self.architecture.is_empty()).then(|| Platform {
            os: self.os.clone(),
            architecture: self.architecture.clone(),
            variant: variant.cloned(),
        })
    }
}

impl ConfigFields {
    /// The texts that nothing else takes out of the configuration, by their places (OCI image-spec, config.md; Docker Image
    /// Specification v1.2).
    fn texts(&self) -> Vec<ConfigText> {
        let run = &self.config;
        let whole: [(&str, &str); 9] = [
            ("config.Entrypoint", &run.entrypoint.text),
            ("config.Cmd", &run.cmd.text),
            ("config.Healthcheck", run.healthcheck.as_ref().map_or("", |joined| &joined.text)),
            ("config.OnBuild", &run.on_build.text),
            ("config.Shell", &run.shell.text),
            ("config.Volumes", &run.volumes.text),
            ("config.WorkingDir", &run.working_dir.text),
            ("author", &self.author.text),
            ("container_config", self.container_config.as_ref().map_or("", |joined| &joined.text)),
        ];
        let of_steps = self.history.iter().enumerate().flat_map(|(number, step)| {
            let texts = [("history.comment", step.comment.as_str()), ("history.author", &step.author.text)];
            texts.map(|(place, text)| (place, text, Some(number)))
        });
        let texts = whole.into_iter().map(|(place, text)| (place, text, None)).chain(of_steps);
        let is_said = |(_, text, _): &(&'static str, &str, Option<usize>)| !text.is_empty();
        texts
            .filter(is_said)
            .map(|(place, text, step)| ConfigText { place: place.to_owned(), text: text.to_owned(), step })
            .collect()
    }
}

/// The beginning of the comment that BuildKit writes into the history. It keeps a health check in the configuration
/// whatever the format.
const BUILDKIT: &str = "buildkit.";

/// Reads a configuration.
pub(crate) fn read_config(bytes: &[u8]) -> Result<(ImageConfig, Option<Platform>), serde_json::Error> {
    let fields: ConfigFields = serde_json::from_slice(bytes)?;
    let texts = fields.texts();
    let is_kept = fields.docker_version.is_some()
        || fields.container_config.is_some()
        || fields.history.iter().any(|step| step.comment.starts_with(BUILDKIT));
    let healthcheck = match (fields.config.healthcheck, is_kept) {
        (Some(_), _) => Healthcheck::Set,
        (None, true) => Healthcheck::Absent,
        (None, false) => Healthcheck::Unknown,
    };
    let history = fields
        .history
        .into_iter()
        .map(|step| HistoryEntry { created_by: step.created_by, empty_layer: step.empty_layer });
    let config = ImageConfig {
        user: Some(fields.config.user),
        environment: fields.config.env,
        healthcheck,
        exposed_ports: fields.config.exposed_ports.into_keys().collect(),
        labels: fields.config.labels.into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect(),
        created: fields.created,
        history: history.collect(),
        diff_ids: fields.rootfs.map(|rootfs| rootfs.diff_ids),
        texts,
    };
    Ok((config, fields.platform.platform()))
}

/// Takes `null` for what is not there: Go programs write it for empty lists and maps.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_configuration_has_its_place() {
        let text = r#"{"author":"a","container_config":{"Env":["X=1"]},"config":{"Entrypoint":["e","1"],"Cmd":"c",
            "Healthcheck":{"Test":["CMD","h"],"Interval":30},"OnBuild":["RUN o"],"Shell":["s"],"Volumes":{"/v":{}},
            "WorkingDir":"/w","StopSignal":"9"},"history":[{"created_by":"RUN x","comment":"m"},{"author":"b"}]}"#;
        let (config, _) = read_config(text.as_bytes()).unwrap();
        let texts: Vec<_> =
            config.texts.iter().map(|text| (text.place.as_str(), text.text.as_str(), text.step)).collect();
        let expected = [
            ("config.Entrypoint", "e 1", None),
            ("config.Cmd", "c", None),
            ("config.Healthcheck", "CMD h Interval", None),
            ("config.OnBuild", "RUN o", None),
            ("config.Shell", "s", None),
            ("config.Volumes", "/v", None),
            ("config.WorkingDir", "/w", None),
            ("author", "a", None),
            ("container_config", "X=1", None),
            ("history.comment", "m", Some(0)),
            ("history.author", "b", Some(1)),
        ];
        assert_eq!(texts, expected);
        assert_eq!(config.healthcheck, Healthcheck::Set);
    }

    #[test]
    fn nulls_of_go_programs_are_empty() {
        let text = r#"{"architecture":"arm","os":"linux","variant":"v7","created":"2024-01-01T00:00:00Z",
            "config":{"User":"app","Env":null,"Labels":{"a":null}},"history":[{"created_by":"RUN x","empty_layer":true}],
            "rootfs":{"type":"layers","diff_ids":null}}"#;
        let (config, platform) = read_config(text.as_bytes()).unwrap();
        assert_eq!(platform.unwrap().to_string(), "linux/arm/v7");
        assert_eq!((config.history.len(), config.labels["a"].as_str()), (1, ""));
        assert_eq!((config.user.as_deref(), config.diff_ids), (Some("app"), Some(Vec::new())));
        let (config, platform) = read_config(br#"{"author":null,"config":null,"history":null,"rootfs":null}"#).unwrap();
        let empty = ImageConfig { user: Some(String::new()), ..ImageConfig::default() };
        assert_eq!((config, platform), (empty, None));
    }

    #[test]
    fn a_health_check_is_absent_only_where_there_is_a_place_for_it() {
        let check = |text: &str, expected| assert_eq!(read_config(text.as_bytes()).unwrap().0.healthcheck, expected);
        check(r#"{"config":{"Healthcheck":{"Test":["NONE"]}}}"#, Healthcheck::Set);
        check(r#"{"config":{"Healthcheck":null}}"#, Healthcheck::Unknown);
        check(r#"{"config":{},"docker_version":"24"}"#, Healthcheck::Absent);
        check(r#"{"history":[{"comment":"buildkit.dockerfile.v0"}]}"#, Healthcheck::Absent);
        let ports = read_config(br#"{"config":{"ExposedPorts":{"80/tcp":{},"22/tcp":{}}}}"#).unwrap().0.exposed_ports;
        assert_eq!(ports, ["22/tcp", "80/tcp"]);
    }

    #[test]
    fn attestations_are_no_images() {
        let text = format!(
            r#"{{"mediaType":"m","digest":"sha256:{}","size":1,"platform":{{"architecture":"unknown","os":"unknown"}}}}"#,
            "a".repeat(64)
        );
        let descriptor: Descriptor = serde_json::from_str(&text).unwrap();
        assert!(descriptor.is_attachment());
    }
}
