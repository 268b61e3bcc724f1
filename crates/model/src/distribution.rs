//! Operating system distributions.

use serde::{Deserialize, Serialize};

/// The distribution that an image or a host runs (os-release(5)).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Distribution {
    /// `ID` of os-release, lower case: `debian`, `alpine`, `rhel`, `rocky`, `amzn`, `opensuse-leap`.
    pub id: String,
    /// `ID_LIKE` of os-release, in the order given.
    pub id_like: Vec<String>,
    /// `VERSION_ID` of os-release, or what the distribution's own release file says: `12`, `3.19.4`, `8.10`.
    /// Empty for a rolling release.
    pub version: String,
    /// `VERSION_CODENAME` of os-release: `bookworm`, `jammy`.
    pub codename: Option<String>,
    /// `PRETTY_NAME` of os-release: `Debian GNU/Linux 12 (bookworm)`.
    pub name: String,
    /// `CPE_NAME` of os-release.
    pub cpe: Option<String>,
    /// The day the vendor's (free) support ends, `YYYY-MM-DD`, where known.
    pub end_of_life: Option<String>,
}

impl Distribution {
    /// The part of the version before the first dot: `8` of `8.10`.
    pub fn major_version(&self) -> &str {
        self.version.split('.').next().unwrap_or_default()
    }

    /// The first two parts of the version: `3.19` of `3.19.4`.
    pub fn minor_version(&self) -> &str {
        match self.version.match_indices('.').nth(1) {
            Some((end, _)) => &self.version[..end],
            None => &self.version,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_cut_at_their_dots() {
        let alpine = Distribution { version: "3.19.4".into(), ..Distribution::default() };
        assert_eq!((alpine.major_version(), alpine.minor_version()), ("3", "3.19"));
        let debian = Distribution { version: "12".into(), ..Distribution::default() };
        assert_eq!((debian.major_version(), debian.minor_version()), ("12", "12"));
    }
}
