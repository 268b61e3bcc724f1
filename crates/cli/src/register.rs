//! `scan --register`: sends the index of an image to a server, which judges it as it judges what it scans itself.

mod older;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use api::{Body, Client, ClientError, ClientOptions};
use formats::{Format, WriteOptions};
use model::{Finding, ImageName, ScanReport, TargetKind, Verdict};
use serde_json::Value;

use crate::arguments::RegisterArguments;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::target::Target;
use older::{Form, OWN_VERSION};

/// How long the server may take: it matches and judges before it answers.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// The largest image indexes that are sent with the index of an image, all together, in bytes.
pub(crate) const LARGEST_IMAGE_INDEXES_BYTES: usize = 4 << 20;

/// How hard the index is compressed: as hard as costs a fraction of the scan.
const COMPRESSION: i32 = 6;

/// Where and as what an image is registered.
#[derive(Debug)]
pub(crate) struct Registering {
    client: Client,
    server: String,
    names: Vec<ImageName>,
    build: Vec<(&'static str, String)>,
}

/// What the server said.
#[derive(Debug, PartialEq)]
pub(crate) struct Registered {
    /// What is worth knowing on standard error.
    pub(crate) note: String,
    /// The same without the images that the server does not know.
    pub(crate) short_note: String,
    /// The images of its index that the server does not know.
    pub(crate) missing: Vec<MissingImage>,
    /// What the server was not told, as it is older than this program.
    pub(crate) warning: Option<String>,
    /// How the scan ends by it; `None` where it does not end it.
    pub(crate) outcome: Option<Outcome>,
    /// The verdict, where this program understands all of it.
    pub(crate) verdict: Option<Verdict>,
}

/// An image of an index that the server does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MissingImage {
    /// Its platform, as the index has it; may be empty.
    pub(crate) platform: String,
    /// The digest of its manifest.
    pub(crate) digest: String,
}

impl Registering {
    /// Prepares what can fail before the scan; nothing where no server is named.
    pub(crate) fn prepare(
        arguments: &RegisterArguments,
        environment: &Environment,
    ) -> Result<Option<Registering>, Failure> {
        let Some(server) = &arguments.register else { return Ok(None) };
        let prepare = || -> anyhow::Result<Registering> {
            let options = ClientOptions {
                server: server.clone(),
                token: Some(token(arguments.token_file.clone(), environment, "--register")?),
                ca: arguments.register_ca.clone(),
                timeout: LONGEST_WAIT,
            };
            let client = Client::new(&options).with_context(|| format!("cannot register at {server}"))?;
            let build = environment.build.iter().map(|(name, value)| (*name, value.clone())).collect();
            Ok(Registering { client, server: server.clone(), names: arguments.register_as.clone(), build })
        };
        prepare().map(Some).map_err(Failure::Usage)
    }

    /// Sends the index of a report on a target, with the documents of the image indexes through which it was found: engines
    /// and clusters run the image by the digest of the first of them.
    pub(crate) fn send(
        &self,
        target: &Target,
        report: &ScanReport,
        image_indexes: &[Vec<u8>],
    ) -> Result<Registered, Failure> {
        let digest = report.target.digest.as_ref().filter(|_| report.target.kind == TargetKind::Image);
        let Some(digest) = digest else {
            let name = &report.target.name;
            return Err(Failure::usage(format!(
                "{name} is no image with a digest: a server keeps images; leave --register out"
            )));
        };
        let names = self.names_of(target, report).map_err(Failure::Usage)?;
        let documents = documents(image_indexes).map_err(Failure::Work)?;
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut query = vec![("reference", names.join(","))];
        query.extend(self.build.iter().cloned());
        let path = format!("/images?{}", encoded(&query));
        let mut form = Form { has_image_indexes: !documents.is_empty(), is_compressed: true };
        let mut warning = None;
        let verdict: Value = loop {
            let sent: &[&str] = if form.has_image_indexes { &documents } else { &[] };
            let bytes = body(report, sent, form.is_compressed).map_err(Failure::Work)?;
            let error =
                match self.client.post_bytes(&path, Body { kind: form.kind(), coding: form.coding(), bytes: &bytes }) {
                    Ok(verdict) => break verdict,
                    Err(error) => error,
                };
            let Some(simpler) = form.simpler(&error) else {
                return Err(Failure::Work(self.refused(error, &report.target.name)));
            };
            if form.has_image_indexes && !simpler.has_image_indexes {
                warning = Some(older::without_image_indexes(&error, OWN_VERSION));
            }
            form = simpler;
        };
        Ok(Registered { warning, ..told(&verdict, &format!("{}@{digest}", report.target.name), &self.server) })
    }

    /// Why an image was not registered, and what to do where the server is older than this program.
    fn refused(&self, error: ClientError, image: &str) -> anyhow::Error {
        let advice = older::advice(&error, OWN_VERSION);
        let error = anyhow::Error::new(error);
        let error = match advice {
            Some(advice) => error.context(advice),
            None => error,
        };
        error.context(format!("cannot register {image} at {}", self.server))
    }

    /// The names to register it under: those that were given, else the one that was asked for in a registry, else what its
    /// archive or engine calls it. A path is no name, nor is a tag alone.
    fn names_of(&self, target: &Target, report: &ScanReport) -> anyhow::Result<Vec<ImageName>> {
        if !self.names.is_empty() {
            return Ok(self.names.clone());
        }
        if let Target::Registry(name) = target {
            return Ok(vec![name.clone()]);
        }
        let has_tag = |name: &&String| name.rsplit('/').next().is_some_and(|end| end.contains(':'));
        let own = report.inventory.image.iter().flat_map(|image| &image.names).filter(has_tag);
        let own: Vec<ImageName> = own.filter_map(|name| name.parse().ok()).collect();
        ensure!(
            !own.is_empty(),
            "nothing says what {} is called; say with --register-as under which name it is kept",
            report.target.name
        );
        Ok(own)
    }
}

/// The token, from the file that was named, else from the environment.
/// The API token from its file or the environment, for a command or option.
pub(crate) fn token(file: Option<PathBuf>, environment: &Environment, wanted_by: &str) -> anyhow::Result<String> {
    let file = file.or_else(|| environment.token_file.clone());
    let text = match (file, &environment.token) {
        (Some(file), _) => {
            std::fs::read_to_string(&file).with_context(|| format!("cannot read the token in {}", file.display()))?
        }
        (None, Some(token)) => token.clone(),
        (None, None) => {
            return Err(anyhow!(
                "{wanted_by} needs an API token: name its file with --token-file, or set BULKHEAD_TOKEN_FILE or BULKHEAD_TOKEN"
            ));
        }
    };
    let text = text.trim().to_owned();
    ensure!(!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()), "the API token is no token");
    Ok(text)
}

/// The documents of image indexes as text.
fn documents(image_indexes: &[Vec<u8>]) -> anyhow::Result<Vec<&str>> {
    ensure!(
        image_indexes.iter().map(Vec::len).sum::<usize>() <= LARGEST_IMAGE_INDEXES_BYTES,
        "the image index is larger than {} MiB; register the image by the digest of its platform",
        LARGEST_IMAGE_INDEXES_BYTES >> 20
    );
    image_indexes.iter().map(|document| str::from_utf8(document).context("the image index is no text")).collect()
}

/// The index as it is sent, with the documents of the image indexes where there are any.
fn body(report: &ScanReport, documents: &[&str], is_compressed: bool) -> anyhow::Result<Vec<u8>> {
    if !is_compressed {
        let mut bytes = Vec::new();
        write_body(report, documents, &mut bytes)?;
        return Ok(bytes);
    }
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), COMPRESSION)?;
    write_body(report, documents, &mut encoder)?;
    Ok(encoder.finish()?)
}

fn write_body(report: &ScanReport, documents: &[&str], out: &mut impl std::io::Write) -> anyhow::Result<()> {
    if documents.is_empty() {
        return write_index(report, out);
    }
    write!(out, "{{\"image_indexes\":{},\"index\":", serde_json::to_string(documents)?)?;
    write_index(report, out)?;
    out.write_all(b"}")?;
    Ok(())
}

/// What the server finds out by itself is left out: vulnerabilities, the verdict, a comparison, the intelligence.
fn write_index(report: &ScanReport, out: &mut impl std::io::Write) -> anyhow::Result<()> {
    let index = ScanReport {
        findings: report
            .findings
            .iter()
            .filter(|finding| !matches!(finding, Finding::Vulnerability(_)))
            .cloned()
            .collect(),
        verdict: None,
        comparison: None,
        shown: model::Shown::default(),
        intelligence: None,
        ..report.clone()
    };
    formats::write(&index, Format::Json, &WriteOptions::default(), out)?;
    Ok(())
}

/// A query (RFC 3986, section 3.4): everything but unreserved characters as `%XX`.
fn encoded(pairs: &[(&str, String)]) -> String {
    let encode = |text: &str| -> String {
        let byte = |byte: u8| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    pairs.join("&")
}

fn told(verdict: &Value, image: &str, server: &str) -> Registered {
    let decision = verdict["decision"].as_str().unwrap_or("unknown");
    let policies = verdict["policies"].as_array().map(Vec::as_slice).unwrap_or_default();
    let denying: Vec<&str> = policies
        .iter()
        .filter(|policy| policy["applied"] != false && policy["decision"] == "deny")
        // A policy whose effects leave the pipeline alone is no reason to end it.
        .filter(|policy| fails_pipeline(policy) != Some(false))
        .filter_map(|policy| policy["name"].as_str())
        .collect();
    let outcome = match decision {
        "deny" if !denying.is_empty() => Some(format!("not compliant: {server} denies it by {}", denying.join(", "))),
        "deny" if policies.iter().all(|policy| policy["applied"] == false) => {
            Some(format!("not compliant: {server} has no policy that applies to it"))
        }
        // No policy denies it: its digest is not approved.
        "deny" if fails_pipeline(verdict) == Some(true) => Some(format!("not compliant: {server} denies it")),
        _ => None,
    };
    let read = formats::read_verdict(verdict);
    let unread = read.as_ref().err().map(|problem| format!("; its reasons cannot be read: {problem}"));
    let missing = missing_images(verdict);
    let note = format!("registered {image} at {server}: {decision}");
    let unread = unread.unwrap_or_default();
    Registered {
        note: format!("{note}{}{unread}", missing_platforms(verdict, &missing).unwrap_or_default()),
        short_note: format!("{note}{unread}"),
        missing,
        warning: None,
        outcome: outcome.map(Outcome::NotCompliant),
        verdict: read.ok(),
    }
}

/// The images of its index that the server does not know; none where it knows all of them, or the image has no index.
fn missing_images(verdict: &Value) -> Vec<MissingImage> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let missing = verdict["index"]["unregistered"].as_array().map(Vec::as_slice).unwrap_or_default();
    missing
        .iter()
        .map(|image| MissingImage { platform: text(&image["platform"]), digest: text(&image["digest"]) })
        .collect()
}

/// That some images of the index are missing; nothing where none is.
fn missing_platforms(verdict: &Value, missing: &[MissingImage]) -> Option<String> {
    if missing.is_empty() {
        return None;
    }
    let of = |image: &MissingImage| match (image.platform.as_str(), image.digest.as_str()) {
        ("", "") => "another platform".to_owned(),
        ("", digest) => digest.to_owned(),
        (platform, _) => platform.to_owned(),
    };
    let missing: Vec<String> = missing.iter().map(of).collect();
    let index = verdict["index"]["digest"].as_str().unwrap_or("its index");
    Some(format!(
        "; {index} is denied until its images for other platforms are registered, too, which the server scans where it \
         scans their registry: {}",
        missing.join(", ")
    ))
}

/// Whether ending a pipeline is among the effects of a verdict or policy; nothing where they are not told.
fn fails_pipeline(told: &Value) -> Option<bool> {
    told["effects"].as_array().map(|effects| effects.iter().any(|effect| effect == "fail_pipeline"))
}

#[cfg(test)]
mod tests {
    use model::{ImageFacts, Inventory, ScanTarget};
    use serde_json::json;
    use test_support::{HttpAnswer, HttpMock};

    use super::*;

    fn report(names: &[&str]) -> ScanReport {
        ScanReport {
            target: ScanTarget { name: "image".to_owned(), kind: TargetKind::Image, digest: None, platform: None },
            inventory: Inventory {
                image: Some(ImageFacts {
                    names: names.iter().map(|name| (*name).to_owned()).collect(),
                    ..ImageFacts::default()
                }),
                ..Inventory::default()
            },
            detectors: [].into(),
            findings: Vec::new(),
            signatures: Vec::new(),
            verdict: None,
            comparison: None,
            shown: model::Shown::default(),
            intelligence: None,
        }
    }

    fn registering(options: ClientOptions) -> Registering {
        let client = Client::new(&options).unwrap();
        Registering { client, server: options.server, names: Vec::new(), build: Vec::new() }
    }

    /// Registers an image that was found through an image index at a server that answers so.
    fn sent_to(server: &HttpMock) -> Result<Registered, Failure> {
        let options = ClientOptions { server: server.url(), token: None, ca: None, timeout: LONGEST_WAIT };
        let mut report = report(&[]);
        report.target.digest = Some(format!("sha256:{}", "1".repeat(64)).parse().unwrap());
        let target = "registry:r.example/shop:1".parse().unwrap();
        registering(options).send(&target, &report, &[br#"{"schemaVersion":2,"manifests":[]}"#.to_vec()])
    }

    fn refusal(status: u16, code: &str, parameters: &Value) -> HttpAnswer {
        let problem = json!({ "status": status, "code": code, "parameters": parameters, "detail": "It is not read." });
        (status, vec![("content-type".to_owned(), "application/problem+json".to_owned())], problem.to_string())
    }

    #[test]
    fn a_server_that_reads_no_image_indexes_gets_the_index_alone() {
        for (told, words) in [
            (json!({}), "the server is older than this program and reads no image indexes"),
            (json!({ "server_version": "0.0.9" }), "the server is of version 0.0.9, older than this program"),
        ] {
            let server = HttpMock::start(move |request| match request.header("content-type") {
                "application/json" => (200, Vec::new(), json!({ "decision": "allow", "policies": [] }).to_string()),
                _ => refusal(415, "request.media_type", &told),
            });
            let registered = sent_to(&server).unwrap();
            assert!(registered.note.contains(": allow"), "{registered:?}");
            let warning = registered.warning.unwrap();
            assert!(warning.contains(words) && warning.contains(OWN_VERSION), "{warning}");
            let kinds: Vec<String> =
                server.requests().iter().map(|request| request.header("content-type").to_owned()).collect();
            assert_eq!(kinds, [api::images::REGISTRATION_TYPE, "application/json"]);
        }
        let server = HttpMock::start(|_| (200, Vec::new(), json!({ "decision": "allow", "policies": [] }).to_string()));
        assert_eq!((sent_to(&server).unwrap().warning, server.requests().len()), (None, 1));
    }

    #[test]
    fn a_server_that_reads_nothing_of_it_is_told_with_what_to_do() {
        let failed = |status: u16, code: &'static str, parameters: Value| {
            let server = HttpMock::start(move |_| refusal(status, code, &parameters));
            match sent_to(&server) {
                Err(Failure::Work(error)) => format!("{error:#}"),
                other => panic!("it is refused: {other:?}"),
            }
        };
        let older = failed(400, "request.malformed", json!({ "server_version": "0.0.9" }));
        assert!(older.contains("the server is of version 0.0.9") && older.ends_with("It is not read."), "{older}");
        let older = failed(415, "request.media_type", json!({}));
        assert!(older.contains("older than this program, which is of version"), "{older}");
        let other = failed(400, "request.malformed", json!({ "server_version": OWN_VERSION }));
        assert!(!other.contains("older"), "{other}");
    }

    #[test]
    fn a_query_is_encoded() {
        let pairs = [("name", "a/b:1+2".to_owned()), ("build", "https://ci/1?a=b&c=日".to_owned())];
        assert_eq!(encoded(&pairs), "name=a%2Fb%3A1%2B2&build=https%3A%2F%2Fci%2F1%3Fa%3Db%26c%3D%E6%97%A5");
    }

    #[test]
    fn an_image_is_registered_under_its_name_and_never_under_a_path() {
        let client = ClientOptions { server: "https://s".to_owned(), token: None, ca: None, timeout: LONGEST_WAIT };
        let mut registering = registering(client);
        let named = |registering: &Registering, target: &str, names: &[&str]| {
            let names = registering.names_of(&target.parse().unwrap(), &report(names));
            names
                .map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
                .map_err(|error| error.to_string())
        };
        assert_eq!(named(&registering, "registry:r.example/shop:1", &[]).unwrap(), "r.example/shop:1");
        assert_eq!(named(&registering, "docker-archive:a.tar", &["r.example/shop:1"]).unwrap(), "r.example/shop:1");
        let error = named(&registering, "oci:image", &["1.0"]).unwrap_err();
        assert!(error.contains("--register-as"), "a folder and a tag are no names: {error}");
        registering.names = vec!["r.example/other:2".parse().unwrap()];
        assert_eq!(named(&registering, "oci:image", &["r.example/shop:1"]).unwrap(), "r.example/other:2");
    }

    #[test]
    fn what_is_sent_has_the_image_indexes_beside_the_index() {
        let report = report(&[]);
        let sent = |documents: &[&str]| -> Value {
            let bytes = body(&report, documents, true).unwrap();
            serde_json::from_slice(&zstd::stream::decode_all(&bytes[..]).unwrap()).unwrap()
        };
        let plain = sent(&[]);
        assert_eq!(plain["schema"], "bulkhead.report/1", "{plain}");
        assert_eq!(serde_json::from_slice::<Value>(&body(&report, &[], false).unwrap()).unwrap(), plain);
        let document = r#"{"schemaVersion":2,"manifests":[]}"#;
        assert_eq!(sent(&[document]), json!({ "index": plain, "image_indexes": [document] }));
        assert_eq!(documents(&[document.as_bytes().to_vec()]).unwrap(), [document]);
        let large = vec![vec![b' '; LARGEST_IMAGE_INDEXES_BYTES], vec![b' ']];
        assert!(documents(&large).unwrap_err().to_string().contains("larger than 4 MiB"));
        assert!(documents(&[vec![0xff]]).is_err());
    }

    #[test]
    fn the_platforms_without_a_verdict_are_told() {
        let verdict = |unregistered: Value| {
            let index = json!({ "digest": "sha256:2", "unregistered": unregistered });
            told(&json!({ "decision": "allow", "policies": [], "index": index }), "a@sha256:1", "https://s").note
        };
        let arm = json!({ "platform": "linux/arm64", "digest": "sha256:3" });
        let note = verdict(json!([arm, { "platform": "", "digest": "sha256:4" }]));
        assert!(note.contains("sha256:2 is denied until"), "{note}");
        assert!(note.contains("linux/arm64, sha256:4"), "{note}");
        let verdict_of_one = json!({ "decision": "allow", "policies": [], "index": { "unregistered": [arm] } });
        let told_of_one = told(&verdict_of_one, "a@sha256:1", "https://s");
        let missing = MissingImage { platform: "linux/arm64".to_owned(), digest: "sha256:3".to_owned() };
        assert_eq!(told_of_one.missing, [missing]);
        assert!(!told_of_one.short_note.contains("linux/arm64"), "{told_of_one:?}");
        assert!(!verdict(json!([])).contains("denied"), "all of them are known");
        let alone = told(&json!({ "decision": "allow", "policies": [] }), "a@sha256:1", "https://s").note;
        assert!(!alone.contains("denied"), "{alone}");
    }

    #[test]
    fn a_denial_ends_the_pipeline_where_its_policy_says_so() {
        let verdict = |effects: Value| {
            json!({ "decision": "deny", "policies": [
                { "name": "p", "applied": true, "decision": "deny", "effects": effects },
                { "name": "q", "applied": true, "decision": "allow", "effects": ["fail_pipeline"] },
            ] })
        };
        let told_of = |verdict: &Value| told(verdict, "a@sha256:1", "https://s").outcome;
        assert_eq!(
            told_of(&verdict(json!(["block", "fail_pipeline"]))),
            Some(Outcome::NotCompliant("not compliant: https://s denies it by p".to_owned()))
        );
        assert_eq!(told_of(&verdict(json!(["block"]))), None);
        assert_eq!(told_of(&json!({ "decision": "allow", "policies": [] })), None);
        assert!(told_of(&json!({ "decision": "deny", "policies": [] })).is_some(), "nobody allows it");
        let allowing = json!([{ "name": "p", "applied": true, "decision": "allow", "effects": ["block"] }]);
        let unapproved = |effects: Value| json!({ "decision": "deny", "effects": effects, "policies": allowing });
        assert!(told_of(&unapproved(json!(["block", "fail_pipeline"]))).is_some(), "its digest is not approved");
        assert_eq!(told_of(&unapproved(json!(["block"]))), None);
    }

    #[test]
    fn a_token_comes_from_the_file_or_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "bh_x\n").unwrap();
        let environment = Environment { token: Some("bh_y".to_owned()), ..Environment::default() };
        assert_eq!(token(Some(file.clone()), &environment, "x").unwrap(), "bh_x");
        assert_eq!(token(None, &environment, "x").unwrap(), "bh_y");
        assert!(token(None, &Environment::default(), "x").unwrap_err().to_string().contains("--token-file"));
        std::fs::write(&file, "\n").unwrap();
        assert_eq!(token(Some(file), &environment, "x").unwrap_err().to_string(), "the API token is no token");
    }
}
