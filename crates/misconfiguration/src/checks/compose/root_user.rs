//! Service runs as the superuser.

use model::ImageFacts;

use crate::check::{Found, check};
use crate::compose::Project;

check! {
    id: "BHD-COMPOSE-0009",
    aliases: [],
    severity: Medium,
    title: "Service runs as the superuser",
    remedy: "Set `user` to another user.",
    rule: Compose(find),
    bad: [
        r#"services: {a: {image: "x:1", user: root}}"#,
        r#"services: {a: {image: "x:1", user: "0:0"}}"#,
        r#"services: {a: {image: "x:1", user: "00"}}"#,
    ],
    good: [
        r#"services: {a: {image: "x:1", user: "1000:1000"}}"#,
        r#"services: {a: {image: "x:1", user: "${UID}"}}"#,
    ],
}

fn find(project: &Project, found: &mut Found) {
    for service in &project.services {
        let Some(user) = service.node.text_at("user") else { continue };
        if !user.is_empty() && ImageFacts::names_superuser(&user) {
            service.fail(project, "user", found, &format!("runs as `{user}`"));
        }
    }
}
