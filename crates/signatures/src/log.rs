//! Entries of Rekor, the transparency log: what proves, without asking the log, that it took a signature in, and when
//! (rekor, "Signed Entry Timestamp"; RFC 6962, 2.1, inclusion proofs; signed notes for checkpoints).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::problem::Problem;
use crate::trust::Log;

/// The deepest tree of a log.
const DEEPEST_TREE: usize = 64;

/// An entry with what proves it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The entry itself, canonical JSON.
    pub(crate) body: Vec<u8>,
    pub(crate) integrated_time: i64,
    pub(crate) log_index: i64,
    /// What the log calls itself: SHA-256 of its key, or of its name with its key.
    pub(crate) log_id: Vec<u8>,
    /// The log's promise: its signature over body, time, index and id.
    pub(crate) promise: Option<Vec<u8>>,
    pub(crate) proof: Option<Proof>,
}

/// What shows that an entry is in a tree whose root the log signed.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    pub(crate) index: u64,
    pub(crate) tree_size: u64,
    pub(crate) root: Vec<u8>,
    pub(crate) hashes: Vec<Vec<u8>>,
    pub(crate) checkpoint: String,
}

/// What an entry must speak of.
pub(crate) struct Signed<'a> {
    /// What was hashed: the payload of a simple signature, or that of an envelope.
    pub(crate) payload: &'a [u8],
    pub(crate) signatures: &'a [Vec<u8>],
    /// The certificate, DER.
    pub(crate) certificate: &'a [u8],
}

impl Entry {
    /// Verifies the entry against the logs; gives the time at which a log says it took the signature in, where one has
    /// signed that.
    pub(crate) fn verify(&self, logs: &[Log], signed: &Signed<'_>) -> Result<Option<i64>, Problem> {
        if !speaks_of(&self.body, signed) {
            return Err(Problem::Log);
        }
        let log = logs.iter().find(|log| log.is_called(&self.log_id)).ok_or(Problem::Log)?;
        if self.promise.is_none() && self.proof.is_none() {
            return Err(Problem::Log);
        }
        if let Some(proof) = &self.proof
            && !proof.holds(&self.body, log)
        {
            return Err(Problem::Log);
        }
        let Some(promise) = &self.promise else { return Ok(None) };
        let is_promised = log.holds_at(self.integrated_time) && log.key.has_signed(&self.promised(), promise);
        if is_promised { Ok(Some(self.integrated_time)) } else { Err(Problem::Log) }
    }

    /// What the log signs as its promise: JSON in canonical form (RFC 8785).
    fn promised(&self) -> Vec<u8> {
        let (body, id) = (STANDARD.encode(&self.body), hex(&self.log_id));
        let (time, index) = (self.integrated_time, self.log_index);
        format!(r#"{{"body":"{body}","integratedTime":{time},"logID":"{id}","logIndex":{index}}}"#).into_bytes()
    }
}

impl Proof {
    fn holds(&self, body: &[u8], log: &Log) -> bool {
        let Some((size, root)) = checkpoint(&self.checkpoint, log) else { return false };
        size == self.tree_size && root == self.root && self.root_of(body).as_ref() == Some(&root)
    }

    /// The root of the tree that the proof leads to (RFC 9162, 2.1.3.2).
    fn root_of(&self, body: &[u8]) -> Option<Vec<u8>> {
        if self.index >= self.tree_size || self.hashes.len() > DEEPEST_TREE {
            return None;
        }
        let (mut place, mut last) = (self.index, self.tree_size - 1);
        let mut hash = sha256(&[&[0], body]);
        for other in &self.hashes {
            if last == 0 {
                return None;
            }
            if place & 1 == 1 || place == last {
                hash = sha256(&[&[1], other, &hash]);
                while place & 1 == 0 && place != 0 {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = sha256(&[&[1], &hash, other]);
            }
            place >>= 1;
            last >>= 1;
        }
        (last == 0).then_some(hash)
    }
}

/// Size and root of a checkpoint that the log signed (signed note: the text, an empty line, `— NAME BASE64` lines).
fn checkpoint(note: &str, log: &Log) -> Option<(u64, Vec<u8>)> {
    let (text, signatures) = note.split_once("\n\n")?;
    let message = format!("{text}\n");
    let is_signed = signatures.lines().take(16).any(|line| {
        let signature = line.strip_prefix("\u{2014} ").and_then(|line| line.split_once(' '));
        let signature = signature.and_then(|(_, signature)| STANDARD.decode(signature.trim()).ok());
        // The first four bytes only hint at the key.
        signature.is_some_and(|signature| {
            signature.get(4..).is_some_and(|signature| log.key.has_signed(message.as_bytes(), signature))
        })
    });
    let mut lines = text.lines().skip(1);
    let size = lines.next()?.parse().ok()?;
    let root = STANDARD.decode(lines.next()?).ok()?;
    is_signed.then_some((size, root))
}

/// Whether an entry is about a signature: its payload, its signature where the entry keeps one, and its certificate.
fn speaks_of(body: &[u8], signed: &Signed<'_>) -> bool {
    let Ok(Body { spec, .. }) = serde_json::from_slice::<Body>(body) else { return false };
    let Facts { hashes, signatures, certificates } = facts(&spec);
    let hash = sha256(&[signed.payload]);
    let same_signature =
        signatures.is_empty() || signatures.iter().any(|signature| signed.signatures.contains(signature));
    let same_certificate = certificates.iter().any(|certificate| certificate == signed.certificate);
    hashes.contains(&hash) && same_signature && same_certificate
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    spec: Value,
}

/// What an entry says, whichever of its kinds it is.
#[derive(Default)]
struct Facts {
    hashes: Vec<Vec<u8>>,
    signatures: Vec<Vec<u8>>,
    /// DER.
    certificates: Vec<Vec<u8>>,
}

/// Reads `hashedrekord`, `dsse` and `intoto` of 0.0.1 and 0.0.2 (rekor and rekor-tiles, types).
fn facts(spec: &Value) -> Facts {
    let mut facts = Facts::default();
    let text = |at: &str| spec.pointer(at).and_then(Value::as_str);
    let base64 = |text: &str| STANDARD.decode(text).ok();
    for at in ["/data/hash/value", "/payloadHash/value", "/content/payloadHash/value"] {
        facts.hashes.extend(text(at).and_then(unhex));
    }
    for at in ["/hashedRekordV002/data/digest", "/dsseV002/payloadHash/digest"] {
        facts.hashes.extend(text(at).and_then(base64));
    }
    // A signature in an entry of `intoto` is Base64 of Base64, and left alone.
    for at in ["/signature/content", "/hashedRekordV002/signature/content"] {
        facts.signatures.extend(text(at).and_then(base64));
    }
    for at in ["/signature/publicKey/content", "/publicKey"] {
        facts.certificates.extend(text(at).and_then(base64).and_then(|pem| certificate_of(&pem)));
    }
    facts.certificates.extend(text("/hashedRekordV002/signature/verifier/x509Certificate/rawBytes").and_then(base64));
    let list = |at: &str| spec.pointer(at).and_then(Value::as_array).into_iter().flatten().take(32);
    for signature in list("/signatures").chain(list("/dsseV002/signatures")).chain(list("/content/envelope/signatures"))
    {
        let text = |at: &str| signature.pointer(at).and_then(Value::as_str);
        facts.signatures.extend(text("/signature").or(text("/content")).and_then(base64));
        let pem = text("/verifier").or(text("/publicKey")).and_then(base64);
        facts.certificates.extend(pem.and_then(|pem| certificate_of(&pem)));
        facts.certificates.extend(text("/verifier/x509Certificate/rawBytes").and_then(base64));
    }
    facts
}

fn certificate_of(pem: &[u8]) -> Option<Vec<u8>> {
    use rustls_pki_types::pem::PemObject;
    rustls_pki_types::CertificateDer::from_pem_slice(pem).ok().map(|der| der.to_vec())
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    digest(&SHA256, &parts.concat()).as_ref().to_vec()
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that hexadecimal digits stand for.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The root of a tree by its definition (RFC 6962, 2.1).
    fn root(leaves: &[Vec<u8>]) -> Vec<u8> {
        match leaves {
            [] => sha256(&[]),
            [leaf] => sha256(&[&[0], leaf]),
            leaves => {
                let left = leaves.len().next_power_of_two() / 2;
                sha256(&[&[1], &root(&leaves[..left]), &root(&leaves[left..])])
            }
        }
    }

    fn path(leaves: &[Vec<u8>], place: usize) -> Vec<Vec<u8>> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let left = leaves.len().next_power_of_two() / 2;
        let (mut steps, other) = if place < left {
            (path(&leaves[..left], place), root(&leaves[left..]))
        } else {
            (path(&leaves[left..], place - left), root(&leaves[..left]))
        };
        steps.push(other);
        steps
    }

    #[test]
    fn every_leaf_of_a_tree_of_any_size_leads_to_its_root() {
        for size in 1..20_usize {
            let leaves: Vec<Vec<u8>> = (0..size).map(|leaf| vec![leaf as u8; 3]).collect();
            for place in 0..size {
                let mut proof = Proof {
                    index: place as u64,
                    tree_size: size as u64,
                    root: Vec::new(),
                    hashes: path(&leaves, place),
                    checkpoint: String::new(),
                };
                assert_eq!(proof.root_of(&leaves[place]), Some(root(&leaves)), "{place} of {size}");
                assert_ne!(proof.root_of(b"other"), Some(root(&leaves)));
                proof.hashes.push(vec![0; 32]);
                assert_eq!(proof.root_of(&leaves[place]), None, "a longer path");
                proof.index = size as u64;
                assert_eq!(proof.root_of(&leaves[place]), None, "no such leaf");
            }
        }
    }

    #[test]
    fn an_entry_about_another_signature_does_not_count() {
        let pem =
            |der: &[u8]| format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der));
        let (certificate, signature) = (b"certificate".to_vec(), b"signature".to_vec());
        let old = |payload: &[u8], signature: &[u8], certificate: &[u8]| {
            let hash = hex(&sha256(&[payload]));
            let (signature, certificate) = (STANDARD.encode(signature), STANDARD.encode(pem(certificate)));
            format!(
                r#"{{"kind":"hashedrekord","spec":{{"data":{{"hash":{{"algorithm":"sha256","value":"{hash}"}}}},"signature":{{"content":"{signature}","publicKey":{{"content":"{certificate}"}}}}}}}}"#
            )
        };
        let new = |payload: &[u8], signature: &[u8], certificate: &[u8]| {
            let hash = STANDARD.encode(sha256(&[payload]));
            let (signature, certificate) = (STANDARD.encode(signature), STANDARD.encode(certificate));
            format!(
                r#"{{"kind":"dsse","spec":{{"dsseV002":{{"payloadHash":{{"digest":"{hash}"}},"signatures":[{{"content":"{signature}","verifier":{{"x509Certificate":{{"rawBytes":"{certificate}"}}}}}}]}}}}}}"#
            )
        };
        let signed =
            Signed { payload: b"payload", signatures: std::slice::from_ref(&signature), certificate: &certificate };
        let speaks = |body: String| speaks_of(body.as_bytes(), &signed);
        for body in [&old as &dyn Fn(&[u8], &[u8], &[u8]) -> String, &new] {
            assert!(speaks(body(b"payload", &signature, &certificate)));
            assert!(!speaks(body(b"another", &signature, &certificate)));
            assert!(!speaks(body(b"payload", b"another", &certificate)));
            assert!(!speaks(body(b"payload", &signature, b"another")));
        }
        assert!(!speaks("{}".to_owned()) && !speaks("hello".to_owned()));
    }

    #[test]
    fn digits_are_read_and_written() {
        assert_eq!(unhex("00ff"), Some(vec![0, 255]));
        assert_eq!((unhex("0"), unhex("zz"), unhex("é")), (None, None, None));
        assert_eq!(hex(&[0, 255]), "00ff");
    }
}
