//! What comes with a signature to prove who made it: cosign's annotations, and the Sigstore bundle (protobuf-specs,
//! v0.1 to v0.3).

use std::collections::BTreeMap;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde::{Deserialize, Deserializer};

use crate::envelope::{self, Envelope, Wire, decode};
use crate::log::{Entry, Proof, unhex};

/// The most entries of logs of one signature.
const MOST_ENTRIES: usize = 8;
/// The most certificates of one signature.
const MOST_CERTIFICATES: usize = 16;

/// What comes with a signature.
#[derive(Debug, Default)]
pub(crate) struct Material {
    /// The signer's certificate first, DER; empty where it is by key.
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) entries: Vec<Entry>,
    /// Time stamps, DER.
    pub(crate) stamps: Vec<Vec<u8>>,
}

/// Reads cosign's annotations (cosign, specs/SIGNATURE_SPEC.md).
pub(crate) fn of_annotations(annotations: &BTreeMap<String, String>) -> Result<Material, &'static str> {
    let mut material = Material::default();
    for name in ["dev.sigstore.cosign/certificate", "dev.sigstore.cosign/chain"] {
        let Some(pem) = annotations.get(name).filter(|pem| !pem.trim().is_empty()) else { continue };
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()).take(MOST_CERTIFICATES) {
            material.certificates.push(certificate.map_err(|_| "its certificate is no PEM")?.to_vec());
        }
    }
    if let Some(bundle) = annotations.get("dev.sigstore.cosign/bundle").filter(|text| !text.trim().is_empty()) {
        let bundle: RekorBundle = serde_json::from_str(bundle).map_err(|_| "its entry of the log cannot be read")?;
        let Payload { body, integrated_time, log_index, log_id } = bundle.payload;
        material.entries.push(Entry {
            body: decode(&body)?,
            integrated_time,
            log_index,
            log_id: unhex(&log_id).ok_or("its entry of the log cannot be read")?,
            promise: Some(decode(&bundle.signed_entry_timestamp)?),
            proof: None,
        });
    }
    if let Some(stamp) = annotations.get("dev.sigstore.cosign/rfc3161timestamp").filter(|text| !text.trim().is_empty())
    {
        let stamp: Stamped = serde_json::from_str(stamp).map_err(|_| "its time stamp cannot be read")?;
        material.stamps.push(decode(&stamp.signed_timestamp)?);
    }
    Ok(material)
}

/// Reads a bundle around an envelope.
pub(crate) fn of_bundle(bytes: &[u8]) -> Result<(Envelope, Material), &'static str> {
    let bundle: Bundle = serde_json::from_slice(bytes).map_err(|_| "it is not a Sigstore bundle")?;
    let wire = bundle.verification_material;
    let chain = wire.x509_certificate_chain.map(|chain| chain.certificates).unwrap_or_default();
    let certificates = wire.certificate.into_iter().chain(chain).take(MOST_CERTIFICATES);
    let stamps = wire.timestamp_verification_data.and_then(|data| data.rfc3161_timestamps).unwrap_or_default();
    let material = Material {
        stamps: stamps
            .iter()
            .take(MOST_ENTRIES)
            .map(|stamp| decode(&stamp.signed_timestamp))
            .collect::<Result<_, _>>()?,
        certificates: certificates.map(|certificate| decode(&certificate.raw_bytes)).collect::<Result<_, _>>()?,
        entries: wire.tlog_entries.into_iter().take(MOST_ENTRIES).map(WireEntry::open).collect::<Result<_, _>>()?,
    };
    let envelope = bundle.dsse_envelope.ok_or("its bundle has no DSSE envelope")?;
    Ok((envelope::open(envelope)?, material))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RekorBundle {
    signed_entry_timestamp: String,
    payload: Payload,
}

#[derive(Deserialize)]
struct Stamped {
    #[serde(rename = "SignedRFC3161Timestamp")]
    signed_timestamp: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    body: String,
    integrated_time: i64,
    log_index: i64,
    #[serde(rename = "logID")]
    log_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    verification_material: WireMaterial,
    #[serde(default)]
    dsse_envelope: Option<Wire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMaterial {
    #[serde(default)]
    certificate: Option<RawCertificate>,
    #[serde(default)]
    x509_certificate_chain: Option<Chain>,
    #[serde(default)]
    tlog_entries: Vec<WireEntry>,
    #[serde(default)]
    timestamp_verification_data: Option<Stamps>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stamps {
    #[serde(default)]
    rfc3161_timestamps: Option<Vec<Stamp>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stamp {
    signed_timestamp: String,
}

/// A chain of certificates as bundles and roots write it.
#[derive(Deserialize)]
pub(crate) struct Chain {
    #[serde(default)]
    pub(crate) certificates: Vec<RawCertificate>,
}

/// A certificate in it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawCertificate {
    /// DER in Base64.
    pub(crate) raw_bytes: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEntry {
    #[serde(default, deserialize_with = "number")]
    log_index: i64,
    log_id: KeyId,
    #[serde(default, deserialize_with = "number")]
    integrated_time: i64,
    #[serde(default)]
    inclusion_promise: Option<Promise>,
    #[serde(default)]
    inclusion_proof: Option<WireProof>,
    canonicalized_body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyId {
    key_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Promise {
    signed_entry_timestamp: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireProof {
    #[serde(default, deserialize_with = "number")]
    log_index: i64,
    root_hash: String,
    #[serde(default, deserialize_with = "number")]
    tree_size: i64,
    #[serde(default)]
    hashes: Vec<String>,
    checkpoint: Checkpoint,
}

#[derive(Deserialize)]
struct Checkpoint {
    envelope: String,
}

impl WireEntry {
    fn open(self) -> Result<Entry, &'static str> {
        Ok(Entry {
            body: decode(&self.canonicalized_body)?,
            integrated_time: self.integrated_time,
            log_index: self.log_index,
            log_id: decode(&self.log_id.key_id)?,
            promise: self.inclusion_promise.map(|promise| decode(&promise.signed_entry_timestamp)).transpose()?,
            proof: self.inclusion_proof.map(WireProof::open).transpose()?,
        })
    }
}

impl WireProof {
    fn open(self) -> Result<Proof, &'static str> {
        let invalid = "its proof of inclusion cannot be read";
        Ok(Proof {
            index: self.log_index.try_into().map_err(|_| invalid)?,
            tree_size: self.tree_size.try_into().map_err(|_| invalid)?,
            root: decode(&self.root_hash)?,
            hashes: self.hashes.iter().map(|hash| decode(hash)).collect::<Result<_, _>>()?,
            checkpoint: self.checkpoint.envelope,
        })
    }
}

/// JSON of protobuf writes numbers of 64 bits as texts.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Plain(i64),
        Text(String),
    }
    match Number::deserialize(deserializer)? {
        Number::Plain(number) => Ok(number),
        Number::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}
