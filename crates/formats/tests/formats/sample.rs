//! Reports to write: a small rich one, an odd one, an empty one.

use model::cvss::CvssVector;
use model::{
    AdvisoryReference, Attestation, BaseImage, BetterBase, Distribution, Ecosystem, EpssScore, Executable, Finding,
    FindingKind, FindingStatus, Gap, ImageFacts, IntelligenceFacts, IntelligenceSource, Inventory, LayerFacts,
    LicenseCategory, LicenseFile, LicenseFinding, LicenseSource, MalwareEngine, MalwareFinding, Misconfiguration,
    Package, RemovedPackage, ScanReport, ScanTarget, SecretFinding, SecretLocation, Severity, Signature, SignatureKind,
    SignatureProblem, SourcePackage, SourcedScore, TargetKind, VulnerabilityFinding,
};

pub(crate) fn package(purl: &str, name: &str, version: &str) -> Package {
    let purl: model::Purl = purl.parse().unwrap();
    Package {
        ecosystem: Ecosystem::from_purl_type(purl.purl_type()).unwrap(),
        name: name.into(),
        version: version.into(),
        purl,
        source: None,
        architecture: None,
        module: None,
        licenses: Vec::new(),
        paths: Vec::new(),
        layer: None,
        direct: None,
        development: false,
        dependencies: Vec::new(),
        sha1: None,
        lock_tool: None,
    }
}

pub(crate) fn finding(id: &str, package: usize, severity: Severity) -> VulnerabilityFinding {
    VulnerabilityFinding {
        id: id.into(),
        aliases: Vec::new(),
        package,
        status: FindingStatus::Affected,
        fixed_version: None,
        severity,
        severity_source: None,
        vendor_severity: None,
        scores: Vec::new(),
        kev: false,
        epss: None,
        advisories: Vec::new(),
        title: None,
        published: None,
        fix_published: None,
        remedy: None,
        excepted_by: None,
        vex: None,
    }
}

/// A report of nothing.
pub(crate) fn empty() -> ScanReport {
    ScanReport {
        target: ScanTarget { name: "scratch".into(), kind: TargetKind::Image, digest: None, platform: None },
        inventory: Inventory::default(),
        detectors: [FindingKind::Vulnerability].into(),
        findings: Vec::new(),
        signatures: Vec::new(),
        verdict: None,
        comparison: None,
        shown: model::Shown::default(),
        intelligence: None,
    }
}

fn debian() -> Distribution {
    Distribution {
        id: "debian".into(),
        version: "12".into(),
        codename: Some("bookworm".into()),
        name: "Debian GNU/Linux 12 (bookworm)".into(),
        end_of_life: Some("2028-06-30".into()),
        ..Distribution::default()
    }
}

fn intelligence() -> IntelligenceFacts {
    let source = |name: &str, records| IntelligenceSource { name: name.into(), records, updated: None };
    IntelligenceFacts {
        sequence: 1_763_769_600,
        built: "2025-11-22T00:00:00Z".into(),
        sources: vec![source("debian-tracker", 40_000), source("kev", 1_400), source("osv/npm", 20_000)],
    }
}

/// An image with something of everything.
pub(crate) fn rich() -> ScanReport {
    let digest = |digit: &str| format!("sha256:{}", digit.repeat(64)).parse().unwrap();
    let layer = |digit: &str, command: &str, base| LayerFacts {
        digest: Some(digest(digit)),
        diff_id: Some(digest("d")),
        created_by: Some(command.into()),
        size_bytes: 29_150_000,
        base: Some(base),
    };
    let deb = |name: &str, version: &str, source: &str, path: &str| Package {
        source: Some(SourcePackage { name: source.into(), version: version.into() }),
        architecture: Some("amd64".into()),
        paths: vec![path.into()],
        layer: Some(0),
        licenses: vec!["Apache-2.0".into(), "GPL-2.0-or-later WITH Classpath-exception-2.0".into()],
        ..package(&format!("pkg:deb/debian/{name}@{version}?arch=amd64&distro=debian-12"), name, version)
    };
    let npm = |name: &str, version: &str, dependencies: Vec<usize>| Package {
        licenses: vec!["MIT".into()],
        paths: vec!["app/package-lock.json".into()],
        layer: Some(1),
        direct: Some(!dependencies.is_empty()),
        dependencies,
        ..package(&format!("pkg:npm/{}@{version}", name.replace('@', "%40")), name, version)
    };
    let jar = Package {
        licenses: vec!["BSD-like, see file".into()],
        paths: vec!["app/shop.war!/WEB-INF/lib/log4j-core-2.14.1.jar".into()],
        layer: Some(1),
        sha1: Some("0123456789abcdef0123456789abcdef01234567".into()),
        ..package(
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
            "org.apache.logging.log4j:log4j-core",
            "2.14.1",
        )
    };
    let status = "var/lib/dpkg/status";
    let packages = vec![
        deb("libssl3", "3.0.11-1~deb12u2", "openssl", status),
        deb("openssl", "3.0.11-1~deb12u2", "openssl", status),
        deb("zlib1g", "1.2.13.dfsg-1", "zlib", status),
        jar,
        npm("express", "4.17.1", vec![5]),
        npm("qs", "6.7.0", vec![]),
    ];
    let advisory = |source: &str, id: &str, url: &str| AdvisoryReference {
        source: source.into(),
        id: id.into(),
        url: Some(url.into()),
    };
    let score =
        |source: &str, vector: &str| SourcedScore { source: source.into(), vector: CvssVector::parse(vector).unwrap() };
    let openssl = |package: usize| VulnerabilityFinding {
        fixed_version: Some("3.0.15-1~deb12u1".into()),
        severity_source: Some("nvd".into()),
        scores: vec![score("nvd", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")],
        epss: Some(EpssScore { probability: 0.021, percentile: 0.88 }),
        advisories: vec![advisory("debian", "DSA-5764-1", "https://security-tracker.debian.org/tracker/DSA-5764-1")],
        title: Some("openssl: A malformed certificate name crashes the comparison of names".into()),
        published: Some("2024-09-03T16:15:07Z".into()),
        remedy: Some(format!("apt-get install --only-upgrade {}=3.0.15-1~deb12u1", ["libssl3", "openssl"][package])),
        ..finding("CVE-2024-6119", package, Severity::High)
    };
    let findings = vec![
        openssl(0),
        openssl(1),
        VulnerabilityFinding {
            status: FindingStatus::WillNotFix,
            severity_source: Some("debian".into()),
            vendor_severity: Some("unimportant".into()),
            title: Some("zlib: An integer overflow in MiniZip".into()),
            ..finding("CVE-2023-45853", 2, Severity::Low)
        },
        VulnerabilityFinding {
            aliases: vec!["GHSA-jfh8-c2jp-5v3q".into()],
            fixed_version: Some("2.15.0".into()),
            severity_source: Some("ghsa".into()),
            scores: vec![
                score("ghsa", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"),
                score("nvd", "AV:N/AC:M/Au:N/C:C/I:C/A:C"),
            ],
            kev: true,
            epss: Some(EpssScore { probability: 0.943_58, percentile: 0.999_6 }),
            advisories: vec![advisory(
                "ghsa",
                "GHSA-jfh8-c2jp-5v3q",
                "https://github.com/advisories/GHSA-jfh8-c2jp-5v3q",
            )],
            title: Some("log4j-core: Remote code execution through JNDI look-ups in log messages".into()),
            published: Some("2021-12-10".into()),
            remedy: Some("set org.apache.logging.log4j:log4j-core to 2.15.0 in pom.xml".into()),
            ..finding("CVE-2021-44228", 3, Severity::Critical)
        },
        VulnerabilityFinding {
            fixed_version: Some("6.7.3".into()),
            severity_source: Some("ghsa".into()),
            title: Some("qs: プロトタイプ汚染によるサービス拒否".into()),
            remedy: Some("npm update qs".into()),
            ..finding("CVE-2022-24999", 5, Severity::High)
        },
        VulnerabilityFinding {
            status: FindingStatus::UnderInvestigation,
            ..finding("CVE-2025-0001", 5, Severity::Unknown)
        },
    ];
    ScanReport {
        target: ScanTarget {
            name: "registry.example/shop:1.4".into(),
            kind: TargetKind::Image,
            digest: Some(digest("4")),
            platform: Some("linux/amd64".parse().unwrap()),
        },
        inventory: Inventory {
            distribution: Some(debian()),
            image: Some(ImageFacts {
                user: Some(String::new()),
                labels: [("maintainer".to_owned(), "shop".to_owned())].into(),
                environment: vec!["PATH=/usr/bin".into()],
                healthcheck: model::Healthcheck::Absent,
                exposed_ports: vec!["8080/tcp".into()],
                created: Some("2025-11-01T10:00:00Z".into()),
                layers: vec![layer("a", "ADD rootfs.tar /", true), layer("b", "COPY app /app", false)],
                empty_history: vec!["CMD [\"node\"]".into()],
                base: Some(BaseImage {
                    name: Some("debian:12.1".into()),
                    digest: Some(digest("e")),
                    layers: Some(1),
                    is_approved: true,
                    better: Some(BetterBase {
                        name: "debian:12.15".into(),
                        digest: Some(digest("f")),
                        repairs: 2,
                        brings: 1,
                    }),
                }),
                ..ImageFacts::default()
            }),
            packages,
            removed: vec![RemovedPackage {
                purl: "pkg:deb/debian/curl@7.88.1-10?arch=amd64".parse().unwrap(),
                added_in: 0,
                removed_in: 1,
            }],
            executables: vec![Executable {
                path: "usr/bin/ping".into(),
                sha256: "5".repeat(64).parse().unwrap(),
                package: Some(0),
                modified: Some(true),
                setuid: false,
                setgid: false,
                capabilities: vec!["cap_net_raw".into()],
                layer: Some(0),
            }],
            writable_folders: vec![model::WritableFolder { path: "srv/data".into(), layer: Some(1) }],
            gaps: vec![Gap::new("app/vendor.jar", "the central directory is damaged")],
        },
        detectors: FindingKind::ALL.into(),
        findings: findings.into_iter().map(Finding::Vulnerability).chain(others("app/config", Some(1))).collect(),
        signatures: signatures(),
        verdict: None,
        comparison: None,
        shown: model::Shown::default(),
        intelligence: Some(intelligence()),
    }
}

/// What a VEX statement said, in odd words.
fn vex(odd: &str, vendor_status: FindingStatus) -> model::VexAssertion {
    model::VexAssertion {
        status: model::VexStatus::NotAffected,
        justification: Some("vulnerable_code_not_in_execute_path".into()),
        detail: Some(odd.into()),
        author: Some(odd.into()),
        timestamp: Some("2026-01-01T00:00:00+09:00".into()),
        document: odd.into(),
        vendor_status,
    }
}

/// One that holds, and one that does not.
fn signatures() -> Vec<Signature> {
    let states =
        |verified| Attestation { predicate_type: "https://slsa.dev/provenance/v1".into(), digest: None, verified };
    let problem = SignatureProblem {
        code: "signature.other_image".into(),
        parameters: [("digest".to_owned(), format!("sha256:{}", "b".repeat(64)))].into(),
    };
    vec![
        Signature {
            kind: SignatureKind::Cosign,
            identity: Some("ci@example.com".into()),
            issuer: Some("https://accounts.example.com".into()),
            verified: true,
            problem: None,
            attestations: vec![states(true)],
        },
        Signature {
            kind: SignatureKind::Notation,
            identity: None,
            issuer: None,
            verified: false,
            problem: Some(problem),
            attestations: vec![states(false)],
        },
    ]
}

/// The vulnerabilities of a report, to change them.
pub(crate) fn vulnerabilities(report: &mut ScanReport) -> impl Iterator<Item = &mut VulnerabilityFinding> {
    report.findings.iter_mut().filter_map(|finding| match finding {
        Finding::Vulnerability(finding) => Some(finding),
        _ => None,
    })
}

/// Findings of every other kind, with this text in all of their fields.
fn others(text: &str, layer: Option<u32>) -> Vec<Finding> {
    let secret = |location, line| {
        Finding::Secret(SecretFinding {
            location,
            path: text.into(),
            line,
            rule: "aws-access-key-id".into(),
            title: format!("AWS access key id {text}"),
            matched: "AKIA************WXYZ".into(),
            number: None,
            severity: Severity::Critical,
            category: "cloud".into(),
            layer,
            removed_in: layer.filter(|_| location == SecretLocation::File).map(|layer| layer + 1),
            excepted_by: None,
        })
    };
    let malware = MalwareFinding {
        path: format!("{text}.tar.gz!/b"),
        rule: "eicar".into(),
        engine: MalwareEngine::Yara,
        severity: Severity::Critical,
        sha256: "7".repeat(64).parse().unwrap(),
        description: Some(format!("The EICAR test file {text}")),
        layer,
        removed_in: None,
        excepted_by: None,
    };
    let license = LicenseFinding {
        source: LicenseSource::Package(0),
        name: format!("GPL-3.0-only {text}"),
        category: LicenseCategory::StrongCopyleft,
        severity: Severity::Low,
        excepted_by: None,
    };
    let license_text = |name: &str, category, severity, confidence_percent| LicenseFinding {
        source: LicenseSource::File(LicenseFile { path: format!("LICENSE {text}"), confidence_percent, layer }),
        name: name.into(),
        category,
        severity,
        excepted_by: None,
    };
    let misconfiguration = |path: &str, line| {
        Finding::Misconfiguration(Misconfiguration {
            path: path.into(),
            line,
            id: "BHD-DOCKER-0002".into(),
            aliases: vec!["DS-0002".into()],
            severity: Severity::High,
            title: format!("Run as another user than root {text}"),
            message: format!("USER is not set {text}"),
            remedy: Some(format!("Set USER {text}")),
            layer: None,
            excepted_by: None,
        })
    };
    vec![
        secret(SecretLocation::File, Some(12)),
        secret(SecretLocation::Environment, None),
        secret(SecretLocation::History, None),
        secret(SecretLocation::Configuration, None),
        Finding::Malware(malware),
        Finding::License(license),
        Finding::License(license_text("MIT", LicenseCategory::Permissive, Severity::None, Some(97))),
        Finding::License(license_text("unknown license text", LicenseCategory::Unknown, Severity::Unknown, None)),
        misconfiguration("", None),
        misconfiguration(text, Some(3)),
    ]
}

/// What no document expects: every status and severity, control characters, direction marks, quotes, other scripts.
pub(crate) fn odd() -> ScanReport {
    let odd = "\u{1b}]0;own\u{7}\u{202e}<&\"'\\ \u{0} \r\n\t{}[]|%^` 日本語 🦀 é#?:@ \u{9b}2J";
    let statuses = [
        FindingStatus::Affected,
        FindingStatus::WillNotFix,
        FindingStatus::FixDeferred,
        FindingStatus::UnderInvestigation,
        FindingStatus::EndOfLife,
        FindingStatus::Fixed,
        FindingStatus::NotAffected,
    ];
    let mut packages = Vec::new();
    let mut findings = Vec::new();
    for (number, ecosystem) in Ecosystem::ALL.into_iter().enumerate() {
        let purl = model::Purl::new(ecosystem.purl_type(), Some("a b/ü%"), odd, Some(odd)).with_qualifier("arch", odd);
        packages.push(Package {
            source: Some(SourcePackage { name: odd.into(), version: odd.into() }),
            architecture: Some(odd.into()),
            module: Some(odd.into()),
            licenses: vec![
                odd.into(),
                "GPL-2.0".into(),
                "GPLv2+".into(),
                "LicenseRef-Acme OR MIT".into(),
                "MIT OR Apache-2.0".into(),
                format!("{odd}{number}"),
            ],
            paths: vec![odd.into(), "a.jar!/b.jar".into()],
            layer: u32::try_from(number).ok(),
            sha1: Some(odd.into()),
            name: odd.into(),
            version: odd.into(),
            ..package("pkg:npm/a@1", "a", "1")
        });
        let package = packages.last_mut().unwrap();
        package.ecosystem = ecosystem;
        package.purl = purl;
        for (place, status) in statuses.into_iter().enumerate() {
            let severity = Severity::DESCENDING[(number + place) % Severity::DESCENDING.len()];
            findings.push(Finding::Vulnerability(VulnerabilityFinding {
                aliases: vec![odd.into()],
                status,
                fixed_version: Some(odd.into()),
                severity_source: Some(odd.into()),
                vendor_severity: Some(odd.into()),
                kev: place == 0,
                epss: Some(EpssScore { probability: f32::MIN_POSITIVE, percentile: 1.0 }),
                advisories: vec![
                    AdvisoryReference { source: odd.into(), id: odd.into(), url: Some(odd.into()) },
                    AdvisoryReference { source: odd.into(), id: odd.into(), url: Some("https://a/%zz".into()) },
                ],
                title: Some(odd.into()),
                published: Some(odd.into()),
                fix_published: Some(odd.into()),
                remedy: Some(odd.into()),
                excepted_by: (place % 2 == 0).then(|| odd.into()),
                vex: (place > 0).then(|| Box::new(vex(odd, status))),
                ..finding(&format!("{odd}-{place}"), number, severity)
            }));
        }
    }
    packages.sort_by(|one, other| one.purl.cmp(&other.purl));
    findings.extend(others(odd, Some(2)));
    ScanReport {
        target: ScanTarget { name: odd.into(), kind: TargetKind::Directory, digest: None, platform: None },
        inventory: Inventory {
            distribution: Some(Distribution {
                id: odd.into(),
                version: odd.into(),
                name: odd.into(),
                end_of_life: Some(odd.into()),
                ..Distribution::default()
            }),
            image: Some(ImageFacts { user: Some(odd.into()), ..ImageFacts::default() }),
            packages,
            gaps: vec![Gap::new("", odd), Gap::new(odd, odd)],
            ..Inventory::default()
        },
        detectors: FindingKind::ALL.into(),
        signatures: Vec::new(),
        verdict: None,
        comparison: Some(model::Comparison {
            name: odd.into(),
            kind: TargetKind::Image,
            intelligence: Some(1),
            shown: model::Shown { severities: [Severity::High, Severity::Low].into(), fixable_only: true },
            new_places: std::collections::BTreeMap::new(),
            new: [0, 1].into(),
            gone: 1,
            not_compared: [FindingKind::License].into(),
        }),
        shown: model::Shown { severities: [].into(), fixable_only: true },
        findings,
        intelligence: Some(IntelligenceFacts {
            sequence: 5,
            built: odd.into(),
            sources: vec![IntelligenceSource { name: odd.into(), records: 1, updated: Some(odd.into()) }],
        }),
    }
}
