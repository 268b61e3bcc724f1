//! The variables that a workflow sets for its steps, which of them others may write, and the shell that reads them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Workflow;
use super::expression::{expressions, is_written_by_others};
use crate::node::Node;

/// Hands every step of jobs and actions over with the variables that it sees.
pub(crate) fn for_each_step(workflow: &Workflow, each: &mut dyn FnMut(&Node, &Environment<'_>)) {
    let of_workflow = Environment::of(&workflow.node, None);
    for job in workflow.jobs() {
        let of_job = Environment::of(job.node, Some(&of_workflow));
        for step in job.node.get("steps").map(Node::items).unwrap_or_default() {
            each(step, &Environment::of(step, Some(&of_job)));
        }
    }
    for step in workflow.node.at("runs.steps").map(Node::items).unwrap_or_default() {
        each(step, &Environment::of(step, Some(&of_workflow)));
    }
}

/// The variables that a workflow, a job or a step sets, and its shell.
pub(crate) struct Environment<'a> {
    outer: Option<&'a Environment<'a>>,
    /// By their names in lower case, whether others may write them: a script that has them put in, rather than to read them,
    /// is no better for it.
    variables: HashMap<String, bool>,
    /// The shell that it names itself, as it is written.
    shell: Option<String>,
}

impl<'a> Environment<'a> {
    fn of(node: &Node, outer: Option<&'a Environment<'a>>) -> Environment<'a> {
        let is_outer_written = |name: &str| outer.is_some_and(|outer| outer.is_written(name));
        let entries = node.get("env").and_then(Node::as_map).unwrap_or_default();
        let variables = entries.iter().map(|entry| {
            let text = entry.value.as_text().unwrap_or_default();
            let is_written = expressions(&text).any(|text| is_written_by_others(text, &is_outer_written));
            (entry.key.to_ascii_lowercase(), is_written)
        });
        let shell = node.get("shell").or_else(|| node.at("defaults.run.shell"));
        let shell = shell.and_then(Node::as_text).map(Cow::into_owned);
        Environment { outer, variables: variables.collect(), shell }
    }

    /// Whether others may write the variable of this name, which is in lower case.
    pub(crate) fn is_written(&self, name: &str) -> bool {
        match (self.variables.get(name), self.outer) {
            (Some(is_written), _) => *is_written,
            (None, Some(outer)) => outer.is_written(name),
            (None, None) => false,
        }
    }

    /// Whether the script of the step is one of `cmd`, which no step is that names no shell (GitHub, Workflow syntax,
    /// `jobs.<job_id>.steps[*].shell`).
    pub(crate) fn is_command_prompt(&self) -> bool {
        match (&self.shell, self.outer) {
            (Some(shell), _) => {
                let program = shell.split_whitespace().next().unwrap_or_default();
                let name = program.rsplit(['/', '\\']).next().unwrap_or(program).to_ascii_lowercase();
                matches!(name.as_str(), "cmd" | "cmd.exe")
            }
            (None, Some(outer)) => outer.is_command_prompt(),
            (None, None) => false,
        }
    }
}
