//! A sink that keeps what it is given.

use crate::advisory::{Advisory, NameKind, RangeEnd, Record, VulnerabilityFacts};
use crate::feed::{Feed, Sink};

#[derive(Default)]
pub(super) struct KeptRecords {
    pub(super) records: Vec<(String, Record)>,
    pub(super) skipped: Vec<String>,
}

impl Sink for KeptRecords {
    fn record(&mut self, source_name: &str, record: Record) {
        self.records.push((source_name.to_owned(), record));
    }

    fn skipped(&mut self, source_name: &str, place: &str, reason: String) {
        self.skipped.push(format!("{source_name} {place}: {reason}"));
    }
}

impl KeptRecords {
    /// Reads a feed from files that are written for it.
    pub(super) fn read(feed: &dyn Feed, files: &[(&str, &[u8])]) -> KeptRecords {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let mut kept = KeptRecords::default();
        feed.read(folder.path(), &mut kept).unwrap();
        kept
    }

    pub(super) fn advisories(&self) -> Vec<&Advisory> {
        self.records
            .iter()
            .filter_map(|(_, record)| match record {
                Record::Advisory(advisory) => Some(advisory),
                Record::Vulnerability(_) | Record::Archive(_) | Record::Malware(_) => None,
            })
            .collect()
    }

    pub(super) fn facts(&self) -> Vec<&VulnerabilityFacts> {
        self.records
            .iter()
            .filter_map(|(_, record)| match record {
                Record::Vulnerability(facts) => Some(facts),
                Record::Advisory(_) | Record::Archive(_) | Record::Malware(_) => None,
            })
            .collect()
    }

    /// The advisories, one line for each package: `ID {CVE …} NAMESPACE PACKAGE [module] RANGES status severity`.
    pub(super) fn lines(&self) -> String {
        let mut lines = String::new();
        for advisory in self.advisories() {
            for affected in &advisory.affected {
                let kind = match affected.name_kind {
                    NameKind::Source => "source",
                    NameKind::Binary => "binary",
                };
                let ranges = affected.ranges.iter().map(|range| {
                    let from = range.introduced.as_deref().unwrap_or_default();
                    match &range.end {
                        RangeEnd::Open => format!("[{from},)"),
                        RangeEnd::Fixed(end) => format!("[{from},{end})"),
                        RangeEnd::LastAffected(end) => format!("[{from},{end}]"),
                        RangeEnd::Limit(end) => format!("[{from},{end}|"),
                    }
                });
                let severity = affected.severity.as_ref().or(advisory.severity.as_ref());
                let mut words = vec![
                    format!("{}/{}", advisory.source, advisory.id),
                    format!("{{{}}}", advisory.vulnerabilities.join(" ")),
                    affected.namespace.clone(),
                    format!("{kind}:{}", affected.package),
                ];
                words.extend(affected.module.as_ref().map(|module| format!("<{module}>")));
                words.extend(ranges);
                words.extend(affected.versions.iter().map(|version| format!("={version}")));
                words.push(affected.status.as_str().to_owned());
                words.extend(severity.cloned());
                lines.push_str(&words.join(" "));
                lines.push('\n');
            }
        }
        lines
    }
}
