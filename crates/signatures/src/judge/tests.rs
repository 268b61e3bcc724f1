use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::PublicKey;

const NOW: u64 = 1_800_000_000;

struct Key(EcdsaKeyPair);

impl Key {
    fn new() -> Key {
        Key(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    fn public(&self) -> PublicKey {
        let info = self.0.public_key().as_der().unwrap();
        let block = STANDARD.encode(info.as_ref());
        PublicKey::from_pem(&format!("-----BEGIN PUBLIC KEY-----\n{block}\n-----END PUBLIC KEY-----\n")).unwrap()
    }

    fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(self.0.sign(&SystemRandom::new(), message).unwrap())
    }

    fn simple_signing(&self, digest: &Digest) -> EvidenceFile {
        let payload = format!(
            r#"{{"critical":{{"identity":{{"docker-reference":"x"}},"image":{{"docker-manifest-digest":"{digest}"}},"type":"cosign container image signature"}},"optional":null}}"#
        );
        let signature = self.sign(payload.as_bytes());
        let annotations = BTreeMap::from([("dev.cosignproject.cosign/signature".to_owned(), signature)]);
        EvidenceFile { annotations, ..file("application/vnd.dev.cosign.simplesigning.v1+json", &payload) }
    }

    fn envelope(&self, digest: &Digest, predicate_type: &str) -> String {
        let statement = format!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"digest":{{"sha256":"{}"}}}}],"predicateType":"{predicate_type}"}}"#,
            digest.hex()
        );
        let kind = "application/vnd.in-toto+json";
        let signed = format!("DSSEv1 28 {kind} {} {statement}", statement.len());
        let signature = self.sign(signed.as_bytes());
        let payload = STANDARD.encode(statement);
        format!(r#"{{"payloadType":"{kind}","payload":"{payload}","signatures":[{{"sig":"{signature}"}}]}}"#)
    }

    fn statement(&self, digest: &Digest, predicate_type: &str) -> EvidenceFile {
        file("application/vnd.dsse.envelope.v1+json", &self.envelope(digest, predicate_type))
    }

    fn bundle(&self, digest: &Digest, predicate_type: &str) -> EvidenceFile {
        let envelope = self.envelope(digest, predicate_type);
        let text = format!(r#"{{"verificationMaterial":{{"publicKey":{{"hint":"x"}}}},"dsseEnvelope":{envelope}}}"#);
        file("application/vnd.dev.sigstore.bundle.v0.3+json", &text)
    }
}

fn file(media_type: &str, text: &str) -> EvidenceFile {
    EvidenceFile {
        artifact_type: String::new(),
        media_type: media_type.to_owned(),
        digest: digest('e'),
        annotations: BTreeMap::new(),
        bytes: text.as_bytes().to_vec(),
    }
}

fn digest(digit: char) -> Digest {
    format!("sha256:{}", digit.to_string().repeat(64)).parse().unwrap()
}

fn judged(files: &[EvidenceFile], keys: &[&Key]) -> Vec<Signature> {
    let trust = Trust { keys: keys.iter().map(|key| key.public()).collect(), ..Trust::default() };
    let judged = judge(&[digest('a')], files, &trust, NOW);
    assert_eq!(judged.unread, [], "everything can be read");
    judged.signatures
}

fn only(files: &[EvidenceFile], keys: &[&Key]) -> Signature {
    let mut signatures = judged(files, keys);
    assert_eq!(signatures.len(), 1, "{signatures:?}");
    signatures.remove(0)
}

fn problem(file: EvidenceFile, keys: &[&Key]) -> String {
    let signature = only(&[file], keys);
    assert!(!signature.verified);
    signature.problem.unwrap().code
}

#[test]
fn an_image_signed_by_a_trusted_key_is_verified_and_names_the_key() {
    let (key, other) = (Key::new(), Key::new());
    let signature = only(&[key.simple_signing(&digest('a'))], &[&other, &key]);
    assert!(signature.verified);
    assert_eq!((signature.identity.as_deref(), signature.problem), (Some(key.public().fingerprint()), None));
}

#[test]
fn statements_lie_under_the_signature_of_their_signer() {
    let key = Key::new();
    let image = digest('a');
    let files =
        [key.statement(&image, "b"), key.simple_signing(&image), key.bundle(&image, "a"), key.bundle(&image, "a")];
    let signature = only(&files, &[&key]);
    let states: Vec<_> =
        signature.attestations.iter().map(|found| (found.predicate_type.as_str(), found.verified)).collect();
    assert_eq!((signature.verified, states), (true, vec![("a", true), ("b", true)]));
}

#[test]
fn a_bundle_that_signs_the_image_is_a_signature() {
    let key = Key::new();
    let signature = only(&[key.bundle(&digest('a'), SIGNS_IMAGE)], &[&key]);
    assert_eq!((signature.verified, signature.attestations), (true, Vec::new()));
}

#[test]
fn who_only_states_something_has_not_signed_the_image() {
    let (signer, stater) = (Key::new(), Key::new());
    let image = digest('a');
    let signatures = judged(&[signer.simple_signing(&image), stater.statement(&image, "x")], &[&signer, &stater]);
    let of = |key: &Key| {
        let identity = key.public().fingerprint().to_owned();
        signatures.iter().find(|signature| signature.identity.as_ref() == Some(&identity)).unwrap()
    };
    assert!(of(&signer).verified && of(&signer).attestations.is_empty());
    assert!(!of(&stater).verified && of(&stater).attestations[0].verified);
}

#[test]
fn what_does_not_hold_says_why() {
    let (key, other) = (Key::new(), Key::new());
    let image = digest('a');
    assert_eq!(problem(other.simple_signing(&image), &[&key]), "signature.key");
    assert_eq!(problem(key.simple_signing(&image), &[]), "signature.no_trust");
    assert_eq!(problem(key.simple_signing(&digest('b')), &[&key]), "signature.other_image");
    assert_eq!(problem(key.statement(&digest('b'), "x"), &[&key]), "signature.other_image");
    let mut changed = key.simple_signing(&image);
    changed.bytes.push(b' ');
    assert_eq!(problem(changed, &[&key]), "signature.key");
    let refused = only(&[other.statement(&image, "x")], &[&key]);
    assert!(!refused.verified && !refused.attestations[0].verified, "a claim that nobody proves");
}

#[test]
fn an_index_that_is_signed_stands_for_the_image() {
    let key = Key::new();
    let trust = Trust { keys: vec![key.public()], ..Trust::default() };
    let judged = judge(&[digest('a'), digest('b')], &[key.simple_signing(&digest('b'))], &trust, NOW);
    assert!(judged.signatures[0].verified);
}

/// The provenance of `sigstore@1.3.0` on npm (`testdata/public-good`), whose subject is a package.
#[test]
fn a_statement_of_sigstores_public_instance_is_verified_with_its_published_roots() {
    let mut roots = Roots::default();
    roots.add(include_str!("../../testdata/public-good/trusted_root.json")).unwrap();
    let file = file(
        "application/vnd.dev.sigstore.bundle+json;version=0.1",
        include_str!("../../testdata/public-good/provenance.sigstore.json"),
    );
    let package: Digest = "sha512:76176ffa33808b54602c7c35de5c6e9a4deb96066dba6533f50ac234f4f1f4c6b3527515dc17c06fbe2860030f410eee69ea20079bd3a2c6f3dcf3b329b10751".parse().unwrap();
    let judged = |pattern: &str, issuer: &str, file: &EvidenceFile| {
        let identities = vec![crate::Pattern::new(pattern)];
        let trust =
            Trust { roots: roots.clone(), identities, issuers: vec![crate::Pattern::new(issuer)], keys: Vec::new() };
        judge(std::slice::from_ref(&package), std::slice::from_ref(file), &trust, NOW).signatures.remove(0)
    };
    let issuer = "https://token.actions.githubusercontent.com";
    let signature = judged("https://github.com/sigstore/sigstore-js/*", issuer, &file);
    assert_eq!(signature.problem.as_ref().map(|problem| problem.code.as_str()), Some("signature.statements_only"));
    let states = &signature.attestations[0];
    assert_eq!((states.predicate_type.as_str(), states.verified), ("https://slsa.dev/provenance/v0.2", true));
    assert_eq!(signature.issuer.as_deref(), Some(issuer));

    assert!(!roots.certificate_logs.is_empty(), "the certificate was looked for in logs");
    let mut elsewhere = roots.clone();
    elsewhere.certificate_logs.truncate(1);
    let trust = Trust { roots: elsewhere, identities: vec![crate::Pattern::new("*")], ..Trust::default() };
    let hidden = judge(std::slice::from_ref(&package), std::slice::from_ref(&file), &trust, NOW).signatures.remove(0);
    assert_eq!(hidden.problem.unwrap().code, "signature.not_transparent", "the first log ended before");

    let code = |signature: Signature| signature.problem.unwrap().code;
    assert_eq!(code(judged("https://github.com/other/*", issuer, &file)), "signature.identity");
    assert_eq!(code(judged("*", "https://accounts.example.com", &file)), "signature.issuer");
    let mut changed = file.clone();
    let text = String::from_utf8(changed.bytes).unwrap();
    changed.bytes = text.replacen("integratedTime\":\"16", "integratedTime\":\"17", 1).into_bytes();
    assert_ne!(changed.bytes, file.bytes);
    assert_eq!(code(judged("*", issuer, &changed)), "signature.log", "the log did not sign that time");
}

#[test]
fn what_cannot_be_read_is_shown_and_told() {
    let key = Key::new();
    let trust = Trust { keys: vec![key.public()], ..Trust::default() };
    let mut unsigned = key.simple_signing(&digest('a'));
    unsigned.annotations.clear();
    for bad in [
        unsigned,
        file("application/vnd.dsse.envelope.v1+json", "{}"),
        file("application/vnd.dev.sigstore.bundle.v0.3+json", "[]"),
        EvidenceFile {
            artifact_type: "application/vnd.cncf.notary.signature".to_owned(),
            ..file("application/jose+json", "x")
        },
    ] {
        let judged = judge(&[digest('a')], &[bad], &trust, NOW);
        assert_eq!(judged.signatures[0].problem.as_ref().unwrap().code, "signature.malformed");
        assert_eq!(judged.unread.len(), 1);
    }
    let stranger = file("application/spdx+json", "{}");
    assert_eq!(judge(&[digest('a')], &[stranger], &trust, NOW), Judged::default(), "it is no evidence");
}
