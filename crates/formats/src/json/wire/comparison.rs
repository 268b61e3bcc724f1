//! What is new against an earlier report.

use std::collections::BTreeSet;

use model::{Comparison, Finding, ScanReport, Shown};
use serde::{Deserialize, Serialize};

use super::{Text, detector, owned, target_kind, text};

#[derive(Serialize, Deserialize)]
pub(super) struct ComparisonRow<'a> {
    /// The report that this one is compared to.
    report: OldReport<'a>,
    new: Vec<NewFinding<'a>>,
    gone: usize,
    not_compared: Vec<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
struct OldReport<'a> {
    name: Text<'a>,
    kind: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intelligence: Option<u64>,
    #[serde(default, skip_serializing_if = "Shown::is_everything")]
    shown: Shown,
}

#[derive(Serialize, Deserialize)]
struct NewFinding<'a> {
    /// Its place in `findings`.
    finding: usize,
    kind: Text<'a>,
    id: Text<'a>,
    /// The package it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    package: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<Text<'a>>,
    /// The places of the package at which it is new, where the earlier report has it at others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    targets: Vec<Text<'a>>,
}

impl<'a> ComparisonRow<'a> {
    pub(super) fn from_model(comparison: &'a Comparison, report: &'a ScanReport) -> ComparisonRow<'a> {
        let new = comparison.new.iter().filter_map(|at| Some((*at, report.findings.get(*at)?)));
        ComparisonRow {
            report: OldReport {
                name: text(&comparison.name),
                kind: text(comparison.kind.as_str()),
                intelligence: comparison.intelligence,
                shown: comparison.shown.clone(),
            },
            new: new.map(|(at, finding)| NewFinding::from_model(at, finding, comparison, report)).collect(),
            gone: comparison.gone,
            not_compared: comparison.not_compared.iter().map(|kind| text(kind.detector())).collect(),
        }
    }

    /// `findings` is how many the report has.
    pub(super) fn into_model(self, findings: usize) -> Result<Comparison, String> {
        let new: BTreeSet<usize> = self.new.iter().map(|row| row.finding).collect();
        if new.last().is_some_and(|at| *at >= findings) {
            return Err("`comparison` names a finding that the report does not have".to_owned());
        }
        let of_places = self.new.iter().filter(|row| !row.targets.is_empty());
        let new_places =
            of_places.map(|row| (row.finding, row.targets.iter().map(|place| place.to_string()).collect()));
        Ok(Comparison {
            new_places: new_places.collect(),
            kind: target_kind(&self.report.kind)?,
            name: owned(self.report.name),
            intelligence: self.report.intelligence,
            shown: self.report.shown,
            new,
            gone: self.gone,
            not_compared: self.not_compared.iter().map(|word| detector(word)).collect::<Result<_, _>>()?,
        })
    }
}

impl<'a> NewFinding<'a> {
    fn from_model(
        at: usize,
        finding: &'a Finding,
        comparison: &'a Comparison,
        report: &'a ScanReport,
    ) -> NewFinding<'a> {
        let package = finding.package().and_then(|id| report.inventory.packages.get(id));
        NewFinding {
            finding: at,
            kind: text(finding.kind().as_str()),
            id: text(finding.id()),
            package: package.map(|package| package.purl.to_string().into()),
            path: finding.path().map(text),
            targets: comparison.new_places.get(&at).into_iter().flatten().map(|place| text(place)).collect(),
        }
    }
}
