//! `bulkhead.report/1`: the report as JSON, as `docs/reference/report.md` describes it. Written and read here alone.

mod ecosystem_word;
mod wire;

use std::io::{self, Write};

use model::ScanReport;

pub(crate) use wire::FindingRow;

/// Writes a report as one indented JSON document with a final line break.
pub(crate) fn write(report: &ScanReport, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &wire::Report::from_model(report))?;
    out.write_all(b"\n")
}

/// The error of reading a saved report.
#[derive(Debug, thiserror::Error)]
pub enum ReadReportError {
    /// The text is no JSON, or lacks something that every report has.
    #[error("it is no Bulkhead report: {reason}")]
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

/// Reads a report that [`write`] wrote.
///
/// # Errors
/// When the bytes are no report of this schema.
pub fn read_report(bytes: &[u8]) -> Result<ScanReport, ReadReportError> {
    let malformed = |error: serde_json::Error| ReadReportError::Malformed { reason: error.to_string() };
    let header: wire::Header = serde_json::from_slice(bytes).map_err(malformed)?;
    if header.schema != wire::SCHEMA {
        return Err(ReadReportError::Schema { schema: header.schema });
    }
    let report: wire::Report<'_> = serde_json::from_slice(bytes).map_err(malformed)?;
    report.into_model().map_err(|reason| ReadReportError::Malformed { reason })
}
