//! Secret is built into the image.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Instruction, Keyword, assignments};
use crate::node::PLACEHOLDER;
use crate::secret_words::{holds_secret, is_secret_name};

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
        "FROM debian:12\nENV DB_PASSWORD=hunter22",
        r#"FROM redis:7
ENV LANG=C.UTF-8 REDIS_PASSWORD=hunter22"#,
        r#"FROM debian:12
ARG DEPLOY_TOKEN
RUN git clone https://x"#,
        r#"FROM debian:12
ARG DB_PASSWORD=hunter22"#,
    ],
    good: [
        r#"FROM debian:12 AS build
ARG GITHUB_TOKEN
FROM debian:12
COPY --from=build /a /a"#,
        r#"FROM debian:12
ENV AWS_REGION=eu-west-1 TOKEN_URL=https://x
RUN --mount=type=secret,id=aws aws configure set aws_secret_access_key "$(cat /run/secrets/aws)""#,
        r#"FROM postgres:16
ENV DB_PASSWORD_FILE=/run/secrets/db DB_PASSWORD= PASSWORD=/run/secrets/app
ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D USE_TOKEN=false
ARG MYSQL_ALLOW_EMPTY_PASSWORD=yes
ARG TOKEN_URL"#,
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
            let (name, _) = assignments(instruction).into_iter().find(|(name, value)| is_set(name, value))?;
            Some(format!("ENV sets `{name}`"))
        }
        Keyword::Arg => {
            let words = instruction.words();
            let mut arguments = words.iter().map(|word| word.split_once('=').unwrap_or((word.as_str(), "")));
            let (name, _) = arguments.find(|(name, value)| is_taken(name, value))?;
            Some(format!("ARG takes `{name}`, which stays in the history"))
        }
        Keyword::Run if !instruction.flags.iter().any(|(name, value)| name == "mount" && value.contains("secret")) => {
            let command =
                instruction.commands().into_iter().find(|command| sets_credentials(&command.words.join(" ")))?;
            Some(format!("`{}` leaves credentials in the layer", command.program()))
        }
        _ => None,
    }
}

/// Whether a variable with this value is a secret: by a name that programs look for, or as the image's own environment tells.
fn is_set(name: &str, value: &str) -> bool {
    (is_looked_for(name) && !is_nothing(value)) || holds_secret(name, value)
}

/// Whether what a build is given under this name is a secret; the value is the one that stands in for it, or empty.
fn is_taken(name: &str, value: &str) -> bool {
    is_looked_for(name) || holds_secret(name, value) || (is_secret_name(name) && value.is_empty())
}

/// Names under which programs look for credentials, with the prefixes that bundlers put before them.
fn is_looked_for(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let name =
        ["VITE_", "REACT_APP_", "NEXT_PUBLIC_"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(&name);
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
    let sets_key = command.contains("aws configure set aws_secret_access_key")
        || command.contains("aws configure set aws_access_key_id");
    let logs_in = command.contains("gcloud auth activate-service-account")
        || (command.contains("az login") && (command.contains(" -p") || command.contains("--password")))
        || (command.contains("docker login") && (command.contains(" -p ") || command.contains("--password ")))
        || command.trim() == "az login";
    sets_key || logs_in
}
