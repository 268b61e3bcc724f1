//! Image has no tag of its own or the tag latest.

use crate::check::{Found, check};
use crate::compose::Project;

check! {
    id: "BHD-COMPOSE-0006",
    aliases: [],
    severity: Medium,
    title: "Image has no tag of its own or the tag latest",
    remedy: "Name the image's version, best with its digest.",
    rule: Compose(find),
    bad: [
        r#"services: {a: {image: "registry:5000/x"}}"#,
        r#"services: {a: {image: "x:latest"}}"#,
    ],
    good: [
        r#"services: {a: {image: "x:${TAG}"}}"#,
        "services: {a: {image: x, build: .}}",
    ],
}

fn find(project: &Project, found: &mut Found) {
    for service in &project.services {
        let Some(image) = service.node.text_at("image") else { continue };
        if image.contains('@') || image.contains('$') || service.node.get("build").is_some() {
            continue;
        }
        let name = image.rsplit('/').next().unwrap_or(&image);
        if matches!(name.split_once(':'), None | Some((_, "latest"))) {
            service.fail(project, "image", found, &format!("runs `{image}`, which can be another image tomorrow"));
        }
    }
}
