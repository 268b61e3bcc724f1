//! Environment of the service holds a secret.

use crate::check::{Found, check};
use crate::compose::Project;
use crate::secret_words::holds_secret;

check! {
    id: "BHD-COMPOSE-0007",
    aliases: [],
    severity: High,
    title: "Environment of the service holds a secret",
    remedy: "Give it as a secret of Compose, or through a variable of the environment.",
    rule: Compose(find),
    bad: [
        r#"services: {a: {image: "x:1", environment: {POSTGRES_PASSWORD: hunter22}}}"#,
        r#"services: {a: {image: "x:1", environment: ["MODE=fast", "API_TOKEN=abcdef"]}}"#,
    ],
    good: [
        r#"services: {a: {image: "x:1", environment: ["API_TOKEN=${API_TOKEN}", "DB_PASSWORD"]}}"#,
        r#"services: {a: {image: "x:1", environment: {DB_PASSWORD_FILE: /run/secrets/db}}}"#,
    ],
}

fn find(project: &Project, found: &mut Found) {
    for service in &project.services {
        for (line, name, value) in service.environment() {
            if holds_secret(&name, &value) {
                found.add(&project.path, line, service.block, format!("service `{}` sets `{name}`", service.name));
            }
        }
    }
}
