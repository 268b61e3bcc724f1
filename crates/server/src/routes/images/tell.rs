//! From what the store has to what the API tells.

use api::Moment;
use api::images::{
    DigestApproval, Finding, FindingAcknowledgement, Image, ImageCounts, ImageDetails, ImageReference, KnownPackage,
    KnownVulnerability, Package, VerdictObject,
};
use formats::Language;
use store::acknowledgements::Acknowledgement;
use store::images::{APPROVALS, DECISIONS, FindingRow, InstalledPackage, Named, SEVERITIES, word};
use store::{approvals, images, inventory};

pub(crate) fn image(image: images::Image) -> Image {
    let counts = image.counts;
    Image {
        digest: image.digest,
        name: image.name,
        platform: image.platform,
        os: image.os,
        created: image.created,
        size_bytes: image.size_bytes,
        packages: image.packages,
        counts: ImageCounts {
            critical: counts.critical,
            high: counts.high,
            medium: counts.medium,
            low: counts.low,
            unrated: counts.unrated,
            kev: counts.kev,
            fixable: counts.fixable,
            secrets: counts.secrets,
            malware: counts.malware,
            misconfigurations: counts.misconfigurations,
            gaps: counts.gaps,
        },
        severity: word(SEVERITIES, counts.severity).to_owned(),
        decision: word(DECISIONS, image.decision).to_owned(),
        verdict: image.verdict_id,
        approval: word(APPROVALS, image.approval).to_owned(),
        registered: Moment(image.registered),
        indexed: Moment(image.indexed),
        evaluated: Moment(image.evaluated),
        decided: Moment(image.decided),
    }
}

pub(crate) fn details(
    own: images::Image,
    names: Vec<Named>,
    approvals: Vec<approvals::Approval>,
    verdict: Option<serde_json::Value>,
) -> ImageDetails {
    ImageDetails {
        source: serde_json::from_str(&own.source).unwrap_or_default(),
        indexes: Vec::new(),
        is_fetchable: false,
        names: names
            .into_iter()
            .map(|named| ImageReference {
                registry: named.name.registry,
                repository: named.name.repository,
                tag: some(named.name.tag),
                seen: Moment(named.seen),
                is_current: named.is_current,
            })
            .collect(),
        approvals: approvals
            .into_iter()
            .map(|approval| DigestApproval {
                registry: approval.registry,
                repository: approval.repository,
                by: approval.approver_name,
                comment: approval.comment,
                at: Moment(approval.at),
            })
            .collect(),
        current_verdict: verdict.map(VerdictObject),
        image: image(own),
    }
}

pub(crate) fn package(installed: InstalledPackage) -> Package {
    let package = installed.package;
    Package {
        name: package.name,
        version: package.version,
        ecosystem: package.ecosystem,
        purl: package.purl,
        source: some(package.source),
        layer: package.layer,
    }
}

/// A finding, with what somebody who has seen it says.
pub(crate) fn finding(row: FindingRow, seen: Option<Acknowledgement>) -> Finding {
    let title = row.title.as_deref().unwrap_or_default();
    let title_ja = formats::title_in(Language::Japanese, &row.kind, &row.finding, title);
    Finding {
        title_ja: title_ja.filter(|said| said != title),
        line: row.line,
        layer: row.layer,
        acknowledgement: seen.map(acknowledgement),
        kind: row.kind,
        id: row.finding,
        severity: word(SEVERITIES, row.severity).to_owned(),
        package: some(row.package),
        path: some(row.path),
        status: some(row.status),
        fixed_version: row.fixed_version,
        score: row.score,
        kev: row.kev,
        epss: row.epss,
        excepted_by: row.excepted_by,
        title: row.title,
    }
}

pub(crate) fn acknowledgement(own: Acknowledgement) -> FindingAcknowledgement {
    FindingAcknowledgement {
        id: own.id,
        place: own.place,
        by: own.author_name,
        reason: own.reason,
        at: Moment(own.at),
        until: own.until.map(Moment),
    }
}

pub(crate) fn known_package(package: inventory::KnownPackage) -> KnownPackage {
    KnownPackage {
        name: package.name,
        version: package.version,
        ecosystem: package.ecosystem,
        purl: package.purl,
        source: some(package.source),
        images: package.images,
    }
}

pub(crate) fn known_vulnerability(vulnerability: inventory::KnownVulnerability) -> KnownVulnerability {
    KnownVulnerability {
        id: vulnerability.id,
        severity: word(SEVERITIES, vulnerability.severity).to_owned(),
        kev: vulnerability.kev,
        epss: vulnerability.epss,
        title: vulnerability.title,
        published: vulnerability.published,
        first_seen: Moment(vulnerability.first_seen),
        images: vulnerability.images,
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
