//! Workflows and actions of GitHub Actions.

use model::{Gap, UntrustedPath};

use crate::check::Found;
use crate::file_kind::{FileKind, by_name};
use crate::kubernetes::last_line;
use crate::node::Node;
use crate::tree::Tree;
use crate::yaml::{self, Tags};

/// A workflow, or an action made of steps.
#[derive(Debug)]
pub(crate) struct Workflow {
    pub(crate) path: UntrustedPath,
    pub(crate) node: Node,
}

/// A job.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) name: &'a str,
    pub(crate) node: &'a Node,
    pub(crate) line: u32,
}

impl Workflow {
    pub(crate) fn is_action(&self) -> bool {
        self.node.get("runs").is_some()
    }

    pub(crate) fn jobs(&self) -> impl Iterator<Item = Job<'_>> {
        let jobs = self.node.get("jobs").and_then(Node::as_map).unwrap_or_default();
        jobs.iter().map(|entry| Job { name: &entry.key, node: &entry.value, line: entry.line })
    }

    /// Every step, of jobs and of actions.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &Node> {
        let of_jobs = self.jobs().filter_map(|job| job.node.get("steps")).flat_map(Node::items);
        of_jobs.chain(self.node.at("runs.steps").map(Node::items).unwrap_or_default())
    }

    /// Whether an event starts it.
    pub(crate) fn is_started_by(&self, event: &str) -> bool {
        let Some(on) = self.node.get("on") else { return false };
        on.entry(event).is_some() || on.items().iter().any(|item| item.as_text().is_some_and(|text| text == event))
    }

    pub(crate) fn fail(&self, line: u32, found: &mut Found, message: impl Into<String>) {
        found.add(&self.path, line, (line, line), message);
    }

    pub(crate) fn block(&self) -> (u32, u32) {
        (self.node.line, last_line(&self.node))
    }
}

/// Reads every workflow of a tree.
pub(crate) fn read(tree: &Tree, gaps: &mut Vec<Gap>) -> Vec<Workflow> {
    let mut workflows = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| by_name(path) == Some(FileKind::GithubWorkflow)) {
        match yaml::parse(text, Tags::Dropped) {
            Ok(documents) => workflows.extend(
                documents
                    .into_iter()
                    .filter(|document| document.get("jobs").is_some() || document.get("runs").is_some())
                    .map(|node| Workflow { path: path.clone(), node }),
            ),
            Err(error) => gaps.push(Gap::new(path.as_str(), format!("the workflow cannot be read: {error}"))),
        }
    }
    workflows
}
