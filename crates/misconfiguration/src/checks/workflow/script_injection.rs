//! Text that others write becomes part of a script.

use std::collections::HashMap;

use crate::check::{Found, check};
use crate::github::Workflow;
use crate::github::expression::{expressions, is_written_by_others};
use crate::node::Node;

check! {
    id: "BHD-WORKFLOW-0002",
    aliases: ["CKV_GHA_2"],
    severity: High,
    title: "Text that others write becomes part of a script",
    remedy: "Give it to the script through `env`, and quote the variable.",
    rule: Github(find),
    bad: [
        r#"on: issues
jobs: {a: {runs-on: x, steps: [{run: "echo '${{ github.event.issue.title }}'"}]}}"#,
        r#"on: pull_request
jobs: {a: {runs-on: x, steps: [{uses: ./s, with: {script: "f('${{ github.head_ref }}')"}}]}}"#,
        r#"on: issues
jobs: {a: {runs-on: x, steps: [{run: "echo ${{ github.event['issue']['title'] || 'none' }}"}]}}"#,
        r#"on: issues
jobs: {a: {runs-on: x, steps: [{run: "echo '${{ toJSON(github.event) }}'"}]}}"#,
        r#"on: issues
env: {TITLE: "${{ github.event.issue.title }}"}
jobs: {a: {runs-on: x, env: {SAID: "a ${{ env.TITLE }}"}, steps: [{run: "echo ${{ env.said }}"}]}}"#,
        r#"on: workflow_run
jobs: {a: {runs-on: x, steps: [{run: "git switch ${{ github.event.workflow_run.head_branch }}"}]}}"#,
        r#"name: a
runs: {using: composite, steps: [{shell: bash, run: "echo ${{ env.T }}", env: {T: "${{ github.head_ref }}"}}]}"#,
    ],
    good: [
        r#"on: issues
jobs: {a: {runs-on: x, steps: [{run: 'echo "$TITLE"', env: {TITLE: "${{ github.event.issue.title }}"}}]}}"#,
        r#"on: issues
env: {TITLE: "${{ github.event.issue.title }}"}
jobs: {a: {runs-on: x, env: {TITLE: plain}, steps: [{run: "echo ${{ env.TITLE }} ${{ contains(github.event.issue.title, 'x') }}"}]}}"#,
        r#"on: pull_request
jobs: {a: {runs-on: x, steps: [{run: "echo ${{ github.head_ref == 'main' && 'yes' || 'no' }}"}]}}"#,
        r#"on: push
jobs: {a: {runs-on: x, steps: [{run: "echo ${{ github.sha }} ${{ github.event.issue.number }}"}]}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    let of_workflow = Environment::of(&workflow.node, None);
    for job in workflow.jobs() {
        let of_job = Environment::of(job.node, Some(&of_workflow));
        for step in job.node.get("steps").map(Node::items).unwrap_or_default() {
            look(step, &of_job, workflow, found);
        }
    }
    for step in workflow.node.at("runs.steps").map(Node::items).unwrap_or_default() {
        look(step, &of_workflow, workflow, found);
    }
}

fn look(step: &Node, outer: &Environment<'_>, workflow: &Workflow, found: &mut Found) {
    let environment = Environment::of(step, Some(outer));
    for script in [step.entry("run"), step.get("with").and_then(|with| with.entry("script"))].into_iter().flatten() {
        let Some(text) = script.value.as_text() else { continue };
        let is_written = |name: &str| environment.is_written(name);
        if let Some(expression) = expressions(&text).find(|text| is_written_by_others(text, &is_written)) {
            workflow.fail(script.line, found, format!("`{expression}` is put into the script"));
        }
    }
}

/// The variables that a workflow, a job or a step sets.
struct Environment<'a> {
    outer: Option<&'a Environment<'a>>,
    /// By their names in lower case, whether others may write them: a script that has them put in, rather than to read them,
    /// is no better for it.
    variables: HashMap<String, bool>,
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
        Environment { outer, variables: variables.collect() }
    }

    /// Whether others may write the variable of this name, which is in lower case.
    fn is_written(&self, name: &str) -> bool {
        match (self.variables.get(name), self.outer) {
            (Some(is_written), _) => *is_written,
            (None, Some(outer)) => outer.is_written(name),
            (None, None) => false,
        }
    }
}
