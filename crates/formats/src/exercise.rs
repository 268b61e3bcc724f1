//! A door for fuzz targets and the replay of their corpora, which stand outside of the crate.
//!
//! It is no interface of the formats: nothing else may use it, and it changes without notice.

use model::{ImageName, Inventory, ScanReport, ScanTarget, TargetKind};

use crate::push_messages::MOST_PUSHES;
use crate::{
    Bill, Format, Language, PushFormat, WriteOptions, is_unique_push, pushes, read_bill, read_report, read_vex, write,
};

/// A name and what it runs.
type Target = (&'static str, fn(&[u8]));

const TARGETS: &[Target] = &[
    ("bill_cyclonedx", bill),
    ("bill_spdx", bill),
    ("push_messages", push_messages),
    ("report_json", report_json),
    ("vex_csaf", vex),
    ("vex_cyclonedx", vex),
    ("vex_openvex", vex),
];

/// The names of all targets.
pub fn targets() -> impl Iterator<Item = &'static str> {
    TARGETS.iter().map(|(target, _)| *target)
}

/// Does with the bytes what the target of this name is there to try.
///
/// # Panics
/// When there is no such target, and when a reader or a writer has a mistake.
pub fn run(target: &str, bytes: &[u8]) {
    let known = TARGETS.iter().find(|(known, _)| *known == target);
    known.expect("the caller names a target of the list").1(bytes);
}

/// A bill is read, written in both formats, and read again: the packages and their relations must be the same.
fn bill(bytes: &[u8]) {
    let Ok(Bill { inventory, .. }) = read_bill(bytes) else { return };
    check_inventory(&inventory);
    let target = ScanTarget { name: "x".to_owned(), kind: TargetKind::Image, digest: None, platform: None };
    let report = ScanReport {
        target,
        inventory,
        detectors: Default::default(),
        findings: Vec::new(),
        signatures: Vec::new(),
        verdict: None,
        comparison: None,
        shown: model::Shown::default(),
        intelligence: None,
    };
    for format in [Format::Cyclonedx, Format::Spdx] {
        let again = read_bill(&written(&report, format)).expect("what we write can be read").inventory;
        let facts = |inventory: &Inventory| -> Vec<_> {
            let packages = inventory.packages.iter();
            packages.map(|package| (package.purl.clone(), package.name.clone(), package.version.clone())).collect()
        };
        assert_eq!(facts(&again), facts(&report.inventory), "{format:?}");
    }
}

/// A message is read in every format: what it tells are images by the grammar of names, each once, and not without end.
fn push_messages(bytes: &[u8]) {
    let Ok(message) = serde_json::from_slice(bytes) else { return };
    for format in PushFormat::ALL {
        is_unique_push(*format, &message);
        let told = pushes(*format, &message);
        assert!(told.len() <= MOST_PUSHES && told.is_sorted_by(|one, next| one < next), "{format:?}");
        for push in told {
            let reference = match (&push.digest, &push.tag) {
                (Some(digest), _) => format!("@{digest}"),
                (None, tag) => format!(":{}", tag.as_deref().expect("one of them is there")),
            };
            let name: ImageName =
                format!("registry.example/{}{reference}", push.repository).parse().expect("it is a name");
            assert_eq!(name.repository(), push.repository);
            assert_eq!(name.digest().map(ToString::to_string), push.digest);
        }
    }
}

/// A report is read, written in every format, and read again.
fn report_json(bytes: &[u8]) {
    let Ok(report) = read_report(bytes) else { return };
    check_inventory(&report.inventory);
    for format in Format::ALL {
        written(&report, format);
    }
    let first = written(&report, Format::Json);
    let again = read_report(&first).expect("what we write can be read");
    assert_eq!(String::from_utf8_lossy(&written(&again, Format::Json)), String::from_utf8_lossy(&first));
}

/// Statements name a vulnerability and say from where they are; what does not read is one sentence.
fn vex(bytes: &[u8]) {
    match read_vex("v.json", bytes) {
        Ok(statements) => {
            for statement in &statements {
                assert!(!statement.ids.is_empty() && statement.number > 0);
                assert_eq!(statement.document.file, "v.json");
            }
            let again = read_vex("v.json", bytes).expect("it did before");
            assert_eq!(again, statements);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn written(report: &ScanReport, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    for language in [Language::English, Language::Japanese] {
        out.clear();
        let options =
            WriteOptions { language, color: true, width: Some(60), time: Some(0), hidden: 0, refuses_new: false };
        write(report, format, &options, &mut out).expect("memory takes everything");
    }
    out
}

fn check_inventory(inventory: &Inventory) {
    for package in &inventory.packages {
        let mut needed = package.dependencies.iter();
        assert!(needed.all(|id| *id < inventory.packages.len()), "{} needs nobody", package.purl);
    }
}
