//! Permissions of the token are left at their default.

use crate::check::{Found, check};
use crate::github::Workflow;

check! {
    id: "BHD-WORKFLOW-0005",
    aliases: ["CKV2_GHA_1"],
    severity: Low,
    title: "Permissions of the token are left at their default",
    remedy: "Set `permissions`, best to `contents: read`, for the workflow or for each job.",
    rule: Github(find),
    bad: [
        r#"on: push
jobs: {a: {runs-on: x, steps: []}}"#,
        r#"on: push
jobs: {a: {runs-on: x, permissions: {}, steps: []}, b: {runs-on: x, steps: []}}"#,
    ],
    good: [
        r#"on: push
permissions: {}
jobs: {a: {runs-on: x, steps: []}}"#,
        r#"on: push
jobs: {a: {runs-on: x, permissions: {contents: read}, steps: []}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    if workflow.is_action() || workflow.node.entry("permissions").is_some() {
        return;
    }
    let block = workflow.block();
    for job in workflow.jobs().filter(|job| job.node.entry("permissions").is_none()) {
        found.add(&workflow.path, job.line, block, format!("job `{}` has the default permissions", job.name));
    }
}
