//! What documents have no field for: properties `bulkhead:…`, name and value, so that reading a document of ours back
//! gives the same inventory (`docs/reference/sbom.md` lists them).

use model::{Distribution, Gap, Package, ScanReport, SourcePackage};

use crate::bill::{Bill, Details};

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
const SHA1: &str = "bulkhead:package:sha1";
const KIND: &str = "bulkhead:target:kind";
const PLATFORM: &str = "bulkhead:target:platform";
const DIGEST: &str = "bulkhead:target:digest";
const GAP: &str = "bulkhead:gap";
const OS_LIKE: &str = "bulkhead:os:id_like";
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
    list.extend(report.inventory.gaps.iter().map(|gap| (GAP, format!("{}\t{}", gap.path, gap.reason))));
    list
}

/// The properties of the distribution.
pub(crate) fn of_distribution(distribution: &Distribution) -> Vec<(&'static str, String)> {
    let mut list = vec![(OS_NAME, distribution.name.clone())];
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
    if package.development {
        list.push((DEVELOPMENT, "true".into()));
    }
    list
}

/// Takes a property of the target; false when it is none of ours.
pub(crate) fn take_of_target(bill: &mut Bill, name: &str, value: &str) -> bool {
    match name {
        DIGEST => bill.digest = value.parse().ok(),
        PLATFORM => bill.platform = value.parse().ok(),
        GAP => {
            let (path, reason) = value.split_once('\t').unwrap_or(("", value));
            bill.inventory.gaps.push(Gap::new(path, reason));
        }
        _ => return false,
    }
    true
}

/// Takes a property of the distribution; false when it is none of ours.
pub(crate) fn take_of_distribution(distribution: &mut Distribution, name: &str, value: &str) -> bool {
    match name {
        OS_LIKE => distribution.id_like.push(value.to_owned()),
        OS_CODENAME => distribution.codename = Some(value.to_owned()),
        OS_NAME => distribution.name = value.to_owned(),
        OS_CPE => distribution.cpe = Some(value.to_owned()),
        OS_END_OF_LIFE => distribution.end_of_life = Some(value.to_owned()),
        _ => return false,
    }
    true
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
        LAYER => details.layer = value.parse().ok(),
        DIRECT => details.direct = value.parse().ok(),
        DEVELOPMENT => details.development = value == "true",
        TYPE => {}
        _ => return false,
    }
    true
}

fn source(details: &mut Details) -> &mut SourcePackage {
    details.source.get_or_insert_with(|| SourcePackage { name: String::new(), version: String::new() })
}
