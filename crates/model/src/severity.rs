//! Severity: the qualitative rating of a vulnerability or of another finding.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The qualitative severity rating (CVSS v3.1 specification, section 5), ordered from least to most severe.
///
/// `Unknown` stands for "no source has rated it" and orders below `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No source has rated it.
    #[default]
    Unknown,
    /// Rated, and harmless (score 0.0).
    None,
    /// 0.1 to 3.9; also the vendors' words negligible, unimportant, minor.
    Low,
    /// 4.0 to 6.9; also the vendors' word moderate.
    Medium,
    /// 7.0 to 8.9; also the vendors' word important.
    High,
    /// 9.0 to 10.0.
    Critical,
}

impl Severity {
    /// All ratings from most to least severe, the order in which reports list them.
    pub const DESCENDING: [Severity; 6] =
        [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::None, Severity::Unknown];

    /// Rates a CVSS v3.x or v4.0 base score (CVSS v3.1 specification, table 14).
    pub fn from_score(score: f32) -> Severity {
        match score {
            s if s >= 9.0 => Severity::Critical,
            s if s >= 7.0 => Severity::High,
            s if s >= 4.0 => Severity::Medium,
            s if s > 0.0 => Severity::Low,
            _ => Severity::None,
        }
    }

    /// Maps a vendor's own word onto ours; a word nobody knows is `Unknown`.
    pub fn from_vendor_word(word: &str) -> Severity {
        match word.trim().to_ascii_lowercase().trim_end_matches('*') {
            "critical" => Severity::Critical,
            "high" | "important" => Severity::High,
            "medium" | "moderate" => Severity::Medium,
            "low" | "negligible" | "unimportant" | "minor" => Severity::Low,
            "none" => Severity::None,
            _ => Severity::Unknown,
        }
    }

    /// The word used in every document and on every screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Unknown => "unknown",
            Severity::None => "none",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The error of parsing a severity: the word is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a severity; use critical, high, medium, low, none or unknown")]
pub struct InvalidSeverity {
    /// The word that was given.
    pub word: String,
}

impl FromStr for Severity {
    type Err = InvalidSeverity;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Severity::DESCENDING
            .into_iter()
            .find(|severity| severity.as_str().eq_ignore_ascii_case(word))
            .ok_or_else(|| InvalidSeverity { word: word.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_fall_into_the_bands_of_the_specification() {
        let rated = [0.0, 0.1, 3.9, 4.0, 6.9, 7.0, 8.9, 9.0, 10.0].map(|score| Severity::from_score(score).as_str());
        assert_eq!(rated, ["none", "low", "low", "medium", "medium", "high", "high", "critical", "critical"]);
    }

    #[test]
    fn words_of_vendors_map_onto_ours() {
        assert_eq!(Severity::from_vendor_word("Important"), Severity::High);
        assert_eq!(Severity::from_vendor_word("unimportant"), Severity::Low);
        assert_eq!(Severity::from_vendor_word("not yet assigned"), Severity::Unknown);
    }
}
