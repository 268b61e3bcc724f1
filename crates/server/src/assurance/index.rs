//! From the bytes of an index to an image for the store. The bytes are foreign: whatever is wrong with them is told.

use std::collections::BTreeSet;
use std::io::Read as _;

use api::ProblemCode;
use aws_lc_rs::digest::{SHA256, digest};
use intelligence::Database;
use model::{Finding, FindingKind, ImageName as Name, Package, ScanReport, TargetKind};
use store::images::{ImageName, NewImage, PackageRow, words_of};

use crate::compressed;
use crate::error::{ApiError, ApiResult};
use crate::registration::{Reference, Registration, Source};

/// The largest index, in bytes without compression.
pub(crate) const LARGEST_INDEX_BYTES: usize = 64 << 20;

/// The most packages of an index.
pub(crate) const MOST_PACKAGES: usize = 200_000;

/// The most names that come with one registration.
pub(crate) const MOST_REFERENCES: usize = 1000;

/// The longest name, version, tag or label that is kept to be searched, in bytes.
const LONGEST_KEPT_BYTES: usize = 1024;

/// The longest name or version of a package, or id of a finding, that is kept whole to be asked.
pub(super) const LONGEST_NAME_BYTES: usize = 512;

/// The longest id and version of a distribution that are kept whole to be asked.
const LONGEST_OS_BYTES: usize = 256;

/// The most labels that are kept to be searched.
const MOST_LABELS: usize = 500;

/// An index that was read.
pub(crate) struct Index {
    pub(crate) report: ScanReport,
    pub(crate) image: NewImage,
    pub(crate) names: BTreeSet<ImageName>,
}

/// Reads what was registered.
pub(crate) fn read(registration: &Registration, database: Option<&Database>) -> ApiResult<Index> {
    if registration.index.len() > LARGEST_INDEX_BYTES {
        return Err(too_large());
    }
    let hash = digest(&SHA256, &registration.index).as_ref().to_vec();
    let report = parse(&registration.index)?;
    if report.target.kind != TargetKind::Image {
        let problem = format!("it is the index of a {}, and images alone are registered", report.target.kind.as_str());
        return Err(ApiError::invalid("target.kind", problem));
    }
    let Some(digest) = report.target.digest.as_ref().map(ToString::to_string) else {
        return Err(ApiError::invalid(
            "target.digest",
            "an image without digest cannot be told from others; scan it from a registry or layout",
        ));
    };
    if report.inventory.packages.len() > MOST_PACKAGES {
        return Err(ApiError::invalid("packages", format!("there are more than {MOST_PACKAGES}")));
    }
    let names = names(registration, &report)?;
    let body = zstd::bulk::compress(&registration.index, 3).map_err(|_| super::defect())?;
    let mut report = report;
    name_it(&mut report, &names, database);
    let image = image(&report, registration, digest, hash, body);
    Ok(Index { report, image, names })
}

/// Reads the index of a stored image again.
pub(crate) fn read_stored(
    body: &[u8],
    length: i64,
    names: &BTreeSet<ImageName>,
    database: Option<&Database>,
) -> ApiResult<ScanReport> {
    let length = usize::try_from(length).unwrap_or(LARGEST_INDEX_BYTES).min(LARGEST_INDEX_BYTES);
    let bytes = compressed::decompress(body, length).map_err(|_| super::defect())?;
    let mut report = formats::read_report(&bytes).map_err(|error| {
        tracing::error!(error = %crate::error::chain(&error), "a stored index cannot be read");
        super::defect()
    })?;
    name_it(&mut report, names, database);
    Ok(report)
}

/// An index has no vulnerabilities and no verdict: those that a report brings are another's opinion. It is called what it is
/// registered as.
fn name_it(report: &mut ScanReport, names: &BTreeSet<ImageName>, database: Option<&Database>) {
    report.findings.retain(|finding| !matches!(finding, Finding::Vulnerability(_)));
    for finding in &mut report.findings {
        forget_exception(finding);
    }
    report.detectors.remove(&FindingKind::Vulnerability);
    report.inventory.gaps.retain(|gap| !gap.is_from_matching());
    (report.verdict, report.comparison, report.intelligence) = (None, None, None);
    call(report, names);
    if let Some(database) = database {
        database.name_archives(&mut report.inventory);
    }
}

/// Calls an image by the first of its names.
pub(crate) fn call(report: &mut ScanReport, names: &BTreeSet<ImageName>) {
    if let (Some(name), Some(digest)) = (names.first(), &report.target.digest) {
        report.target.name = name.text(&digest.to_string());
    }
}

fn forget_exception(finding: &mut Finding) {
    match finding {
        Finding::Vulnerability(finding) => finding.excepted_by = None,
        Finding::Secret(finding) => finding.excepted_by = None,
        Finding::Malware(finding) => finding.excepted_by = None,
        Finding::License(finding) => finding.excepted_by = None,
        Finding::Misconfiguration(finding) => finding.excepted_by = None,
    }
}

fn parse(bytes: &[u8]) -> ApiResult<ScanReport> {
    formats::read_report(bytes).map_err(|error| {
        let problem = crate::error::chain(&error);
        ApiError::new(ProblemCode::Malformed, format!("The body cannot be used as an index: {problem}."))
            .with("problem", problem)
    })
}

pub(crate) fn too_large() -> ApiError {
    ApiError::new(
        ProblemCode::TooLarge,
        format!("The index is larger than {} MiB without compression.", LARGEST_INDEX_BYTES >> 20),
    )
}

/// The names that are given, or the one that the index has.
fn names(registration: &Registration, report: &ScanReport) -> ApiResult<BTreeSet<ImageName>> {
    if registration.references.len() > MOST_REFERENCES {
        return Err(ApiError::invalid("references", format!("there are more than {MOST_REFERENCES}")));
    }
    let given = registration.references.iter().map(|Reference { registry, repository, tag }| ImageName {
        registry: registry.clone(),
        repository: repository.clone(),
        tag: tag.clone().unwrap_or_default(),
    });
    let mut names: BTreeSet<ImageName> = given.collect();
    if names.is_empty()
        && let Some(name) = name_of(&report.target.name)
    {
        names.insert(name);
    }
    let is_kept = |text: &str| text.len() <= LONGEST_KEPT_BYTES && !text.chars().any(char::is_control);
    match names.iter().find(|name| ![&name.registry, &name.repository, &name.tag].into_iter().all(|part| is_kept(part)))
    {
        Some(_) => Err(ApiError::invalid("references", "a name is too long or has control characters")),
        None => Ok(names),
    }
}

/// The parts of a name that people write.
pub(crate) fn name_of(text: &str) -> Option<ImageName> {
    let name: Name = text.parse().ok()?;
    Some(ImageName {
        registry: name.registry().to_owned(),
        repository: name.repository().to_owned(),
        tag: name.tag().unwrap_or_default().to_owned(),
    })
}

fn image(report: &ScanReport, registration: &Registration, digest: String, hash: Vec<u8>, body: Vec<u8>) -> NewImage {
    let inventory = &report.inventory;
    let facts = inventory.image.as_ref();
    let os = os(report);
    let platform = report.target.platform.as_ref().map(ToString::to_string).unwrap_or_default();
    let labels = labels(report);
    let mut words: BTreeSet<String> = words_of(&digest).chain(words_of(&os)).chain(words_of(&platform)).collect();
    words.extend(labels.iter().flat_map(|label| words_of(label)));
    let sizes = facts.into_iter().flat_map(|facts| &facts.layers).map(|layer| layer.size_bytes);
    let size_bytes = sizes.fold(0_u64, u64::saturating_add);
    let (source, source_rank) = match &registration.source {
        Source::Registry { id } => (serde_json::json!({ "kind": "registry", "id": id }), 1),
        Source::Pipeline { repository, commit, build } => {
            (serde_json::json!({ "kind": "pipeline", "repository": repository, "commit": commit, "build": build }), 0)
        }
    };
    NewImage {
        platform,
        os,
        created: facts.and_then(|facts| facts.created.clone()),
        size_bytes: i64::try_from(size_bytes).unwrap_or(i64::MAX),
        source: source.to_string(),
        source_rank,
        labels,
        words: words.into_iter().filter(|word| word.len() <= LONGEST_KEPT_BYTES).collect(),
        index_hash: hash,
        index_length: i64::try_from(registration.index.len()).unwrap_or(i64::MAX),
        index: body,
        packages: inventory.packages.iter().map(package).collect(),
        has_archives: inventory.packages.iter().any(|package| package.sha1.is_some()),
        digest,
    }
}

/// The labels as `key=value`, as far as they are kept to be asked.
pub(crate) fn labels(report: &ScanReport) -> BTreeSet<String> {
    let facts = report.inventory.image.as_ref();
    facts
        .into_iter()
        .flat_map(|facts| &facts.labels)
        .map(|(key, value)| format!("{key}={value}"))
        .filter(|label| label.len() <= LONGEST_KEPT_BYTES)
        .map(|label| kept(&label, LONGEST_KEPT_BYTES))
        .take(MOST_LABELS)
        .collect()
}

/// Id and version of the distribution; empty where there is none.
pub(crate) fn os(report: &ScanReport) -> String {
    let distribution = report.inventory.distribution.as_ref();
    let text = distribution.map(|distribution| format!("{} {}", distribution.id, distribution.version));
    kept(text.unwrap_or_default().trim_end(), LONGEST_OS_BYTES)
}

/// A text as it is kept to be asked: an index of PostgreSQL takes rows of 2,704 bytes, and no U+0000.
pub(super) fn kept(text: &str, most: usize) -> String {
    text[..text.floor_char_boundary(most)].replace('\0', "\u{fffd}")
}

/// Whether a text is kept as it was, whatever was cut or replaced of others.
fn is_whole(text: &str, most: usize) -> bool {
    text.len() + '\u{fffd}'.len_utf8() < most && !text.contains('\u{fffd}')
}

/// Whether a name or a version of a package is kept as it was.
pub(super) fn is_name_whole(text: &str) -> bool {
    is_whole(text, LONGEST_NAME_BYTES)
}

/// Whether a purl is kept as it was.
pub(super) fn is_purl_whole(text: &str) -> bool {
    is_whole(text, LONGEST_KEPT_BYTES)
}

/// Whether id and version of a distribution are kept as they were.
pub(super) fn is_os_whole(text: &str) -> bool {
    is_whole(text, LONGEST_OS_BYTES)
}

fn package(package: &Package) -> PackageRow {
    let ecosystem = package.ecosystem.purl_type();
    // Advisories name source packages, and spell the names of some ecosystems their own way.
    let of_system = package.source.as_ref().filter(|_| package.ecosystem.is_operating_system());
    let source = match of_system {
        Some(source) => source.name.clone(),
        None => match intelligence::comparable_name(ecosystem, &package.name) {
            spelled if spelled == package.name => String::new(),
            spelled => spelled.into_owned(),
        },
    };
    let source_version = of_system.map(|source| source.version.clone());
    PackageRow {
        name: kept(&package.name, LONGEST_NAME_BYTES),
        version: kept(&package.version, LONGEST_NAME_BYTES),
        ecosystem: ecosystem.to_owned(),
        purl: kept(&package.purl.to_string(), LONGEST_KEPT_BYTES),
        source: kept(&source, LONGEST_NAME_BYTES),
        source_version: source_version.filter(|version| kept(version, LONGEST_NAME_BYTES) == *version),
        layer: package.layer.map(i64::from),
    }
}

/// Takes the compression from a body, as far as it is one that may be sent.
pub(crate) fn decoded(encoding: Option<&str>, body: &[u8]) -> ApiResult<Vec<u8>> {
    let most = LARGEST_INDEX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = match encoding.map(str::trim) {
        None | Some("" | "identity") => {
            bytes = body.to_vec();
            Ok(bytes.len())
        }
        Some("gzip") => flate2::read::MultiGzDecoder::new(body).take(most).read_to_end(&mut bytes),
        Some("zstd") => zstd::stream::read::Decoder::with_buffer(body).and_then(|mut decoder| {
            decoder.window_log_max(LARGEST_WINDOW_LOG)?;
            decoder.take(most).read_to_end(&mut bytes)
        }),
        Some(other) => {
            let detail = format!("The body is encoded as `{other}`; send it as it is, or as zstd or gzip.");
            let codings = serde_json::json!(api::images::REGISTRATION_CODINGS);
            return Err(ApiError::new(ProblemCode::MediaType, detail).with("encoding", other).with("codings", codings));
        }
    };
    if let Err(error) = read {
        let detail = format!("The compression of the body is damaged: {error}.");
        return Err(ApiError::new(ProblemCode::Malformed, detail));
    }
    match bytes.len() > LARGEST_INDEX_BYTES {
        true => Err(too_large()),
        false => Ok(bytes),
    }
}

/// The largest window of zstd that is given memory: 2^27 bytes would be as much as the index may be and more.
const LARGEST_WINDOW_LOG: u32 = 26;

#[cfg(test)]
mod tests {
    use model::{Ecosystem, Purl, SourcePackage};

    use super::*;

    /// Advisories find a package by its name as they spell it, whatever a bill of another program says of its source.
    #[test]
    fn a_package_of_a_language_is_kept_by_the_name_that_advisories_spell() {
        let source = |name: &str| Some(SourcePackage { name: name.to_owned(), version: "1.0-1".to_owned() });
        let mut one = crate::sample::report(1, "shop/api:1", &[("Foo_Bar", "1.0")]).inventory.packages.remove(0);
        one.source = source("python-foo");
        (one.ecosystem, one.purl) = (Ecosystem::Pypi, Purl::new("pypi", None, "Foo_Bar", Some("1.0")));
        let row = package(&one);
        assert_eq!((row.source.as_str(), row.source_version), ("foo-bar", None));
        (one.ecosystem, one.purl) = (Ecosystem::Deb, Purl::new("deb", Some("debian"), "foo", Some("1.0")));
        let row = package(&one);
        assert_eq!((row.source.as_str(), row.source_version.as_deref()), ("python-foo", Some("1.0-1")));
    }
}
