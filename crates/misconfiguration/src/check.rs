//! What a check is: an identity, a remedy, and a rule over one kind of subject.

use model::{Severity, UntrustedPath};

use crate::ansible::Play;
use crate::cloud::Cloud;
use crate::compose::Project;
use crate::dockerfile::Dockerfile;
use crate::github::Workflow;
use crate::image::ImageConfiguration;
use crate::kubernetes::Manifests;
use crate::node::PLACEHOLDER;

/// Characters of what a finding says: the texts that it quotes may have any length.
const LONGEST_MESSAGE: usize = 2_000;

/// One question that is asked of configuration files.
#[derive(Debug)]
pub struct Check {
    /// Our id, which never changes: `BHD-DOCKER-0002`.
    pub id: &'static str,
    /// The ids under which others ask the same question: `DS-0002`, `docker-least-privilege-user`, `CKV_DOCKER_3`.
    pub aliases: &'static [&'static str],
    /// How bad a failure is.
    pub severity: Severity,
    /// What is wrong, as a sentence without a full stop.
    pub title: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    pub(crate) rule: Rule,
    #[cfg(test)]
    pub(crate) examples: Examples,
}

/// All checks, sorted by id.
pub fn checks() -> &'static [&'static Check] {
    crate::checks::all()
}

impl Check {
    /// Whether a user who writes `spelled` means this check: by our id or an alias, in the spellings that are about
    /// (`DS002`, `AVD-DS-0002`, `ds-0002`).
    pub fn is_called(&self, spelled: &str) -> bool {
        let spelled = canonical(spelled);
        self.canonical_ids().any(|id| id == spelled)
    }

    /// All its ids, each in the one spelling that stands for all others.
    pub(crate) fn canonical_ids(&self) -> impl Iterator<Item = String> {
        std::iter::once(&self.id).chain(self.aliases).map(|id| canonical(id))
    }

    /// The kind of file that the check looks at, in words.
    pub fn looks_at(&self) -> &'static str {
        match self.rule {
            Rule::Dockerfile(_) => "Dockerfile",
            Rule::Kubernetes(_) => "Kubernetes",
            Rule::Cloud(_) => "Terraform, CloudFormation, Azure Resource Manager",
            Rule::Compose(_) => "Compose",
            Rule::Github(_) => "GitHub workflow",
            Rule::Ansible(_) => "Ansible",
            Rule::Image(_) => "image configuration",
        }
    }
}

/// One spelling for those that differ in case, hyphens, leading zeros and `AVD-`.
pub(crate) fn canonical(id: &str) -> String {
    let id = id.trim().to_ascii_uppercase();
    let id = id.strip_prefix("AVD-").unwrap_or(&id);
    let digits = id.len() - id.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (name, number) = id.split_at(digits);
    format!("{}{}", name.replace(['-', '_'], ""), number.trim_start_matches('0'))
}

/// What is asked, by what it is asked of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rule {
    Dockerfile(fn(&Dockerfile, &mut Found)),
    Kubernetes(fn(&Manifests, &mut Found)),
    /// Resources of a cloud, described in Terraform, CloudFormation or Azure's templates.
    Cloud(fn(&Cloud, &mut Found)),
    Compose(fn(&Project, &mut Found)),
    Github(fn(&Workflow, &mut Found)),
    Ansible(fn(&Play, &mut Found)),
    Image(fn(&ImageConfiguration, &mut Found)),
}

/// What a rule is asked of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject<'a> {
    Dockerfile(&'a Dockerfile),
    Kubernetes(&'a Manifests),
    Cloud(&'a Cloud),
    Compose(&'a Project),
    Github(&'a Workflow),
    Ansible(&'a Play),
    Image(&'a ImageConfiguration),
}

impl Rule {
    /// Asks, where the rule is for this kind of subject, and says whether it is.
    pub(crate) fn ask(self, subject: Subject<'_>, found: &mut Found) -> bool {
        match (self, subject) {
            (Rule::Dockerfile(rule), Subject::Dockerfile(dockerfile)) => rule(dockerfile, found),
            (Rule::Kubernetes(rule), Subject::Kubernetes(manifests)) => rule(manifests, found),
            (Rule::Cloud(rule), Subject::Cloud(cloud)) => rule(cloud, found),
            (Rule::Compose(rule), Subject::Compose(project)) => rule(project, found),
            (Rule::Github(rule), Subject::Github(workflow)) => rule(workflow, found),
            (Rule::Ansible(rule), Subject::Ansible(play)) => rule(play, found),
            (Rule::Image(rule), Subject::Image(image)) => rule(image, found),
            _ => return false,
        }
        true
    }
}

/// What a rule has found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) failures: Vec<Failure>,
}

/// One place that fails a check.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) path: UntrustedPath,
    pub(crate) line: u32,
    /// The lines of the block around it (a resource, an object, a build stage).
    pub(crate) block: (u32, u32),
    pub(crate) message: String,
}

impl Found {
    pub(crate) fn add(&mut self, path: &UntrustedPath, line: u32, block: (u32, u32), message: impl Into<String>) {
        // What cannot be known of a name shows as such.
        let mut message = message.into().replace(PLACEHOLDER, "…");
        if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
            message.truncate(end);
            message.push('…');
            message.shrink_to_fit();
        }
        self.failures.push(Failure { path: path.clone(), line, block, message });
    }
}

/// Inputs that fail and that pass a check: the check's own test (`checks/tests.rs`).
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct Examples {
    pub(crate) bad: &'static [&'static str],
    pub(crate) good: &'static [&'static str],
}

/// Writes down a check. `bad` and `good` are its test; for a cloud, texts that begin with `Resources:` are
/// CloudFormation, those that begin with `{` a template of Azure, all others Terraform.
macro_rules! check {
    (
        id: $id:literal,
        aliases: [$($alias:literal),* $(,)?],
        severity: $severity:ident,
        title: $title:literal,
        remedy: $remedy:literal,
        rule: $kind:ident($rule:expr),
        bad: [$($bad:expr),* $(,)?],
        good: [$($good:expr),* $(,)?] $(,)?
    ) => {
        pub(super) const CHECK: $crate::check::Check = $crate::check::Check {
            id: $id,
            aliases: &[$($alias),*],
            severity: model::Severity::$severity,
            title: $title,
            remedy: $remedy,
            rule: $crate::check::Rule::$kind($rule),
            #[cfg(test)]
            examples: $crate::check::Examples { bad: &[$($bad),*], good: &[$($good),*] },
        };
    };
}
pub(crate) use check;

/// The checks of a folder: a module for each file, and the list of them.
macro_rules! folder {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*
        pub(super) const CHECKS: &[&$crate::check::Check] = &[$(&$name::CHECK),*];
    };
}
pub(crate) use folder;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_may_spell_an_id_as_they_are_used_to() {
        for spelled in ["DS-0002", "DS002", "AVD-DS-0002", "ds-0002", "BHD-DOCKER-0002", "docker-least-privilege-user"]
        {
            let called: Vec<_> =
                checks().iter().filter(|check| check.is_called(spelled)).map(|check| check.id).collect();
            assert_eq!(called, ["BHD-DOCKER-0002"], "{spelled}");
        }
        assert!(!checks().iter().any(|check| check.is_called("")));
    }

    #[test]
    fn messages_have_an_end() {
        let mut found = Found::default();
        for length in [10, 100_000] {
            found.add(&UntrustedPath::default(), 1, (1, 1), "ä".repeat(length));
        }
        let lengths: Vec<usize> = found.failures.iter().map(|failure| failure.message.chars().count()).collect();
        assert_eq!(lengths, [10, LONGEST_MESSAGE + 1]);
    }
}
