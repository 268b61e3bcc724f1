//! Socket of the container engine is mounted.

use crate::check::{Found, check};
use crate::compose::Project;

check! {
    id: "BHD-COMPOSE-0003",
    aliases: [],
    severity: High,
    title: "Socket of the container engine is mounted",
    remedy: "Remove the volume; who can write to the socket owns the host.",
    rule: Compose(find),
    bad: [
        r#"services: {a: {image: "x:1", volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]}}"#,
        r#"services: {a: {image: "x:1", volumes: [{type: bind, source: /run/podman/podman.sock, target: /s}]}}"#,
    ],
    good: [
        r#"services: {a: {image: "x:1", volumes: ["data:/var/run"]}}"#,
        r#"services: {a: {image: "x:1", environment: {DOCKER_HOST: "tcp://proxy:2375"}}}"#,
    ],
}

fn find(project: &Project, found: &mut Found) {
    for service in &project.services {
        for (line, path) in service.mounted_paths() {
            let name = path.rsplit('/').next().unwrap_or_default();
            if matches!(name, "docker.sock" | "podman.sock" | "containerd.sock" | "crio.sock") {
                found.add(&project.path, line, service.block, format!("service `{}` mounts `{path}`", service.name));
            }
        }
    }
}
