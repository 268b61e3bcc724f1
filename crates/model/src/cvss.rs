//! CVSS vectors and their base scores.

use std::fmt;

/// A CVSS vector of any version.
#[derive(Debug, Clone, PartialEq)]
pub struct CvssVector {
    text: String,
    score: f32,
}

impl CvssVector {
    /// The base score, 0.0 to 10.0.
    pub fn base_score(&self) -> f32 {
        self.score
    }
}

impl fmt::Display for CvssVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}
