//! CSAF 2.0 documents of Linux distributions: which package of which product has which status.
//!
//! The core that Red Hat's and SUSE's feeds share (OASIS CSAF 2.0, sections 3.2.2 product tree and 3.2.3
//! vulnerabilities). A status names a product id; `relationships` say which package it is of which platform, once or,
//! where a module stands between, twice. Packages are named by purl, else by `name-epoch:version-release.arch`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::FindingStatus;
use model::version::VersionScheme;

use self::document::{Csaf, CsafVulnerability};
use self::products::{ProductTree, RpmPackage};
use super::fields::{add_score, is_cve_id, time, title};
use crate::advisory::{Advisory, Affected, NameKind, RangeEnd, Record, VersionRange};
use crate::feed::Sink;

mod document;
mod products;

/// What differs between publishers.
pub(super) struct CsafPublisher {
    /// The source as reports name it.
    pub(super) source: &'static str,
    /// The name under which records are counted.
    pub(super) source_name: &'static str,
    /// The page of a CVE, its id to be put behind.
    pub(super) page: &'static str,
    /// The release that a platform belongs to, by its name and its CPE (`cpe:/…`).
    pub(super) release: fn(name: &str, cpe: &str) -> Option<String>,
}

/// Reads one document and gives its advisories to the sink.
pub(super) fn read_csaf(publisher: &CsafPublisher, bytes: &[u8], place: &str, sink: &mut dyn Sink) {
    let name = publisher.source_name;
    let csaf: Csaf<'_> = match serde_json::from_slice(bytes) {
        Ok(csaf) => csaf,
        Err(error) => return sink.skipped(name, place, format!("it is no CSAF document: {error}")),
    };
    if csaf.vulnerabilities.is_empty() {
        return sink.skipped(name, place, "it names no vulnerability".to_owned());
    }
    let products = ProductTree::new(&csaf.product_tree);
    for vulnerability in &csaf.vulnerabilities {
        if !is_cve_id(&vulnerability.cve) {
            sink.skipped(name, place, "a vulnerability without a CVE id".to_owned());
            continue;
        }
        let before = advisories(publisher, &csaf, vulnerability, &products);
        if before.is_empty() {
            sink.skipped(name, place, "it names no package of an ordinary release".to_owned());
        }
        for advisory in before {
            sink.record(name, Record::Advisory(advisory));
        }
    }
}

/// One advisory for each erratum that repairs the vulnerability, and one for what no erratum repairs.
fn advisories(
    publisher: &CsafPublisher,
    csaf: &Csaf<'_>,
    vulnerability: &CsafVulnerability<'_>,
    products: &ProductTree<'_>,
) -> Vec<Advisory> {
    let remedies = Remedies::new(vulnerability);
    let mut by_erratum: BTreeMap<Option<&str>, Vec<Affected>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let status = &vulnerability.product_status;
    let fixed = status.fixed.iter().chain(&status.first_fixed).chain(&status.recommended).map(|id| (id, None));
    let open = [
        (&status.known_affected, FindingStatus::Affected),
        (&status.last_affected, FindingStatus::Affected),
        (&status.under_investigation, FindingStatus::UnderInvestigation),
        (&status.known_not_affected, FindingStatus::NotAffected),
    ];
    let open = open.into_iter().flat_map(|(ids, status)| ids.iter().map(move |id| (id, Some(status))));
    for (id, open_status) in fixed.chain(open) {
        let Some((platform, package)) = products.resolve(id, open_status.is_none()) else { continue };
        let Some(namespace) = (publisher.release)(platform.name, platform.cpe) else { continue };
        let (status, ranges) = match open_status {
            None => match package.version {
                Some(version) => {
                    (FindingStatus::Affected, vec![VersionRange { introduced: None, end: RangeEnd::Fixed(version) }])
                }
                None => continue,
            },
            Some(FindingStatus::Affected) => (remedies.status(id), Vec::new()),
            Some(status) => (status, Vec::new()),
        };
        if open_status.is_none() && package.is_source {
            // The binary packages are listed beside their source package.
            continue;
        }
        let RpmPackage { name, module, is_source, .. } = package;
        let kind = if is_source { NameKind::Source } else { NameKind::Binary };
        let fixed_version = ranges.first().map(|range| range.end.clone());
        if !seen.insert((namespace.clone(), name.clone(), kind, module.clone(), status, fixed_version.map(end_text))) {
            continue;
        }
        let erratum = if open_status.is_none() { remedies.erratum(id) } else { None };
        by_erratum.entry(erratum).or_default().push(Affected {
            namespace,
            package: name,
            name_kind: kind,
            module,
            scheme: VersionScheme::Rpm,
            ranges,
            versions: Vec::new(),
            status,
            severity: remedies.impact(id).map(str::to_owned),
        });
    }
    by_erratum
        .into_iter()
        .map(|(erratum, affected)| advisory(publisher, csaf, vulnerability, &remedies, erratum, affected))
        .collect()
}

fn advisory(
    publisher: &CsafPublisher,
    csaf: &Csaf<'_>,
    vulnerability: &CsafVulnerability<'_>,
    remedies: &Remedies<'_>,
    erratum: Option<&str>,
    affected: Vec<Affected>,
) -> Advisory {
    let cve = vulnerability.cve.to_string();
    let mut scores = Vec::new();
    for score in &vulnerability.scores {
        for vector in [&score.cvss_v2, &score.cvss_v3, &score.cvss_v4] {
            add_score(&mut scores, &vector.vector_string);
        }
    }
    let note = |kind: &str| vulnerability.notes.iter().find(|note| &*note.category == kind);
    let note = note("description").or_else(|| note("summary")).or_else(|| note("general"));
    let tracking = &csaf.document.tracking;
    Advisory {
        source: publisher.source.to_owned(),
        id: erratum.and_then(erratum_id).map_or_else(|| cve.clone(), str::to_owned),
        url: Some(erratum.map_or_else(|| format!("{}{cve}", publisher.page), str::to_owned)),
        vulnerabilities: vec![cve],
        title: title(&vulnerability.title).or_else(|| note.and_then(|note| title(&note.text))),
        published: time(&vulnerability.release_date).or_else(|| time(&tracking.initial_release_date)),
        modified: time(&tracking.current_release_date),
        severity: csaf.document.aggregate_severity.text.to_option().or_else(|| remedies.any_impact()),
        scores,
        affected,
    }
}

fn end_text(end: RangeEnd) -> String {
    match end {
        RangeEnd::Open => String::new(),
        RangeEnd::Fixed(version) | RangeEnd::LastAffected(version) | RangeEnd::Limit(version) => version,
    }
}

/// `RHSA-2024:1234` of `https://access.redhat.com/errata/RHSA-2024:1234`.
fn erratum_id(url: &str) -> Option<&str> {
    let last = url.trim_end_matches('/').rsplit('/').next()?;
    let is_id = ["RHSA-", "RHBA-", "RHEA-", "SUSE-SU-", "SUSE-RU-", "openSUSE-SU-"];
    is_id.iter().any(|prefix| last.starts_with(prefix)).then_some(last)
}

/// What `remediations` and `threats` say of product ids.
struct Remedies<'d> {
    errata: HashMap<&'d str, &'d str>,
    statuses: HashMap<&'d str, FindingStatus>,
    impacts: HashMap<&'d str, &'d str>,
    first_impact: Option<&'d str>,
}

impl<'d> Remedies<'d> {
    fn new(vulnerability: &'d CsafVulnerability<'_>) -> Remedies<'d> {
        let mut errata = HashMap::new();
        let mut statuses = HashMap::new();
        for remediation in &vulnerability.remediations {
            let ids = remediation.product_ids.iter().map(|id| &**id);
            let details = remediation.details.to_ascii_lowercase();
            let status = match &*remediation.category {
                "vendor_fix" => {
                    if erratum_id(&remediation.url).is_some() {
                        errata.extend(ids.map(|id| (id, &*remediation.url)));
                    }
                    continue;
                }
                _ if details.contains("out of support") || details.contains("end of life") => FindingStatus::EndOfLife,
                "no_fix_planned" => FindingStatus::WillNotFix,
                "none_available" if details.contains("defer") => FindingStatus::FixDeferred,
                "none_available" if details.contains("investigation") => FindingStatus::UnderInvestigation,
                _ => continue,
            };
            statuses.extend(ids.map(|id| (id, status)));
        }
        let impacts: Vec<_> = vulnerability.threats.iter().filter(|threat| &*threat.category == "impact").collect();
        let by_product = impacts.iter().filter(|_| impacts.len() > 1);
        let by_product = by_product.flat_map(|threat| threat.product_ids.iter().map(|id| (&**id, &*threat.details)));
        Remedies {
            errata,
            statuses,
            first_impact: impacts.first().map(|threat| &*threat.details),
            impacts: by_product.collect(),
        }
    }

    fn status(&self, id: &str) -> FindingStatus {
        self.statuses.get(id).copied().unwrap_or(FindingStatus::Affected)
    }

    fn erratum(&self, id: &str) -> Option<&'d str> {
        self.errata.get(id).copied()
    }

    fn impact(&self, id: &str) -> Option<&'d str> {
        self.impacts.get(id).copied().filter(|word| word.len() <= 32)
    }

    fn any_impact(&self) -> Option<String> {
        self.first_impact.filter(|word| word.len() <= 32).map(str::to_owned)
    }
}
