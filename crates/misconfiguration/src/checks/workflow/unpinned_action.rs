//! Action is not pinned by its commit.

use crate::check::{Found, check};
use crate::github::Workflow;

check! {
    id: "BHD-WORKFLOW-0001",
    aliases: [],
    severity: Medium,
    title: "Action is not pinned by its commit",
    remedy: "Name the commit of the action by its 40 hexadecimal digits (`owner/action@… # v1`); tags can be moved.",
    rule: Github(find),
    bad: [
        r#"on: push
jobs: {a: {runs-on: ubuntu-24.04, steps: [{uses: actions/checkout@v4}]}}"#,
        r#"on: push
jobs: {a: {uses: org/repo/.github/workflows/x.yml@main}}"#,
    ],
    good: [
        r#"on: push
jobs: {a: {runs-on: ubuntu-24.04, steps: [{uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683}]}}"#,
        r#"on: push
jobs: {a: {runs-on: ubuntu-24.04, steps: [{uses: ./.github/actions/a}, {uses: "docker://alpine@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    let of_steps = workflow.steps().filter_map(|step| step.entry("uses"));
    let of_jobs = workflow.jobs().filter_map(|job| job.node.entry("uses"));
    for uses in of_steps.chain(of_jobs) {
        let Some(action) = uses.value.as_text() else { continue };
        let is_pinned = match action.split_once('@') {
            Some((_, version)) => version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit()) || version.starts_with("sha256:"),
            None => false,
        };
        let is_local = action.starts_with("./") || action.starts_with("../") || action.contains("${{");
        if !is_pinned && !is_local {
            workflow.fail(uses.line, found, format!("`{action}` can be another action tomorrow"));
        }
    }
}
