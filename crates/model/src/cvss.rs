//! CVSS vectors and their base scores.

mod base_score;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Severity;

/// A version of the Common Vulnerability Scoring System.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CvssVersion {
    /// CVSS v2.
    V2,
    /// CVSS v3.0.
    V3_0,
    /// CVSS v3.1.
    V3_1,
    /// CVSS v4.0.
    V4_0,
}

impl CvssVersion {
    /// The number: `2.0`, `3.0`, `3.1`, `4.0`.
    pub fn as_str(self) -> &'static str {
        match self {
            CvssVersion::V2 => "2.0",
            CvssVersion::V3_0 => "3.0",
            CvssVersion::V3_1 => "3.1",
            CvssVersion::V4_0 => "4.0",
        }
    }

    /// What vectors begin with; those of v2 have no beginning of their own.
    fn prefix(self) -> &'static str {
        match self {
            CvssVersion::V2 => "",
            CvssVersion::V3_0 => "CVSS:3.0/",
            CvssVersion::V3_1 => "CVSS:3.1/",
            CvssVersion::V4_0 => "CVSS:4.0/",
        }
    }

    /// The base metrics, all mandatory, in the order of the specification, each with its values.
    fn base_metrics(self) -> &'static [(&'static str, &'static [&'static str])] {
        match self {
            CvssVersion::V2 => &[
                ("AV", &["L", "A", "N"]),
                ("AC", &["H", "M", "L"]),
                ("Au", &["M", "S", "N"]),
                ("C", &["N", "P", "C"]),
                ("I", &["N", "P", "C"]),
                ("A", &["N", "P", "C"]),
            ],
            CvssVersion::V3_0 | CvssVersion::V3_1 => &[
                ("AV", &["N", "A", "L", "P"]),
                ("AC", &["L", "H"]),
                ("PR", &["N", "L", "H"]),
                ("UI", &["N", "R"]),
                ("S", &["U", "C"]),
                ("C", &["N", "L", "H"]),
                ("I", &["N", "L", "H"]),
                ("A", &["N", "L", "H"]),
            ],
            CvssVersion::V4_0 => &[
                ("AV", &["N", "A", "L", "P"]),
                ("AC", &["L", "H"]),
                ("AT", &["N", "P"]),
                ("PR", &["N", "L", "H"]),
                ("UI", &["N", "P", "A"]),
                ("VC", &["H", "L", "N"]),
                ("VI", &["H", "L", "N"]),
                ("VA", &["H", "L", "N"]),
                ("SC", &["H", "L", "N"]),
                ("SI", &["H", "L", "N"]),
                ("SA", &["H", "L", "N"]),
            ],
        }
    }

    /// The metrics that a vector may have besides: temporal or threat, environmental, supplemental.
    fn other_metrics(self) -> &'static [&'static str] {
        match self {
            CvssVersion::V2 => &["E", "RL", "RC", "CDP", "TD", "CR", "IR", "AR"],
            CvssVersion::V3_0 | CvssVersion::V3_1 => {
                &["E", "RL", "RC", "CR", "IR", "AR", "MAV", "MAC", "MPR", "MUI", "MS", "MC", "MI", "MA"]
            }
            CvssVersion::V4_0 => &[
                "E", "CR", "IR", "AR", "MAV", "MAC", "MAT", "MPR", "MUI", "MVC", "MVI", "MVA", "MSC", "MSI", "MSA",
                "S", "AU", "R", "V", "RE", "U",
            ],
        }
    }
}

impl fmt::Display for CvssVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A CVSS vector of any version, in the order of its specification, with its base score.
///
/// Temporal, environmental and supplemental metrics are kept in the text; the score leaves them out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CvssVector {
    version: CvssVersion,
    text: String,
    score: f32,
}

/// The error of parsing a CVSS vector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a CVSS vector: {reason}")]
pub struct InvalidCvssVector {
    /// The text that was given.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl CvssVector {
    /// Reads a vector; of v2 also without a prefix (`AV:N/AC:L/…`) and in parentheses, as NVD and vendors write it.
    ///
    /// # Errors
    /// When a base metric is missing, a metric is unknown or given twice, or the version is none of ours.
    pub fn parse(text: &str) -> Result<CvssVector, InvalidCvssVector> {
        let invalid = |reason| InvalidCvssVector { text: text.to_owned(), reason };
        let bare = text.trim();
        let bare = bare.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(bare);
        let (version, metrics) = match bare.get(..5) {
            Some(prefix) if prefix.eq_ignore_ascii_case("CVSS:") => {
                let (number, metrics) = bare[5..].split_once('/').ok_or_else(|| invalid("it has no metrics"))?;
                let version = match number {
                    "2.0" | "2" => CvssVersion::V2,
                    "3.0" => CvssVersion::V3_0,
                    "3.1" => CvssVersion::V3_1,
                    "4.0" => CvssVersion::V4_0,
                    _ => return Err(invalid("its version is none of 2.0, 3.0, 3.1 and 4.0")),
                };
                (version, metrics)
            }
            _ => (CvssVersion::V2, bare),
        };

        // At most 11 base metrics and 21 others: each may stand once.
        let mut base = [""; 11];
        let mut others = [""; 21];
        for metric in metrics.strip_suffix('/').unwrap_or(metrics).split('/') {
            let (name, value) = metric.split_once(':').ok_or_else(|| invalid("a metric has no value"))?;
            let place = if let Some(index) = version.base_metrics().iter().position(|(known, _)| *known == name) {
                if !version.base_metrics()[index].1.contains(&value) {
                    return Err(invalid("a base metric has a value that the specification does not know"));
                }
                &mut base[index]
            } else if let Some(index) = version.other_metrics().iter().position(|known| *known == name) {
                if value.is_empty() || value.len() > 8 || !value.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                    return Err(invalid("a metric has a value that is no word"));
                }
                &mut others[index]
            } else {
                return Err(invalid("it has a metric that the specification does not know"));
            };
            if !place.is_empty() {
                return Err(invalid("a metric stands twice"));
            }
            *place = value;
        }
        let base = &base[..version.base_metrics().len()];
        if base.contains(&"") {
            return Err(invalid("a base metric is missing"));
        }

        let mut normal = String::with_capacity(text.len() + 1);
        normal.push_str(version.prefix());
        for ((name, _), value) in version.base_metrics().iter().zip(base) {
            push_metric(&mut normal, version, name, value);
        }
        let score =
            base_score::base_score(version, base, &normal).ok_or_else(|| invalid("its base metrics have no score"))?;
        for (name, value) in version.other_metrics().iter().zip(others) {
            if !value.is_empty() {
                push_metric(&mut normal, version, name, value);
            }
        }
        Ok(CvssVector { version, text: normal, score })
    }

    /// The version of the specification that the vector is written in.
    pub fn version(&self) -> CvssVersion {
        self.version
    }

    /// The vector's text; of v2 without a prefix.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The base score, 0.0 to 10.0.
    pub fn base_score(&self) -> f32 {
        self.score
    }

    /// The rating of the base score: by the specification for v3 and v4, by NVD's bands for v2, which knows no
    /// critical.
    pub fn severity(&self) -> Severity {
        match self.version {
            CvssVersion::V2 if self.score >= 7.0 => Severity::High,
            CvssVersion::V2 if self.score >= 4.0 => Severity::Medium,
            CvssVersion::V2 => Severity::Low,
            CvssVersion::V3_0 | CvssVersion::V3_1 | CvssVersion::V4_0 => Severity::from_score(self.score),
        }
    }
}

fn push_metric(text: &mut String, version: CvssVersion, name: &str, value: &str) {
    if text.len() > version.prefix().len() {
        text.push('/');
    }
    text.push_str(name);
    text.push(':');
    text.push_str(value);
}

impl FromStr for CvssVector {
    type Err = InvalidCvssVector;

    fn from_str(text: &str) -> Result<CvssVector, InvalidCvssVector> {
        CvssVector::parse(text)
    }
}

impl TryFrom<String> for CvssVector {
    type Error = InvalidCvssVector;

    fn try_from(text: String) -> Result<CvssVector, InvalidCvssVector> {
        CvssVector::parse(&text)
    }
}

impl From<CvssVector> for String {
    fn from(vector: CvssVector) -> String {
        vector.text
    }
}

impl fmt::Display for CvssVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, version: CvssVersion, score: f32, severity: Severity) {
        let vector = CvssVector::parse(text).unwrap();
        assert_eq!((vector.version(), vector.base_score(), vector.severity()), (version, score, severity), "{text}");
        assert_eq!(CvssVector::parse(vector.as_str()).unwrap(), vector, "{text}");
    }

    // The worked examples of the v2 guide, section 3.3.
    #[test]
    fn v2_scores_are_those_of_the_guide() {
        check("AV:N/AC:L/Au:N/C:N/I:N/A:C", CvssVersion::V2, 7.8, Severity::High);
        check("AV:N/AC:L/Au:N/C:C/I:C/A:C", CvssVersion::V2, 10.0, Severity::High);
        check("AV:L/AC:H/Au:N/C:C/I:C/A:C", CvssVersion::V2, 6.2, Severity::Medium);
        check("(AV:N/AC:L/Au:N/C:P/I:P/A:P)", CvssVersion::V2, 7.5, Severity::High);
        check("CVSS:2.0/AV:N/AC:M/Au:N/C:N/I:P/A:N", CvssVersion::V2, 4.3, Severity::Medium);
        check("AV:L/AC:L/Au:N/C:P/I:N/A:N", CvssVersion::V2, 2.1, Severity::Low);
        check("AV:N/AC:L/Au:N/C:N/I:N/A:N", CvssVersion::V2, 0.0, Severity::Low);
        check("AV:A/AC:L/Au:S/C:P/I:P/A:P", CvssVersion::V2, 5.2, Severity::Medium);
    }

    // Scores that FIRST's examples and NVD give.
    #[test]
    fn v3_scores_are_those_of_the_specification() {
        use CvssVersion::{V3_0, V3_1};
        check("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", V3_1, 9.8, Severity::Critical);
        check("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", V3_1, 10.0, Severity::Critical);
        check("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", V3_0, 6.1, Severity::Medium);
        check("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", V3_1, 6.4, Severity::Medium);
        check("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", V3_1, 3.1, Severity::Low);
        check("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", V3_1, 4.2, Severity::Medium);
        check("CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N", V3_0, 5.9, Severity::Medium);
        check("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", V3_1, 6.8, Severity::Medium);
        check("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", V3_1, 0.0, Severity::None);
        check("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", V3_1, 9.3, Severity::Critical);
    }

    // Scores of FIRST's v4.0 examples.
    #[test]
    fn v4_scores_are_those_of_the_examples() {
        use CvssVersion::V4_0;
        check("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", V4_0, 7.3, Severity::High);
        check("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", V4_0, 10.0, Severity::Critical);
        check("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", V4_0, 9.3, Severity::Critical);
        check("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", V4_0, 7.7, Severity::High);
        check("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", V4_0, 8.8, Severity::High);
        check("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", V4_0, 5.1, Severity::Medium);
        check("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", V4_0, 0.0, Severity::None);
    }

    #[test]
    fn metrics_beside_the_base_leave_the_score_alone() {
        check(
            "CVSS:3.1/E:P/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/RL:O/RC:C/MAV:L",
            CvssVersion::V3_1,
            9.8,
            Severity::Critical,
        );
        check("AV:N/AC:L/Au:N/C:P/I:P/A:P/E:ND/RL:OF/RC:C", CvssVersion::V2, 7.5, Severity::High);
        check(
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U/MAV:L/U:Amber",
            CvssVersion::V4_0,
            9.3,
            Severity::Critical,
        );
    }

    #[test]
    fn text_comes_out_in_the_order_of_the_specification() {
        let vector = CvssVector::parse("cvss:3.1/E:P/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N/").unwrap();
        assert_eq!(vector.to_string(), "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P");
        let json = serde_json::to_string(&vector).unwrap();
        assert_eq!(json, "\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P\"");
        assert_eq!(serde_json::from_str::<CvssVector>(&json).unwrap(), vector);
        assert_eq!(CvssVector::parse(" (AV:N/AC:L/Au:N/C:P/I:P/A:P) ").unwrap().as_str(), "AV:N/AC:L/Au:N/C:P/I:P/A:P");
    }

    #[test]
    fn text_that_is_no_vector_is_refused() {
        for bad in [
            "",
            "()",
            "7.5",
            "CVSS:3.1",
            "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
            "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:1",
            "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:4.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSSé/AV:N",
        ] {
            assert!(CvssVector::parse(bad).is_err(), "{bad}");
        }
    }
}
