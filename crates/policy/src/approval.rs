//! What is decided beside policies: that a digest must be approved, and that nothing is known of an image.

use model::{Decision, EvidenceList, Parameter, Reason, Verdict};

/// Denies a digest in repositories in which digests are approved and this one is not. Approvals hold beside all policies and
/// cannot be excepted from.
pub fn require_approval(verdict: &mut Verdict, digest: &str, refusing_repositories: &[String]) {
    if refusing_repositories.is_empty() {
        return;
    }
    verdict.decision = Decision::Deny;
    let parameters = [("digest", digest), ("repositories", &refusing_repositories.join(", "))];
    verdict.reasons.push(reason("verdict.digest_not_approved", &parameters));
}

/// The verdict on an image that nobody registered: what is not known is denied.
pub fn unregistered(image: &str) -> Verdict {
    Verdict {
        decision: Decision::Deny,
        subject: image.to_owned(),
        reasons: vec![reason("verdict.image_not_registered", &[("image", image)])],
        ..Verdict::default()
    }
}

fn reason(code: &str, parameters: &[(&str, &str)]) -> Reason {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), Parameter::Text((*value).to_owned())));
    Reason {
        code: code.to_owned(),
        parameters: parameters.collect(),
        evidence: EvidenceList::default(),
        evidence_count: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_that_is_not_approved_is_denied_whatever_policies_say() {
        let mut verdict = Verdict { decision: Decision::Allow, ..Verdict::default() };
        require_approval(&mut verdict, "sha256:0", &[]);
        assert_eq!((verdict.decision, verdict.reasons.len()), (Decision::Allow, 0));
        require_approval(&mut verdict, "sha256:0", &["docker.io/shop/api".to_owned()]);
        assert_eq!(verdict.decision, Decision::Deny);
        assert_eq!(verdict.reasons[0].code, "verdict.digest_not_approved");
    }

    #[test]
    fn what_is_not_known_is_denied() {
        assert_eq!(unregistered("shop/api@sha256:0").decision, Decision::Deny);
    }
}
