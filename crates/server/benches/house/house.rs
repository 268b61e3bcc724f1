//! The house that is generated: what its images are made of. The same number gives the same image on every run.
//!
//! Images are tags of repositories of teams in several registries. Each is built on one of a few bases, whose packages it
//! shares with thousands of others, and has packages of its own, chosen as people do: a few names nearly everywhere, many
//! names hardly anywhere. What is wrong with a package is wrong with it in every image, so that few vulnerabilities touch
//! many images.

use std::collections::BTreeMap;

use model::{
    Distribution, Ecosystem, FindingKind, ImageFacts, Inventory, Package, Purl, ScanReport, ScanTarget, TargetKind,
};
use store::images::ImageName;

use crate::asking::Asked;

const REGISTRIES: &[&str] = &["docker.io", "registry.example:5000", "ghcr.io", "quay.io", "harbor.example", "gcr.io"];

/// Id, version, packages.
const BASES: &[(&str, &str, u64)] = &[
    ("debian", "12", 88),
    ("debian", "11", 85),
    ("ubuntu", "24.04", 92),
    ("ubuntu", "22.04", 95),
    ("alpine", "3.20", 16),
    ("alpine", "3.19", 16),
    ("alpine", "3.18", 15),
    ("rhel", "9.4", 110),
    ("amzn", "2023", 105),
];

/// The names of packages that programs bring, and how many versions of each are about.
const NAMES: u64 = 9000;
const VERSIONS: u64 = 9;

const TEAMS: u64 = 40;

/// Tags of one repository.
const TAGS: u64 = 50;

/// Snapshots of a base.
const SNAPSHOTS: u64 = 5 + TAGS / 10;

/// The house.
#[derive(Debug, Clone, Copy)]
pub(crate) struct House {
    images: u32,
}

/// An image of the house.
pub(crate) struct Image {
    pub(crate) report: ScanReport,
    pub(crate) digest: String,
    pub(crate) names: Vec<ImageName>,
    pub(crate) team: u64,
    /// What is wrong with it, a package's place for each.
    pub(crate) flaws: Vec<(usize, Flaw)>,
}

/// A vulnerability of a package.
#[derive(Debug, Clone)]
pub(crate) struct Flaw {
    pub(crate) id: String,
    /// The place of its severity among the words.
    pub(crate) severity: i64,
    pub(crate) is_exploited: bool,
    pub(crate) epss: f64,
}

/// What a feed says of a package of the house.
pub(crate) struct Advisory {
    /// As OSV writes it.
    pub(crate) ecosystem: String,
    pub(crate) package: String,
    /// The versions that have the flaw; all where none is named.
    pub(crate) versions: Vec<String>,
    pub(crate) flaw: Flaw,
}

/// Numbers that look random and are always the same (splitmix64, Steele, Lea and Flood 2014).
pub(crate) fn mixed(seed: u64) -> u64 {
    let mut number = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(7, |hash, byte| mixed(hash ^ u64::from(byte)))
}

/// A number below `most`, small ones far more often: the place in a list by popularity.
fn popular(random: u64, most: u64) -> u64 {
    let share = (random >> 11) as f64 / (1_u64 << 53) as f64;
    ((most as f64).powf(share) - 1.0) as u64
}

impl House {
    pub(crate) fn new(images: u32) -> House {
        House { images }
    }

    pub(crate) fn images(&self) -> u32 {
        self.images
    }

    /// The names of the teams, which are application scopes.
    pub(crate) fn teams(&self) -> impl Iterator<Item = String> {
        (0..TEAMS).map(|team| format!("team-{team}"))
    }

    /// The digest of a number.
    pub(crate) fn digest(number: u32) -> String {
        let parts = [1, 2, 3, 4].map(|part| format!("{:016x}", mixed(u64::from(number) * 5 + part)));
        format!("sha256:{}", parts.concat())
    }

    /// An image of the house, or one beyond its end.
    pub(crate) fn image(number: u32) -> Image {
        let number = u64::from(number);
        let repository = mixed(number / TAGS);
        let tag = number % TAGS;
        // A few teams have most of the repositories.
        let team = popular(mixed(repository ^ 1), TEAMS);
        let (id, version, count) = BASES[(popular(mixed(repository ^ 2), BASES.len() as u64)) as usize];
        let snapshot = mixed(repository ^ 3) % 6 + tag / 10;
        debug_assert!(snapshot < SNAPSHOTS, "feeds know all snapshots");
        let ecosystem = [Ecosystem::Npm, Ecosystem::Pypi, Ecosystem::Maven][(mixed(repository ^ 4) % 3) as usize];
        let mut packages: Vec<Package> = (0..count).map(|at| base_package(id, version, at, snapshot)).collect();
        for at in 0..20 + mixed(repository ^ 5) % 60 {
            // A tag differs from the one before in a few of its packages.
            let drift = if mixed(repository ^ at).is_multiple_of(12) { tag / 4 } else { 0 };
            let name = popular(mixed(repository.wrapping_mul(31) ^ at), NAMES);
            let version = (mixed(repository ^ (at << 8)) + drift) % VERSIONS;
            packages.push(program_package(ecosystem, name, version));
        }
        packages.sort_by_cached_key(|package| package.purl.to_string());
        packages.dedup_by(|one, other| one.purl == other.purl);
        let flaws = packages.iter().enumerate();
        let flaws = flaws.flat_map(|(at, package)| flaws_of(package).into_iter().map(move |flaw| (at, flaw)));
        let flaws: Vec<(usize, Flaw)> = flaws.collect();
        let own = ImageName {
            registry: REGISTRIES[popular(mixed(repository ^ 6), REGISTRIES.len() as u64) as usize].to_owned(),
            repository: format!("team-{team}/service-{}", number / TAGS),
            tag: format!("{}.{}.{}", mixed(repository ^ 7) % 4, tag / 10, tag % 10),
        };
        let mut names = vec![own.clone()];
        if tag == TAGS - 1 {
            names.push(ImageName { tag: "latest".to_owned(), ..own.clone() });
        }
        let digest = House::digest(number as u32);
        let platform = if mixed(number ^ 8).is_multiple_of(12) { "linux/arm64" } else { "linux/amd64" };
        let labels = [("team", format!("team-{team}")), ("org.opencontainers.image.version", own.tag.clone())];
        let facts = ImageFacts {
            user: Some(if mixed(repository ^ 9).is_multiple_of(3) { String::new() } else { "app".into() }),
            labels: labels.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            created: Some("2026-09-01T00:00:00Z".into()),
            ..ImageFacts::default()
        };
        let distribution = Distribution {
            id: id.into(),
            version: version.into(),
            name: format!("{id} {version}"),
            ..Distribution::default()
        };
        let report = ScanReport {
            target: ScanTarget {
                name: own.text(&digest),
                kind: TargetKind::Image,
                digest: Some(digest.parse().unwrap()),
                platform: Some(platform.parse().unwrap()),
            },
            inventory: Inventory {
                image: Some(facts),
                distribution: Some(distribution),
                packages: packages.into_iter().collect(),
                ..Inventory::default()
            },
            detectors: [FindingKind::Secret, FindingKind::Malware, FindingKind::License, FindingKind::Misconfiguration]
                .into(),
            findings: Vec::new(),
            signatures: Vec::new(),
            verdict: None,
            comparison: None,
            shown: model::Shown::default(),
            intelligence: None,
        };
        Image { report, digest, names, team, flaws }
    }

    /// What feeds say of the packages of the house, but for those of the bases whose feeds are not written as OSV.
    pub(crate) fn advisories() -> Vec<Advisory> {
        let mut versions: BTreeMap<(String, String, String), Advisory> = BTreeMap::new();
        let mut note = |ecosystem: &str, package: &Package, is_of_all: bool| {
            for flaw in flaws_of(package) {
                let key = (ecosystem.to_owned(), package.name.clone(), flaw.id.clone());
                let (ecosystem, name) = (key.0.clone(), key.1.clone());
                let new = || Advisory { ecosystem, package: name, versions: Vec::new(), flaw };
                let advisory = versions.entry(key).or_insert_with(new);
                if !is_of_all {
                    advisory.versions.push(package.version.clone());
                }
            }
        };
        for (id, release, count) in BASES {
            let ecosystem = match *id {
                "debian" => format!("Debian:{release}"),
                "ubuntu" => format!("Ubuntu:{release}:LTS"),
                "alpine" => format!("Alpine:v{release}"),
                _ => continue,
            };
            for (at, snapshot) in (0..*count).flat_map(|at| (0..SNAPSHOTS).map(move |snapshot| (at, snapshot))) {
                note(&ecosystem, &base_package(id, release, at, snapshot), true);
            }
        }
        for (ecosystem, name) in [(Ecosystem::Npm, "npm"), (Ecosystem::Pypi, "PyPI"), (Ecosystem::Maven, "Maven")] {
            for (package, version) in
                (0..NAMES).flat_map(|at| (0..VERSIONS + TAGS / 4).map(move |version| (at, version)))
            {
                note(name, &program_package(ecosystem, package, version), false);
            }
        }
        versions.into_values().collect()
    }

    /// Numbers of images from everywhere in the house.
    fn some(&self, count: u32) -> impl Iterator<Item = u32> {
        let images = u64::from(self.images);
        (0..count).map(move |at| (mixed(u64::from(at) + 77) % images) as u32)
    }

    pub(crate) fn image_paths(&self) -> Vec<Asked> {
        self.some(500).map(|number| Asked::get(&format!("/images/{}", House::digest(number)))).collect()
    }

    pub(crate) fn finding_paths(&self) -> Vec<Asked> {
        self.some(500).map(|number| Asked::get(&format!("/images/{}/findings", House::digest(number)))).collect()
    }

    /// Verdicts on images under the names that they are registered by, as admission asks for them.
    pub(crate) fn verdict_paths(&self) -> Vec<Asked> {
        let named = |number| {
            let ImageName { registry, repository, .. } = House::image(number).names.swap_remove(0);
            Asked::get(&format!("/verdict?image={registry}/{repository}@{}", House::digest(number)))
        };
        self.some(5000).map(named).collect()
    }

    /// Verdicts on images under a name that nobody registered, which are judged for the answer.
    pub(crate) fn copied_paths(&self) -> Vec<Asked> {
        let copied = |number| Asked::get(&format!("/verdict?image=mirror.example/copy@{}", House::digest(number)));
        self.some(5000).map(copied).collect()
    }

    /// Pages that begin behind an image in the middle: the cursor is what the page before would have given.
    pub(crate) fn deep_pages(&self) -> Vec<Asked> {
        self.some(50)
            .map(|number| {
                let name = House::image(number).names[0].text("");
                Asked::after("/images?limit=50", &serde_json::json!(["name", name, number]))
            })
            .collect()
    }

    /// Vulnerabilities of some images: common and rare ones.
    fn vulnerabilities(&self) -> Vec<String> {
        let ids = self.some(60).filter_map(|number| {
            let image = House::image(number);
            let at = mixed(u64::from(number)) as usize % image.flaws.len().max(1);
            image.flaws.get(at).map(|(_, flaw)| flaw.id.clone())
        });
        ids.collect()
    }

    pub(crate) fn vulnerability_filters(&self) -> Vec<Asked> {
        self.vulnerabilities().iter().map(|id| Asked::filter("/images", &format!("vulnerability:{id}"))).collect()
    }

    pub(crate) fn vulnerability_paths(&self) -> Vec<Asked> {
        self.vulnerabilities().iter().map(|id| Asked::get(&format!("/vulnerabilities/{id}"))).collect()
    }
}

/// A package of a base. Of each snapshot of the base some packages have another version.
fn base_package(distribution: &str, release: &str, at: u64, snapshot: u64) -> Package {
    let known = ["openssl", "xz", "zlib1g", "bash", "glibc", "curl", "perl-base", "tar", "gnutls28", "systemd"];
    let name = match known.get(at as usize) {
        Some(name) => (*name).to_owned(),
        None => format!("lib{:05}", mixed(at) % 100_000),
    };
    let steps = if mixed(at ^ hash(release)).is_multiple_of(4) { snapshot } else { 0 };
    // One snapshot of one base has the version with the backdoor.
    let version = match (name.as_str(), release, snapshot) {
        ("xz", "24.04", 9) => "5.6.1".to_owned(),
        ("xz", ..) => format!("5.4.{}-1", hash(release) % 5),
        _ => format!("{}.{}.{}-{}", at % 9 + 1, hash(release) % 30, steps, at % 4),
    };
    let (ecosystem, kind) = match distribution {
        "alpine" => (Ecosystem::Apk, "apk"),
        "rhel" | "amzn" => (Ecosystem::Rpm, "rpm"),
        _ => (Ecosystem::Deb, "deb"),
    };
    package(ecosystem, Purl::new(kind, Some(distribution), &name, Some(&version)), name, version)
}

fn program_package(ecosystem: Ecosystem, name: u64, version: u64) -> Package {
    let (name, version) = (format!("left-pad-{name}"), format!("{}.{}.{}", version / 4 + 1, version % 4, name % 20));
    let kind = ecosystem.purl_type();
    package(ecosystem, Purl::new(kind, None, &name, Some(&version)), name, version)
}

fn package(ecosystem: Ecosystem, purl: Purl, name: String, version: String) -> Package {
    Package {
        ecosystem,
        name,
        version,
        purl,
        source: None,
        architecture: None,
        module: None,
        licenses: vec!["MIT".into()],
        paths: Vec::new(),
        layer: Some(0),
        direct: None,
        development: false,
        dependencies: Vec::new(),
        sha1: None,
        lock_tool: None,
    }
}

/// What is wrong with a package in one version: none of most, dozens of a few.
fn flaws_of(package: &Package) -> Vec<Flaw> {
    let name = hash(&package.name);
    let known = match name % 100 {
        0..75 => 0,
        75..91 => 1 + name % 2,
        91..98 => 2 + name % 4,
        _ => 10 + name % 8,
    };
    let version = hash(&package.version);
    // A later version has repaired some of them.
    let open = (0..known).filter(|flaw| !mixed(version ^ flaw).is_multiple_of(3));
    open.map(|flaw| {
        let own = mixed(name ^ (flaw << 32));
        Flaw {
            id: format!("CVE-{}-{}", 2016 + own % 11, 1000 + (own >> 8) % 60_000),
            severity: [0, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5][(own >> 40) as usize % 12],
            is_exploited: (own >> 24).is_multiple_of(150),
            epss: ((own >> 16) % 1000) as f64 / 1000.0,
        }
    })
    .collect()
}
