//! Bills of materials as a target: what a document lists becomes an inventory, whoever wrote it.

mod builder;
mod lenient;
mod origin;
mod rows;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Digest, Inventory, Platform};
use serde::Deserialize;

use crate::{cyclonedx, json, json_error, spdx};

pub(crate) use builder::{BillBuilder, Details};
pub(crate) use lenient::{list, text};
pub(crate) use origin::{named_source, source_rpm};
pub(crate) use rows::{Rows, reason as list_reason};

/// The largest document that is read, in bytes.
pub const LARGEST_BILL_BYTES: usize = 256 << 20;

/// The most objects and list entries of a document, so that a small file cannot ask for a lot of memory.
const MOST_ENTRIES: usize = 8_000_000;
/// The most objects among them.
const MOST_OBJECTS: usize = 2_000_000;

/// What a bill of materials says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bill {
    /// The digest of the target that the bill describes.
    pub digest: Option<Digest>,
    /// The platform of that target.
    pub platform: Option<Platform>,
    /// Its packages, distribution and gaps.
    pub inventory: Inventory,
}

impl Bill {
    /// Puts in the packages; gaps and image facts that the document's own properties told stay.
    pub(crate) fn put(&mut self, inventory: Inventory) {
        let (image, gaps) = (self.inventory.image.take(), std::mem::take(&mut self.inventory.gaps));
        self.inventory = inventory;
        self.inventory.image = image;
        self.inventory.gaps.extend(gaps);
        self.inventory.gaps.sort();
        self.inventory.gaps.dedup();
    }
}

/// The error of reading a bill of materials.
#[derive(Debug, thiserror::Error)]
pub enum ReadBillError {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is larger than a bill may be.
    #[error("it has {size_bytes} bytes, more than the {LARGEST_BILL_BYTES} that are read of a bill of materials")]
    TooLarge {
        /// Its size.
        size_bytes: usize,
    },
    /// It has more entries than a bill may have.
    #[error("it lists more than {MOST_OBJECTS} things, more than are read of a bill of materials")]
    TooManyEntries,
    /// It is a bill of materials in a format that is not read.
    #[error("it is {format}, which is not read; save it as CycloneDX JSON or SPDX 2.3 JSON")]
    Unsupported {
        /// The format it has.
        format: &'static str,
    },
    /// It is a report of Trivy.
    #[error("it is Trivy's own JSON report, which is not read; ask Trivy for `--format cyclonedx`, and scan that")]
    ReportOfTrivy,
    /// It is compressed.
    #[error("it is compressed; decompress it first (`gzip -d`, `zstd -d`)")]
    Compressed,
    /// It is none of the formats.
    #[error(
        "it is no bill of materials that is read: CycloneDX JSON (`bomFormat`), SPDX 2 JSON (`spdxVersion`), either \
         inside of an in-toto statement, or a report of this program"
    )]
    UnknownFormat,
    /// It is damaged.
    #[error("it is no valid {format}: {reason}")]
    Malformed {
        /// The format it should have.
        format: &'static str,
        /// What is wrong, with line and column where known.
        reason: String,
    },
}

/// Enough of a document to tell what it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    bom_format: Option<String>,
    spdx_version: Option<String>,
    schema: Option<serde::de::IgnoredAny>,
    descriptor: Option<serde::de::IgnoredAny>,
    artifacts: Option<serde::de::IgnoredAny>,
    #[serde(rename = "@context")]
    context: Option<serde::de::IgnoredAny>,
    /// The document within a statement, or within what GitHub's dependency graph answers.
    #[serde(alias = "sbom")]
    predicate: Option<Box<Header>>,
    payload: Option<String>,
    dsse_envelope: Option<Envelope>,
    /// What a report of Trivy begins with.
    #[serde(rename = "SchemaVersion")]
    trivy_schema: Option<serde::de::IgnoredAny>,
    #[serde(rename = "ArtifactName")]
    trivy_artifact: Option<serde::de::IgnoredAny>,
    #[serde(rename = "Results")]
    trivy_results: Option<serde::de::IgnoredAny>,
}

/// A signed envelope (DSSE); its signatures are for others to verify.
#[derive(Deserialize)]
struct Envelope {
    payload: String,
}

/// A document inside of an in-toto statement, as builders attach it to images, or inside of the answer of GitHub's API
/// (`GET /repos/…/dependency-graph/sbom`).
#[derive(Deserialize)]
struct Statement<T> {
    #[serde(alias = "sbom")]
    predicate: T,
}

/// Reads a bill of materials: CycloneDX (1.2 and later) or SPDX (2.2 and later) as JSON, bare, attested (in-toto) or as
/// GitHub's API answers it (`sbom`), or a saved report.
///
/// # Errors
/// When the bytes are none of these; what is listed and cannot be used is a gap.
pub fn read_bill(bytes: &[u8]) -> Result<Bill, ReadBillError> {
    if bytes.len() > LARGEST_BILL_BYTES {
        return Err(ReadBillError::TooLarge { size_bytes: bytes.len() });
    }
    if bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return Err(ReadBillError::Compressed);
    }
    // Windows shells save what a program prints as UTF-16.
    let byte_orders = [(b"\xff\xfe", u16::from_le_bytes as fn([u8; 2]) -> u16), (b"\xfe\xff", u16::from_be_bytes)];
    for (mark, unit_of) in byte_orders {
        let Some(rest) = bytes.strip_prefix(mark) else { continue };
        let (units, _) = rest.as_chunks::<2>();
        let text: String = char::decode_utf16(units.iter().map(|unit| unit_of(*unit)))
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        return read_text(text.as_bytes());
    }
    read_text(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

fn read_text(bytes: &[u8]) -> Result<Bill, ReadBillError> {
    check_entries(bytes)?;
    let start = bytes.trim_ascii_start();
    if start.is_empty() {
        return Err(ReadBillError::Empty);
    }
    if start.starts_with(b"<") {
        return Err(ReadBillError::Unsupported { format: "XML (CycloneDX XML or SPDX RDF)" });
    }
    if start.starts_with(b"SPDXVersion:") || start.starts_with(b"##") {
        return Err(ReadBillError::Unsupported { format: "an SPDX tag-value document" });
    }
    if !start.starts_with(b"{") {
        return Err(ReadBillError::UnknownFormat);
    }
    let header: Header = parse(bytes, "JSON")?;
    match header {
        Header { bom_format: Some(format), .. } if is_cyclonedx(&format) => {
            in_format(cyclonedx::read(&parse(bytes, CYCLONEDX)?), CYCLONEDX)
        }
        Header { spdx_version: Some(_), .. } => in_format(spdx::read(&parse(bytes, SPDX)?), SPDX),
        Header { predicate: Some(predicate), .. } => read_statement(&predicate, bytes),
        Header { dsse_envelope: Some(Envelope { payload }), .. } | Header { payload: Some(payload), .. } => {
            read_payload(&payload)
        }
        Header { schema: Some(_), descriptor: Some(_), .. } | Header { schema: Some(_), artifacts: Some(_), .. } => {
            Err(ReadBillError::Unsupported { format: "in the own format of Syft" })
        }
        Header { schema: Some(_), .. } => read_report(bytes),
        Header { trivy_schema: Some(_), trivy_artifact: Some(_), .. }
        | Header { trivy_schema: Some(_), trivy_results: Some(_), .. } => Err(ReadBillError::ReportOfTrivy),
        Header { context: Some(_), .. } => Err(ReadBillError::Unsupported { format: "SPDX 3 (JSON-LD)" }),
        Header { .. } => Err(ReadBillError::UnknownFormat),
    }
}

const CYCLONEDX: &str = "CycloneDX document";
const SPDX: &str = "SPDX document";

fn is_cyclonedx(format: &str) -> bool {
    format.eq_ignore_ascii_case("CycloneDX")
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8], format: &'static str) -> Result<T, ReadBillError> {
    serde_json::from_slice(bytes).map_err(|error| match (error.classify(), format) {
        (serde_json::error::Category::Data, "JSON") => ReadBillError::UnknownFormat,
        _ => ReadBillError::Malformed { format, reason: json_error::reason(&error) },
    })
}

fn in_format(read: Result<Bill, String>, format: &'static str) -> Result<Bill, ReadBillError> {
    read.map_err(|reason| ReadBillError::Malformed { format, reason })
}

fn read_statement(predicate: &Header, bytes: &[u8]) -> Result<Bill, ReadBillError> {
    match predicate {
        Header { bom_format: Some(format), .. } if is_cyclonedx(format) => {
            in_format(cyclonedx::read(&parse::<Statement<_>>(bytes, CYCLONEDX)?.predicate), CYCLONEDX)
        }
        Header { spdx_version: Some(_), .. } => {
            in_format(spdx::read(&parse::<Statement<_>>(bytes, SPDX)?.predicate), SPDX)
        }
        Header { .. } => Err(ReadBillError::UnknownFormat),
    }
}

/// The statement in a signed envelope; an envelope in an envelope is none.
fn read_payload(payload: &str) -> Result<Bill, ReadBillError> {
    let malformed = |reason| ReadBillError::Malformed { format: "signed envelope", reason };
    let bytes = STANDARD.decode(payload).map_err(|error| malformed(error.to_string()))?;
    let header: Header = parse(&bytes, "JSON")?;
    match &header.predicate {
        Some(predicate) => read_statement(predicate, &bytes),
        None => Err(malformed("its payload is no in-toto statement".to_owned())),
    }
}

fn read_report(bytes: &[u8]) -> Result<Bill, ReadBillError> {
    match json::read_report(bytes) {
        Ok(report) => {
            Ok(Bill { digest: report.target.digest, platform: report.target.platform, inventory: report.inventory })
        }
        Err(json::ReadReportError::Malformed { reason }) => {
            Err(ReadBillError::Malformed { format: "Bulkhead report", reason })
        }
        Err(error @ json::ReadReportError::Schema { .. }) if error.is_of_a_report() => {
            Err(ReadBillError::Malformed { format: "Bulkhead report", reason: error.to_string() })
        }
        Err(_) => Err(ReadBillError::UnknownFormat),
    }
}

/// Objects and entries are many times larger in memory than in the file, so they are counted before anything is kept.
fn check_entries(bytes: &[u8]) -> Result<(), ReadBillError> {
    let (mut objects, mut entries) = (0_usize, 0_usize);
    for chunk in bytes.chunks(1 << 20) {
        objects += chunk.iter().filter(|byte| **byte == b'{').count();
        entries += chunk.iter().filter(|byte| **byte == b',').count();
    }
    if objects > MOST_OBJECTS || entries > MOST_ENTRIES { Err(ReadBillError::TooManyEntries) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
