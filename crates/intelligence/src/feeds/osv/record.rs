//! An OSV record as its schema has it, with the fields we read (OSV schema 1.x).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::feeds::json::{Text, or_default};

/// The root object.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct OsvRecord<'a> {
    pub(super) id: Text<'a>,
    #[serde(default)]
    pub(super) modified: Text<'a>,
    #[serde(default)]
    pub(super) published: Text<'a>,
    #[serde(default)]
    pub(super) withdrawn: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) aliases: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) upstream: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) related: Vec<Text<'a>>,
    #[serde(default)]
    pub(super) summary: Text<'a>,
    #[serde(default)]
    pub(super) details: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) severity: Vec<OsvSeverity<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) affected: Vec<OsvAffected<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) references: Vec<OsvReference<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) database_specific: OsvDatabaseSpecific<'a>,
}

/// `severity[]`: a vector (`CVSS_V2`, `CVSS_V3`, `CVSS_V4`) or a vendor's word (`Ubuntu`).
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct OsvSeverity<'a> {
    #[serde(default, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(default)]
    pub(super) score: Text<'a>,
}

/// `references[]`.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct OsvReference<'a> {
    #[serde(default, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(default)]
    pub(super) url: Text<'a>,
}

/// `database_specific` of the record.
#[derive(Debug, Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct OsvDatabaseSpecific<'a> {
    /// GHSA: `LOW`, `MODERATE`, `HIGH`, `CRITICAL`; openEuler likewise.
    #[serde(default)]
    pub(super) severity: Text<'a>,
    /// The database a converted record comes from: `rubysec`, `friendsofphp`.
    #[serde(default)]
    pub(super) source: Text<'a>,
    /// A vector beside `severity[]` (rubysec).
    #[serde(default)]
    pub(super) cvss: Text<'a>,
}

/// `affected[]`.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct OsvAffected<'a> {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) package: OsvPackage<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) ranges: Vec<OsvRange<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) versions: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) severity: Vec<OsvSeverity<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) ecosystem_specific: OsvEcosystemSpecific<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) database_specific: OsvAffectedDatabaseSpecific<'a>,
}

/// `affected[].package`.
#[derive(Debug, Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct OsvPackage<'a> {
    #[serde(default)]
    pub(super) ecosystem: Text<'a>,
    #[serde(default)]
    pub(super) name: Text<'a>,
}

/// `affected[].ranges[]`.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct OsvRange<'a> {
    #[serde(default, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) events: Vec<OsvEvent<'a>>,
}

/// One event; the schema allows one key in each, and some publishers write two.
#[derive(Debug, Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct OsvEvent<'a> {
    #[serde(default)]
    pub(super) introduced: Text<'a>,
    #[serde(default)]
    pub(super) fixed: Text<'a>,
    #[serde(default)]
    pub(super) last_affected: Text<'a>,
    #[serde(default)]
    pub(super) limit: Text<'a>,
}

/// `affected[].ecosystem_specific`.
#[derive(Debug, Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct OsvEcosystemSpecific<'a> {
    #[serde(default)]
    pub(super) severity: Text<'a>,
    /// Debian: `unimportant`, `not yet assigned`, `end-of-life`.
    #[serde(default)]
    pub(super) urgency: Text<'a>,
    #[serde(default)]
    pub(super) ubuntu_priority: Text<'a>,
    /// The binary packages: SUSE and openSUSE name and version, Ubuntu the same in another form (kept raw: it is long).
    #[serde(default, borrow)]
    pub(super) binaries: Option<&'a RawValue>,
}

impl<'a> OsvEcosystemSpecific<'a> {
    /// The binary packages, each with its version, which may be empty. A list of maps from name to version (SUSE, Ubuntu), or
    /// of objects of `binary_name` and `binary_version` (Ubuntu).
    pub(super) fn binaries(&self) -> Vec<(Text<'a>, Text<'a>)> {
        let listed: Option<Vec<BTreeMap<Text<'a>, Text<'a>>>> =
            self.binaries.and_then(|raw| serde_json::from_str(raw.get()).ok());
        let mut binaries = Vec::new();
        for mut object in listed.unwrap_or_default() {
            match object.remove("binary_name") {
                Some(name) => binaries.push((name, object.remove("binary_version").unwrap_or_default())),
                None => binaries.extend(object),
            }
        }
        binaries
    }
}

/// `affected[].database_specific`.
#[derive(Debug, Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct OsvAffectedDatabaseSpecific<'a> {
    /// RustSec: `unmaintained`, `unsound`, `notice`.
    #[serde(default)]
    pub(super) informational: Text<'a>,
    /// Some databases rate here.
    #[serde(default)]
    pub(super) severity: Text<'a>,
}
