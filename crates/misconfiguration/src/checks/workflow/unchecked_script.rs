//! A script from the network is run unchecked.

use crate::check::{Found, check};
use crate::dockerfile::fetched::fetched_scripts;
use crate::dockerfile::shell::commands;
use crate::github::Workflow;
use crate::node::Node;

check! {
    id: "BHD-WORKFLOW-0010",
    aliases: [],
    severity: Medium,
    title: "Workflow runs a script from the network unchecked",
    remedy: "Fetch it into a file and compare its checksum before it is run, or use an action that is pinned by its commit.",
    rule: Github(find),
    bad: [
        r#"on: push
jobs: {a: {runs-on: ubuntu-24.04, steps: [{run: "curl -fsSL https://a.example/install.sh | sh"}]}}"#,
        r#"name: a
runs: {using: composite, steps: [{shell: bash, run: "set -e\nbash <(wget -qO- https://a.example/up.sh) -f x"}]}"#,
    ],
    good: [
        r#"on: push
jobs: {a: {runs-on: ubuntu-24.04, steps: [{run: "curl -fsSL https://a.example/x.tgz | tar xz"}]}}"#,
        r#"on: push
jobs: {a: {runs-on: windows-2025, steps: [{shell: pwsh, run: "curl https://a.example/i.sh | sh"}]}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    for step in workflow.steps().filter(|step| is_for_shell(step)) {
        let Some(run) = step.entry("run") else { continue };
        let Some(text) = run.value.as_text() else { continue };
        for script in fetched_scripts(&commands(&text)) {
            workflow.fail(run.line, found, script.message());
        }
    }
}

/// Whether the script is one for a shell of Unix.
fn is_for_shell(step: &Node) -> bool {
    step.text_at("shell").is_none_or(|shell| {
        let program = shell.split_whitespace().next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        matches!(program, "" | "bash" | "sh" | "dash" | "zsh")
    })
}
