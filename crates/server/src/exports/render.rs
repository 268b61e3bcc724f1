//! From rows to the text of a file.

use api::Moment;
use api::exports::{ExportFormat, ExportResource};
use serde_json::{Value as Json, json};

use super::{Question, csv};

const SARIF_SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the text of an export, head, rows and tail.
pub(crate) struct Renderer {
    format: ExportFormat,
    resource: ExportResource,
    filter: String,
    images: String,
    sort: String,
    as_of: String,
    is_first: bool,
}

impl Renderer {
    pub(crate) fn new(question: &Question) -> Renderer {
        Renderer {
            format: question.format,
            resource: question.resource,
            filter: question.filter_text.clone(),
            images: question.images_text.clone(),
            sort: question.sort_text.clone(),
            as_of: Moment(question.as_of).text(),
            is_first: true,
        }
    }

    /// What it is, of when, by which filter.
    pub(crate) fn head(&self) -> String {
        let about = self.about();
        match self.format {
            ExportFormat::Jsonl => format!("{about}\n"),
            ExportFormat::Csv => {
                let beside = [("images", &self.images), ("sort", &self.sort)];
                let beside = beside.iter().filter(|(_, text)| !text.is_empty());
                let beside: String = beside.map(|(name, text)| format!("; {name}: {text}")).collect();
                let said = format!(
                    "# bulkhead.export/1 {}; as of {}; filter: {}{beside}",
                    self.resource.as_str(),
                    self.as_of,
                    self.filter
                );
                csv::line([said.as_str()]) + &csv::line(columns(self.resource).iter().map(|(name, _)| *name))
            }
            ExportFormat::Sarif => {
                let driver = json!({
                    "name": "Bulkhead", "version": env!("CARGO_PKG_VERSION"), "semanticVersion": env!("CARGO_PKG_VERSION"),
                });
                format!(
                    "{{\"$schema\":\"{SARIF_SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\
                     \"properties\":{about},\"results\":["
                )
            }
        }
    }

    fn about(&self) -> Json {
        let mut about = json!({
            "export": self.resource.as_str(), "schema": "bulkhead.export/1", "as_of": self.as_of, "filter": self.filter,
        });
        if !self.images.is_empty() {
            about["images"] = self.images.clone().into();
        }
        if !self.sort.is_empty() {
            about["sort"] = self.sort.clone().into();
        }
        about
    }

    /// A row.
    pub(crate) fn row(&mut self, row: &Json, out: &mut String) {
        match self.format {
            ExportFormat::Jsonl => {
                out.push_str(&row.to_string());
                out.push('\n');
            }
            ExportFormat::Csv => {
                let cells: Vec<String> =
                    columns(self.resource).iter().map(|(_, place)| text(row.pointer(place))).collect();
                out.push_str(&csv::line(cells.iter().map(String::as_str)));
            }
            ExportFormat::Sarif => {
                if !self.is_first {
                    out.push(',');
                }
                out.push_str(&sarif_result(row).to_string());
            }
        }
        self.is_first = false;
    }

    /// What ends the file.
    pub(crate) fn tail(&self) -> &'static str {
        match self.format {
            ExportFormat::Jsonl | ExportFormat::Csv => "",
            ExportFormat::Sarif => "]}]}\n",
        }
    }
}

fn text(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A finding as a result (SARIF 2.1.0, section 3.27). Rules are not listed: a file of any length is written as it is read.
fn sarif_result(row: &Json) -> Json {
    let field = |name: &str| row[name].as_str().unwrap_or_default();
    let level = match field("severity") {
        "critical" | "high" => "error",
        "medium" => "warning",
        _ => "note",
    };
    let place = match (field("path"), field("package")) {
        ("", "") => field("image"),
        ("", package) => package,
        (path, _) => path,
    };
    let mut said = vec![field("id")];
    said.extend([field("title"), field("package"), field("image")].into_iter().filter(|text| !text.is_empty()));
    let mut properties = row.clone();
    if let Some(map) = properties.as_object_mut() {
        ["id", "title"].iter().for_each(|key| drop(map.shift_remove(*key)));
    }
    let mut result = json!({
        "ruleId": field("id"),
        "level": level,
        "message": { "text": said.join(": ") },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": encoded(place) } } }],
        "partialFingerprints": {
            "bulkhead/1": format!("{}/{}/{}/{}", field("digest"), field("id"), field("package"), field("path")),
        },
        "properties": properties,
    });
    if !field("excepted_by").is_empty() {
        result["suppressions"] =
            json!([{ "kind": "external", "status": "accepted", "justification": field("excepted_by") }]);
    }
    result
}

/// A place as a relative reference (RFC 3986, section 4.2): what would be taken for a scheme or a query is escaped.
fn encoded(place: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'@' | b'+' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    place.trim_start_matches('/').bytes().map(byte).collect()
}

/// The columns of a table, each with the place of its value in a row.
fn columns(resource: ExportResource) -> &'static [(&'static str, &'static str)] {
    match resource {
        ExportResource::Images => &[
            ("name", "/name"),
            ("digest", "/digest"),
            ("platform", "/platform"),
            ("os", "/os"),
            ("decision", "/decision"),
            ("severity", "/severity"),
            ("critical", "/counts/critical"),
            ("high", "/counts/high"),
            ("medium", "/counts/medium"),
            ("low", "/counts/low"),
            ("unrated", "/counts/unrated"),
            ("kev", "/counts/kev"),
            ("secrets", "/counts/secrets"),
            ("malware", "/counts/malware"),
            ("misconfigurations", "/counts/misconfigurations"),
            ("gaps", "/counts/gaps"),
            ("approval", "/approval"),
            ("packages", "/packages"),
            ("size_bytes", "/size_bytes"),
            ("created", "/created"),
            ("registered", "/registered"),
            ("indexed", "/indexed"),
            ("evaluated", "/evaluated"),
            ("verdict", "/verdict"),
        ],
        ExportResource::Findings => &[
            ("image", "/image"),
            ("digest", "/digest"),
            ("kind", "/kind"),
            ("id", "/id"),
            ("severity", "/severity"),
            ("score", "/score"),
            ("epss", "/epss"),
            ("kev", "/kev"),
            ("package", "/package"),
            ("path", "/path"),
            ("status", "/status"),
            ("fixed_version", "/fixed_version"),
            ("layer", "/layer"),
            ("excepted_by", "/excepted_by"),
            ("title", "/title"),
        ],
        ExportResource::Vulnerabilities => &[
            ("id", "/id"),
            ("severity", "/severity"),
            ("kev", "/kev"),
            ("epss", "/epss"),
            ("images", "/images"),
            ("published", "/published"),
            ("first_seen", "/first_seen"),
            ("title", "/title"),
        ],
        ExportResource::Packages => &[
            ("name", "/name"),
            ("version", "/version"),
            ("ecosystem", "/ecosystem"),
            ("purl", "/purl"),
            ("source", "/source"),
            ("images", "/images"),
        ],
        ExportResource::Audit => &[
            ("sequence", "/sequence"),
            ("at", "/at"),
            ("kind", "/actor/kind"),
            ("principal", "/actor/id"),
            ("principal_name", "/actor/name"),
            ("address", "/actor/address"),
            ("request", "/actor/request"),
            ("action", "/action"),
            ("object", "/object"),
            ("object_id", "/object_id"),
            ("object_name", "/object_name"),
            ("outcome", "/outcome"),
            ("before", "/before"),
            ("after", "/after"),
            ("hash", "/hash"),
        ],
    }
}
