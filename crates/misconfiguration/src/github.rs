//! Workflows and actions of GitHub Actions.

pub(crate) mod command_prompt;
pub(crate) mod environment;
pub(crate) mod environment_file;
pub(crate) mod expression;
mod shell_tokens;

use model::{Gap, UntrustedPath};

use crate::check::Found;
use crate::file_kind::{FileKind, by_name};
use crate::kubernetes::last_line;
use crate::node::{Entry, Node, Value};
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
pub(crate) fn read(tree: &Tree, gaps: &mut Vec<Gap>, take: &mut dyn FnMut(Workflow)) {
    for (path, text) in tree.files().filter(|(path, _)| by_name(path) == Some(FileKind::GithubWorkflow)) {
        match yaml::parse(text, Tags::Dropped) {
            Ok(documents) => {
                if let Some(missing) = missing(path, &documents) {
                    gaps.push(Gap::new(path.as_str(), format!("it {missing}; its end may be missing")));
                }
                for node in documents {
                    if node.get("jobs").is_some() || node.get("runs").is_some() {
                        take(Workflow { path: path.clone(), node });
                    }
                }
            }
            Err(error) => gaps.push(Gap::new(path.as_str(), format!("the workflow cannot be read: {error}"))),
        }
    }
}

/// What a workflow, which is one by its folder, or an action would have to say and does not.
fn missing(path: &UntrustedPath, documents: &[Node]) -> Option<&'static str> {
    let has = |key: &str| documents.iter().any(|document| document.get(key).is_some());
    let texts = |node: &Node| matches!(node.value, Value::Text(_));
    if has("jobs") || has("runs") {
        let steps = |node: &Node| node.get("steps").is_some_and(|steps| steps.items().iter().any(texts));
        let is_cut = documents.iter().any(|document| {
            let jobs = document.get("jobs");
            let is_cut_job = |job: &Entry| job.value.as_map().is_none() || steps(&job.value);
            jobs.is_some_and(|jobs| texts(jobs) || jobs.as_map().unwrap_or_default().iter().any(is_cut_job))
                || document.get("runs").is_some_and(|runs| texts(runs) || steps(runs))
        });
        return is_cut.then_some("has a job or a step that says nothing");
    }
    // Others than GitHub have files of the name of an action.
    let is_action =
        has("inputs") || has("outputs") || documents.iter().any(|document| document.entry("runs").is_some());
    match path.file_name() {
        "action.yml" | "action.yaml" => is_action.then_some("is an action that runs nothing"),
        _ => Some("is a workflow without jobs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_whose_end_is_missing_is_a_gap() {
        for (path, text, count) in [
            (".github/workflows/a.yml", "on: push\n", 1),
            (".github/workflows/a.yml", "on: push\njobs:\n", 1),
            (".github/workflows/a.yml", "", 1),
            (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    ste", 1),
            (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    steps:\n    - us", 1),
            (".github/workflows/a.yml", "on: push\njobs:\n  bu", 1),
            (".github/workflows/a.yml", "on: push\njobs: {a: {}}\n", 0),
            ("x/action.yml", "name: a\ninputs: {b: {}}\n", 1),
            ("x/action.yml", "name: a\nruns:\n", 1),
            ("locales/action.yml", "en: {action: Act}\n", 0),
        ] {
            let mut tree = Tree::new();
            tree.insert(path.to_owned().into(), text.as_bytes()).unwrap();
            let mut gaps = Vec::new();
            read(&tree, &mut gaps, &mut |_| ());
            assert_eq!(gaps.len(), count, "{path} {text}: {gaps:?}");
        }
    }

    /// How long it takes to check a workflow of so many jobs, at best.
    fn time_of_jobs(count: usize) -> std::time::Duration {
        let job = |number| format!("  j{number}:\n    runs-on: x\n    steps:\n    - uses: a/b@v1\n");
        let text = format!("on: push\njobs:\n{}", (0..count).map(job).collect::<String>());
        let mut tree = Tree::new();
        tree.insert(".github/workflows/a.yml".to_owned().into(), text.as_bytes()).unwrap();
        let times = (0..3).map(|_| {
            let started = std::time::Instant::now();
            let checked = crate::check(&tree, &crate::Options::default());
            let unsaid = checked.findings.iter().filter(|finding| finding.id == "BHD-WORKFLOW-0005");
            assert_eq!(unsaid.count(), count);
            started.elapsed()
        });
        times.min().unwrap()
    }

    #[test]
    fn the_time_that_a_workflow_takes_grows_with_its_jobs() {
        let (few, many) = (time_of_jobs(500), time_of_jobs(4_000));
        // Eight times the jobs would take 64 times as long if each looked at all others.
        assert!(many < few * 24, "{few:?} {many:?}");
    }
}
