//! Text that others write becomes part of a script.

use crate::check::{Found, check};
use crate::github::Workflow;
use crate::github::command_prompt::expanded_variables;
use crate::github::environment::for_each_step;
use crate::github::expression::{expressions, is_written_by_others};

check! {
    id: "BHD-WORKFLOW-0002",
    aliases: ["CKV_GHA_2"],
    severity: High,
    title: "Text that others write becomes part of a script",
    remedy: "Give it to the script through `env`, and read the variable there: `\"$NAME\"` in bash and sh, `$env:NAME` in PowerShell, `process.env.NAME` in JavaScript. `cmd` puts the value of `%NAME%` into the script as well: name another shell for the step.",
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
        r#"on: issues
jobs: {a: {runs-on: windows-2025, steps: [{shell: pwsh, run: "Write-Host '${{ github.event.issue.title }}'"}]}}"#,
        r#"on: issues
jobs: {a: {runs-on: windows-2025, steps: [{shell: cmd, run: 'echo "%TITLE%"', env: {TITLE: "${{ github.event.issue.title }}"}}]}}"#,
        r#"on: pull_request
defaults: {run: {shell: 'C:\Windows\System32\cmd.exe /D /C "{0}"'}}
jobs: {a: {runs-on: windows-2025, steps: [{run: "git switch %GITHUB_HEAD_REF%"}]}}"#,
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
        r#"on: issues
jobs: {a: {runs-on: windows-2025, steps: [{shell: pwsh, run: 'Write-Host "$env:TITLE %TITLE%"', env: {TITLE: "${{ github.event.issue.title }}"}}]}}"#,
        r#"on: issues
jobs: {a: {runs-on: windows-2025, defaults: {run: {shell: cmd}}, env: {TITLE: "${{ github.event.issue.title }}"}, steps: [{run: "echo %SHA% %%TITLE%%"}, {shell: bash, run: "echo %TITLE%"}]}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    for_each_step(workflow, &mut |step, environment| {
        let scripts = [step.entry("run"), step.get("with").and_then(|with| with.entry("script"))];
        for script in scripts.into_iter().flatten() {
            let Some(text) = script.value.as_text() else { continue };
            let is_written = |name: &str| environment.is_written(name);
            if let Some(expression) = expressions(&text).find(|text| is_written_by_others(text, &is_written)) {
                workflow.fail(script.line, found, format!("`{expression}` is put into the script"));
            }
        }
        if !environment.is_command_prompt() {
            return;
        }
        let Some(script) = step.entry("run") else { return };
        let Some(text) = script.value.as_text() else { return };
        let is_written = |name: &String| name == "github_head_ref" || environment.is_written(name);
        if let Some(name) = expanded_variables(&text).find(is_written) {
            let name = name.to_ascii_uppercase();
            workflow.fail(script.line, found, format!("`cmd` puts the value of `%{name}%` into the script"));
        }
    });
}
