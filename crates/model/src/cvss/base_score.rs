//! The base equations of each version, on metrics that are known to be valid.

use std::str::FromStr;

use super::CvssVersion;

/// The base score of metric values in the order of the specification; `text` is the vector with the base metrics only.
pub(super) fn base_score(version: CvssVersion, values: &[&str], text: &str) -> Option<f32> {
    let score = match version {
        CvssVersion::V2 => v2(values)?,
        CvssVersion::V3_0 | CvssVersion::V3_1 => v3(version, values)?,
        CvssVersion::V4_0 => cvss::v4::Vector::from_str(text).ok()?.score().value(),
    };
    // Scores have one decimal, which 32 bits hold as exactly as 64 do.
    Some(score as f32)
}

/// CVSS v2 guide, section 3.2.1, Base equation.
fn v2(values: &[&str]) -> Option<f64> {
    let &[vector, complexity, authentication, confidentiality, integrity, availability] = values else {
        return None;
    };
    let vector = match vector {
        "L" => 0.395,
        "A" => 0.646,
        _ => 1.0,
    };
    let complexity = match complexity {
        "H" => 0.35,
        "M" => 0.61,
        _ => 0.71,
    };
    let authentication = match authentication {
        "M" => 0.45,
        "S" => 0.56,
        _ => 0.704,
    };
    let unharmed = |value| match value {
        "N" => 1.0,
        "P" => 1.0 - 0.275,
        _ => 1.0 - 0.660,
    };
    let impact = 10.41 * (1.0 - unharmed(confidentiality) * unharmed(integrity) * unharmed(availability));
    if impact <= 0.0 {
        return Some(0.0);
    }
    let exploitability = 20.0 * vector * complexity * authentication;
    let score: f64 = (0.6 * impact + 0.4 * exploitability - 1.5) * 1.176;
    // The guide rounds decimals; a product that binary fractions put just under a half belongs above it.
    Some(((score + 1e-9) * 10.0).round().max(0.0) / 10.0)
}

/// CVSS v3.0 and v3.1 specifications, section Base Metrics Equations.
fn v3(version: CvssVersion, values: &[&str]) -> Option<f64> {
    let &[vector, complexity, privileges, interaction, scope, confidentiality, integrity, availability] = values else {
        return None;
    };
    let changed = scope == "C";
    let vector = match vector {
        "N" => 0.85,
        "A" => 0.62,
        "L" => 0.55,
        _ => 0.2,
    };
    let complexity = if complexity == "L" { 0.77 } else { 0.44 };
    let privileges = match (privileges, changed) {
        ("N", _) => 0.85,
        ("L", false) => 0.62,
        ("L", true) => 0.68,
        (_, false) => 0.27,
        (_, true) => 0.5,
    };
    let interaction = if interaction == "N" { 0.85 } else { 0.62 };
    let unharmed = |value| match value {
        "N" => 1.0,
        "L" => 1.0 - 0.22,
        _ => 1.0 - 0.56,
    };
    let sub_score: f64 = 1.0 - unharmed(confidentiality) * unharmed(integrity) * unharmed(availability);
    let impact =
        if changed { 7.52 * (sub_score - 0.029) - 3.25 * (sub_score - 0.02).powi(15) } else { 6.42 * sub_score };
    if impact <= 0.0 {
        return Some(0.0);
    }
    let exploitability = 8.22 * vector * complexity * privileges * interaction;
    let score = if changed { 1.08 * (impact + exploitability) } else { impact + exploitability };
    Some(round_up(version, score.min(10.0)))
}

/// The smallest number with one decimal that is not below; v3.1 says how to do it in binary fractions (appendix A).
fn round_up(version: CvssVersion, score: f64) -> f64 {
    if version == CvssVersion::V3_0 {
        return (score * 10.0).ceil() / 10.0;
    }
    let scaled = (score * 100_000.0).round() as u64;
    (scaled.div_ceil(10_000)) as f64 / 10.0
}
