//! `bulkhead.report/1`: the report as JSON, as `docs/reference/report.md` describes it. Written and read here alone.

mod ecosystem_word;
mod verdict_text;
mod wire;

use std::io::{self, Write};

use model::{ScanReport, Verdict};
use serde_json::Value;

use crate::json_error;

pub use verdict_text::VerdictTexts;
pub(crate) use wire::{FindingRow, SignatureRow};

/// Writes a report as one indented JSON document with a final line break.
pub(crate) fn write(report: &ScanReport, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &wire::Report::from_model(report))?;
    out.write_all(b"\n")
}

/// A report as the document that [`write`] writes.
pub fn report_document(report: &ScanReport) -> Value {
    serde_json::to_value(wire::Report::from_model(report)).expect("a report has text keys only")
}

/// A verdict as the verdict object, which is the same wherever one is told; whoever tells it adds its id, time and place.
/// Evidence stands under the flat list of reasons alone.
pub fn verdict_document(verdict: &Verdict) -> Value {
    let row = wire::VerdictRow::from_model(Some(verdict));
    let mut document = serde_json::to_value(row).expect("a verdict has text keys only");
    take_outcome(&mut document);
    for policy in document["policies"].as_array_mut().into_iter().flatten() {
        take_outcome(policy);
        for control in policy["controls"].as_array_mut().into_iter().flatten() {
            if let Some(control) = control.as_object_mut() {
                control.remove("evidence");
                control.remove("reasons");
            }
        }
    }
    for key in ["effects", "reasons", "exceptions"] {
        if document.get(key).is_none() {
            document[key] = Value::Array(Vec::new());
        }
    }
    for reason in document["reasons"].as_array_mut().into_iter().flatten() {
        if let Some(reason) = reason.as_object_mut() {
            reason.remove("evidence_kept");
        }
    }
    document
}

/// Reads a verdict object, as [`verdict_document`] makes it and servers tell it.
///
/// # Errors
/// When it lacks something that every verdict has, or says what this program does not know.
pub fn read_verdict(document: &Value) -> Result<Verdict, String> {
    let mut document = document.clone();
    give_outcome(&mut document);
    for policy in document["policies"].as_array_mut().into_iter().flatten() {
        give_outcome(policy);
        for control in policy["controls"].as_array_mut().into_iter().flatten() {
            // It stands under the flat list of reasons.
            control["evidence"] = Value::Array(Vec::new());
        }
    }
    for reason in document["reasons"].as_array_mut().into_iter().flatten() {
        reason["evidence_kept"] = reason["evidence"].as_array().map_or(0, Vec::len).into();
    }
    let row: wire::VerdictRow = serde_json::from_value(document).map_err(|error| error.to_string())?;
    row.into_model_by_flat_reasons()
}

fn give_outcome(document: &mut Value) {
    document["outcome"] = document["decision"].clone();
}

/// Reports say in `decision` what pipelines read; the verdict object says there what reports call the outcome.
fn take_outcome(document: &mut Value) {
    if let Some(outcome) = document.as_object_mut().and_then(|object| object.remove("outcome")) {
        document["decision"] = outcome;
    }
}

/// The error of reading a saved report.
#[derive(Debug, thiserror::Error)]
pub enum ReadReportError {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is something else.
    #[error("it is {what}, and no Bulkhead report")]
    OtherDocument {
        /// What it is, and what can be done with that.
        what: &'static str,
    },
    /// The text is cut off, or lacks something that every report has.
    #[error("it is no whole Bulkhead report: {reason}")]
    Malformed {
        /// What is wrong, with line and column.
        reason: String,
    },
    /// The report has a schema that this program does not know.
    #[error("its schema is `{schema}`, and this program reads {}", wire::SCHEMA)]
    Schema {
        /// The schema that the report states.
        schema: String,
    },
}

impl ReadReportError {
    /// Whether it is a report, of another version of this program.
    pub(crate) fn is_of_a_report(&self) -> bool {
        matches!(self, ReadReportError::Schema { schema } if schema.starts_with("bulkhead.report/"))
    }
}

/// Reads a report that [`write`] wrote.
///
/// # Errors
/// When the bytes are no report of this schema.
pub fn read_report(bytes: &[u8]) -> Result<ScanReport, ReadReportError> {
    let malformed = |error: serde_json::Error| ReadReportError::Malformed { reason: json_error::reason(&error) };
    match bytes.trim_ascii_start().first() {
        None => return Err(ReadReportError::Empty),
        Some(b'{') => {}
        Some(_) => return Err(ReadReportError::OtherDocument { what: "no JSON object" }),
    }
    if let Ok(report) = serde_json::from_slice::<wire::Report<'_>>(bytes)
        && report.is_of_this_schema()
    {
        return report.into_model().map_err(|reason| ReadReportError::Malformed { reason });
    }
    // What cannot be read is looked at once more, to say what it is.
    match serde_json::from_slice(bytes).map_err(malformed)? {
        wire::Header { schema: Some(Value::String(schema)), .. } if schema == wire::SCHEMA => {}
        wire::Header { schema: Some(Value::String(schema)), .. } => return Err(ReadReportError::Schema { schema }),
        wire::Header { bom_format: Some(_), .. } | wire::Header { spdx_version: Some(_), .. } => {
            return Err(ReadReportError::OtherDocument { what: "a bill of materials, which bulkhead scan reads" });
        }
        wire::Header { schema: Some(_), artifacts: Some(_), .. } => {
            return Err(ReadReportError::OtherDocument {
                what: "Syft's own JSON, which is not read (ask Syft for CycloneDX or SPDX JSON and scan that)",
            });
        }
        wire::Header { schema: None, trivy_schema: Some(_), trivy_artifact: Some(_), .. } => {
            return Err(ReadReportError::OtherDocument {
                what: "Trivy's own JSON, which is not read (ask Trivy for --format cyclonedx and scan that)",
            });
        }
        wire::Header { schema: Some(_), .. } => {
            return Err(ReadReportError::OtherDocument { what: "JSON whose `schema` is no name" });
        }
        wire::Header { schema: None, .. } => {
            return Err(ReadReportError::OtherDocument { what: "JSON without a `schema`" });
        }
    }
    let report: wire::Report<'_> = serde_json::from_slice(bytes).map_err(malformed)?;
    report.into_model().map_err(|reason| ReadReportError::Malformed { reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"schema":"bulkhead.report/1","target":{"name":"a","kind":"image"},"packages":[
        {"purl":"pkg:npm/a@1","name":"a","version":"1","ecosystem":"npm","type":"npm",
            "dependencies":["pkg:npm/b@2","pkg:npm/c@3"]},
        {"purl":"pkg:npm/b@2","name":"b","version":"2","type":"npm"}],
        "detectors":[],"findings":[],"executables":[{"path":"bin/b","package":"pkg:npm/b@2","setuid":false,"setgid":false,
            "sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}],
        "removed":[],"gaps":[],"verdict":{"decision":"not_judged","policies":[]}}"#;

    #[test]
    fn a_report_of_trivy_is_told_as_one() {
        let error = read_report(br#"{"SchemaVersion":2,"ArtifactName":"alpine:3.19","Results":[]}"#).unwrap_err();
        let expected = "it is Trivy's own JSON, which is not read (ask Trivy for --format cyclonedx and scan that), and \
                        no Bulkhead report";
        assert_eq!(error.to_string(), expected);
        assert!(
            crate::message_in(crate::Language::Japanese, expected).is_some_and(|said| said.starts_with("Trivy独自"))
        );
    }

    #[test]
    fn packages_are_found_by_their_purls_however_these_are_escaped() {
        let plain = read_report(REPORT.as_bytes()).unwrap();
        assert_eq!(plain.inventory.packages[0].dependencies, [1], "the other is no package of it");
        assert_eq!(plain.inventory.executables[0].package, Some(1));
        let escape = |text: &str| text.replace('/', r"\/").replace("npm", r"n\u0070m");
        let (rows, used) = REPORT.split_once("\"detectors\"").unwrap();
        let documents = [
            // Rows alone, what refers to them alone, and both.
            format!("{}\"detectors\"{used}", escape(rows).replace(r"bulkhead.report\/1", "bulkhead.report/1")),
            format!("{rows}\"detectors\"{}", escape(used)),
            escape(REPORT),
        ];
        for document in documents {
            assert_eq!(read_report(document.as_bytes()).unwrap(), plain, "{document}");
        }
    }
}
