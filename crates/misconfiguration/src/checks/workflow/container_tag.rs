//! Container image has no tag of its own or the tag latest.

use crate::check::{Found, check};
use crate::github::Workflow;
use crate::node::Entry;

check! {
    id: "BHD-WORKFLOW-0009",
    aliases: [],
    severity: Medium,
    title: "Container image has no tag of its own or the tag latest",
    remedy: "Name the image's version, best with its digest.",
    rule: Github(find),
    bad: [
        r#"on: push
jobs: {a: {runs-on: ubuntu-24.04, container: "node:latest", steps: [{run: make}]}}"#,
        r#"on: push
jobs: {a: {runs-on: ubuntu-24.04, container: {image: registry.example/team/node}, steps: [{run: make}]}}"#,
        r#"on: push
jobs: {a: {runs-on: ubuntu-24.04, services: {db: {image: "localhost:5000/postgres:latest"}}, steps: [{run: make}]}}"#,
        r#"name: a
runs: {using: docker, image: "docker://alpine"}"#,
    ],
    good: [
        r#"on: push
jobs: {a: {runs-on: ubuntu-24.04, container: "node:22.11", services: {db: {image: "postgres:17@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}, steps: [{run: make}]}}"#,
        r#"on: push
jobs: {a: {runs-on: ubuntu-24.04, container: "${{ matrix.image }}", steps: [{run: make}]}}"#,
        r#"name: a
runs: {using: docker, image: Dockerfile}"#,
    ],
}

fn find(workflow: &Workflow, found: &mut Found) {
    for job in workflow.jobs() {
        let container = job.node.entry("container");
        let image = container.and_then(|container| container.value.entry("image"));
        let services = job.node.get("services").and_then(|services| services.as_map()).unwrap_or_default();
        let of_services = services.iter().filter_map(|service| service.value.entry("image"));
        for entry in image.or(container).into_iter().chain(of_services) {
            judge(workflow, entry, "", found);
        }
    }
    if let Some(image) = workflow.node.at("runs").and_then(|runs| runs.entry("image")) {
        judge(workflow, image, "docker://", found);
    }
}

/// `scheme` is what the name of an image begins with where others may stand.
fn judge(workflow: &Workflow, entry: &Entry, scheme: &str, found: &mut Found) {
    let Some(text) = entry.value.as_text() else { return };
    let Some(image) = text.strip_prefix(scheme).filter(|image| !image.is_empty()) else { return };
    if image.contains('@') || image.contains("${{") {
        return;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    if matches!(name.split_once(':'), None | Some((_, "latest"))) {
        workflow.fail(entry.line, found, format!("`{image}` can be another image tomorrow"));
    }
}
