//! Exceptions: findings that somebody answers for until some day.

mod index;

use std::cell::RefCell;
use std::collections::HashMap;

use model::{Distribution, ExceptionState, ExceptionUse, Finding, FindingKind, Gap, Package, Purl, ScanReport, time};

use crate::check_id::check_id;
use crate::document::{PackageMatch, package_match};
use crate::facts::{Facts, attributes};
use crate::keys::{ANY_OF_EXCEPTION, EXCEPTION, EXCEPTIONS, PACKAGE};
use crate::reader::{self, DocumentError, DocumentProblem, Table};
use crate::scope::{Attributes, Scope};
use crate::{Pattern, ignore_file, purl_match};
use index::{Index, Subject};

/// The most exceptions of one file.
pub const MOST_EXCEPTIONS: usize = 10_000;

/// Findings that do not count until some day.
#[derive(Debug, Clone, PartialEq)]
pub struct Exception {
    /// The name under which verdicts and findings tell of it.
    pub name: String,
    /// Only findings of this kind; `None` for every kind.
    pub kind: Option<ExceptionKind>,
    /// Ids in one spelling and upper case; empty for every one.
    pub ids: Vec<String>,
    /// Only in this package.
    pub package: Option<PackageMatch>,
    /// Only in packages that one of these means; empty for every one.
    pub purls: Vec<Purl>,
    /// Only at one of these paths; empty for every one.
    pub paths: Vec<Pattern>,
    /// Only in what this takes in.
    pub scope: Option<Scope>,
    /// Who answers for it.
    pub owner: String,
    /// Why it may stay.
    pub reason: String,
    /// When it ends, as it is written.
    pub expires: String,
    /// The moment from which it no longer holds, in seconds since 1970.
    pub ends: i64,
    /// The file it is from, as the caller named it.
    pub file: String,
    /// The line it begins on.
    pub line: usize,
}

/// What an exception may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExceptionKind {
    /// A finding.
    Finding(FindingKind),
    /// Something that could not be read.
    Gap,
}

/// Reads a list of exceptions, as YAML or JSON, or an ignore file of Trivy, by its name (`.trivyignore`,
/// `trivyignore.yaml`) or its content. `file` is what errors call it.
///
/// # Errors
/// When the text is none of these, is beyond a limit, or says something that exceptions do not have.
pub fn read_exceptions(file: &str, text: &str) -> Result<Vec<Exception>, DocumentError> {
    // Editors on Windows write a mark of byte order.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(shape) = ignore_file::shape(file, text) {
        return ignore_file::read(file, text, shape);
    }
    let root = reader::parse(file, text)?;
    let table = Table::new(file, "", &root, EXCEPTIONS)?;
    let tables = table.tables("exceptions", EXCEPTION)?;
    if tables.len() > MOST_EXCEPTIONS {
        let reason = format!("`exceptions` has more than {MOST_EXCEPTIONS}; split the file");
        return Err(table.error("exceptions", DocumentProblem::Combination { reason }));
    }
    let mut exceptions: Vec<Exception> = Vec::with_capacity(tables.len());
    let mut names = std::collections::BTreeMap::new();
    for table in &tables {
        let exception = exception(file, table)?;
        if let Some(line) = names.insert(exception.name.clone(), exception.line) {
            let reason = format!(
                "`{}` is the name of the exception on line {line} as well; give each its own",
                table.place("name")
            );
            return Err(table.error("name", DocumentProblem::Combination { reason }));
        }
        exceptions.push(exception);
    }
    Ok(exceptions)
}

fn exception(file: &str, table: &Table<'_>) -> Result<Exception, DocumentError> {
    let kind = table.text("kind").map(|word| {
        let finding = FindingKind::ALL.into_iter().find(|kind| kind.as_str() == word);
        finding.map_or(ExceptionKind::Gap, ExceptionKind::Finding)
    });
    if ANY_OF_EXCEPTION.iter().all(|key| !table.has(key)) {
        let reason = format!(
            "`{}` covers everything; say what it is about: `ids`, `package` or `path`",
            table.place("name").trim_end_matches(".name")
        );
        return Err(table.error("name", DocumentProblem::Combination { reason }));
    }
    let expires = table.required("expires");
    let kind_of_finding = match kind {
        Some(ExceptionKind::Finding(kind)) => Some(kind),
        Some(ExceptionKind::Gap) | None => None,
    };
    let ids = table.texts("ids").iter().flat_map(|id| ignore_file::ids(id, kind_of_finding)).collect();
    Ok(Exception {
        name: table.required("name").to_owned(),
        kind,
        ids,
        package: table.table("package", PACKAGE)?.as_ref().map(package_match).transpose()?,
        purls: Vec::new(),
        paths: table.text("path").map(Pattern::path).into_iter().collect(),
        scope: table.scope("scope")?,
        owner: table.required("owner").to_owned(),
        reason: table.required("reason").to_owned(),
        ends: exception_end(expires).unwrap_or_default(),
        expires: expires.to_owned(),
        file: file.to_owned(),
        line: table.node.line,
    })
}

/// The moment from which an exception with this `expires` no longer holds, in seconds since 1970; nothing where it is no time. A
/// date is the last day that counts, the whole of it; what ends later than can be written ends with that.
pub fn exception_end(expires: &str) -> Option<i64> {
    let written = time::parse(expires)?;
    Some((if time::is_date(expires) { written + time::DAY } else { written }).min(time::LAST))
}

impl Exception {
    /// Whether its time is over.
    pub fn is_expired(&self, now: i64) -> bool {
        now >= self.ends
    }

    /// Whether it takes in a target.
    fn is_for(&self, attributes: &Attributes) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.takes_in(attributes))
    }

    /// Whether a finding falls under it, its time and scope aside: in every place where it is, so that what was accepted in
    /// one file is not accepted in another.
    fn covers(&self, kind: FindingKind, subject: &Subject<'_>, distribution: Option<&Distribution>) -> bool {
        self.is_about(kind, subject, distribution)
            && (self.paths.is_empty()
                || (subject.paths().next().is_some() && subject.paths().all(|path| self.is_at(path))))
    }

    /// Whether a path is one of its own.
    fn is_at(&self, path: &str) -> bool {
        self.paths.iter().any(|wanted| wanted.matches(path))
    }

    /// The same wherever the finding is.
    fn is_about(&self, kind: FindingKind, subject: &Subject<'_>, distribution: Option<&Distribution>) -> bool {
        let is_kind = match self.kind {
            Some(ExceptionKind::Finding(wanted)) => wanted == kind,
            Some(ExceptionKind::Gap) => false,
            None => true,
        };
        is_kind
            && (self.ids.is_empty() || subject.ids.iter().any(|id| self.ids.contains(id)))
            && self.covers_package(subject, distribution)
    }

    fn covers_package(&self, subject: &Subject<'_>, distribution: Option<&Distribution>) -> bool {
        let is_meant =
            |package: &Package| self.purls.iter().any(|wanted| purl_match::means(wanted, package, distribution));
        let is_wanted = |wanted: &PackageMatch| {
            subject.package.is_some_and(|package| wanted.matches_at(package, &|| subject.version()))
        };
        self.package.as_ref().is_none_or(is_wanted) && (self.purls.is_empty() || subject.package.is_some_and(is_meant))
    }

    fn covers_gap(&self, gap: &Gap) -> bool {
        self.kind == Some(ExceptionKind::Gap)
            && self.ids.is_empty()
            && self.package.is_none()
            && self.purls.is_empty()
            && self.paths.iter().any(|path| path.matches(&gap.path))
    }
}

/// What a finding is called, in one spelling.
fn ids(finding: &Finding) -> Vec<String> {
    let aliases: &[String] = match finding {
        Finding::Vulnerability(finding) => &finding.aliases,
        Finding::Misconfiguration(finding) => &finding.aliases,
        Finding::Secret(_) | Finding::Malware(_) | Finding::License(_) => &[],
    };
    std::iter::once(finding.id()).chain(aliases.iter().map(String::as_str)).map(check_id).collect()
}

/// Marks the findings that fall under exceptions which hold at `now` (seconds since 1970); the first one in the list
/// counts. A finding that is already marked stays as it is.
pub fn apply_exceptions(report: &mut ScanReport, exceptions: &[Exception], now: i64) {
    // Most images have none, and nothing is spelled anew for those.
    if exceptions.is_empty() {
        return;
    }
    let attributes = attributes(report);
    let holds = |exception: &&Exception| !exception.is_expired(now) && exception.is_for(&attributes);
    let holding = Index::new(exceptions.iter().filter(holds));
    if holding.is_empty() {
        return;
    }
    let inventory = &report.inventory;
    let distribution = inventory.distribution.as_ref();
    for finding in &mut report.findings {
        if finding.excepted_by().is_some() {
            continue;
        }
        let (kind, subject) = (finding.kind(), Subject::of_finding(finding, inventory));
        let covering = holding.covering(kind, &subject, distribution);
        let name = covering.map(|exception| exception.name.clone());
        let mark = match finding {
            Finding::Vulnerability(finding) => &mut finding.excepted_by,
            Finding::Secret(finding) => &mut finding.excepted_by,
            Finding::Malware(finding) => &mut finding.excepted_by,
            Finding::License(finding) => &mut finding.excepted_by,
            Finding::Misconfiguration(finding) => &mut finding.excepted_by,
        };
        *mark = name;
    }
}

/// The exceptions that hold here and now, for what is no finding of the report.
pub(crate) struct Holding<'e> {
    for_gaps: Vec<&'e Exception>,
    for_licenses: Index<'e>,
    /// What was found of the license of a package: every policy asks for the same ones.
    licenses: RefCell<HashMap<(String, *const Package), bool>>,
}

impl<'e> Holding<'e> {
    pub(crate) fn new(exceptions: &'e [Exception], facts: &Facts<'_>, now: i64) -> Holding<'e> {
        let holds = |exception: &&Exception| !exception.is_expired(now) && exception.is_for(&facts.attributes);
        let holding: Vec<&Exception> = exceptions.iter().filter(holds).collect();
        let is_for_gaps = |exception: &&Exception| exception.kind == Some(ExceptionKind::Gap);
        let is_for_licenses = |exception: &&Exception| {
            matches!(exception.kind, None | Some(ExceptionKind::Finding(FindingKind::License)))
        };
        Holding {
            for_gaps: holding.iter().copied().filter(is_for_gaps).collect(),
            for_licenses: Index::new(holding.iter().copied().filter(is_for_licenses)),
            licenses: RefCell::default(),
        }
    }

    pub(crate) fn covers_gap(&self, gap: &Gap) -> bool {
        self.for_gaps.iter().any(|exception| exception.covers_gap(gap))
    }

    pub(crate) fn covers_license(&self, license: &str, package: &Package) -> bool {
        // Asked for each package of each license: without exceptions nothing is spelled anew.
        if self.for_licenses.is_empty() {
            return false;
        }
        let license = check_id(license);
        let key = (license.clone(), std::ptr::from_ref(package));
        *self.licenses.borrow_mut().entry(key).or_insert_with(|| {
            let subject = Subject::of_license(license, package);
            self.for_licenses.covering(FindingKind::License, &subject, None).is_some()
        })
    }
}

/// How many findings an exception takes out together with others, of which the first is told: each covers a place.
fn helping<'e>(exceptions: &'e [Exception], facts: &Facts<'_>, now: i64) -> HashMap<&'e str, usize> {
    let inventory = &facts.report.inventory;
    let holds = |exception: &&Exception| {
        !exception.paths.is_empty() && !exception.is_expired(now) && exception.is_for(&facts.attributes)
    };
    let index = Index::new(exceptions.iter().filter(holds));
    let mut counts = HashMap::new();
    for finding in facts.report.findings.iter().filter(|finding| !index.is_empty() && finding.excepted_by().is_some()) {
        let (kind, subject) = (finding.kind(), Subject::of_finding(finding, inventory));
        if subject.paths().nth(1).is_some() {
            for exception in index.together(kind, &subject, inventory.distribution.as_ref()) {
                *counts.entry(exception.name.as_str()).or_default() += 1;
            }
        }
    }
    counts
}

/// What became of each exception. Expired ones are told with what they would take out.
pub(crate) fn uses(exceptions: &[Exception], facts: &Facts<'_>, now: i64) -> Vec<ExceptionUse> {
    let inventory = &facts.report.inventory;
    let findings = &facts.report.findings;
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for name in findings.iter().filter_map(Finding::excepted_by) {
        *by_name.entry(name).or_default() += 1;
    }
    let expired: Vec<usize> = (0..exceptions.len()).filter(|at| exceptions[*at].is_expired(now)).collect();
    let index = Index::new(expired.iter().map(|at| &exceptions[*at]));
    let mut by_place: HashMap<usize, usize> = HashMap::new();
    for finding in findings.iter().filter(|finding| !index.is_empty() && finding.excepted_by().is_none()) {
        let (kind, subject) = (finding.kind(), Subject::of_finding(finding, inventory));
        let covers = |exception: &Exception| exception.covers(kind, &subject, inventory.distribution.as_ref());
        for at in index.all(&subject, covers) {
            *by_place.entry(expired[at]).or_default() += 1;
        }
    }
    let helping = helping(exceptions, facts, now);
    let of = |(at, exception): (usize, &Exception)| {
        let is_expired = exception.is_expired(now);
        let findings = match is_expired {
            true => by_place.get(&at),
            false => by_name.get(exception.name.as_str()).or_else(|| helping.get(exception.name.as_str())),
        };
        let gaps = inventory.gaps.iter().filter(|gap| exception.covers_gap(gap));
        let is_here = exception.is_for(&facts.attributes);
        let count = if is_here { findings.copied().unwrap_or_default() + gaps.count() } else { 0 };
        ExceptionUse {
            name: exception.name.clone(),
            owner: exception.owner.clone(),
            reason: exception.reason.clone(),
            expires: exception.expires.clone(),
            state: match (is_expired, count) {
                (true, _) => ExceptionState::Expired,
                (false, 0) => ExceptionState::Unused,
                (false, _) => ExceptionState::Used,
            },
            findings: count,
        }
    };
    exceptions.iter().enumerate().map(of).collect()
}
