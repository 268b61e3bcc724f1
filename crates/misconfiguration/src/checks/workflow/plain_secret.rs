//! Environment of the workflow holds a secret.

use crate::check::{Found, check};
use crate::github::Workflow;
use crate::secret_words::{is_secret_name, is_secret_value};

check! {
    id: "BHD-WORKFLOW-0008",
    aliases: [],
    severity: High,
    title: "Environment of the workflow holds a secret",
    remedy: "Use a secret of the repository (`${{ secrets.NAME }}`).",
    rule: Github(find),
    bad: [
        r#"on: push
env: {API_TOKEN: abcdef}
jobs: {a: {runs-on: x, steps: []}}"#,
        r#"on: push
jobs: {a: {runs-on: x, steps: [{run: x, env: {DB_PASSWORD: "example-of-one"}}]}}"#,
    ],
    good: [
        r#"on: push
env: {API_TOKEN: "${{ secrets.API_TOKEN }}"}
jobs: {a: {runs-on: x, steps: []}}"#,
        r#"on: push
env: {TOKEN_URL: "https://x", USE_TOKEN: true}
jobs: {a: {runs-on: x, steps: []}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    let steps = workflow.steps().filter_map(|step| step.get("env"));
    let jobs = workflow.jobs().filter_map(|job| job.node.get("env"));
    for env in steps.chain(jobs).chain(workflow.node.get("env")) {
        for entry in env.as_map().unwrap_or_default() {
            let is_literal = entry.value.as_text().is_some_and(|value| is_secret_value(&value));
            let is_number = entry.value.as_number().is_some() || entry.value.as_bool().is_some();
            if is_secret_name(&entry.key) && is_literal && !is_number {
                workflow.fail(entry.line, found, format!("`{}` is in plain text", entry.key));
            }
        }
    }
}
