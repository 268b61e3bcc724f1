//! Names of layers together with all below them (OCI image-spec, config.md, Layer ChainID).

use model::{Digest, DigestAlgorithm};

use crate::manifest_tree::digest_of;

/// The chain id of the uppermost of these layers, given by the digests of the uncompressed layers from the base up.
pub(super) fn chain_id(diff_ids: &[Digest]) -> Option<Digest> {
    let (base, above) = diff_ids.split_first()?;
    Some(above.iter().fold(base.clone(), |below, diff_id| {
        digest_of(format!("{below} {diff_id}").as_bytes(), DigestAlgorithm::Sha256)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_the_digest_of_the_chain_below_and_the_layer() {
        let base: Digest = format!("sha256:{}", "a".repeat(64)).parse().unwrap();
        let upper: Digest = format!("sha256:{}", "b".repeat(64)).parse().unwrap();
        assert_eq!(chain_id(&[]), None);
        assert_eq!(chain_id(std::slice::from_ref(&base)), Some(base.clone()));
        let expected = digest_of(format!("{base} {upper}").as_bytes(), DigestAlgorithm::Sha256);
        assert_eq!(chain_id(&[base, upper]), Some(expected));
    }
}
