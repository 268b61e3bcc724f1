//! Text that others write becomes a variable, an output or a folder of programs of later steps.

use crate::check::{Found, check};
use crate::github::Workflow;
use crate::github::environment::for_each_step;
use crate::github::environment_file::written_files;

check! {
    id: "BHD-WORKFLOW-0011",
    aliases: [],
    severity: High,
    title: "Text that others write goes into a file that sets variables, outputs or the path",
    remedy: "Check the text or replace what is not expected in it before it is written; write values of several lines with a delimiter that nobody can guess.",
    rule: Github(find),
    bad: [
        r#"on: issues
jobs: {a: {runs-on: x, steps: [{run: "echo \"TITLE=${{ github.event.issue.title }}\" >> $GITHUB_ENV"}]}}"#,
        r#"on: pull_request_target
jobs:
  a:
    runs-on: x
    env: {BRANCH: "${{ github.head_ref }}"}
    steps:
    - run: |
        echo "branch=$BRANCH" | tee -a "$GITHUB_OUTPUT"
"#,
        r#"on: issue_comment
jobs:
  a:
    runs-on: x
    steps:
    - env: {BODY: "${{ github.event.comment.body }}"}
      run: |
        cat <<EOF >> $GITHUB_ENV
        BODY<<END
        $BODY
        END
        EOF
"#,
        r#"on: pull_request
jobs: {a: {runs-on: windows-2025, steps: [{run: 'Add-Content $env:GITHUB_PATH "$env:D"', env: {D: "${{ github.event.pull_request.body }}"}}]}}"#,
        r#"name: a
runs: {using: composite, steps: [{shell: bash, run: "{ echo T=$T; } >> \"$GITHUB_OUTPUT\"", env: {T: "${{ github.event.pull_request.title }}"}}]}"#,
    ],
    good: [
        r#"on: issues
jobs: {a: {runs-on: x, steps: [{run: "echo \"NUMBER=${{ github.event.issue.number }}\" >> $GITHUB_ENV"}]}}"#,
        r#"on: issues
jobs: {a: {runs-on: x, steps: [{run: "echo \"$TITLE\" > title.txt; echo a=b >> $GITHUB_ENV", env: {TITLE: "${{ github.event.issue.title }}"}}]}}"#,
        r#"on: issue_comment
jobs:
  a:
    runs-on: x
    steps:
    - env: {BODY: "${{ github.event.comment.body }}"}
      run: |
        delimiter="$(openssl rand -hex 16)"
        {
          echo "body<<$delimiter"
          echo "$BODY"
          echo "$delimiter"
        } >> "$GITHUB_OUTPUT"
"#,
        r#"on: issues
jobs: {a: {runs-on: x, steps: [{run: "echo \"T=${TITLE//[^a-zA-Z0-9 ]/}\" >> $GITHUB_ENV", env: {TITLE: "${{ github.event.issue.title }}"}}]}}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    for_each_step(workflow, &mut |step, environment| {
        let Some(script) = step.entry("run") else { return };
        let Some(text) = script.value.as_text() else { return };
        for file in written_files(&text, &|name| environment.is_written(name)) {
            workflow.fail(script.line, found, format!("text that others write goes into `${file}`"));
        }
    });
}
