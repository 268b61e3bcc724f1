//! What is found otherwise is concerned, whatever two databases say; and what cannot be is spared.

use model::{Distribution, Inventory, Package};

use super::*;
use crate::Changes;
use crate::matching::MatchOptions;
use crate::sample::{database, package};

const SYSTEMS: [&str; 6] = ["", "alpine 3.19.1", "debian 11", "debian 12", "rocky 8.9", "wolfi 20230201"];

/// Namespaces, each with an advisory that no package of the tests is named in.
const BASE: &str = "advisory test BASE-1 CVE-1\n  alpine:3.19 bin zz < 1-r0\n  debian:11 bin zz < 1-1\n  \
    debian:12 bin zz < 1-1\n  npm bin zz < 1.0.0\n  rocky:8 bin zz < 1-1\n  wolfi bin zz < 1-r0\n";

const NAMESPACES: [&str; 6] = ["alpine:3.19", "debian:11", "debian:12", "npm", "rocky:8", "wolfi"];

/// Numbers that look random and are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }

    /// A version as it is written in a namespace, or of a kind of packages.
    fn version(&mut self, of: &str) -> String {
        let number = self.below(8);
        match of.split(':').next().unwrap() {
            "npm" => format!("1.{number}.0"),
            "alpine" | "wolfi" | "apk" => format!("1.{number}-r0"),
            _ => format!("1.{number}-1"),
        }
    }

    /// An advisory on one or two packages.
    fn advisory(&mut self, number: u64) -> String {
        let severity = self.one_of(&["", " severity=high", " severity=low"]);
        let mut text = format!("advisory test A-{number} CVE-{}{severity}\n", 2 + self.below(20));
        for _ in 0..=self.below(2) {
            let namespace = self.one_of(&NAMESPACES);
            let (kind, name) = (self.one_of(&["bin", "src"]), self.one_of(&["a", "b", "c", "d"]));
            let (one, other) = (self.version(namespace), self.version(namespace));
            let (low, high) = if one < other { (one, other) } else { (other, one) };
            let range = match self.below(6) {
                0 => "*".to_owned(),
                1 => format!(">= {low}, < {high}"),
                2 => format!(">= {low}, <= {high}"),
                3 => format!("= {low}"),
                _ => format!("< {high}"),
            };
            let status = self.one_of(&["", "", "", " not_affected", " will_not_fix"]);
            let module = if namespace == "rocky:8" { self.one_of(&["", " module=m:1"]) } else { "" };
            text.push_str(&format!("  {namespace} {kind} {name} {range}{status}{module}\n"));
        }
        text
    }

    /// Two databases of which the second has some other advisories, some that are gone, and some other facts.
    fn databases(&mut self) -> [String; 2] {
        let mut texts = [BASE.to_owned(), BASE.to_owned()];
        for number in 0..40 {
            let own = self.advisory(number);
            let [earlier, later] = &mut texts;
            match self.below(10) {
                0 => earlier.push_str(&own),
                1 => later.push_str(&own),
                2 => {
                    earlier.push_str(&own);
                    later.push_str(&self.advisory(number));
                }
                _ => {
                    earlier.push_str(&own);
                    later.push_str(&own);
                }
            }
        }
        for text in &mut texts {
            let fact = format!("fact nvd CVE-{} kev severity=critical\n", 2 + self.below(20));
            text.push_str(&fact);
        }
        texts
    }

    fn package(&mut self) -> Package {
        let kind = self.one_of(&["deb", "apk", "rpm", "npm"]);
        let name = self.one_of(&["a", "b", "c", "d"]);
        let mut line = format!("{kind} {name} {}", self.version(kind));
        if kind != "npm" && self.below(3) > 0 {
            let source = self.one_of(&["a", "b", "c", "d"]);
            line.push_str(&format!(" source={source}/{}", self.version(kind)));
        }
        if kind == "rpm" && self.below(3) == 0 {
            line.push_str(" module=m:1:2:3");
        }
        let mut package = package(&line);
        if kind == "deb" && self.below(4) == 0 {
            package.purl = format!("pkg:deb/debian/{name}@1?distro=debian-11").parse().unwrap();
        }
        package
    }
}

fn inventory(system: &str, package: &Package) -> Inventory {
    let distribution = (!system.is_empty()).then(|| {
        let (id, version) = system.split_once(' ').unwrap();
        Distribution { id: id.to_owned(), version: version.to_owned(), ..Distribution::default() }
    });
    Inventory { distribution, packages: vec![package.clone()], ..Inventory::default() }
}

/// A package as it is kept, by all that is known of it, or without its version and that of its source.
fn concerned(comparison: &mut Comparison<'_>, package: &Package, is_whole: bool) -> Concerned {
    let purl = package.purl.to_string();
    let source = package.source.as_ref();
    comparison.concerned(&KeptPackage {
        ecosystem: package.ecosystem.purl_type(),
        name: &package.name,
        version: is_whole.then_some(package.version.as_str()),
        purl: Some(&purl),
        source: source.map_or("", |source| source.name.as_str()),
        source_version: source.map(|source| source.version.as_str()).filter(|_| is_whole),
    })
}

fn is_on(concerned: &Concerned, system: &str) -> bool {
    match concerned {
        Concerned::Nowhere => false,
        Concerned::On(systems) => systems.iter().any(|known| known == system),
        Concerned::Everywhere => true,
    }
}

#[test]
fn whatever_is_found_otherwise_is_concerned_and_most_of_the_rest_is_spared() {
    let mut random = Random(11);
    let (mut otherwise, mut spared, mut in_vain) = (0, 0, 0);
    for _ in 0..25 {
        let texts = random.databases();
        let [earlier, later] = texts.each_ref().map(|text| database(text));
        let Changes::Packages(changed) = later.changes_since(&earlier) else { panic!("the namespaces are the same") };
        let systems = SYSTEMS.map(str::to_owned).to_vec();
        let mut comparison = later.comparison(&earlier, &changed, Some(systems)).unwrap();
        for _ in 0..120 {
            let package = random.package();
            let [whole, in_part] = [true, false].map(|is_whole| concerned(&mut comparison, &package, is_whole));
            for system in SYSTEMS {
                let inventory = inventory(system, &package);
                let found = [&earlier, &later].map(|side| side.match_inventory(&inventory, &MatchOptions::default()));
                let told = || format!("{package:?} on {system}\n{}\n{}", texts[0], texts[1]);
                if found[0] != found[1] {
                    otherwise += 1;
                    assert!(is_on(&whole, system), "{}", told());
                    assert!(is_on(&in_part, system), "without its version: {}", told());
                } else if is_on(&whole, system) {
                    in_vain += 1;
                } else {
                    spared += 1;
                }
            }
        }
    }
    assert!(otherwise > 500, "{otherwise}");
    assert!(spared > 2 * in_vain, "{spared} are spared, {in_vain} are asked for in vain, {otherwise} are not");
}

fn told(earlier: &str, later: &str, line: &str) -> Concerned {
    let (earlier, later) = (database(&format!("{BASE}{earlier}")), database(&format!("{BASE}{later}")));
    let Changes::Packages(changed) = later.changes_since(&earlier) else { panic!("the namespaces are the same") };
    let systems = SYSTEMS.map(str::to_owned).to_vec();
    let mut comparison = later.comparison(&earlier, &changed, Some(systems)).unwrap();
    concerned(&mut comparison, &package(line), true)
}

#[test]
fn a_new_advisory_concerns_its_release_and_versions_alone() {
    let new = "advisory test A-1 CVE-2\n  debian:12 src openssl < 3.0.14-1\n";
    let on = Concerned::On(vec!["debian 12".to_owned()]);
    assert_eq!(told("", new, "deb libssl3 3.0.9-1 source=openssl/3.0.9-1"), on);
    assert_eq!(told("", new, "deb libssl3 3.0.14-1 source=openssl/3.0.14-1"), Concerned::Nowhere);
    // The version of the source is the one that counts.
    assert_eq!(told("", new, "deb libssl3 1:9-1+b1 source=openssl/3.0.9-1"), on);
    assert_eq!(told("", new, "apk openssl 3.0.9-r0"), Concerned::Nowhere);
    assert_eq!(told("", new, "npm openssl 1.0.0"), Concerned::Nowhere);
}

#[test]
fn other_repairs_and_what_becomes_known_to_be_exploited_concern_the_versions_that_have_the_flaw() {
    let earlier = "advisory test A-1 CVE-2\n  npm bin left-pad < 1.3.0\n";
    let later = earlier.replace("1.3.0", "1.4.0");
    for (version, is_concerned) in [("1.2.0", true), ("1.3.5", true), ("1.4.0", false)] {
        let wanted = if is_concerned { Concerned::Everywhere } else { Concerned::Nowhere };
        assert_eq!(told(earlier, &later, &format!("npm left-pad {version}")), wanted, "{version}");
    }
    let exploited = format!("{earlier}fact nvd CVE-2 kev\n");
    assert_eq!(told(earlier, &exploited, "npm left-pad 1.2.0"), Concerned::Everywhere);
    assert_eq!(told(earlier, &exploited, "npm left-pad 1.3.0"), Concerned::Nowhere);
    assert_eq!(told(earlier, "", "npm left-pad 1.2.0"), Concerned::Everywhere, "it was withdrawn");
    // That it cannot be compared with an advisory is told once there is one.
    assert_eq!(told("", earlier, "npm left-pad latest"), Concerned::Everywhere);
    assert_eq!(told("", earlier, "npm left-pad 99.0.0"), Concerned::Nowhere);
}

#[test]
fn systems_that_do_not_tell_their_advisories_by_a_version_are_asked_for_whatever_changes() {
    let (earlier, later) = (database(BASE), database(&format!("{BASE}advisory test A-1 CVE-2\n  debian:12 bin a *\n")));
    let Changes::Packages(changed) = later.changes_since(&earlier) else { panic!("the namespaces are the same") };
    let systems = ["alpine 3.19.1", "debian", "openEuler 22.03", "my own system"].map(str::to_owned).to_vec();
    let mut comparison = later.comparison(&earlier, &changed, Some(systems)).unwrap();
    let on = ["debian", "openEuler 22.03", "my own system"].map(str::to_owned).to_vec();
    assert_eq!(concerned(&mut comparison, &package("deb a 1.0-1"), true), Concerned::On(on));
    let mut comparison = later.comparison(&earlier, &changed, None).unwrap();
    assert_eq!(concerned(&mut comparison, &package("deb a 1.0-1"), true), Concerned::Everywhere);
}

#[test]
fn archives_are_concerned_by_other_names_and_by_what_is_said_of_these() {
    use crate::advisory::{ArchiveName, Record};
    let archives = |text: &str, name: &str| {
        let sha1 = "0123456789abcdef0123456789abcdef01234567".to_owned();
        let archive = ArchiveName { sha1, name: name.to_owned(), version: "1".to_owned() };
        let mut records = crate::sample::records(&format!("{BASE}{text}"));
        records.push(("maven".to_owned(), Record::Archive(archive)));
        Database::from_vec(crate::build::build_records(records).0).unwrap()
    };
    let earlier = archives("advisory test A-1 CVE-2\n  maven bin g:a < 1\n", "g:a");
    let concerns = |later: Database| {
        let Changes::Packages(changed) = later.changes_since(&earlier) else { panic!("the namespaces are the same") };
        later.comparison(&earlier, &changed, None).unwrap().concerns_archives()
    };
    let same = "advisory test A-1 CVE-2\n  maven bin g:a < 1\n";
    assert!(!concerns(archives(&format!("{same}advisory test A-2 CVE-3\n  npm bin a < 1.0.0\n"), "g:a")));
    assert!(concerns(archives(same, "g:b")));
    assert!(concerns(archives(&same.replace("< 1", "< 2"), "g:a")));
}
