//! Who signed the image: from options to what is trusted, from what lies beside the image to signatures of the report.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, ensure};
use model::{Gap, Signature, TargetKind};
use oci::{Companion, CompanionFile, Companions};
use signatures::{EvidenceFile, LARGEST_KEY_BYTES, LARGEST_ROOTS_BYTES, Pattern, PublicKey, Trust};

use crate::arguments::SignatureArguments;
use crate::failure::Failure;
use crate::judging::Judging;
use crate::open::Opened;
use crate::progress::Progress;

/// Who signed the image, and what of that could not be read.
#[derive(Default)]
pub(crate) struct Vouched {
    pub(crate) signatures: Vec<Signature>,
    pub(crate) gaps: Vec<Gap>,
}

/// Reads the keys and roots that the command line names.
pub(crate) fn read_trust(arguments: &SignatureArguments) -> Result<Trust, Failure> {
    let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
    let mut trust = Trust {
        identities: patterns(&arguments.verify_identity),
        issuers: patterns(&arguments.verify_issuer),
        ..Trust::default()
    };
    for path in &arguments.verify_key {
        trust.keys.push(read_key(path).map_err(Failure::Usage)?);
    }
    for path in &arguments.verify_roots {
        read_roots(path, &mut trust).map_err(Failure::Usage)?;
    }
    Ok(trust)
}

/// Looks for signatures where somebody asks for them: the command line, or a policy. In a registry that takes requests,
/// which a scan without such a question does not make.
pub(crate) fn look(opened: &Opened, trust: &Trust, judging: &Judging, progress: &Progress) -> Vouched {
    let is_asked = !trust.is_empty() || judging.policies.iter().any(policy::Policy::asks_for_signatures);
    if !is_asked {
        return Vouched::default();
    }
    progress.say("looking for signatures");
    let now = u64::try_from(judging.now).unwrap_or_default();
    judge(opened.companions(&signatures::is_evidence), opened.target().kind, trust, now)
}

/// Judges what lies beside an image at a time in seconds since 1970.
pub(crate) fn judge(companions: Companions, kind: TargetKind, trust: &Trust, now: u64) -> Vouched {
    if !companions.has_place {
        let reason = match kind {
            TargetKind::Image => {
                "signatures lie in registries and OCI layouts, and this image comes from elsewhere; name it in its registry"
            }
            _ => "only images have signatures",
        };
        return Vouched { signatures: Vec::new(), gaps: vec![Gap::new("", reason)] };
    }
    let Companions { subjects, found, unread, .. } = companions;
    let mut gaps: Vec<Gap> =
        unread.into_iter().map(|unread| Gap::new(unread.place, with_why(&unread.reason))).collect();
    let files: Vec<EvidenceFile> = found.into_iter().flat_map(evidence).collect();
    let judged = signatures::judge(&subjects, &files, trust, now);
    gaps.extend(judged.unread.into_iter().map(|unread| Gap::new(unread.digest.to_string(), with_why(unread.reason))));
    Vouched { signatures: judged.signatures, gaps }
}

fn with_why(reason: &str) -> String {
    format!("a signature could not be read: {reason}")
}

fn evidence(companion: Companion) -> Vec<EvidenceFile> {
    let Companion { artifact_type, files, .. } = companion;
    let file = |CompanionFile { media_type, digest, annotations, bytes }| EvidenceFile {
        artifact_type: artifact_type.clone(),
        media_type,
        digest,
        annotations,
        bytes,
    };
    files.into_iter().map(file).collect()
}

fn read_key(path: &Path) -> anyhow::Result<PublicKey> {
    let key = read(path, LARGEST_KEY_BYTES).and_then(|text| Ok(PublicKey::from_pem(&text)?));
    key.with_context(|| format!("cannot use the key {}", path.display()))
}

fn read_roots(path: &Path, trust: &mut Trust) -> anyhow::Result<()> {
    let added = read(path, LARGEST_ROOTS_BYTES).and_then(|text| Ok(trust.roots.add(&text)?));
    added.with_context(|| format!("cannot use the roots {}", path.display()))
}

fn read(path: &Path, limit: usize) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    // One byte more than the limit tells a file that is too large from one that just fits.
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    ensure!(bytes.len() <= limit, "it is larger than {} KiB", limit >> 10);
    String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("it is no text; convert it to PEM"))
}
