//! Secret is built into the image.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Instruction, Keyword, assignments};
use crate::node::PLACEHOLDER;

check! {
    id: "BHD-DOCKER-0031",
    aliases: ["DS-0031", "docker-do-not-pass-secrets"],
    severity: Critical,
    title: "Secret is built into the image",
    remedy: "Mount it (`RUN --mount=type=secret`) while building, or give it to the container when it runs.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
ENV AWS_SECRET_ACCESS_KEY=abc"#,
        r#"FROM debian:12
ARG GITHUB_TOKEN
RUN git clone https://x"#,
        r#"FROM debian:12
RUN aws configure set aws_secret_access_key $KEY"#,
    ],
    good: [
        r#"FROM debian:12 AS build
ARG GITHUB_TOKEN
FROM debian:12
COPY --from=build /a /a"#,
        r#"FROM debian:12
ENV AWS_REGION=eu-west-1 TOKEN_URL=https://x
RUN --mount=type=secret,id=aws aws configure set aws_secret_access_key "$(cat /run/secrets/aws)""#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for stage in file.lineage() {
        for instruction in &stage.instructions {
            if let Some(message) = leak(instruction) {
                found.add(&file.path, instruction.line, stage.block(), message);
            }
        }
    }
}

fn leak(instruction: &Instruction) -> Option<String> {
    match instruction.keyword {
        Keyword::Env => {
            let (name, _) = assignments(instruction).into_iter().find(|(name, value)| is_secret(name) && !is_nothing(value))?;
            Some(format!("ENV sets `{name}`"))
        }
        Keyword::Arg => {
            let words = instruction.words();
            let name = words.iter().map(|word| word.split('=').next().unwrap_or(word)).find(|name| is_secret(name))?;
            Some(format!("ARG takes `{name}`, which stays in the history"))
        }
        Keyword::Run if !instruction.flags.iter().any(|(name, value)| name == "mount" && value.contains("secret")) => {
            let command = instruction.commands().into_iter().find(|command| sets_credentials(&command.words.join(" ")))?;
            Some(format!("`{}` leaves credentials in the layer", command.program()))
        }
        _ => None,
    }
}

/// Names under which programs look for credentials, with the prefixes that bundlers put before them.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let name = ["VITE_", "REACT_APP_", "NEXT_PUBLIC_"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(&name);
    let is_known = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "GITLAB_TOKEN",
        "NPM_TOKEN",
        "NPM_AUTH_TOKEN",
        "PYPI_TOKEN",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "HF_TOKEN",
        "DOCKER_PASSWORD",
        "PGPASSWORD",
        "MYSQL_ROOT_PASSWORD",
        "POSTGRES_PASSWORD",
    ];
    is_known.contains(&name)
}

fn is_nothing(value: &str) -> bool {
    value.is_empty() || value.contains(PLACEHOLDER)
}

fn sets_credentials(command: &str) -> bool {
    let sets_key = command.contains("aws configure set aws_secret_access_key") || command.contains("aws configure set aws_access_key_id");
    let logs_in = command.contains("gcloud auth activate-service-account")
        || (command.contains("az login") && (command.contains(" -p") || command.contains("--password")))
        || (command.contains("docker login") && (command.contains(" -p ") || command.contains("--password ")))
        || command.trim() == "az login";
    sets_key || logs_in
}
