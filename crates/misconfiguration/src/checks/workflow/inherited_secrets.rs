//! Called workflow gets every secret.

use crate::check::{Found, check};
use crate::github::Workflow;

check! {
    id: "BHD-WORKFLOW-0007",
    aliases: [],
    severity: Medium,
    title: "Called workflow gets every secret",
    remedy: "Name the secrets that it needs.",
    rule: Github(find),
    bad: [
        r#"on: push
jobs: {a: {uses: org/x/.github/workflows/y.yml@main, secrets: inherit}}"#,
        r#"on: push
jobs: {a: {runs-on: x, steps: []}, b: {uses: org/x/.github/workflows/y.yml@v1, secrets: "inherit"}}"#,
    ],
    good: [
        r#"on: push
jobs: {a: {uses: ./.github/workflows/y.yml, secrets: inherit}}"#,
        r#"on: push
jobs: {a: {uses: org/x/.github/workflows/y.yml@main, secrets: {token: "${{ secrets.T }}"}}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    for job in workflow.jobs() {
        let is_other = job.node.text_at("uses").is_some_and(|uses| !uses.starts_with("./"));
        if is_other && job.node.text_at("secrets").is_some_and(|secrets| secrets == "inherit") {
            workflow.fail(job.node.line_of("secrets"), found, format!("job `{}` passes all secrets on", job.name));
        }
    }
}
