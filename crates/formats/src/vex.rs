//! VEX documents in: OpenVEX, CSAF and CycloneDX, told apart by what they say of themselves. What a statement does to a
//! finding is none of this module's business.

mod csaf;
mod cyclonedx;
mod openvex;

use std::sync::Arc;

use model::{VexDocument, VexName, VexStatement, time};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::json_place::Step;
use crate::{json_error, json_place};

/// The largest VEX document, in bytes.
pub const LARGEST_VEX_BYTES: usize = 64 << 20;
/// The most objects of one.
const MOST_OBJECTS: usize = 1_000_000;
/// The most entries of its lists and objects, by commas.
const MOST_ENTRIES: usize = 4_000_000;
/// The most statements of one.
const MOST_STATEMENTS: usize = 200_000;
/// The most names of a product that count.
const MOST_NAMES: usize = 32;
/// The longest of what an author adds in words, in characters.
const LONGEST_WORDS: usize = 2000;
/// How much of a time is shown that is none, in characters.
const LONGEST_TIME: usize = 40;
/// The most products that its statements name together, each as often as it is named.
const MOST_PRODUCTS: usize = 2_000_000;

/// Why bytes are no VEX document. Every sentence continues one that names the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadVexError {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is beyond a limit.
    #[error("it is larger than {} MiB", LARGEST_VEX_BYTES >> 20)]
    TooLarge,
    /// It lists more than is read.
    #[error("it lists more than {limit} {what}, more than are read of a VEX document; split it")]
    TooMany {
        /// The limit.
        limit: usize,
        /// Of what.
        what: &'static str,
    },
    /// It is in another encoding.
    #[error("it is no UTF-8 text; save it as UTF-8")]
    Encoding,
    /// It is something else.
    #[error("it is {what}; OpenVEX, CSAF 2.0 and CycloneDX (1.4 to 1.6) VEX documents are read, as JSON")]
    OtherDocument {
        /// What it is.
        what: String,
    },
    /// It is one of the formats, and breaks its rules.
    #[error("it is no valid {format} document: {reason}")]
    Malformed {
        /// The format it has.
        format: &'static str,
        /// What is wrong, as a sentence without a full stop.
        reason: String,
    },
}

/// Enough of a document to tell what it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    #[serde(rename = "@context")]
    context: Option<serde_json::Value>,
    bom_format: Option<String>,
    spec_version: Option<String>,
    document: Option<CsafHeader>,
    spdx_version: Option<IgnoredAny>,
    schema: Option<serde_json::Value>,
    payload: Option<IgnoredAny>,
    predicate: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct CsafHeader {
    csaf_version: Option<String>,
}

/// Reads a VEX document: OpenVEX (0.0.1 to 0.2.0), CSAF 2.0 of any profile with a product status, or CycloneDX 1.4 to 1.6
/// with analyses. `file` is what statements say they are from. Keys that a format does not have are passed over.
///
/// # Errors
/// When the bytes are none of these, break a rule that a statement needs, or are beyond a limit.
pub fn read_vex(file: &str, bytes: &[u8]) -> Result<Vec<VexStatement>, ReadVexError> {
    if bytes.len() > LARGEST_VEX_BYTES {
        return Err(ReadVexError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ReadVexError::Encoding)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let other = |what: &str| Err(ReadVexError::OtherDocument { what: what.to_owned() });
    match text.trim_ascii_start().as_bytes().first() {
        None => return Err(ReadVexError::Empty),
        Some(b'{') => {}
        Some(b'<') => return other("XML"),
        Some(_) => return other("no JSON object"),
    }
    check_entries(text)?;
    let header: Header = match serde_json::from_str(text) {
        Ok(header) => header,
        Err(error) if error.is_data() => return other("JSON of some other kind"),
        Err(error) => return Err(ReadVexError::Malformed { format: "JSON", reason: json_error::reason(&error) }),
    };
    let (format, statements) = match header {
        Header { context: Some(context), .. } if is_openvex(&context) => (openvex::FORMAT, openvex::read(file, text)?),
        Header { bom_format: Some(format), spec_version, .. } if format.eq_ignore_ascii_case("CycloneDX") => {
            let version = spec_version.unwrap_or_default();
            match version.as_str() {
                "1.4" | "1.5" | "1.6" => (cyclonedx::FORMAT, cyclonedx::read(file, text)?),
                _ => return other(&format!("a CycloneDX document of version `{version}`")),
            }
        }
        Header { document: Some(CsafHeader { csaf_version: Some(version) }), .. } => match version.as_str() {
            "2.0" => (csaf::FORMAT, csaf::read(file, text)?),
            _ => return other(&format!("a CSAF document of version `{version}`")),
        },
        Header { spdx_version: Some(_), .. } => {
            return other("an SPDX document, which says nothing of vulnerabilities");
        }
        Header { payload: Some(_), .. } | Header { predicate: Some(_), .. } => {
            return other("a signed statement; take the document out of it, as with cosign verify-attestation and jq");
        }
        Header { schema: Some(serde_json::Value::String(schema)), .. } if schema.starts_with("bulkhead.") => {
            return other("a document of Bulkhead itself; write the report with --format cyclonedx");
        }
        Header { .. } => return other("JSON of some other kind"),
    };
    check_times(format, &statements)?;
    Ok(statements)
}

/// Of two statements the later one counts, so that a time which is none would let any other win.
fn check_times(format: &'static str, statements: &[VexStatement]) -> Result<(), ReadVexError> {
    let wrong = statements.iter().find_map(|statement| {
        let time = statement.timestamp.as_deref().filter(|time| time::parse(time).is_none())?;
        Some((statement.number, time))
    });
    match wrong {
        None => Ok(()),
        Some((number, time)) => {
            let shown: String = time.chars().take(LONGEST_TIME).filter(|letter| !letter.is_control()).collect();
            let reason = format!("the time of statement {number} is `{shown}`; write it like 2026-01-31T12:00:00Z");
            Err(ReadVexError::Malformed { format, reason })
        }
    }
}

fn is_openvex(context: &serde_json::Value) -> bool {
    let is_namespace = |value: &serde_json::Value| value.as_str().is_some_and(|url| url.contains("openvex.dev/ns"));
    is_namespace(context) || context.as_array().is_some_and(|list| list.iter().any(is_namespace))
}

/// Objects and entries are many times larger in memory than in the file, so they are counted before anything is kept.
fn check_entries(text: &str) -> Result<(), ReadVexError> {
    let count = |wanted: u8| text.as_bytes().iter().filter(|byte| **byte == wanted).count();
    match (count(b'{') > MOST_OBJECTS, count(b',') > MOST_ENTRIES) {
        (true, _) => Err(ReadVexError::TooMany { limit: MOST_OBJECTS, what: "objects" }),
        (_, true) => Err(ReadVexError::TooMany { limit: MOST_ENTRIES, what: "entries" }),
        (false, false) => Ok(()),
    }
}

/// What is wrong with the value at the end of a path, or with the one around it where it is not there.
fn wrong(format: &'static str, text: &str, path: &[Step<'_>], what: &str) -> ReadVexError {
    let line = (1..=path.len()).rev().find_map(|length| json_place::line_of(text, &path[..length]));
    let place = format!("line {}, `{}`", line.unwrap_or(1), json_place::shown(path));
    ReadVexError::Malformed { format, reason: format!("{place}: {what}") }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str, format: &'static str) -> Result<T, ReadVexError> {
    serde_json::from_str(text)
        .map_err(|error| ReadVexError::Malformed { format, reason: json_error::reason_in(text, &error) })
}

/// Counts statements and what they name, so that a small document cannot make many of few words.
#[derive(Default)]
struct Budget {
    statements: usize,
    products: usize,
}

impl Budget {
    fn take_statement(&mut self) -> Result<(), ReadVexError> {
        self.statements += 1;
        match self.statements > MOST_STATEMENTS {
            true => Err(ReadVexError::TooMany { limit: MOST_STATEMENTS, what: "statements" }),
            false => Ok(()),
        }
    }

    fn take(&mut self, products: usize) -> Result<(), ReadVexError> {
        self.products = self.products.saturating_add(products);
        match self.products > MOST_PRODUCTS {
            true => Err(ReadVexError::TooMany { limit: MOST_PRODUCTS, what: "products" }),
            false => Ok(()),
        }
    }
}

fn document(file: &str, id: Option<String>, author: Option<String>) -> Arc<VexDocument> {
    Arc::new(VexDocument { file: file.to_owned(), id: words(id.as_deref()), author: words(author.as_deref()) })
}

/// What an author says, without blanks around it and of bounded length; `None` where that is nothing.
fn words(text: Option<&str>) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    Some(match text.char_indices().nth(LONGEST_WORDS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    })
}

/// The names of a product, as many as count.
fn names(names: impl Iterator<Item = VexName>) -> Arc<[VexName]> {
    names.take(MOST_NAMES).collect()
}

/// What a text names: a package URL, a digest, a CPE, or anything else.
fn name(text: &str) -> VexName {
    let text = text.trim();
    if let Ok(purl) = text.parse() {
        return VexName::Purl(purl);
    }
    if let Ok(digest) = text.parse() {
        return VexName::Digest(digest);
    }
    match text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("cpe:")) {
        true => VexName::Cpe(text.to_owned()),
        false => VexName::Other(text.to_owned()),
    }
}

/// The digest of a hash that a document gives as hexadecimal digits; none for algorithms that images do not use.
fn digest(algorithm: &str, value: &str) -> Option<VexName> {
    let algorithm = algorithm.to_ascii_lowercase().replace('-', "");
    format!("{algorithm}:{}", value.trim().to_ascii_lowercase()).parse().ok().map(VexName::Digest)
}

#[cfg(test)]
mod tests;
