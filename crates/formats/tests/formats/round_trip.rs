//! What is written can be read again: reports are the same, bills of materials give the same inventory.

use formats::{Format, WriteOptions, read_bill, read_report};
use model::{
    BaseImage, BetterBase, Distribution, Ecosystem, EpssScore, Finding, FindingStatus, Gap, ImageFacts, Inventory,
    LayerFacts, LockTool, Package, Purl, ScanReport, Severity, SourcePackage, TargetKind, VulnerabilityFinding,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::sample;

fn written(report: &ScanReport, format: Format) -> Vec<u8> {
    let mut text = Vec::new();
    formats::write(report, format, &WriteOptions::default(), &mut text).unwrap();
    text
}

/// What matching sees of an inventory, and what findings say of places: all but labels, environment,
/// files that stand out and what is gone.
fn essence(inventory: &Inventory) -> Inventory {
    let image = inventory.image.as_ref().map(|image| ImageFacts {
        user: image.user.clone(),
        user_id: image.user_id,
        created: image.created.clone(),
        layers: image.layers.clone(),
        ..ImageFacts::default()
    });
    let (removed, executables, writable_folders) = (Vec::new(), Vec::new(), Vec::new());
    Inventory { image, removed, executables, writable_folders, ..inventory.clone() }
}

fn check(report: &ScanReport) {
    assert_eq!(&read_report(&written(report, Format::Json)).unwrap(), report);
    for format in [Format::Cyclonedx, Format::Spdx] {
        let bytes = written(report, format);
        let bill = read_bill(&bytes).unwrap();
        assert_eq!(bill.inventory, essence(&report.inventory), "{}", format.as_str());
        assert_eq!((&bill.digest, &bill.platform), (&report.target.digest, &report.target.platform));
        assert_eq!(bytes, written(report, format), "the same report gives the same bytes");
    }
    assert_eq!(read_bill(&written(report, Format::Json)).unwrap().inventory, report.inventory);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9.+~:-]{0,12}", "\\PC{0,8}", "[ -~\\t\\n]{0,10}"]
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z0-9.+-]{0,10}", "\\PC{1,6}"]
}

fn purl() -> impl Strategy<Value = Purl> {
    (0..Ecosystem::ALL.len(), option::of(word()), word(), word(), option::of(word())).prop_filter_map(
        "a purl that cannot be read",
        |(ecosystem, namespace, name, version, qualifier)| {
            let kind = Ecosystem::ALL[ecosystem].purl_type();
            let purl = Purl::new(kind, namespace.as_deref(), &name, Some(&version));
            let purl = purl.with_qualifier("distro", qualifier.as_deref().unwrap_or_default());
            purl.to_string().parse::<Purl>().ok()
        },
    )
}

prop_compose! {
    fn package()(
        (name, version, source) in (text(), text(), option::of((text(), text()))),
        (architecture, module, sha1) in (option::of(text()), option::of(text()), option::of(text())),
        (licenses, paths) in (vec(text(), 0..4), vec(word(), 0..4)),
        (layer, direct, development) in (option::of(0..300_u32), option::of(any::<bool>()), any::<bool>()),
        is_berry in any::<bool>(),
    ) -> Package {
        let mut paths = paths;
        paths.sort();
        paths.dedup();
        Package {
            source: source.map(|(name, version)| SourcePackage { name, version }),
            architecture, module, sha1, licenses, paths, layer, direct, development,
            lock_tool: is_berry.then_some(LockTool::YarnBerry),
            ..sample::package("pkg:npm/a@1", &name, &version)
        }
    }
}

prop_compose! {
    fn packages()(by_purl in btree_map(purl(), package(), 0..8), needs in vec((0..8_usize, 0..8_usize), 0..8))
        -> Vec<Package>
    {
        let mut packages: Vec<Package> = by_purl
            .into_iter()
            .map(|(purl, package)| Package {
                ecosystem: Ecosystem::from_purl_type(purl.purl_type()).unwrap(),
                purl,
                ..package
            })
            .collect();
        let count = packages.len();
        for (from, to) in needs.into_iter().filter(|(from, to)| from != to && *from < count && *to < count) {
            packages[from].dependencies.push(to);
            packages[from].dependencies.sort_unstable();
            packages[from].dependencies.dedup();
        }
        packages
    }
}

prop_compose! {
    fn distribution()(
        (id, version, name) in (word(), text(), text()),
        (id_like, codename) in (vec(text(), 0..3), option::of(text())),
        (cpe, end_of_life) in (option::of(text()), option::of(text())),
    ) -> Distribution {
        Distribution { id, id_like, version, codename, name, cpe, end_of_life }
    }
}

prop_compose! {
    fn image()(
        user in text(),
        user_id in option::of(any::<i64>()),
        created in option::of(text()),
        labels in btree_map(text(), text(), 0..3),
        annotations in btree_map(text(), text(), 0..3),
        base in option::of((option::of(text()), option::of(any::<u32>()), any::<bool>(), option::of(text()))),
        environment in vec(text(), 0..3),
        layers in vec((option::of(text()), any::<u64>(), option::of(any::<bool>()), any::<bool>()), 0..4),
    ) -> ImageFacts {
        let digest = || format!("sha256:{}", "5".repeat(64)).parse().ok();
        let layers = layers.into_iter().map(|(created_by, size_bytes, base, is_stored)| LayerFacts {
            digest: digest().filter(|_| is_stored),
            diff_id: digest().filter(|_| !is_stored),
            created_by, size_bytes, base,
        });
        let base = base.map(|(name, layers, is_approved, better)| BaseImage {
            name,
            digest: digest(),
            layers,
            is_approved,
            better: better.map(|name| BetterBase { name, digest: digest(), repairs: 3, brings: 1 }),
        });
        let layers = layers.collect();
        ImageFacts {
            user: Some(user), user_id, labels, annotations, environment, created, layers, base, ..ImageFacts::default()
        }
    }
}

prop_compose! {
    fn finding()(
        (id, package, severity, status) in (text(), 0..8_usize, 0..6_usize, 0..7_usize),
        (fixed_version, title, remedy) in (option::of(text()), option::of(text()), option::of(text())),
        (kev, epss) in (any::<bool>(), option::of((0.0..1.0_f32, 0.0..1.0_f32))),
    ) -> VulnerabilityFinding {
        use FindingStatus::{Affected, EndOfLife, FixDeferred, Fixed, NotAffected, UnderInvestigation, WillNotFix};
        let statuses = [Affected, WillNotFix, FixDeferred, UnderInvestigation, EndOfLife, Fixed, NotAffected];
        VulnerabilityFinding {
            status: statuses[status],
            fixed_version, title, remedy, kev,
            epss: epss.map(|(probability, percentile)| EpssScore { probability, percentile }),
            ..sample::finding(&id, package, Severity::DESCENDING[severity])
        }
    }
}

prop_compose! {
    fn report()(
        packages in packages(),
        distribution in option::of(distribution()),
        image in option::of(image()),
        gaps in vec((text(), text()), 0..4),
        findings in vec(finding(), 0..6),
        (name, kind) in (text(), 0..6_usize),
    ) -> ScanReport {
        use TargetKind::{Container, Directory, Host, Image, Rootfs, Sbom};
        let mut gaps: Vec<Gap> = gaps.into_iter().map(|(path, reason)| Gap::new(path, reason)).collect();
        gaps.sort();
        gaps.dedup();
        let count = packages.len();
        let findings = findings.into_iter().filter(|finding| finding.package < count);
        let mut report = sample::empty();
        report.target.name = name;
        report.target.kind = [Image, Rootfs, Directory, Sbom, Host, Container][kind];
        report.findings = findings.map(Finding::Vulnerability).collect();
        report.inventory = Inventory { distribution, image, packages, gaps, ..Inventory::default() };
        report
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn everything_written_is_read_again(report in report()) {
        check(&report);
    }
}

#[test]
fn samples_are_read_again() {
    check(&sample::rich());
    check(&sample::empty());
    let mut odd = sample::odd();
    odd.inventory.packages.iter_mut().for_each(|package| package.paths.sort());
    check(&odd);
}

#[test]
fn what_is_no_report_is_told_for_what_it_is() {
    for (text, message) in [
        (r#"{"artifacts":[],"schema":{"version":"16.0.3","url":"https://x/16.json"}}"#, "it is Syft's own JSON, which"),
        (r#"{"artifacts":[],"schema":{}}"#, "(ask Syft for CycloneDX or SPDX JSON and scan that), and no"),
        (r#"{"schema":{"version":"16"}}"#, "it is JSON whose `schema` is no name, and no Bulkhead report"),
        (r#"{"schema":16}"#, "it is JSON whose `schema` is no name, and no Bulkhead report"),
        (r#"{"schema":null}"#, "it is JSON without a `schema`, and no Bulkhead report"),
        (r#"{"spdxVersion":"SPDX-2.3"}"#, "it is a bill of materials, which bulkhead scan reads"),
        (r#"{"schema":"other/1"}"#, "its schema is `other/1`, and this program reads bulkhead.report/1"),
    ] {
        let error = read_report(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn a_report_that_contradicts_itself_is_refused() {
    let text = String::from_utf8(written(&sample::rich(), Format::Json)).unwrap();
    let refused = [
        (text.replacen("\"affected\"", "\"maybe\"", 1), "`maybe` is no status of a finding"),
        (text.replacen("\"kind\": \"image\"", "\"kind\": \"cake\"", 1), "`cake` is no kind of target"),
        (text.replace("bulkhead.report/1", "bulkhead.report/2"), "its schema is `bulkhead.report/2`"),
        (
            text.replace("pkg:npm/qs@6.7.0\",\n        \"name\": \"qs\"", "pkg:npm/q@1\",\n        \"name\": \"qs\""),
            "which is no package of it",
        ),
        (text[..text.len() / 2].to_owned(), "it is no whole Bulkhead report: it ends too early"),
    ];
    for (text, message) in refused {
        let error = read_report(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(message), "{message}: {error}");
    }
}
