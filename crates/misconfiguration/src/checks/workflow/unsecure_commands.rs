//! Output of a step may set variables of the environment.

use crate::check::{Found, check};
use crate::github::Workflow;
use crate::node::Node;

check! {
    id: "BHD-WORKFLOW-0006",
    aliases: ["CKV_GHA_1"],
    severity: High,
    title: "Output of a step may set variables of the environment",
    remedy: "Remove ACTIONS_ALLOW_UNSECURE_COMMANDS; write to `$GITHUB_ENV`.",
    rule: Github(find),
    bad: [
        r#"on: push
env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: true}
jobs: {a: {runs-on: x, steps: []}}"#,
        r#"on: push
jobs: {a: {runs-on: x, steps: [{run: x, env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: "true"}}]}}"#,
    ],
    good: [
        r#"on: push
env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: false}
jobs: {a: {runs-on: x, steps: []}}"#,
        r#"on: push
jobs: {a: {runs-on: x, steps: [{run: "echo a=b >> $GITHUB_ENV"}]}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    let steps = workflow.steps().filter_map(|step| step.get("env"));
    let jobs = workflow.jobs().filter_map(|job| job.node.get("env"));
    for env in steps.chain(jobs).chain(workflow.node.get("env")) {
        if env.get("ACTIONS_ALLOW_UNSECURE_COMMANDS").and_then(Node::as_bool) == Some(true) {
            workflow.fail(env.line_of("ACTIONS_ALLOW_UNSECURE_COMMANDS"), found, "commands in the output are obeyed");
        }
    }
}
