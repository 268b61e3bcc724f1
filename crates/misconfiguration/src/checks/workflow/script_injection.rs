//! Text that others write becomes part of a script.

use crate::check::{Found, check};
use crate::github::Workflow;

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
    ],
    good: [
        r#"on: issues
jobs: {a: {runs-on: x, steps: [{run: 'echo "$TITLE"', env: {TITLE: "${{ github.event.issue.title }}"}}]}}"#,
        r#"on: push
jobs: {a: {runs-on: x, steps: [{run: "echo ${{ github.sha }} ${{ github.event.issue.number }}"}]}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    for step in workflow.steps() {
        for script in [step.entry("run"), step.get("with").and_then(|with| with.entry("script"))].into_iter().flatten() {
            let Some(text) = script.value.as_text() else { continue };
            if let Some(expression) = written_by_others(&text) {
                workflow.fail(script.line, found, format!("`{expression}` is put into the script"));
            }
        }
    }
}

/// The first expression that takes what anybody may write: titles, bodies, names of branches, messages of commits.
fn written_by_others(text: &str) -> Option<String> {
    const ENDS: &[&str] = &[
        ".title", ".body", ".head_ref", ".ref", ".label", ".message", ".name", ".email", ".default_branch", ".page_name", ".description",
    ];
    text.split("${{").skip(1).find_map(|rest| {
        let expression = rest.split("}}").next()?.trim();
        let lower = expression.to_ascii_lowercase();
        let is_event = lower.contains("github.event.") && ENDS.iter().any(|end| lower.ends_with(end));
        let is_of_event = is_event && !lower.contains("github.event.repository") && !lower.contains("github.event.inputs");
        (is_of_event || lower.contains("github.head_ref")).then(|| expression.to_owned())
    })
}
