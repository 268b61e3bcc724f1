//! Code of a pull request runs with the repository's secrets.

use crate::check::{Found, check};
use crate::github::Workflow;

check! {
    id: "BHD-WORKFLOW-0003",
    aliases: [],
    severity: Critical,
    title: "Code of a pull request runs with the repository's secrets",
    remedy: "Use the event `pull_request`, or do not check out the head of the pull request.",
    rule: Github(find),
    bad: [
        r#"on: pull_request_target
jobs: {a: {runs-on: x, steps: [{uses: actions/checkout@v4, with: {ref: "${{ github.event.pull_request.head.sha }}"}}]}}"#,
        r#"on: {workflow_run: {workflows: [ci]}}
jobs: {a: {runs-on: x, steps: [{uses: actions/checkout@v4, with: {ref: "${{ github.event.workflow_run.head_branch }}"}}]}}"#,
    ],
    good: [
        r#"on: pull_request
jobs: {a: {runs-on: x, steps: [{uses: actions/checkout@v4, with: {ref: "${{ github.head_ref }}"}}]}}"#,
        r#"on: [pull_request_target]
jobs: {a: {runs-on: x, steps: [{uses: actions/checkout@v4}]}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    if !workflow.is_started_by("pull_request_target") && !workflow.is_started_by("workflow_run") {
        return;
    }
    for step in workflow.steps() {
        let is_checkout = step.text_at("uses").is_some_and(|uses| uses.starts_with("actions/checkout"));
        let reference = step.text_at("with.ref").unwrap_or_default();
        let is_of_others = reference.contains("github.event.pull_request.head")
            || reference.contains("github.head_ref")
            || reference.contains("github.event.workflow_run.head")
            || reference.contains("refs/pull/");
        if is_checkout && is_of_others {
            let line = step.line_of("with.ref");
            workflow.fail(line, found, format!("`{reference}` is code that anybody may have written"));
        }
    }
}
