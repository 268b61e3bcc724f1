//! Gaps: what a scan could not read, said instead of passed over.

use serde::{Deserialize, Serialize};

/// Something that the scan wanted to read and could not, so that the report may be missing findings there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gap {
    /// Where: a path inside the target (`a.jar!/b.jar` for nested archives), or empty for the whole target.
    pub path: String,
    /// Why, as one English sentence without a full stop.
    pub reason: String,
}

impl Gap {
    /// What the reason of a gap says where the intelligence knows nothing of packages, so that none of their
    /// vulnerabilities can be among the findings. Where it says it, it is said in these words.
    pub const UNMATCHED: &str = "not matched";
    /// The same where the intelligence itself cannot be read.
    pub const FINDINGS_MISSING: &str = "findings are missing";

    /// What the reason ends with where a part of the names of packages is unknown, by which advisories are looked up.
    pub const ADVISORIES_MISSED: &str = "so that advisories may be missed";

    /// The reason where a list of packages of the operating system tells no sources, by which most advisories name them.
    pub const NO_SOURCES: &str =
        "it does not name source packages, so that advisories which name only those may be missed";

    /// What the reason says where packages of the operating system should be told and none is: their list was emptied,
    /// taken away or cannot be read.
    pub const NO_PACKAGES: &str = "so that no package of the system is known";

    /// Whether it says that the packages of the operating system are not known, so that finding nothing in them means nothing.
    pub fn is_about_unknown_packages(&self) -> bool {
        self.reason.ends_with(Gap::NO_PACKAGES)
    }

    /// Whether it says that vulnerabilities were not looked up at all, so that finding none means nothing.
    pub fn is_about_matching(&self) -> bool {
        self.path.is_empty() && (self.reason.contains(Gap::UNMATCHED) || self.reason.contains(Gap::FINDINGS_MISSING))
    }

    /// Whether looking up vulnerabilities brought it, so that doing so again brings it anew.
    pub fn is_from_matching(&self) -> bool {
        self.is_about_matching() || self.path.is_empty() && self.reason.ends_with(Gap::ADVISORIES_MISSED)
    }

    /// Notes that `path` could not be read because of `reason`.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Gap {
        Gap { path: path.into(), reason: reason.into() }
    }
}
