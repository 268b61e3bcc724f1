use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

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

    fn simple_signing(&self, digest: &Digest) -> Evidence {
        let payload = format!(
            r#"{{"critical":{{"identity":{{"docker-reference":"x"}},"image":{{"docker-manifest-digest":"{digest}"}},"type":"cosign container image signature"}},"optional":null}}"#
        );
        let signature = self.sign(payload.as_bytes());
        Evidence::SimpleSigning { payload: payload.into(), signature, has_certificate: false }
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
}

fn digest(digit: char) -> Digest {
    format!("sha256:{}", digit.to_string().repeat(64)).parse().unwrap()
}

fn only(signatures: &[Signature]) -> &Signature {
    assert_eq!(signatures.len(), 1, "{signatures:?}");
    &signatures[0]
}

fn problem(evidence: Evidence, keys: &[PublicKey]) -> String {
    let signatures = judge(&digest('a'), &[evidence], keys);
    assert!(!only(&signatures).verified);
    only(&signatures).problem.clone().unwrap()
}

#[test]
fn a_signature_by_a_trusted_key_holds_and_names_the_key() {
    let (key, other) = (Key::new(), Key::new());
    let signatures = judge(&digest('a'), &[key.simple_signing(&digest('a'))], &[other.public(), key.public()]);
    assert!(only(&signatures).verified);
    assert_eq!(only(&signatures).identity.as_deref(), Some(key.public().fingerprint()));
}

#[test]
fn another_key_a_copied_signature_and_a_changed_payload_are_told_apart() {
    let (key, other) = (Key::new(), Key::new());
    let wrong_key = problem(key.simple_signing(&digest('a')), &[other.public()]);
    assert!(wrong_key.contains("not made by any of the trusted keys"), "{wrong_key}");
    let copied = problem(key.simple_signing(&digest('b')), &[key.public()]);
    assert!(copied.contains(&format!("signs another image, {}", digest('b'))), "{copied}");
    let Evidence::SimpleSigning { mut payload, signature, .. } = key.simple_signing(&digest('a')) else { panic!() };
    payload.push(b' ');
    let changed = Evidence::SimpleSigning { payload, signature, has_certificate: false };
    assert!(problem(changed, &[key.public()]).contains("was changed"));
    assert!(problem(key.simple_signing(&digest('a')), &[]).contains("no key was given"));
    assert!(problem(Evidence::Notation, &[key.public()]).contains("Notary"));
}

#[test]
fn statements_are_listed_below_the_key_that_signed_them() {
    let key = Key::new();
    let bytes = key.envelope(&digest('a'), "https://slsa.dev/provenance/v1").into_bytes();
    let statement = Evidence::Envelope { bytes, digest: digest('e'), has_certificate: false };
    let signatures = judge(&digest('a'), &[statement.clone(), key.simple_signing(&digest('a'))], &[key.public()]);
    assert!(only(&signatures).verified && only(&signatures).attestations[0].verified);
    // A statement alone is no signature of the image.
    assert!(problem(statement, &[key.public()]).contains("not the image itself"));
}

#[test]
fn a_bundle_that_signs_the_image_counts_as_its_signature() {
    let key = Key::new();
    let bundle = |digest: &Digest| {
        let envelope = key.envelope(digest, SIGNS_IMAGE);
        format!(r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{{"publicKey":{{"hint":""}}}},"dsseEnvelope":{envelope}}}"#).into_bytes()
    };
    let evidence = Evidence::Bundle { bytes: bundle(&digest('a')), digest: digest('e') };
    assert!(only(&judge(&digest('a'), &[evidence], &[key.public()])).verified);
    let copied = Evidence::Bundle { bytes: bundle(&digest('b')), digest: digest('e') };
    assert!(problem(copied, &[key.public()]).contains("signs another image"));
}

#[test]
fn garbage_is_a_signature_that_does_not_hold() {
    for bytes in [&b""[..], b"{}", b"[[[[", b"\xff\xfe"] {
        let bundle = Evidence::Bundle { bytes: bytes.to_vec(), digest: digest('e') };
        assert!(problem(bundle, &[]).contains("not a Sigstore bundle"));
        let payload = Evidence::SimpleSigning { payload: bytes.to_vec(), signature: "%".into(), has_certificate: true };
        assert!(problem(payload, &[]).contains("Base64"));
    }
}
