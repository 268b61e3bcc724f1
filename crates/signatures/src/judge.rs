//! From what lies beside an image to who signed it.

use std::collections::BTreeMap;

use model::{Attestation, Digest, Signature, SignatureKind, SignatureProblem};

use crate::certificate::{Certificate, Moment, Purpose};
use crate::envelope::Envelope;
use crate::evidence::{self, EvidenceFile, Opened};
use crate::log::Signed;
use crate::material::Material;
use crate::notation::NotationEnvelope;
use crate::payload::{self, Speaks};
use crate::problem::Problem;
use crate::trust::{Roots, Trust};
use crate::{timestamp, transparency};

/// The predicate type under which cosign signs an image in a bundle.
const SIGNS_IMAGE: &str = "https://sigstore.dev/cosign/sign/v1";

/// Who signed an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judged {
    /// Each signature, whether it holds or not; sorted.
    pub signatures: Vec<Signature>,
    /// What could not be read, sorted.
    pub unread: Vec<Unread>,
}

/// Evidence that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The file.
    pub digest: Digest,
    /// Why, as one English sentence without a full stop.
    pub reason: &'static str,
}

/// Who signed the image that goes by these digests, as far as `trust` proves it, at the time `now` (seconds since 1970).
/// A statement by somebody who did not sign the image itself is shown below a signature that is not verified, so that
/// it never passes for one on the image.
pub fn judge(subjects: &[Digest], files: &[EvidenceFile], trust: &Trust, now: u64) -> Judged {
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let mut verdict = Verdict { subjects, trust, now, signed: BTreeMap::new(), judged: Judged::default() };
    files.iter().for_each(|file| verdict.add(file));
    verdict.finish()
}

/// Somebody whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Signer {
    identity: String,
    issuer: Option<String>,
}

/// A signature that does not hold, with the signer where that is proven all the same.
struct Refusal {
    problem: Problem,
    signer: Option<Signer>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal { problem, signer: None }
    }
}

#[derive(Default)]
struct Deeds {
    has_signed_image: bool,
    attestations: Vec<Attestation>,
}

struct Verdict<'a> {
    subjects: &'a [Digest],
    trust: &'a Trust,
    now: i64,
    signed: BTreeMap<(SignatureKind, Signer), Deeds>,
    judged: Judged,
}

impl Verdict<'_> {
    fn add(&mut self, file: &EvidenceFile) {
        let Some(kind) = evidence::kind(file) else { return };
        let read = match evidence::open(file) {
            Ok(Opened::SimpleSigning { payload, signature, material }) => {
                self.simple_signing(&payload, signature, &material)
            }
            Ok(Opened::Statement { envelope, material }) => self.statement(&envelope, &material, file),
            Ok(Opened::Notation(envelope)) => {
                let signer = self.notation(&envelope);
                self.signature(kind, signer, payload::digest(&envelope.digest, self.subjects));
                Ok(())
            }
            Err(reason) => Err(reason),
        };
        if let Err(reason) = read {
            self.refuse(kind, Problem::Malformed.into(), Vec::new());
            self.judged.unread.push(Unread { digest: file.digest.clone(), reason });
        }
    }

    fn simple_signing(&mut self, payload: &[u8], signature: Vec<u8>, material: &Material) -> Result<(), &'static str> {
        let speaks = payload::simple_signing(payload, self.subjects)?;
        let signer = self.signer(payload, payload, payload, &[signature], material);
        self.signature(SignatureKind::Cosign, signer, speaks);
        Ok(())
    }

    fn statement(&mut self, envelope: &Envelope, material: &Material, file: &EvidenceFile) -> Result<(), &'static str> {
        let Envelope { payload, signed, signatures } = envelope;
        let speaks = payload::statement(payload, self.subjects)?;
        let signer = self.signer(signed, payload, &file.bytes, signatures, material);
        let kind = SignatureKind::Cosign;
        let attestation = |predicate_type: String, verified| Attestation {
            predicate_type,
            digest: Some(file.digest.clone()),
            verified,
        };
        match (signer, speaks) {
            (signer, Speaks::OfImage(predicate)) if predicate == SIGNS_IMAGE => {
                self.signature(kind, signer, Speaks::OfImage(()));
            }
            (Ok(signer), Speaks::OfImage(predicate)) => {
                self.signed.entry((kind, signer)).or_default().attestations.push(attestation(predicate, true));
            }
            (Err(refusal), Speaks::OfImage(predicate)) => {
                self.refuse(kind, refusal, vec![attestation(predicate, false)]);
            }
            (signer, Speaks::OfAnother(digest, _)) => self.signature(kind, signer, Speaks::OfAnother(digest, ())),
        }
        Ok(())
    }

    /// Takes in a signature on an image.
    fn signature(&mut self, kind: SignatureKind, signer: Result<Signer, Refusal>, speaks: Speaks<()>) {
        match (signer, speaks) {
            (Ok(signer), Speaks::OfImage(())) => {
                self.signed.entry((kind, signer)).or_default().has_signed_image = true;
            }
            (Ok(signer), Speaks::OfAnother(digest, ())) => {
                let problem = if digest.is_empty() { Problem::NoImage } else { Problem::OtherImage(digest) };
                let refusal = Refusal { problem, signer: Some(signer) };
                self.refuse(kind, refusal, Vec::new());
            }
            (Err(refusal), _) => self.refuse(kind, refusal, Vec::new()),
        }
    }

    /// Who made one of the signatures over `message`, whose payload logs know, and which lie in `whole`.
    fn signer(
        &self,
        message: &[u8],
        payload: &[u8],
        whole: &[u8],
        signatures: &[Vec<u8>],
        material: &Material,
    ) -> Result<Signer, Refusal> {
        let has_signed = |key: &crate::PublicKey| signatures.iter().any(|signature| key.has_signed(message, signature));
        if let Some(key) = self.trust.keys.iter().find(|key| has_signed(key)) {
            return Ok(Signer { identity: key.fingerprint().to_owned(), issuer: None });
        }
        let Some((leaf, chain)) = material.certificates.split_first() else {
            return Err(match self.trust.keys.is_empty() {
                true => Problem::NoTrust.into(),
                false => Problem::Key.into(),
            });
        };
        self.has_roots()?;
        let leaf = Certificate::read(leaf)?;
        if !has_signed(&leaf.key) {
            return Err(Problem::Changed.into());
        }
        let moment = self.moment(&Signed { payload, signatures, certificate: leaf.der() }, whole, material)?;
        let Roots { authorities, certificate_logs, .. } = &self.trust.roots;
        let issuer = leaf.check(chain, authorities, moment, Purpose::CodeSigning)?;
        // Who trusts logs of certificates, trusts no certificate that hides from them.
        if !certificate_logs.is_empty() && !transparency::is_logged(leaf.der(), &issuer, certificate_logs) {
            return Err(Problem::NotTransparent.into());
        }
        self.wanted(&leaf, leaf.names())
    }

    /// When a signature was made, as far as a trusted log or time stamp proves it; else a certificate must be valid
    /// today.
    fn moment(&self, signed: &Signed<'_>, whole: &[u8], material: &Material) -> Result<Moment, Problem> {
        let proven = |seconds| Moment { seconds, is_proven: true };
        // A stamp is over the signature, or over the envelope around one (cosign, `.att`).
        let stamped: Vec<&[u8]> = signed.signatures.iter().map(Vec::as_slice).chain([whole]).collect();
        let stamp = || self.stamp(&material.stamps, &stamped);
        let logs = &self.trust.roots.logs;
        // Authorities that issue for minutes count on a log; who trusts a log, trusts no signature that hides from it.
        if logs.is_empty() {
            return Ok(stamp());
        }
        if material.entries.is_empty() {
            return Err(Problem::NotLogged);
        }
        let mut failed = Problem::Log;
        for entry in &material.entries {
            match entry.verify(logs, signed) {
                Ok(Some(seconds)) => return Ok(proven(seconds)),
                Ok(None) => return Ok(stamp()),
                Err(problem) => failed = problem,
            }
        }
        Err(failed)
    }

    /// The time of the first stamp that holds, else that of the scan.
    fn stamp(&self, stamps: &[Vec<u8>], stamped: &[&[u8]]) -> Moment {
        let mut stamps = stamps.iter();
        let found = stamps.find_map(|stamp| timestamp::verify(stamp, stamped, &self.trust.roots));
        Moment { seconds: found.unwrap_or(self.now), is_proven: found.is_some() }
    }

    fn notation(&self, envelope: &NotationEnvelope) -> Result<Signer, Refusal> {
        self.has_roots()?;
        let (leaf, chain) = envelope.certificates.split_first().ok_or(Problem::Certificate)?;
        let leaf = Certificate::read(leaf)?;
        if !leaf.key.has_signed_by(envelope.algorithm, &envelope.signed, &envelope.signature) {
            return Err(Problem::Changed.into());
        }
        if envelope.needs_plugin {
            return Err(Problem::Plugin.into());
        }
        if let Some(at) = envelope.expires.filter(|at| *at < self.now) {
            return Err(Problem::Lapsed { at }.into());
        }
        let moment = self.stamp(&envelope.stamps, &[&envelope.signature]);
        leaf.check(chain, &self.trust.roots.authorities, moment, Purpose::CodeSigning)?;
        self.wanted(&leaf, &[leaf.subject().to_owned()])
    }

    fn has_roots(&self) -> Result<(), Problem> {
        match (self.trust.roots.authorities.is_empty(), self.trust.keys.is_empty()) {
            (false, _) => Ok(()),
            (true, true) => Err(Problem::NoTrust),
            (true, false) => Err(Problem::NoRoots),
        }
    }

    /// The signer that a certificate proves, where that is somebody who was asked for.
    fn wanted(&self, leaf: &Certificate, names: &[String]) -> Result<Signer, Refusal> {
        let Trust { identities, issuers, .. } = self.trust;
        let fits = |name: &&String| identities.iter().any(|pattern| pattern.matches(name));
        let wanted = names.iter().find(fits);
        let identity = wanted.or(names.first()).cloned().unwrap_or_default();
        let signer = Signer { identity, issuer: leaf.issuer.clone() };
        if wanted.is_none() {
            return Err(Refusal { problem: Problem::Identity(signer.identity.clone()), signer: Some(signer) });
        }
        let issuer = signer.issuer.clone().unwrap_or_default();
        if !issuers.is_empty() && !issuers.iter().any(|pattern| pattern.matches(&issuer)) {
            return Err(Refusal { problem: Problem::Issuer(issuer), signer: Some(signer) });
        }
        Ok(signer)
    }

    fn refuse(&mut self, kind: SignatureKind, refusal: Refusal, attestations: Vec<Attestation>) {
        let Refusal { problem, signer } = refusal;
        let (identity, issuer) = signer.map_or((None, None), |signer| (Some(signer.identity), signer.issuer));
        let problem = Some(SignatureProblem::from(&problem));
        self.judged.signatures.push(Signature { kind, identity, issuer, verified: false, problem, attestations });
    }

    fn finish(self) -> Judged {
        let Judged { mut signatures, mut unread } = self.judged;
        for ((kind, signer), Deeds { has_signed_image, mut attestations }) in self.signed {
            attestations.sort();
            attestations.dedup();
            let problem = (!has_signed_image).then(|| SignatureProblem::from(&Problem::StatementsOnly));
            let (identity, issuer) = (Some(signer.identity), signer.issuer);
            signatures.push(Signature { kind, identity, issuer, verified: has_signed_image, problem, attestations });
        }
        signatures.sort();
        signatures.dedup();
        unread.sort();
        unread.dedup();
        Judged { signatures, unread }
    }
}

#[cfg(test)]
mod tests;
