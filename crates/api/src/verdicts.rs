//! Signed verdicts: what an enforcer may keep, hand on and check without asking again.
//!
//! A signed verdict is a DSSE envelope (Dead Simple Signing Envelope, version 1.0.2) around a statement, signed by the key
//! of a server (Ed25519, RFC 8032). `GET /api/v1/verdict/keys` tells the keys; who wants to depend on no server pins them.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;

/// The type of the payload.
pub const VERDICT_PAYLOAD_TYPE: &str = "application/vnd.bulkhead.verdict.v1+json";

/// The schema of the statement.
pub const VERDICT_STATEMENT_SCHEMA: &str = "bulkhead.signed-verdict/1";

/// The largest payload that is verified, in base 64.
pub const LARGEST_PAYLOAD_BYTES: usize = 16 << 20;

/// The most signatures of an envelope that are looked at.
const MOST_SIGNATURES: usize = 16;

/// A signed verdict: an envelope of DSSE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedVerdict {
    /// `application/vnd.bulkhead.verdict.v1+json`.
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// The statement as JSON, in base 64.
    pub payload: String,
    /// Its signatures.
    pub signatures: Vec<VerdictSignature>,
}

/// A signature of an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictSignature {
    /// Which key signed.
    pub keyid: String,
    /// The Ed25519 signature of the encoded payload and its type, in base 64.
    pub sig: String,
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VerdictStatement {
    /// `bulkhead.signed-verdict/1`.
    pub schema: String,
    /// The digest that it is on.
    pub digest: String,
    /// `allow`, `excepted`, `would_deny`, `unknown`, `deny`.
    pub decision: String,
    /// What follows of it, sorted: `fail_pipeline`, `block`, `record`, `notify`. Servers that do not tell it leave it to those
    /// who ask; an image that is not allowed is then not to start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effects: Option<Vec<String>>,
    /// From when it holds.
    pub issued: Moment,
    /// From when it no longer holds.
    pub expires: Moment,
    /// What it rests on.
    pub basis: VerdictBasis,
    /// The verdict object, with its policies and their versions.
    #[schema(value_type = Object)]
    pub verdict: serde_json::Value,
}

/// What a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictBasis {
    /// The sequence number of the intelligence; absent where there was none.
    pub intelligence: Option<i64>,
    /// The number of changes of policies and exceptions that there were when it was issued.
    pub rules: i64,
    /// The number of these that all images are judged by. Where it is smaller, a verdict may follow that is another.
    pub judged_rules: i64,
}

/// A key that verdicts are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictKey {
    /// Its id: the first 16 hexadecimal digits of the SHA-256 of its bytes.
    pub id: String,
    /// The Ed25519 public key, in base 64.
    pub public_key: String,
    /// Since when it is in use.
    pub created: Moment,
}

/// The keys that verdicts are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictKeys {
    /// The keys, by id.
    pub keys: Vec<VerdictKey>,
}

/// Why a signed verdict is none to act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerdictError {
    /// It is of another type or version, or torn.
    #[error("this is no signed verdict: {problem}")]
    Malformed {
        /// What is wrong.
        problem: String,
    },
    /// None of the keys that are trusted signed it.
    #[error("the verdict is signed by no key that is trusted ({found})")]
    Untrusted {
        /// The ids of the keys that it names.
        found: String,
    },
    /// A signature of a trusted key is wrong.
    #[error("the signature of the verdict by the key {key} is wrong")]
    Forged {
        /// The key.
        key: String,
    },
    /// It is on another image.
    #[error("the verdict is on {found}, not on {wanted}")]
    OtherImage {
        /// What it is on.
        found: String,
        /// What was asked.
        wanted: String,
    },
    /// It does not hold yet: the clocks differ.
    #[error("the verdict holds from {issued} on")]
    TooEarly {
        /// From when it holds.
        issued: String,
    },
    /// It no longer holds.
    #[error("the verdict held until {expires}")]
    Expired {
        /// Until when it held.
        expires: String,
    },
}

/// How far the clocks of a server and of whoever verifies may differ, in microseconds.
pub const CLOCK_DIFFERENCE: i64 = 120 * 1_000_000;

/// Verifies a signed verdict on a digest at a moment by keys that are trusted: signature, type, image and time, in this
/// order. Nothing of the statement is told before its signature is verified.
///
/// # Errors
/// When anything of it does not hold; whoever enforces then does as without a verdict.
pub fn verify(
    envelope: &SignedVerdict,
    keys: &[VerdictKey],
    digest: &str,
    now: Moment,
) -> Result<VerdictStatement, VerdictError> {
    let malformed = |problem: &str| VerdictError::Malformed { problem: problem.to_owned() };
    if envelope.payload.len() > LARGEST_PAYLOAD_BYTES {
        return Err(malformed("its payload is larger than 16 MiB"));
    }
    if envelope.payload_type != VERDICT_PAYLOAD_TYPE {
        return Err(malformed("its payload is of another type"));
    }
    let payload = STANDARD.decode(&envelope.payload).map_err(|_| malformed("its payload is not in base 64"))?;
    let signed = encoding(&envelope.payload_type, &payload);
    let mut forged = None;
    let is_signed = envelope.signatures.iter().take(MOST_SIGNATURES).any(|signature| {
        let Some(key) = keys.iter().find(|key| key.id == signature.keyid) else { return false };
        let (Ok(bytes), Ok(signature)) = (STANDARD.decode(&key.public_key), STANDARD.decode(&signature.sig)) else {
            forged = Some(key.id.clone());
            return false;
        };
        let holds = UnparsedPublicKey::new(&ED25519, bytes).verify(&signed, &signature).is_ok();
        if !holds {
            forged = Some(key.id.clone());
        }
        holds
    });
    if !is_signed {
        return Err(match forged {
            Some(key) => VerdictError::Forged { key },
            None => {
                let ids = envelope.signatures.iter().take(MOST_SIGNATURES).map(|signature| signature.keyid.as_str());
                VerdictError::Untrusted { found: ids.collect::<Vec<_>>().join(", ") }
            }
        });
    }
    let statement: VerdictStatement =
        serde_json::from_slice(&payload).map_err(|_| malformed("its payload is no statement"))?;
    if statement.schema != VERDICT_STATEMENT_SCHEMA {
        return Err(malformed("its statement is of another version"));
    }
    if statement.digest != digest {
        return Err(VerdictError::OtherImage { found: statement.digest, wanted: digest.to_owned() });
    }
    if now.0.saturating_add(CLOCK_DIFFERENCE) < statement.issued.0 {
        return Err(VerdictError::TooEarly { issued: statement.issued.text() });
    }
    if statement.expires <= now {
        return Err(VerdictError::Expired { expires: statement.expires.text() });
    }
    Ok(statement)
}

/// The bytes that are signed: the pre-authentication encoding of DSSE (protocol.md, Signature Definition).
pub fn encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use serde_json::json;

    use super::*;

    const DIGEST: &str = "sha256:aa";

    fn statement() -> VerdictStatement {
        VerdictStatement {
            schema: VERDICT_STATEMENT_SCHEMA.to_owned(),
            digest: DIGEST.to_owned(),
            decision: "allow".to_owned(),
            effects: Some(Vec::new()),
            issued: Moment(1_000_000_000),
            expires: Moment(2_000_000_000),
            basis: VerdictBasis { intelligence: Some(3), rules: 4, judged_rules: 4 },
            verdict: json!({ "decision": "allow" }),
        }
    }

    fn signed(statement: &VerdictStatement) -> (SignedVerdict, VerdictKey) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let payload = serde_json::to_vec(statement).unwrap();
        let sig = STANDARD.encode(pair.sign(&encoding(VERDICT_PAYLOAD_TYPE, &payload)).as_ref());
        let envelope = SignedVerdict {
            payload_type: VERDICT_PAYLOAD_TYPE.to_owned(),
            payload: STANDARD.encode(payload),
            signatures: vec![VerdictSignature { keyid: "k".to_owned(), sig }],
        };
        let public_key = STANDARD.encode(pair.public_key().as_ref());
        (envelope, VerdictKey { id: "k".to_owned(), public_key, created: Moment(0) })
    }

    #[test]
    fn the_encoding_is_that_of_the_specification() {
        // The example of DSSE's protocol.md.
        let bytes = encoding("http://example.com/HelloWorld", b"hello world");
        assert_eq!(bytes, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn a_verdict_holds_for_its_image_in_its_time_under_its_key() {
        let (envelope, key) = signed(&statement());
        let keys = [key];
        let at = |now| verify(&envelope, &keys, DIGEST, Moment(now));
        assert_eq!(at(1_500_000_000), Ok(statement()));
        assert!(matches!(at(2_000_000_000), Err(VerdictError::Expired { .. })));
        assert!(at(1_000_000_000 - CLOCK_DIFFERENCE).is_ok(), "clocks may differ a little");
        assert!(matches!(at(999_999_999 - CLOCK_DIFFERENCE), Err(VerdictError::TooEarly { .. })));
        let other = verify(&envelope, &keys, "sha256:bb", Moment(1_500_000_000));
        assert!(matches!(other, Err(VerdictError::OtherImage { .. })));
        let nobody = verify(&envelope, &[], DIGEST, Moment(1_500_000_000));
        assert!(matches!(nobody, Err(VerdictError::Untrusted { .. })));
    }

    #[test]
    fn a_verdict_of_which_anything_was_changed_is_none() {
        let (envelope, key) = signed(&statement());
        let keys = [key];
        let denied = VerdictStatement { decision: "deny".to_owned(), ..statement() };
        let changed = [
            SignedVerdict { payload: STANDARD.encode(serde_json::to_vec(&denied).unwrap()), ..envelope.clone() },
            SignedVerdict { payload_type: "text/plain".to_owned(), ..envelope.clone() },
            SignedVerdict { payload: "%".to_owned(), ..envelope.clone() },
            SignedVerdict { signatures: Vec::new(), ..envelope.clone() },
            SignedVerdict {
                signatures: vec![VerdictSignature { keyid: "k".to_owned(), sig: "AAAA".to_owned() }],
                ..envelope.clone()
            },
        ];
        for envelope in changed {
            assert!(verify(&envelope, &keys, DIGEST, Moment(1_500_000_000)).is_err(), "{envelope:?}");
        }
        let later = VerdictStatement { schema: "bulkhead.signed-verdict/2".to_owned(), ..statement() };
        assert!(verify(&signed(&later).0, &keys, DIGEST, Moment(1_500_000_000)).is_err());
    }
}
