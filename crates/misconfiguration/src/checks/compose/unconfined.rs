//! Service switches a protection off.

use crate::check::{Found, check};
use crate::compose::Project;

check! {
    id: "BHD-COMPOSE-0005",
    aliases: [],
    severity: High,
    title: "Service switches a protection off",
    remedy: "Remove `unconfined`, `disable` and `label:disable` from `security_opt`.",
    rule: Compose(find),
    bad: [
        r#"services: {a: {image: "x:1", security_opt: ["seccomp:unconfined"]}}"#,
        r#"services: {a: {image: "x:1", security_opt: ["no-new-privileges:true", "apparmor=unconfined"]}}"#,
    ],
    good: [
        r#"services: {a: {image: "x:1", security_opt: ["no-new-privileges:true"]}}"#,
        r#"services: {a: {image: "x:1", security_opt: ["seccomp:profile.json"]}}"#,
    ],
}

fn find(project: &Project, found: &mut Found) {
    for service in &project.services {
        for (line, option) in service.texts("security_opt") {
            let is_off = ["unconfined", "label:disable", "label=disable", "no-new-privileges:false", "no-new-privileges=false", "systempaths=unconfined"];
            if is_off.iter().any(|off| option.ends_with(off)) {
                found.add(&project.path, line, service.block, format!("service `{}` has `{option}`", service.name));
            }
        }
    }
}
