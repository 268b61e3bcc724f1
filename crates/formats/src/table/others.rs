//! Findings that are about no vulnerability: malware and secrets first, because they cannot wait for an upgrade;
//! misconfigurations and licenses last.

use std::io;

use model::{
    Finding, FindingKind, LicenseFinding, LicenseSource, MalwareFinding, Misconfiguration, SecretFinding,
    SecretLocation, Severity,
};

use super::{Style, Table, plain, severity_word};
use crate::messages::Value;
use crate::summary::kind_heading;

/// How many files with a text that asks for nothing are named.
const MOST_HARMLESS: usize = 3;

impl Table<'_> {
    /// Every finding of a kind, the most severe first.
    pub(super) fn others(&mut self, kind: FindingKind) -> io::Result<()> {
        if kind == FindingKind::Vulnerability {
            return Ok(());
        }
        let mut findings: Vec<&Finding> =
            self.report.findings.iter().filter(|finding| finding.kind() == kind).collect();
        if findings.is_empty() {
            return Ok(());
        }
        // Sorting is stable: findings of one severity stay in the order of the report.
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
        let heading = format!("{} ({})", kind_heading(kind, self.language), findings.len());
        writeln!(self.out, "\n{}", self.paint.text(Style::Strong, &heading))?;
        if kind == FindingKind::License {
            return self.licenses(&findings);
        }
        for finding in findings {
            match finding {
                Finding::Vulnerability(_) | Finding::License(_) => {}
                Finding::Secret(secret) => self.secret(secret)?,
                Finding::Malware(malware) => self.malware(malware)?,
                Finding::Misconfiguration(misconfiguration) => self.misconfiguration(misconfiguration)?,
            }
        }
        Ok(())
    }

    fn secret(&mut self, finding: &SecretFinding) -> io::Result<()> {
        let place = match finding.location {
            SecretLocation::File => self.language.removed(at_line(&finding.path, finding.line), finding.removed_in),
            location => self.language.secret_place(location, &plain(&finding.path)),
        };
        self.row(finding.severity, &format!("{}: {}", self.language.secret_title(finding), finding.shown()))?;
        self.paragraph(4, None, &place)
    }

    fn malware(&mut self, finding: &MalwareFinding) -> io::Result<()> {
        self.row(finding.severity, &format!("{} ({})", finding.rule, finding.engine.as_str()))?;
        self.paragraph(4, None, &self.language.removed(plain(&finding.path), finding.removed_in))?;
        self.paragraph(4, Some(Style::Faint), &plain(self.language.malware_description(finding)))?;
        self.paragraph(4, Some(Style::Faint), &format!("sha256:{}", finding.sha256))
    }

    /// Each license once, with all packages under it: there are few licenses and many packages.
    fn licenses(&mut self, findings: &[&Finding]) -> io::Result<()> {
        let mut groups: Vec<(&LicenseFinding, Vec<String>)> = Vec::new();
        let licenses = findings.iter().filter_map(|finding| match finding {
            Finding::License(license) => Some(license),
            _ => None,
        });
        for license in licenses {
            let place = match &license.source {
                LicenseSource::Package(package) => {
                    let package = &self.report.inventory.packages[*package];
                    format!("{} {}", plain(&package.name), plain(&package.version))
                }
                LicenseSource::File(file) => match file.confidence_percent {
                    Some(100) | None => plain(&file.path),
                    Some(percent) => format!("{} ({percent} %)", plain(&file.path)),
                },
            };
            let same = |group: &&mut (&LicenseFinding, Vec<String>)| {
                (&group.0.name, group.0.severity, group.0.category)
                    == (&license.name, license.severity, license.category)
            };
            match groups.iter_mut().find(same) {
                Some((_, packages)) => packages.push(place),
                None => groups.push((license, vec![place])),
            }
        }
        for (license, mut packages) in groups {
            packages.dedup();
            if license.severity == Severity::None && packages.len() > MOST_HARMLESS {
                let more = [("count", Value::Count(packages.len() - MOST_HARMLESS))];
                packages.truncate(MOST_HARMLESS);
                packages.push(self.say("verdict.more", &more));
            }
            self.row(
                license.severity,
                &format!("{} ({})", license.name, self.language.license_category(license.category)),
            )?;
            self.paragraph(4, None, &packages.join(", "))?;
        }
        Ok(())
    }

    fn misconfiguration(&mut self, finding: &Misconfiguration) -> io::Result<()> {
        self.row(finding.severity, &format!("{} {}", finding.id, self.language.check_title(finding)))?;
        let place = match finding.path.as_str() {
            "" => self.say("table.image_configuration", &[]),
            path => at_line(path, finding.line),
        };
        self.paragraph(4, None, &format!("{place}: {}", plain(&self.language.check_message(finding))))?;
        self.paragraph(4, Some(Style::Faint), &plain(&self.language.check_remedy(finding)))
    }

    fn row(&mut self, severity: Severity, text: &str) -> io::Result<()> {
        let word = severity_word(self.language, severity);
        self.paragraph(2, Some(Style::of(severity)), &format!("{word}  {}", plain(text)))
    }
}

fn at_line(path: &str, line: Option<u32>) -> String {
    match line {
        Some(line) => format!("{}:{line}", plain(path)),
        None => plain(path),
    }
}
