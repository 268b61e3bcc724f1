//! A CSAF 2.0 document as its schema has it, with the fields we read.

use serde::Deserialize;

use crate::feeds::json::{Text, or_default};

/// The root object.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct Csaf<'a> {
    pub(super) document: CsafDocument<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) product_tree: CsafProductTree<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) vulnerabilities: Vec<CsafVulnerability<'a>>,
}

/// `document`.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafDocument<'a> {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) aggregate_severity: CsafSeverity<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) tracking: CsafTracking<'a>,
}

/// `document.aggregate_severity`.
#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafSeverity<'a> {
    #[serde(default)]
    pub(super) text: Text<'a>,
}

/// `document.tracking`.
#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafTracking<'a> {
    #[serde(default)]
    pub(super) current_release_date: Text<'a>,
    #[serde(default)]
    pub(super) initial_release_date: Text<'a>,
}

/// `product_tree`.
#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafProductTree<'a> {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) branches: Vec<CsafBranch<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) full_product_names: Vec<CsafProduct<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) relationships: Vec<CsafRelationship<'a>>,
}

/// `branches[]`, of any depth (the JSON reader's own bound, 128, holds).
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafBranch<'a> {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) branches: Vec<CsafBranch<'a>>,
    pub(super) product: Option<CsafProduct<'a>>,
}

/// A product: a platform, a module, a package.
#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafProduct<'a> {
    #[serde(default)]
    pub(super) name: Text<'a>,
    #[serde(default)]
    pub(super) product_id: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) product_identification_helper: CsafIdentification<'a>,
}

/// `product_identification_helper`.
#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafIdentification<'a> {
    #[serde(default)]
    pub(super) cpe: Text<'a>,
    #[serde(default)]
    pub(super) purl: Text<'a>,
}

/// `relationships[]`.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafRelationship<'a> {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) full_product_name: CsafProduct<'a>,
    #[serde(default)]
    pub(super) product_reference: Text<'a>,
    #[serde(default)]
    pub(super) relates_to_product_reference: Text<'a>,
}

/// `vulnerabilities[]`.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafVulnerability<'a> {
    #[serde(default)]
    pub(super) cve: Text<'a>,
    #[serde(default)]
    pub(super) title: Text<'a>,
    #[serde(default)]
    pub(super) release_date: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) notes: Vec<CsafNote<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) product_status: CsafProductStatus<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) remediations: Vec<CsafRemediation<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) scores: Vec<CsafScore<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) threats: Vec<CsafThreat<'a>>,
}

/// `notes[]`.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafNote<'a> {
    #[serde(default)]
    pub(super) category: Text<'a>,
    #[serde(default)]
    pub(super) text: Text<'a>,
}

/// `product_status`: product ids by status.
#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafProductStatus<'a> {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) fixed: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) first_fixed: Vec<Text<'a>>,
    /// SUSE lists the repaired packages here.
    #[serde(default, deserialize_with = "or_default")]
    pub(super) recommended: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) known_affected: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) last_affected: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) known_not_affected: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) under_investigation: Vec<Text<'a>>,
}

/// `remediations[]`.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafRemediation<'a> {
    #[serde(default)]
    pub(super) category: Text<'a>,
    #[serde(default)]
    pub(super) details: Text<'a>,
    #[serde(default)]
    pub(super) url: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) product_ids: Vec<Text<'a>>,
}

/// `scores[]`.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafScore<'a> {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) cvss_v2: CsafVector<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) cvss_v3: CsafVector<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) cvss_v4: CsafVector<'a>,
}

/// A CVSS object.
#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"), rename_all = "camelCase")]
pub(super) struct CsafVector<'a> {
    #[serde(default)]
    pub(super) vector_string: Text<'a>,
}

/// `threats[]`: category `impact` carries the publisher's rating.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct CsafThreat<'a> {
    #[serde(default)]
    pub(super) category: Text<'a>,
    #[serde(default)]
    pub(super) details: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) product_ids: Vec<Text<'a>>,
}
