//! A tree is read and checked, and what comments of its files waive is left out.

use std::collections::{BTreeMap, BTreeSet};

use model::{Gap, Severity, UntrustedPath, counted};

use crate::check::{Check, Found, Subject, checks};
use crate::cloud::Cloud;
use crate::ignore::Comments;
use crate::kubernetes::Manifests;
use crate::{Tree, ansible, azure, cloudformation, compose, dockerfile, github, helm, kubernetes, terraform};

/// Findings of one tree; what is beyond is counted in a gap.
const MOST_FINDINGS: usize = 20_000;

/// How a tree is checked.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Checks that are left out, by any id they are called.
    pub skipped: Vec<String>,
    /// The day (`2026-11-28`): comments that end before it no longer count, and certificates have expired. Without it
    /// every comment counts and no certificate has.
    pub today: Option<String>,
}

/// What was found in a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Sorted by path, line and id.
    pub findings: Vec<Misconfiguration>,
    /// What could not be read, and what could not be rendered.
    pub gaps: Vec<Gap>,
    /// The ids of checks that had something to look at and found nothing wrong.
    pub passed: BTreeSet<&'static str>,
}

/// A place that fails a check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Misconfiguration {
    /// The file.
    pub path: UntrustedPath,
    /// The line of the construct that offends, from 1; 0 for an image's configuration, which has none.
    pub line: u32,
    /// The check: `BHD-DOCKER-0002`.
    pub id: &'static str,
    /// The check's other ids.
    pub aliases: &'static [&'static str],
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong in general.
    pub title: &'static str,
    /// What is wrong here.
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Checks the files of a tree.
pub fn check(tree: &Tree, options: &Options) -> Checked {
    let mut report = Report::new(options);
    for dockerfile in dockerfile::read(tree) {
        match dockerfile {
            Ok(dockerfile) => report.run(Subject::Dockerfile(&dockerfile)),
            Err(gap) => report.gaps.push(gap),
        }
    }
    // One file after the other is read, checked and dropped.
    let mut gaps = Vec::new();
    let mut take = |manifests: Manifests| report.run(Subject::Kubernetes(&manifests));
    kubernetes::read(tree, &mut gaps, &mut take);
    helm::render(tree, &mut gaps, &mut take);
    let mut take = |mut cloud: Cloud| {
        if !cloud.is_empty() {
            cloud.today.clone_from(&options.today);
            report.run(Subject::Cloud(&cloud));
        }
    };
    terraform::read(tree, &mut gaps, &mut take);
    cloudformation::read(tree, &mut gaps, &mut take);
    azure::read(tree, &mut gaps, &mut take);
    for project in compose::read(tree, &mut gaps) {
        report.run(Subject::Compose(&project));
    }
    github::read(tree, &mut gaps, &mut |workflow| report.run(Subject::Github(&workflow)));
    ansible::read(tree, &mut gaps, &mut |play| report.run(Subject::Ansible(&play)));
    report.gaps.append(&mut gaps);
    report.finish(tree)
}

/// What is gathered while checks run.
pub(crate) struct Report<'a> {
    options: &'a Options,
    pub(crate) gaps: Vec<Gap>,
    failures: Vec<(&'static Check, crate::check::Failure)>,
    asked: BTreeSet<&'static str>,
    /// Failures beyond the limit.
    left_out: usize,
}

impl<'a> Report<'a> {
    pub(crate) fn new(options: &'a Options) -> Report<'a> {
        Report { options, gaps: Vec::new(), failures: Vec::new(), asked: BTreeSet::new(), left_out: 0 }
    }

    /// Asks every check that is for this kind of subject.
    pub(crate) fn run(&mut self, subject: Subject<'_>) {
        for check in checks() {
            if self.options.skipped.iter().any(|skipped| check.is_called(skipped)) {
                continue;
            }
            let mut found = Found::default();
            if !check.rule.ask(subject, &mut found) {
                continue;
            }
            self.asked.insert(check.id);
            for failure in found.failures {
                if self.failures.len() < MOST_FINDINGS {
                    self.failures.push((*check, failure));
                } else {
                    self.left_out += 1;
                }
            }
        }
    }

    pub(crate) fn finish(mut self, tree: &Tree) -> Checked {
        let mut comments: BTreeMap<UntrustedPath, Comments> = BTreeMap::new();
        let today = self.options.today.as_deref();
        let mut findings = BTreeSet::new();
        let mut failed = BTreeSet::new();
        for (check, failure) in self.failures {
            let comments = comments.entry(failure.path.clone()).or_insert_with(|| {
                tree.get(failure.path.as_str()).map_or_else(Comments::default, |text| Comments::read(text, today))
            });
            failed.insert(check.id);
            if comments.waive(check, &failure) {
                continue;
            }
            findings.insert(Misconfiguration {
                path: failure.path,
                line: failure.line,
                id: check.id,
                aliases: check.aliases,
                severity: check.severity,
                title: check.title,
                message: failure.message,
                remedy: check.remedy,
            });
        }
        if self.left_out > 0 {
            let more = counted(self.left_out, "more misconfiguration", "more misconfigurations");
            self.gaps.push(Gap::new("", format!("{more} than the {MOST_FINDINGS} that are listed")));
        }
        self.gaps.sort();
        self.gaps.dedup();
        let passed = self.asked.difference(&failed).copied().collect();
        Checked { findings: findings.into_iter().collect(), gaps: self.gaps, passed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_one(path: &str, text: &str, options: &Options) -> Checked {
        let mut tree = Tree::new();
        tree.insert(path.to_owned().into(), text.as_bytes()).unwrap();
        check(&tree, options)
    }

    #[test]
    fn findings_say_where_and_what() {
        let checked = check_one("a/Dockerfile", "FROM alpine:3.20\nUSER root\n", &Options::default());
        let finding = checked.findings.iter().find(|finding| finding.id == "BHD-DOCKER-0002").unwrap();
        assert_eq!((finding.path.as_str(), finding.line), ("a/Dockerfile", 2));
        assert!(checked.passed.contains("BHD-DOCKER-0009"));
    }

    #[test]
    fn checks_can_be_left_out_by_any_of_their_names() {
        let options = Options { skipped: vec!["AVD-DS-0002".to_owned()], ..Options::default() };
        let checked = check_one("Dockerfile", "FROM alpine:3.20\nUSER root\n", &options);
        assert!(checked.findings.iter().all(|finding| finding.id != "BHD-DOCKER-0002"));
    }

    #[test]
    fn a_file_that_nobody_can_read_is_a_gap() {
        let checked = check_one("main.tf", "resource \"aws_s3_bucket\" {{{", &Options::default());
        assert_eq!(checked.gaps.len(), 1);
        assert_eq!(checked.gaps[0].path, "main.tf");
    }

    #[test]
    fn marks_behind_the_beginning_of_a_file_are_enough() {
        let data: String = (0..600).map(|line| format!("    # line {line} of a configuration file\n")).collect();
        let item = format!("- apiVersion: v1\n  data:\n    a: |\n{data}  kind: ConfigMap\n");
        let pod = "- apiVersion: v1\n  kind: Pod\n  spec: {hostPID: true, containers: [{name: a}]}\n";
        let list = format!("apiVersion: v1\nitems:\n{item}{pod}kind: List\n");
        let playbook = format!(
            "# {}\n- hosts: all\n  tasks:\n  - get_url: {{url: 'http://a.example/b', dest: /b, validate_certs: false}}\n",
            "x".repeat(17_000)
        );
        for (path, text) in [("all.yaml", list), ("site.yml", playbook)] {
            assert!(text.len() > crate::HEAD_BYTES);
            let checked = check_one(path, &text, &Options::default());
            assert_eq!(checked.gaps, []);
            assert!(!checked.findings.is_empty(), "{path}");
        }
    }
}
