//! The policies that come with the product.

use crate::Policy;

/// Name and text of each, in the order in which they are listed.
pub const BUILTIN_POLICIES: &[(&str, &str)] = &[
    ("default", include_str!("../../../content/policies/default.yaml")),
    ("strict", include_str!("../../../content/policies/strict.yaml")),
    ("pci-dss", include_str!("../../../content/policies/pci-dss.yaml")),
    ("hipaa", include_str!("../../../content/policies/hipaa.yaml")),
    ("nist-sp-800-190", include_str!("../../../content/policies/nist-sp-800-190.yaml")),
];

/// The built-in policy of this name.
pub fn builtin_policy(name: &str) -> Option<Policy> {
    let (name, text) = BUILTIN_POLICIES.iter().find(|(known, _)| *known == name)?;
    // The tests read every one of them.
    crate::read_policy(&format!("builtin:{name}"), text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_policy_reads_and_is_sound() {
        for (name, _) in BUILTIN_POLICIES {
            let policy = builtin_policy(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(policy.name, *name);
            assert_eq!(crate::check_policies(&[policy], &[], 0), []);
        }
    }

    #[test]
    fn every_control_of_a_standard_names_its_clause() {
        for name in ["pci-dss", "hipaa", "nist-sp-800-190"] {
            for control in builtin_policy(name).unwrap().controls {
                assert!(!control.clauses.is_empty(), "{name}: {}", control.control);
            }
        }
    }
}
