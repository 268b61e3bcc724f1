//! `--verify-key`, `--verify-roots`: who signed an image. The images were signed by cosign and notation
//! (`testdata/signatures/make.py`).

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::feeds::intelligence;
use crate::layout_registry::LayoutRegistry;
use crate::run::{Program, Ran, text};

const NOW: &str = "2026-11-28T00:00:00Z";
const IDENTITY: &str = "https://github.com/example/shop/.github/workflows/release.yml@refs/tags/v1";
const ISSUER: &str = "https://token.actions.githubusercontent.com";
const SLSA: &str = "https://slsa.dev/provenance/v0.2";

fn testdata() -> PathBuf {
    test_support::checkout().join("crates/cli/testdata/signatures")
}

/// A home with the keys and roots, and a scene as the layout `image`.
fn with_scene(scene: &str) -> Program {
    let program = Program::new();
    for entry in testdata().join("trust").read_dir().unwrap() {
        let path = entry.unwrap().path();
        program.write(path.file_name().unwrap().to_str().unwrap(), std::fs::read(&path).unwrap());
    }
    let blobs = testdata().join("blobs/sha256");
    for entry in blobs.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        program.write(&format!("image/blobs/sha256/{name}"), std::fs::read(&path).unwrap());
    }
    program.write("image/oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    program.write("image/index.json", std::fs::read(testdata().join(format!("scenes/{scene}.json"))).unwrap());
    program
}

fn scan_at(program: &Program, now: &str, more: &[&str]) -> Ran {
    let intelligence = intelligence().display().to_string();
    let mut arguments =
        vec!["scan", "--quiet", "--intel", &intelligence, "--now", now, "--detectors", "vulnerabilities"];
    arguments.extend(["--format", "json"]);
    arguments.extend(more);
    program.run(&arguments)
}

fn scan(program: &Program, more: &[&str]) -> Ran {
    scan_at(program, NOW, more)
}

fn report(program: &Program, more: &[&str]) -> Value {
    scan(program, more).json()
}

fn signatures(report: &Value) -> Vec<Value> {
    report["signatures"].as_array().cloned().unwrap_or_default()
}

/// The only signature of a scene.
#[track_caller]
fn signature(scene: &str, trust: &[&str]) -> Value {
    let report = report(&with_scene(scene), &[trust, &["image"]].concat());
    let signatures = signatures(&report);
    assert_eq!(signatures.len(), 1, "{scene}: {signatures:#?} {:#?}", report["gaps"]);
    signatures[0].clone()
}

/// The first signature of a scene, none of which is verified.
#[track_caller]
fn refused(scene: &str, trust: &[&str], code: &str) -> Value {
    refused_at(NOW, scene, trust, code)
}

#[track_caller]
fn refused_at(now: &str, scene: &str, trust: &[&str], code: &str) -> Value {
    let report = scan_at(&with_scene(scene), now, &[trust, &["image"]].concat()).json();
    let signatures = signatures(&report);
    assert!(!signatures.is_empty(), "{scene} {report:#}");
    for signature in &signatures {
        assert_eq!((&signature["verified"], &signature["problem"]["code"]), (&json!(false), &json!(code)), "{scene}");
    }
    signatures[0].clone()
}

/// The gaps that signatures leave; the scenes' image has a distribution and no package, which is one too.
fn gaps(report: &Value) -> Vec<Value> {
    let gaps = report["gaps"].as_array().cloned().unwrap_or_default();
    gaps.into_iter().filter(|gap| gap["path"] != "etc/os-release").collect()
}

fn fulcio<'a>(roots: &'a str, identity: &'a str) -> [&'a str; 4] {
    ["--verify-roots", roots, "--verify-identity", identity]
}

#[test]
fn a_signature_by_a_given_key_is_verified_with_its_statements() {
    let signature = signature("key", &["--verify-key", "b.pub", "--verify-key", "a.pub"]);
    assert_eq!((&signature["kind"], &signature["verified"]), (&json!("cosign"), &json!(true)), "{signature}");
    assert!(text(&signature["identity"]).starts_with("sha256:"));
    assert_eq!(signature["attestations"][0]["predicate_type"], SLSA);
    assert_eq!(signature["attestations"][0]["verified"], true);
}

#[test]
fn keys_of_every_kind_that_cosign_makes_verify() {
    for scene in ["p384", "rsa", "ed25519"] {
        let signature = signature(scene, &["--verify-key", &format!("{scene}.pub")]);
        assert_eq!(signature["verified"], true, "{scene} {signature}");
        refused(scene, &["--verify-key", "a.pub"], "signature.key");
    }
}

#[test]
fn what_does_not_verify_is_shown_with_its_reason() {
    refused("other", &["--verify-key", "a.pub"], "signature.key");
    refused("tampered", &["--verify-key", "a.pub"], "signature.key");
    let moved = refused("moved", &["--verify-key", "a.pub"], "signature.other_image");
    assert!(text(&moved["problem"]["parameters"]["digest"]).starts_with("sha256:"));
    let report = report(&with_scene("unsigned"), &["--verify-key", "a.pub", "image"]);
    assert_eq!((signatures(&report), gaps(&report)), (Vec::new(), Vec::new()));
}

#[test]
fn an_index_is_signed_for_the_images_it_names() {
    for platform in ["linux/amd64", "linux/arm64"] {
        let signature = signature("index", &["--verify-key", "a.pub", "--platform", platform]);
        assert_eq!(signature["verified"], true, "{platform} {signature}");
    }
}

#[test]
fn the_layout_that_cosign_saves_has_its_signatures() {
    let report = report(&with_scene("saved"), &["--verify-key", "a.pub", "image"]);
    assert!(signatures(&report).iter().all(|signature| signature["verified"] == true), "{report:#}");
    assert_eq!(signatures(&report).len(), 1);
}

#[test]
fn a_signature_in_a_bundle_is_verified_by_key() {
    let signature = signature("bundle", &["--verify-key", "a.pub"]);
    assert_eq!(signature["verified"], true, "{signature}");
    refused("bundle", &["--verify-key", "b.pub"], "signature.key");
}

#[test]
fn a_certificate_is_verified_at_the_time_that_the_log_proves() {
    for scene in ["keyless", "keyless-bundle"] {
        for roots in ["fulcio.pem", "trusted_root.json"] {
            let signature = signature(scene, &[&fulcio(roots, IDENTITY)[..], &["--verify-issuer", ISSUER]].concat());
            assert_eq!(signature["verified"], true, "{scene} {signature}");
            assert_eq!((&signature["identity"], &signature["issuer"]), (&json!(IDENTITY), &json!(ISSUER)));
        }
        let trust = fulcio("fulcio-without-log.pem", "*");
        let expired = refused(scene, &trust, "signature.expired_now");
        assert_eq!(expired["problem"]["parameters"]["at"], NOW);
        let within = [&trust[..], &["image"]].concat();
        let report = scan_at(&with_scene(scene), "2026-01-01T00:09:00Z", &within).json();
        assert_eq!(report["signatures"][0]["verified"], true, "without a log a certificate must be valid today");
    }
    let bundle = signature("keyless-bundle", &fulcio("fulcio.pem", "https://github.com/example/*"));
    assert_eq!(bundle["attestations"][0]["predicate_type"], "https://slsa.dev/provenance/v1");
}

#[test]
fn certificates_that_do_not_prove_the_signer_are_refused() {
    for scene in ["keyless", "keyless-bundle"] {
        refused(scene, &fulcio("other-fulcio.pem", "*"), "signature.untrusted");
        let other = refused(scene, &fulcio("fulcio.pem", "*@example.com"), "signature.identity");
        assert_eq!(other["identity"], IDENTITY, "it is proven who signed, and it is somebody else");
        let issuer = [&fulcio("fulcio.pem", "*")[..], &["--verify-issuer", "https://accounts.example.com"]].concat();
        refused(scene, &issuer, "signature.issuer");
        refused(scene, &["--verify-key", "a.pub"], "signature.no_roots");
        let expired = refused(&format!("{scene}-expired"), &fulcio("fulcio.pem", "*"), "signature.expired");
        assert_eq!(expired["problem"]["parameters"]["until"], "2026-01-01T00:10:00Z");
        assert_eq!(expired["problem"]["parameters"]["at"], "2026-01-01T02:05:00Z");
    }
}

#[test]
fn the_notary_projects_signatures_are_verified_to_given_roots() {
    let trust = fulcio("notary.pem", "*CN=notary.example.com*");
    for scene in ["notation", "notation-cose", "notation-expiry"] {
        let now = if scene == "notation-expiry" { "2026-01-01T00:00:00Z" } else { NOW };
        let report = scan_at(&with_scene(scene), now, &[&trust[..], &["image"]].concat()).json();
        let signature = &report["signatures"][0];
        assert_eq!((&signature["kind"], &signature["verified"]), (&json!("notation"), &json!(true)), "{report:#}");
        assert_eq!(signature["identity"], "C=US, O=example, ST=WA, CN=notary.example.com");
    }
    refused("notation", &fulcio("notary.pem", "CN=other"), "signature.identity");
    refused("notation", &fulcio("fulcio-without-log.pem", "*"), "signature.untrusted");
    refused("notation", &["--verify-key", "a.pub"], "signature.no_roots");
    refused_at("2040-01-01T00:00:00Z", "notation-expiry", &trust, "signature.lapsed");
    refused_at("2050-01-01T00:00:00Z", "notation", &trust, "signature.expired_now");
}

#[test]
fn a_time_stamp_proves_when_it_was_signed() {
    let later = "2030-01-01T00:00:00Z";
    for (scene, identity) in [
        ("stamped", "ci@example.com"),
        ("notation-stamped", "*CN=notary.example.com"),
        ("notation-cose-stamped", "*CN=notary.example.com"),
    ] {
        let trust = fulcio("stamped.pem", identity);
        let report = scan_at(&with_scene(scene), later, &[&trust[..], &["image"]].concat()).json();
        assert_eq!(report["signatures"][0]["verified"], true, "{scene} {report:#}");
        let without = fulcio("stamped-without-authority.pem", identity);
        refused_at(later, scene, &without, "signature.expired_now");
    }
    let rekor2 = signature("keyless-rekor2", &fulcio("trusted_root_rekor2.json", IDENTITY));
    assert_eq!(rekor2["verified"], true, "a log that proves no time counts with a stamp: {rekor2}");
    refused("keyless-rekor2", &fulcio("trusted_root.json", IDENTITY), "signature.log");
}

#[test]
fn a_registry_is_asked_only_where_somebody_asks() {
    for knows_referrers in [true, false] {
        let program = with_scene("keyless-bundle");
        let registry = LayoutRegistry::start(&program.path("image"), knows_referrers);
        let name = format!("registry:{}/shop:1", registry.address);
        let report = |more: &[&str]| report(&program, &[&["--plain-http", &name], more].concat());
        assert_eq!(signatures(&report(&[])), Vec::<Value>::new());
        let is_evidence = |path: &&String| path.contains("/referrers/") || path.contains("/manifests/sha256-");
        assert_eq!(registry.asked().iter().filter(is_evidence).count(), 0);
        let asked = report(&fulcio("trusted_root.json", "*"));
        assert_eq!(asked["signatures"][0]["verified"], true, "{asked:#}");
        assert_eq!(gaps(&asked), Vec::<Value>::new());
        let searches = registry.asked().iter().filter(is_evidence).count();
        assert_eq!(searches, if knows_referrers { 3 } else { 4 }, "{:?}", registry.asked());
    }
    let program = with_scene("key");
    let registry = LayoutRegistry::start(&program.path("image"), false);
    let name = format!("registry:{}/shop:1", registry.address);
    let report = report(&program, &["--plain-http", "--verify-key", "a.pub", &name]);
    assert_eq!(report["signatures"][0]["verified"], true, "{report:#}");
}

#[test]
fn what_cannot_be_read_is_a_gap() {
    let program = with_scene("key");
    let blobs = program.path("image/blobs/sha256");
    for entry in blobs.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        if String::from_utf8_lossy(&bytes).contains("cosign container image signature") {
            std::fs::write(&path, [bytes, b" ".to_vec()].concat()).unwrap();
        }
    }
    let report = report(&program, &["--verify-key", "a.pub", "image"]);
    assert!(text(&gaps(&report)[0]["reason"]).contains("signature could not be read"), "{report:#}");
    let ran = scan(&program, &["--verify-key", "a.pub", "--fail-on-gaps", "image"]);
    assert_eq!(ran.code, Some(4));
}

#[test]
fn the_policy_judges_on_who_signed() {
    let judge = |scene: &str, control: &str, more: &[&str]| {
        let program = with_scene(scene);
        program.write("p.yaml", format!("schema: bulkhead.policy/1\nname: gate\ncontrols:\n- {{{control}}}\n"));
        let ran = scan(&program, &[more, &["--policy", "p.yaml", "image"]].concat());
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let code = report["verdict"]["policies"][0]["controls"][0]["reasons"][0]["code"].as_str().map(str::to_owned);
        assert_eq!(ran.code, Some(if code.is_some() { 1 } else { 0 }), "{scene} {}", ran.stderr);
        code
    };
    let fails = |code: &str| Some(format!("verdict.signature.{code}"));
    let key = ["--verify-key", "a.pub"];
    assert_eq!(judge("key", "control: signature", &key), None);
    assert_eq!(judge("key", &format!("control: signature, attestations: [{SLSA}]"), &key), None);
    let other = "control: signature, attestations: ['https://slsa.dev/provenance/v1']";
    assert_eq!(judge("key", other, &key), fails("attestation"));
    assert_eq!(judge("key", "control: signature", &[]), fails("unverified"), "nothing is trusted by itself");
    for scene in ["other", "tampered", "moved"] {
        assert_eq!(judge(scene, "control: signature", &key), fails("unverified"), "{scene}");
    }
    assert_eq!(judge("unsigned", "control: signature", &key), fails("none"));
    let keyless = "control: signature, identities: ['https://github.com/example/*']";
    assert_eq!(judge("keyless", keyless, &fulcio("fulcio.pem", "*")), None);
    assert_eq!(judge("keyless-expired", keyless, &fulcio("fulcio.pem", "*")), fails("other"));
    let elsewhere = "control: signature, identities: ['https://github.com/other/*']";
    assert_eq!(judge("keyless", elsewhere, &fulcio("fulcio.pem", "*")), fails("other"));
    assert_eq!(judge("notation", "control: signature, kinds: [notation]", &fulcio("notary.pem", "*")), None);
    assert_eq!(
        judge("notation", "control: signature, kinds: [cosign]", &fulcio("notary.pem", "*")),
        fails("unverified")
    );
}

#[test]
fn the_table_shows_who_signed_in_both_languages() {
    let program = with_scene("key");
    let intelligence = intelligence().display().to_string();
    let table = |language: &str, key: &str| {
        let head = ["scan", "--quiet", "--intel", &intelligence, "--detectors", "vulnerabilities", "--lang", language];
        program.run(&[&head[..], &["--verify-key", key, "image"]].concat()).stdout
    };
    let english = table("en", "a.pub");
    for part in ["Signatures (1)", "  verified  cosign  sha256:", &format!("states: {SLSA}")] {
        assert!(english.contains(part), "{part} is not in\n{english}");
    }
    let english = table("en", "b.pub");
    assert!(english.contains("not verified  cosign  unknown signer"), "{english}");
    assert!(english.contains("None of the given keys made it"), "{english}");
    let japanese = table("ja", "b.pub");
    assert!(japanese.contains("署名 (2)") && japanese.contains("指定された鍵による署名ではない"), "{japanese}");
}

#[test]
fn mistakes_in_options_end_with_2_and_say_what_to_do() {
    let program = with_scene("key");
    program.write("no.pem", "hello");
    scan(&program, &["--verify-key", "no.pem", "image"]).ended(2, &["no.pem", "BEGIN PUBLIC KEY"]);
    scan(&program, &["--verify-key", "absent.pub", "image"]).ended(2, &["absent.pub"]);
    scan(&program, &["--verify-roots", "fulcio.pem", "image"]).ended(2, &["--verify-identity"]);
    scan(&program, &["--verify-roots", "no.pem", "--verify-identity", "*", "image"]).ended(2, &["trusted_root.json"]);
    program.write("tree/etc/os-release", "ID=alpine\n");
    let report = report(&program, &["--verify-key", "a.pub", "rootfs:tree"]);
    assert!(report["gaps"].to_string().contains("only images have signatures"), "{report:#}");
}
