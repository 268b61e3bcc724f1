//! Token of the workflow may write everything.

use crate::check::{Found, check};
use crate::github::Workflow;

check! {
    id: "BHD-WORKFLOW-0004",
    aliases: [],
    severity: High,
    title: "Token of the workflow may write everything",
    remedy: "Name the permissions that are needed.",
    rule: Github(find),
    bad: [
        r#"on: push
permissions: write-all
jobs: {a: {runs-on: x, steps: []}}"#,
        r#"on: push
jobs: {a: {runs-on: x, permissions: write-all, steps: []}}"#,
    ],
    good: [
        r#"on: push
permissions: {contents: read}
jobs: {a: {runs-on: x, steps: []}}"#,
        r#"on: push
permissions: read-all
jobs: {a: {runs-on: x, steps: []}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    let all = [workflow.node.entry("permissions")].into_iter().chain(workflow.jobs().map(|job| job.node.entry("permissions")));
    for permissions in all.flatten() {
        if permissions.value.as_text().is_some_and(|text| text == "write-all") {
            workflow.fail(permissions.line, found, "`permissions` is `write-all`");
        }
    }
}
