#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod bill;
mod compare;
mod cyclonedx;
mod diff;
#[doc(hidden)]
pub mod exercise;
mod gitlab;
mod html;
mod json;
mod json_error;
mod json_place;
mod junit;
mod licenses;
mod listed;
mod markdown;
mod markup;
mod messages;
mod names;
mod places;
mod properties;
mod push_messages;
mod said;
mod sarif;
mod signatures;
mod spdx;
mod summary;
mod table;
mod told;
mod verdict;
mod vex;
mod words;

use std::io;
use std::str::FromStr;

use model::{Finding, LicenseSource, ScanReport};

pub use bill::{Bill, LARGEST_BILL_BYTES, ReadBillError, read_bill};
pub use compare::compare;
pub use diff::{
    Copies, DiffFormat, FindingChange, FindingPlace, OtherChange, PackageChange, ReportDiff, diff, write_diff,
};
pub use json::{ReadReportError, VerdictTexts, read_report, read_verdict, report_document, verdict_document};
pub use push_messages::{Push, PushFormat, is_unique as is_unique_push, pushes};
pub use table::plain;
pub use verdict::{explain, say};
pub use vex::{LARGEST_VEX_BYTES, ReadVexError, read_vex};
pub use words::{field_problem_in, message_in, title_in};

/// A format in which a report can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people.
    Table,
    /// `bulkhead.report/1`.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// CycloneDX 1.6, with vulnerabilities and VEX.
    Cyclonedx,
    /// SPDX 2.3.
    Spdx,
    /// JUnit XML.
    Junit,
    /// A security report of GitLab.
    Gitlab,
    /// One HTML file.
    Html,
    /// Markdown.
    Markdown,
}

/// The error of parsing a format's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a format; use table, json, sarif, cyclonedx, spdx, junit, gitlab, html or markdown")]
pub struct UnknownFormat {
    /// The name that was given.
    pub name: String,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 9] = [
        Format::Table,
        Format::Json,
        Format::Sarif,
        Format::Cyclonedx,
        Format::Spdx,
        Format::Junit,
        Format::Gitlab,
        Format::Html,
        Format::Markdown,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
            Format::Sarif => "sarif",
            Format::Cyclonedx => "cyclonedx",
            Format::Spdx => "spdx",
            Format::Junit => "junit",
            Format::Gitlab => "gitlab",
            Format::Html => "html",
            Format::Markdown => "markdown",
        }
    }

    /// Whether a report in this format has a place for a finding of the scan. Bills of materials have none for what is not of
    /// a package, and a report of GitLab has one type.
    pub fn has_place_for(self, finding: &Finding, report: &ScanReport) -> bool {
        match self {
            Format::Table | Format::Json | Format::Sarif | Format::Junit | Format::Html | Format::Markdown => true,
            Format::Cyclonedx | Format::Spdx => match finding {
                Finding::Vulnerability(_) => true,
                // It stands with the package.
                Finding::License(license) => matches!(license.source, LicenseSource::Package(_)),
                Finding::Secret(_) | Finding::Malware(_) | Finding::Misconfiguration(_) => false,
            },
            Format::Gitlab => gitlab::takes(report, finding.kind()),
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Format, UnknownFormat> {
        let known = Format::ALL.into_iter().find(|format| format.as_str() == name);
        known.ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

/// The language in which sentences for people are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

/// What a writer needs to know beside the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteOptions {
    /// The language of the table.
    pub language: Language,
    /// Whether the table may use colors.
    pub color: bool,
    /// The width of the terminal in columns; `None` when the table goes to a file.
    pub width: Option<usize>,
    /// Seconds since 1970 for formats that demand a time; `None` takes the intelligence's own time.
    pub time: Option<i64>,
    /// How many findings the caller has left out of the report because the user asked for a part; the table says so.
    pub hidden: usize,
    /// Whether the caller refuses what the earlier report of a comparison does not have, and nothing else; JUnit fails no
    /// case then for what was there before.
    pub refuses_new: bool,
}

/// Writes a report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(report: &ScanReport, format: Format, options: &WriteOptions, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        Format::Table => table::write(report, options, out),
        Format::Json => json::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Cyclonedx => cyclonedx::write(report, options, out),
        Format::Spdx => spdx::write(report, options, out),
        Format::Junit => junit::write(report, options, out),
        Format::Gitlab => gitlab::write(report, options, out),
        Format::Html => html::write(report, options, out),
        Format::Markdown => markdown::write(report, options, out),
    }
}
