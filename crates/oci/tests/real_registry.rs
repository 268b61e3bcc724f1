//! Images pushed by skopeo to Debian's docker-registry, with encryption and passwords, on the loopback address.

#![expect(clippy::unwrap_used, reason = "a test fails where it must")]

use std::fs;
use std::path::PathBuf;

use oci::credentials::CredentialSources;
use oci::engine::{EngineAddress, EngineOptions, open_docker};
use oci::registry::{
    RegistryError, RegistryOptions, Repository, StageOutcome, is_open, list_repositories, open_registry, probe,
};
use oci::{EntryStream, LayerIdentity};
use test_support::{RealRegistry, free_port};

/// Options with the registry's authority, and the password as a log-in command keeps it.
fn options(registry: &RealRegistry) -> RegistryOptions {
    let path = registry.path("config.json");
    fs::write(&path, format!(r#"{{"auths":{{"{}":{{"auth":"dXNlcjpzZWNyZXQ="}}}}}}"#, registry.host())).unwrap();
    RegistryOptions {
        ca_files: vec![registry.path("ca.pem")],
        credentials: CredentialSources { files: vec![path], ..CredentialSources::default() },
        ..RegistryOptions::default()
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(&format!(": {error}"));
        next = error.source();
    }
    text
}

#[test]
fn a_pushed_image_comes_back_verified() {
    let Some(archive) = test_support::test_data("images/docker-archive/alpine-3.10.1-four-layers-with-whiteouts.tar")
    else {
        return;
    };
    let Some(registry) = RealRegistry::start() else { return };
    registry.push(&archive, "team/alpine:3.10.1");
    let name = format!("{}/team/alpine:3.10.1", registry.host());
    let image = open_registry(&name.parse().unwrap(), &options(&registry)).map_err(|error| chain(&error)).unwrap();
    assert_eq!(image.name, name);
    assert_eq!(image.platform.as_ref().map(ToString::to_string).as_deref(), Some("linux/amd64"));
    assert_eq!(image.layers.len(), 4);
    for (index, layer) in image.layers.iter().enumerate() {
        let LayerIdentity::Verified(digest) = &layer.identity else { panic!("{layer:?}") };
        let mut reader = image.open_layer(index).unwrap();
        while reader.next_entry().unwrap().is_some() {}
        assert_eq!(reader.finish().unwrap(), *digest);
    }
    let by_digest = format!("{}/team/alpine@{}", registry.host(), image.digest.clone().unwrap());
    assert_eq!(open_registry(&by_digest.parse().unwrap(), &options(&registry)).unwrap().digest, image.digest);

    let tell = |name: &str, options: &RegistryOptions| {
        let name = format!("{}/{name}", registry.host()).parse().unwrap();
        open_registry(&name, options).err().map(|error| chain(&error)).unwrap_or_default()
    };
    let stranger = RegistryOptions { credentials: CredentialSources::default(), ..options(&registry) };
    assert!(
        tell("team/alpine:3.10.1", &stranger)
            .contains("without a credential; check the name, or log in with `docker login 127.0.0.1")
    );
    assert!(tell("team/alpine:nope", &options(&registry)).contains("has no manifest nope in team/alpine"));
    let distrustful = RegistryOptions { ca_files: Vec::new(), ..options(&registry) };
    assert!(tell("team/alpine:3.10.1", &distrustful).contains("no certificate that this machine trusts"));
    let plain = RegistryOptions { plain_http: true, ..options(&registry) };
    assert!(!tell("team/alpine:3.10.1", &plain).is_empty());
}

#[test]
fn a_registry_is_listed_and_a_try_tells_what_does_not_work() {
    let Some(archive) = test_support::test_data("images/docker-archive/alpine-3.10.1-four-layers-with-whiteouts.tar")
    else {
        return;
    };
    let Some(registry) = RealRegistry::start() else { return };
    for name in ["team/alpine:1", "team/alpine:2", "other:latest"] {
        registry.push(&archive, name);
    }
    let (host, options) = (registry.host(), options(&registry));
    assert_eq!(list_repositories(&host, &options).unwrap().names, ["other", "team/alpine"]);
    let name: model::ImageName = format!("{host}/team/alpine:2").parse().unwrap();
    let repository = Repository::open(&name, &options).unwrap();
    assert_eq!(repository.tags().unwrap().names, ["1", "2"]);
    let digest = repository.digest("2").unwrap();
    assert!(repository.built(&digest).unwrap().unwrap().starts_with("20"));
    assert_eq!(open_registry(&name, &options).unwrap().digest, Some(digest));
    assert_eq!(is_open(&host, "team/alpine", &options), Some(false));

    let check = |host: &str, options: &RegistryOptions, expected: &str| {
        let probed = probe(host, None, options);
        let letters = probed.stages.iter().map(|(_, outcome)| match outcome {
            StageOutcome::Good => '+',
            StageOutcome::Failed => 'x',
            StageOutcome::Skipped => '-',
        });
        let told = probed.failure.map(|error| chain(&error)).unwrap_or_default();
        assert_eq!(letters.collect::<String>(), expected, "{told}");
    };
    check(&host, &options, "++++++");
    check("nothing.invalid", &options, "x-----");
    check("169.254.169.254", &options, "x-----");
    check(&host, &RegistryOptions { public_only: true, ..options.clone() }, "x-----");
    let closed = format!("127.0.0.1:{}", free_port());
    check(&closed, &options, "+x----");
    check(&host, &RegistryOptions { ca_files: Vec::new(), ..options.clone() }, "++x---");
    check(&host, &RegistryOptions { credentials: CredentialSources::default(), ..options.clone() }, "+++x--");
}

#[test]
fn a_mirror_serves_what_the_registry_cannot() {
    let Some(archive) = test_support::test_data("images/docker-archive/alpine-3.10.1-four-layers-with-whiteouts.tar")
    else {
        return;
    };
    let Some(registry) = RealRegistry::start() else { return };
    registry.push(&archive, "hub/library/alpine:3.10.1");
    let mirror = format!("docker.io={}/hub", registry.host()).parse().unwrap();
    let options = RegistryOptions { mirrors: vec![mirror], ..options(&registry) };
    let image = open_registry(&"alpine:3.10.1".parse().unwrap(), &options).map_err(|error| chain(&error)).unwrap();
    assert_eq!(image.name, "docker.io/library/alpine:3.10.1");
    assert_eq!(image.layers.len(), 4);
    let error = open_registry(&"quay.invalid/team/app:1".parse().unwrap(), &options).err().unwrap();
    assert!(matches!(error, RegistryError::Exchange(_)), "{error}");
}

#[test]
fn an_engine_behind_encryption_gets_the_certificate_it_asks_for() {
    // Any server that checks certificates will do; this one has no images of an engine.
    let Some(registry) = RealRegistry::start_with("    clientcas:\n      - PLACE/ca.pem\n") else { return };
    fs::copy(registry.path("server.pem"), registry.path("cert.pem")).unwrap();
    fs::copy(registry.path("server.key"), registry.path("key.pem")).unwrap();
    let tell = |certificates: PathBuf| {
        let address = EngineAddress::Tls { host: registry.host(), certificates };
        open_docker("alpine", &EngineOptions::at(address)).err().map(|error| chain(&error)).unwrap_or_default()
    };
    assert!(tell(registry.path("")).starts_with("Docker has no image `alpine`"), "{}", tell(registry.path("")));
    assert!(tell(registry.path("absent")).starts_with("cannot read "));
}
