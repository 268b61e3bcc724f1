//! Policies and how they are read.

mod read;

use std::borrow::Borrow;

use model::version::VersionKey;
use model::{Ecosystem, LicenseCategory, PolicyEffect, PolicyMode, Severity, SignatureKind};

use crate::custom::CustomCheck;
use crate::rego::RegoCheck;
use crate::version_range::VersionRange;
use crate::{Pattern, Scope};
pub(crate) use read::package as package_match;
pub use read::{MOST_CONTROLS, read_policy};

/// A policy: what is asked, of what, and what follows.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The name under which verdicts tell of it.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it decides or only watches.
    pub mode: PolicyMode,
    /// What is done where it denies, sorted.
    pub effects: Vec<PolicyEffect>,
    /// What it applies to; `None` for everything.
    pub scope: Option<Scope>,
    /// What is asked, in the order of the document.
    pub controls: Vec<Control>,
    /// The file it is from, as the caller named it.
    pub file: String,
}

/// One control of a policy.
#[derive(Debug, Clone)]
pub struct Control {
    /// Its name in the list of controls: `cvss.maximum_score`.
    pub control: &'static str,
    /// The name that the policy gives it.
    pub name: Option<String>,
    /// What it does when it fails.
    pub action: model::ControlAction,
    /// The clauses that it serves.
    pub clauses: Vec<String>,
    /// What it asks.
    pub rule: Rule,
    /// The line it begins on.
    pub line: usize,
}

/// What a control asks.
#[derive(Debug, Clone)]
pub enum Rule {
    /// No vulnerability that counts.
    VulnerabilitySeverity(Filter),
    /// No vulnerability that has been open for more than so many days.
    VulnerabilityAge {
        /// Which vulnerabilities count.
        filter: Filter,
        /// The most days.
        days: u32,
        /// From which day.
        since: Since,
    },
    /// No vulnerability that is known to be exploited.
    Kev(Filter),
    /// No vulnerability that is likely to be exploited.
    Epss {
        /// Which vulnerabilities count.
        filter: Filter,
        /// From this probability on, 0 to 1.
        probability: Option<f64>,
        /// From this percentile on, 0 to 1.
        percentile: Option<f64>,
    },
    /// No vulnerability with a score this high.
    MaximumScore {
        /// Which vulnerabilities count.
        filter: Filter,
        /// From this base score on, 0 to 10.
        score: f64,
        /// Whose score.
        source: ScoreSource,
    },
    /// None of these vulnerabilities.
    CveDeny {
        /// Ids, upper case, sorted.
        ids: Vec<String>,
    },
    /// These vulnerabilities do not count for the other controls.
    CveAllow {
        /// Ids, upper case, sorted.
        ids: Vec<String>,
        /// Why they may stay.
        reason: String,
    },
    /// None of these packages.
    PackageDeny(Vec<PackageMatch>),
    /// Each of these packages.
    PackageRequire(Vec<PackageMatch>),
    /// No package that can only be had under these licenses.
    LicenseDeny {
        /// Patterns of SPDX ids.
        names: Vec<Pattern>,
    },
    /// Only packages that can be had under these licenses.
    LicenseAllow {
        /// Patterns of SPDX ids.
        names: Vec<Pattern>,
        /// Whether a package without a license passes.
        passes_undeclared: bool,
    },
    /// No license of these categories.
    LicenseCategory(Vec<LicenseCategory>),
    /// No malware.
    Malware(Where),
    /// No secrets.
    Secret(Where),
    /// Not run as root.
    Superuser,
    /// Built on an approved base.
    ApprovedBase {
        /// Patterns of names; empty for every approved one.
        names: Vec<Pattern>,
    },
    /// Signed.
    Signature {
        /// Patterns of who must have signed; empty for anybody who is trusted.
        identities: Vec<Pattern>,
        /// The schemes that count; empty for every one.
        kinds: Vec<SignatureKind>,
        /// Predicate types that must be attested.
        attestations: Vec<String>,
    },
    /// Each of these labels.
    LabelRequire(Vec<LabelMatch>),
    /// None of these labels.
    LabelForbid(Vec<LabelMatch>),
    /// None of these checks fails.
    MisconfigurationId {
        /// Ids in the spelling of [`crate::check_id`], sorted.
        ids: Vec<String>,
        /// Which places count.
        place: Where,
    },
    /// No severe check fails.
    MisconfigurationSeverity(Where),
    /// Everything could be read.
    Gaps {
        /// Patterns of paths that do not count.
        ignore_paths: Vec<Pattern>,
        /// So many pass.
        at_most: u32,
    },
    /// Not older than so many days.
    ImageAge {
        /// The most days.
        days: u32,
    },
    /// Still supported, and for so many days.
    EndOfLife {
        /// How many days ahead.
        days_ahead: u32,
    },
    /// A check of one's own.
    Custom(CustomCheck),
    /// Rules of a program in Rego deny nothing.
    Rego(RegoCheck),
}

/// Which vulnerabilities a control counts: all conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// At least this severe.
    pub at_least: Option<Severity>,
    /// One of these severities; empty for every one.
    pub severities: Vec<Severity>,
    /// With or without a repaired version.
    pub fix: Fix,
    /// Public for at least so many days.
    pub published_days_ago: Option<u32>,
    /// Repaired for at least so many days.
    pub fixed_days_ago: Option<u32>,
    /// Whether packages of an approved base image are left out.
    pub ignores_base_image: bool,
}

/// Whether a repaired version matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fix {
    /// It does not.
    #[default]
    Any,
    /// There must be one.
    Available,
    /// There must be none.
    Missing,
}

/// From which day the age of a vulnerability is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Since {
    /// The day it became public.
    #[default]
    Published,
    /// The day a repaired version came out.
    Fixed,
}

/// Whose score counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScoreSource {
    /// That of the source of the severity, else NVD's, else the highest.
    #[default]
    Vendor,
    /// NVD's, else the vendor's.
    Nvd,
    /// The highest of all.
    Highest,
}

/// A package by name, ecosystem and versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageMatch {
    /// A pattern of its name.
    pub name: Pattern,
    /// Its ecosystem; `None` for every one.
    pub ecosystem: Option<Ecosystem>,
    /// Its versions; `None` for every one.
    pub version: Option<VersionRange>,
}

/// A label by key and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelMatch {
    /// The key.
    pub key: String,
    /// A pattern of the value; `None` for every one.
    pub value: Option<Pattern>,
}

/// Which findings in files count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Where {
    /// At least this severe.
    pub at_least: Option<Severity>,
    /// Patterns of paths that do not count.
    pub ignore_paths: Vec<Pattern>,
}

impl PackageMatch {
    /// Whether an installed package may be the one that is meant: so it is where its version cannot be compared.
    pub fn may_match(&self, package: &model::Package) -> bool {
        self.is_match(package, &|| package.ecosystem.version_scheme().key(&package.version).ok(), true)
    }

    /// Whether an installed package is the one that is meant for certain.
    pub fn matches(&self, package: &model::Package) -> bool {
        self.matches_at(package, &|| package.ecosystem.version_scheme().key(&package.version).ok())
    }

    /// The same, where asking for the package's version in the order of its scheme is worth keeping.
    pub(crate) fn matches_at<K: Borrow<VersionKey>>(
        &self,
        package: &model::Package,
        key: &dyn Fn() -> Option<K>,
    ) -> bool {
        self.is_match(package, key, false)
    }

    fn is_match<K: Borrow<VersionKey>>(
        &self,
        package: &model::Package,
        key: &dyn Fn() -> Option<K>,
        otherwise: bool,
    ) -> bool {
        let has_name = self.name.matches(&package.name)
            || package.source.as_ref().is_some_and(|source| self.name.is_plain() && self.name.matches(&source.name));
        let scheme = package.ecosystem.version_scheme();
        has_name
            && self.ecosystem.is_none_or(|ecosystem| ecosystem == package.ecosystem)
            && self
                .version
                .as_ref()
                .is_none_or(|range| range.contains_key(key().as_ref().map(Borrow::borrow), scheme, otherwise))
    }

    /// What is meant, as one text: `log4j-core (maven) <2.17.1`.
    pub fn describe(&self) -> String {
        let mut text = self.name.to_string();
        if let Some(ecosystem) = self.ecosystem {
            text.push_str(&format!(" ({})", ecosystem.purl_type()));
        }
        if let Some(version) = &self.version {
            text.push_str(&format!(" {version}"));
        }
        text
    }
}

impl LabelMatch {
    /// What is meant, as one text: `team=shop`.
    pub fn describe(&self) -> String {
        match &self.value {
            Some(value) => format!("{}={value}", self.key),
            None => self.key.clone(),
        }
    }

    /// Whether labels have it.
    pub(crate) fn is_among(&self, labels: &std::collections::BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        value.is_some_and(|value| self.value.as_ref().is_none_or(|pattern| pattern.matches(value)))
    }
}

impl Where {
    /// Whether a finding of this severity at this path counts.
    pub(crate) fn counts(&self, severity: Severity, path: &str) -> bool {
        self.at_least.is_none_or(|least| severity >= least)
            && !self.ignore_paths.iter().any(|pattern| pattern.matches(path))
    }
}
