use std::convert::Infallible;

use super::*;

/// A store of documents by digest, and what was found in it.
fn check(top: &str, documents: &[&str], platform: Option<&str>) -> Result<String, String> {
    let platform: Option<Platform> = platform.map(|text| text.parse().unwrap());
    let digest = digest_of(top.as_bytes(), DigestAlgorithm::Sha256);
    let read = |descriptor: &Descriptor| -> Result<Vec<u8>, Infallible> {
        let found =
            documents.iter().find(|text| digest_of(text.as_bytes(), DigestAlgorithm::Sha256) == descriptor.digest);
        Ok(found.map(|text| text.as_bytes().to_vec()).unwrap_or_default())
    };
    match find_image(top.as_bytes(), digest, platform.as_ref().into(), read) {
        Ok(found) => Ok(found.platform.map(|platform| platform.to_string()).unwrap_or_default()),
        Err(FindImageError::Manifest(error)) => Err(error.to_string()),
        Err(FindImageError::Read(error)) => match error {},
    }
}

fn descriptor(text: &str, media_type: &str, rest: &str) -> String {
    let digest = digest_of(text.as_bytes(), DigestAlgorithm::Sha256);
    format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{}{rest}}}"#, text.len())
}

fn config(os: &str, architecture: &str, variant: &str) -> String {
    format!(r#"{{"os":"{os}","architecture":"{architecture}","variant":"{variant}","config":null,"history":null}}"#)
}

fn manifest(config: &str) -> String {
    format!(r#"{{"schemaVersion":2,"config":{},"layers":null}}"#, descriptor(config, "", ""))
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn index(entries: &[(&str, &str)]) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(text, platform)| {
            let mut parts = platform.split('/');
            let mut part = || parts.next().unwrap_or_default();
            let rest = match *platform {
                "" => String::new(),
                _ => format!(r#","platform":{{"os":"{}","architecture":"{}","variant":"{}"}}"#, part(), part(), part()),
            };
            descriptor(text, if text.contains("\"manifests\"") { INDEX } else { MANIFEST }, &rest)
        })
        .collect();
    format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, entries.join(","))
}

#[test]
fn an_index_gives_the_image_of_the_platform() {
    let configs = [config("linux", "amd64", ""), config("linux", "arm64", "v8"), config("linux", "arm", "v7")];
    let manifests: Vec<String> = configs.iter().map(|text| manifest(text)).collect();
    let attestation = manifest(&config("unknown", "unknown", ""));
    let top = index(&[
        (&attestation, "unknown/unknown"),
        (&manifests[0], "linux/amd64"),
        (&manifests[1], "linux/arm64/v8"),
        (&manifests[2], "linux/arm/v7"),
    ]);
    let mut documents: Vec<&str> = configs.iter().map(String::as_str).collect();
    documents.extend(manifests.iter().map(String::as_str));
    let asked = |platform: &str| check(&top, &documents, Some(platform));
    assert_eq!(asked("linux/amd64"), Ok("linux/amd64".into()));
    assert_eq!(asked("linux/arm64"), Ok("linux/arm64/v8".into()));
    assert_eq!(asked("linux/arm64/v8"), Ok("linux/arm64/v8".into()));
    assert_eq!(asked("linux/arm"), Ok("linux/arm/v7".into()));
    assert_eq!(
        asked("linux/s390x"),
        Err("the image is not offered for linux/s390x; choose with --platform from: linux/amd64, linux/arm/v7, \
             linux/arm64/v8"
            .into())
    );
}

/// The configuration need not say the variant; the index does.
#[test]
fn an_index_tells_variants_that_configurations_leave_out() {
    let configs = ["1", "2"].map(|user| {
        config("linux", "arm", "").replace("\"config\":null", &format!("\"config\":{{\"User\":\"{user}\"}}"))
    });
    let manifests = configs.each_ref().map(|text| manifest(text));
    let top = index(&[(&manifests[0], "linux/arm/v6"), (&manifests[1], "linux/arm/v7")]);
    let documents = [&configs[0], &configs[1], &manifests[0], &manifests[1]].map(String::as_str);
    for platform in ["linux/arm/v6", "linux/arm/v7"] {
        assert_eq!(check(&top, &documents, Some(platform)), Ok(platform.into()));
    }
    assert!(check(&top, &documents, Some("linux/arm/v5")).is_err());
}

#[test]
fn the_only_image_is_taken_unless_another_platform_was_asked_for() {
    let config = config("linux", "s390x", "");
    let manifest = manifest(&config);
    let top = index(&[(&manifest, "linux/s390x")]);
    assert_eq!(check(&top, &[&config, &manifest], None), Ok("linux/s390x".into()));
    assert!(check(&top, &[&config, &manifest], Some("linux/ppc64le")).is_err());
    let top = index(&[(&manifest, "")]);
    assert_eq!(check(&top, &[&config, &manifest], None), Ok("linux/s390x".into()));
    assert!(check(&manifest, &[&config], Some("linux/ppc64le")).is_err());
}

#[test]
fn indexes_may_lie_in_one_another_but_not_without_end() {
    let config = config("linux", "amd64", "");
    let manifest = manifest(&config);
    let mut documents = vec![config, manifest.clone(), index(&[(&manifest, "linux/amd64")])];
    for depth in 2..=5 {
        let top = index(&[(documents.last().unwrap(), "")]);
        let all: Vec<&str> = documents.iter().map(String::as_str).collect();
        let found = check(&top, &all, Some("linux/amd64"));
        assert_eq!(found.is_ok(), depth <= 4, "{depth}: {found:?}");
        documents.push(top);
    }
}

#[test]
fn a_document_that_is_two_things_is_refused() {
    let config = config("linux", "amd64", "");
    let descriptor = descriptor(&config, "", "");
    let both = format!(r#"{{"schemaVersion":2,"config":{descriptor},"manifests":[],"layers":[]}}"#);
    assert!(check(&both, &[&config], None).unwrap_err().ends_with("it claims to be an index and a manifest at once"));
    assert!(check(r#"{"schemaVersion":1,"fsLayers":[]}"#, &[], None).unwrap_err().contains("outdated schema 1"));
    assert!(check("{}", &[], None).is_err());
    assert!(check("[", &[], None).is_err());
}

#[test]
fn a_manifest_must_have_as_many_layers_as_its_configuration() {
    let layer = descriptor("x", "", "");
    let digest = digest_of(b"x", DigestAlgorithm::Sha256);
    let of = |layers: &str, rootfs: &str| {
        let config = format!(r#"{{"os":"linux","architecture":"amd64"{rootfs}}}"#);
        let manifest = manifest(&config).replace("\"layers\":null", &format!("\"layers\":[{layers}]"));
        check(&manifest, &[&config], None)
    };
    let one = format!(r#","rootfs":{{"type":"layers","diff_ids":["{digest}"]}}"#);
    for (layers, rootfs) in [(layer.as_str(), one.as_str()), (&layer, ""), (&layer, r#","rootfs":null"#), ("", "")] {
        assert_eq!(of(layers, rootfs), Ok("linux/amd64".into()), "{layers} {rootfs}");
    }
    assert_eq!(of("", r#","rootfs":{"diff_ids":null}"#), Ok("linux/amd64".into()));
    for (layers, rootfs, sentence) in [
        (
            "",
            one.as_str(),
            "the number of its layers is 0, and the number of layers in rootfs.diff_ids of the configuration is 1",
        ),
        (
            &layer,
            r#","rootfs":{"diff_ids":[]}"#,
            "is 1, and the number of layers in rootfs.diff_ids of the configuration is 0",
        ),
        (
            &format!("{layer},{layer}"),
            &one,
            "is 2, and the number of layers in rootfs.diff_ids of the configuration is 1",
        ),
    ] {
        let error = of(layers, rootfs).unwrap_err();
        assert!(error.ends_with(sentence), "{error}");
    }
}

#[test]
fn encrypted_layers_are_told() {
    let config = config("linux", "amd64", "");
    let layer = descriptor("a", "application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "");
    let manifest = manifest(&config).replace("\"layers\":null", &format!("\"layers\":[{layer}]"));
    assert!(check(&manifest, &[&config], None).unwrap_err().contains("has encrypted layers; decrypt it first"));
}

#[test]
fn a_manifest_of_very_many_layers_is_refused() {
    let (config, layer) = (config("linux", "amd64", ""), descriptor("x", "", ""));
    let of = |count: usize| {
        let layers = vec![layer.as_str(); count].join(",");
        let manifest = manifest(&config).replace("\"layers\":null", &format!("\"layers\":[{layers}]"));
        check(&manifest, &[&config], None)
    };
    assert!(of(1024).is_ok());
    assert!(of(1025).unwrap_err().ends_with("it has more than 1,024 layers"));
}

#[test]
fn documents_must_have_the_size_and_digest_that_were_promised() {
    let config = config("linux", "amd64", "");
    let manifest = manifest(&config);
    assert!(check(&manifest, &[], None).unwrap_err().contains("has 0 bytes"));
    let other = manifest.replace(&format!("\"size\":{}", config.len()), "\"size\":99999999");
    assert!(check(&other, &[&config], None).unwrap_err().contains("at most 8388608"));
    assert!(verify(b"x", &digest_of(b"y", DigestAlgorithm::Sha512)).is_err());
    assert!(verify(b"y", &digest_of(b"y", DigestAlgorithm::Sha512)).is_ok());
}

#[test]
fn of_an_index_without_the_native_platform_any_image_will_do_and_the_indexes_are_told() {
    let configs = [config("windows", "amd64", ""), config("linux", "s390x", "")];
    let manifests: Vec<String> = configs.iter().map(|text| manifest(text)).collect();
    let within = index(&[(&manifests[1], "linux/s390x")]);
    let top = index(&[(&manifests[0], "windows/amd64"), (&within, "")]);
    let digest = |text: &str| digest_of(text.as_bytes(), DigestAlgorithm::Sha256);
    let documents = [&configs[0], &configs[1], &manifests[0], &manifests[1], &within];
    let read = |descriptor: &Descriptor| -> Result<Vec<u8>, Infallible> {
        let found = documents.iter().find(|text| digest(text) == descriptor.digest);
        Ok(found.map(|text| text.as_bytes().to_vec()).unwrap_or_default())
    };
    let found = find_image(top.as_bytes(), digest(&top), Wanted::Any, read).unwrap();
    assert_eq!((found.digest, found.platform.unwrap().to_string()), (digest(&manifests[1]), "linux/s390x".to_owned()));
    assert_eq!(found.indexes, [top.as_bytes(), within.as_bytes()]);
    assert!(find_image(top.as_bytes(), digest(&top), Wanted::Native, read).is_err());
    let found = find_image(manifests[0].as_bytes(), digest(&manifests[0]), Wanted::Any, read).unwrap();
    assert!(found.indexes.is_empty(), "an image was asked for");
}
