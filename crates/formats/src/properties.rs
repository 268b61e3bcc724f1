//! What documents have no field for: properties `bulkhead:…`, name and value, so that reading a document of ours back
//! gives the same inventory (`docs/reference/sbom.md` lists them).

use model::{Distribution, Gap, ImageFacts, LayerFacts, LockTool, Package, ScanReport, SourcePackage};
use serde::{Deserialize, Serialize};

use crate::bill::{Bill, Details};
use crate::json::SignatureRow;

const TYPE: &str = "bulkhead:package:type";
const NAME: &str = "bulkhead:package:name";
const VERSION: &str = "bulkhead:package:version";
const SOURCE_NAME: &str = "bulkhead:package:source:name";
const SOURCE_VERSION: &str = "bulkhead:package:source:version";
const ARCHITECTURE: &str = "bulkhead:package:architecture";
const MODULE: &str = "bulkhead:package:module";
const LICENSE: &str = "bulkhead:package:license";
const LAYER: &str = "bulkhead:package:layer";
const DIRECT: &str = "bulkhead:package:direct";
const DEVELOPMENT: &str = "bulkhead:package:development";
const PATH: &str = "bulkhead:package:path";
const LOCK_TOOL: &str = "bulkhead:package:lock_tool";
const SHA1: &str = "bulkhead:package:sha1";
const KIND: &str = "bulkhead:target:kind";
const PLATFORM: &str = "bulkhead:target:platform";
const DIGEST: &str = "bulkhead:target:digest";
const USER: &str = "bulkhead:image:user";
const USER_ID: &str = "bulkhead:image:user_id";
const CREATED: &str = "bulkhead:image:created";
const IMAGE_LAYER: &str = "bulkhead:image:layer";
const GAP: &str = "bulkhead:gap";
const SIGNATURE: &str = "bulkhead:signature";
const OS_LIKE: &str = "bulkhead:os:id_like";
const OS_ID: &str = "bulkhead:os:id";
const OS_CODENAME: &str = "bulkhead:os:codename";
const OS_NAME: &str = "bulkhead:os:name";
const OS_CPE: &str = "bulkhead:os:cpe";
const OS_END_OF_LIFE: &str = "bulkhead:os:end_of_life";

/// The properties of the target.
pub(crate) fn of_target(report: &ScanReport) -> Vec<(&'static str, String)> {
    let target = &report.target;
    let mut list = vec![(KIND, target.kind.as_str().to_owned())];
    list.extend(target.platform.as_ref().map(|platform| (PLATFORM, platform.to_string())));
    list.extend(target.digest.as_ref().map(|digest| (DIGEST, digest.to_string())));
    if let Some(image) = &report.inventory.image {
        list.extend(image.user.iter().map(|user| (USER, user.clone())));
        list.extend(image.user_id.map(|id| (USER_ID, id.to_string())));
        list.extend(image.created.iter().map(|created| (CREATED, created.clone())));
        list.extend(image.layers.iter().filter_map(layer).map(|text| (IMAGE_LAYER, text)));
    }
    list.extend(report.inventory.gaps.iter().filter_map(|gap| Some((GAP, serde_json::to_string(gap).ok()?))));
    let signature = |signature| Some((SIGNATURE, serde_json::to_string(&SignatureRow::from_model(signature)).ok()?));
    list.extend(report.signatures.iter().filter_map(signature));
    list
}

/// The properties of the distribution.
pub(crate) fn of_distribution(distribution: &Distribution) -> Vec<(&'static str, String)> {
    let mut list = vec![(OS_ID, distribution.id.clone()), (OS_NAME, distribution.name.clone())];
    list.extend(distribution.id_like.iter().map(|id| (OS_LIKE, id.clone())));
    list.extend(distribution.codename.iter().map(|codename| (OS_CODENAME, codename.clone())));
    list.extend(distribution.cpe.iter().map(|cpe| (OS_CPE, cpe.clone())));
    list.extend(distribution.end_of_life.iter().map(|day| (OS_END_OF_LIFE, day.clone())));
    list
}

/// The properties of a package.
pub(crate) fn of_package(package: &Package) -> Vec<(&'static str, String)> {
    let mut list = vec![
        (TYPE, package.ecosystem.purl_type().to_owned()),
        (NAME, package.name.clone()),
        (VERSION, package.version.clone()),
    ];
    if let Some(source) = &package.source {
        list.push((SOURCE_NAME, source.name.clone()));
        list.push((SOURCE_VERSION, source.version.clone()));
    }
    list.extend(package.architecture.iter().map(|architecture| (ARCHITECTURE, architecture.clone())));
    list.extend(package.module.iter().map(|module| (MODULE, module.clone())));
    list.extend(package.licenses.iter().map(|license| (LICENSE, license.clone())));
    list.extend(package.layer.map(|layer| (LAYER, layer.to_string())));
    list.extend(package.direct.map(|direct| (DIRECT, direct.to_string())));
    list.extend(package.paths.iter().map(|path| (PATH, path.clone())));
    list.extend(package.sha1.iter().map(|sha1| (SHA1, sha1.clone())));
    list.extend(package.lock_tool.map(|tool| (LOCK_TOOL, tool.as_str().to_owned())));
    if package.development {
        list.push((DEVELOPMENT, "true".into()));
    }
    list
}

/// Whether a property says what the target is.
pub(crate) fn is_of_target(name: &str) -> bool {
    name == KIND
}

/// Takes a property of the target; false when it is none of ours.
pub(crate) fn take_of_target(bill: &mut Bill, name: &str, value: &str) -> bool {
    match name {
        KIND => {}
        DIGEST => bill.digest = value.parse().ok(),
        USER => image(bill).user = Some(value.to_owned()),
        USER_ID => image(bill).user_id = value.parse().ok(),
        CREATED => image(bill).created = Some(value.to_owned()),
        IMAGE_LAYER => {
            if let Ok(layer) = serde_json::from_str::<Layer>(value) {
                image(bill).layers.push(layer.into_model());
            }
        }
        PLATFORM => bill.platform = value.parse().ok(),
        GAP => {
            let gap = serde_json::from_str(value).unwrap_or_else(|_| Gap::new("", value));
            bill.inventory.gaps.push(gap);
        }
        // What a document says of signatures proves nothing: anybody may have written it.
        SIGNATURE => {}
        _ => return false,
    }
    true
}

/// The distribution that our properties describe, if they are ours; `version` is what the document itself says.
pub(crate) fn our_distribution<'a>(
    properties: impl Iterator<Item = (&'a str, &'a str)>,
    version: Option<&str>,
) -> Option<Distribution> {
    let mut distribution = Distribution { version: version.unwrap_or_default().to_owned(), ..Distribution::default() };
    for (name, value) in properties {
        match name {
            OS_ID => distribution.id = value.to_owned(),
            OS_LIKE => distribution.id_like.push(value.to_owned()),
            OS_CODENAME => distribution.codename = Some(value.to_owned()),
            OS_NAME => distribution.name = value.to_owned(),
            OS_CPE => distribution.cpe = Some(value.to_owned()),
            OS_END_OF_LIFE => distribution.end_of_life = Some(value.to_owned()),
            _ => {}
        }
    }
    (!distribution.id.is_empty()).then_some(distribution)
}

/// Takes a property of a package; false when it is none of ours.
pub(crate) fn take_of_package(details: &mut Details, name: &str, value: &str) -> bool {
    let owned = || value.to_owned();
    match name {
        NAME => details.name = Some(owned()),
        VERSION => details.version = Some(owned()),
        SOURCE_NAME => source(details).name = owned(),
        SOURCE_VERSION => source(details).version = owned(),
        ARCHITECTURE => details.architecture = Some(owned()),
        MODULE => details.module = Some(owned()),
        LICENSE => details.licenses.push(owned()),
        PATH => details.paths.push(owned()),
        SHA1 => details.sha1 = Some(owned()),
        LOCK_TOOL => details.lock_tool = LockTool::from_word(value),
        LAYER => details.layer = value.parse().ok(),
        DIRECT => details.direct = value.parse().ok(),
        DEVELOPMENT => details.development = value == "true",
        TYPE => details.is_ours = true,
        _ => return false,
    }
    true
}

fn image(bill: &mut Bill) -> &mut ImageFacts {
    bill.inventory.image.get_or_insert_default()
}

/// A layer as the value of a property: a JSON object.
#[derive(Serialize, Deserialize)]
struct Layer {
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<model::Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff_id: Option<model::Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<String>,
    #[serde(default)]
    size_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<bool>,
}

fn layer(layer: &LayerFacts) -> Option<String> {
    let layer = Layer {
        digest: layer.digest.clone(),
        diff_id: layer.diff_id.clone(),
        created_by: layer.created_by.clone(),
        size_bytes: layer.size_bytes,
        base: layer.base,
    };
    serde_json::to_string(&layer).ok()
}

impl Layer {
    fn into_model(self) -> LayerFacts {
        LayerFacts {
            digest: self.digest,
            diff_id: self.diff_id,
            created_by: self.created_by,
            size_bytes: self.size_bytes,
            base: self.base,
        }
    }
}

fn source(details: &mut Details) -> &mut SourcePackage {
    details.source.get_or_insert_with(|| SourcePackage { name: String::new(), version: String::new() })
}
