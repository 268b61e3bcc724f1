//! Lists as files: all rows of a filter, without a limit of their number.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportResource {
    /// Images.
    Images,
    /// The findings of images, a row for each.
    Findings,
    /// Vulnerabilities over all images.
    Vulnerabilities,
    /// Packages over all images.
    Packages,
    /// The audit trail.
    Audit,
}

impl ExportResource {
    /// The word in files and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            ExportResource::Images => "images",
            ExportResource::Findings => "findings",
            ExportResource::Vulnerabilities => "vulnerabilities",
            ExportResource::Packages => "packages",
            ExportResource::Audit => "audit",
        }
    }
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Comma-separated values (RFC 4180). The first line says what it is, of when, and by which filter.
    Csv,
    /// JSON lines, an object on each; the first one says what it is, of when, and by which filter.
    Jsonl,
    /// SARIF 2.1.0; of findings.
    Sarif,
}

impl ExportFormat {
    /// The word, which is the ending of files too.
    pub fn as_str(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Jsonl => "jsonl",
            ExportFormat::Sarif => "sarif",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            ExportFormat::Csv => "text/csv; charset=utf-8",
            ExportFormat::Jsonl => "application/jsonl",
            ExportFormat::Sarif => "application/sarif+json",
        }
    }
}

/// What an export is asked for, in the query of a download and in the body of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// How it is written.
    #[param(inline)]
    pub format: ExportFormat,
    /// Which rows, as the list takes it; all without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Of findings: in which images, as the list of images takes it; all without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<String>,
    /// In which order, as the list takes it; of findings, the order of their images. Packages and the trail have one order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
}
