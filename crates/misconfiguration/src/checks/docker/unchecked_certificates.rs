//! Certificates are not checked.

use crate::check::{Found, check};
use crate::dockerfile::{Command, Dockerfile, Keyword, assignments};

check! {
    id: "BHD-DOCKER-0105",
    aliases: ["CKV2_DOCKER_2", "CKV2_DOCKER_3", "CKV2_DOCKER_4", "CKV2_DOCKER_5", "CKV2_DOCKER_6"],
    severity: High,
    title: "Certificates are not checked",
    remedy: "Remove the option or variable, and add the authority's certificate to the image where it is one of your own.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN curl -fsSkL https://a.example/x -o /x"#,
        r#"FROM alpine:3.20
RUN apk add --no-cache ca-certificates && wget --no-check-certificate https://a.example/x"#,
        r#"FROM python:3.12
RUN pip install --trusted-host pypi.a.example --index-url https://pypi.a.example/simple shop"#,
        r#"FROM node:20
ENV NODE_TLS_REJECT_UNAUTHORIZED=0"#,
    ],
    good: [
        r#"FROM debian:12
RUN curl -fsSL --cacert /ca.pem https://a.example/k -o -k && wget -q https://a.example/x"#,
        r#"FROM python:3.12
ENV PIP_TRUSTED_HOST="" NODE_TLS_REJECT_UNAUTHORIZED=1
RUN echo "curl -k is bad" && pip install shop"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, _, commands) in file.runs() {
        for command in commands {
            if let Some(option) = trusting_option(&command) {
                let message = format!("`{}` is called with `{option}`", command.program());
                found.add(&file.path, command.line, stage.block(), message);
            }
        }
    }
    for (stage, instruction) in file.instructions().filter(|(_, instruction)| instruction.keyword == Keyword::Env) {
        if let Some((name, _)) = assignments(instruction).into_iter().find(|(name, value)| switches_off(name, value)) {
            found.add(&file.path, instruction.line, stage.block(), format!("ENV sets `{name}`"));
        }
    }
}

/// The option with which the program trusts whoever answers.
fn trusting_option(command: &Command) -> Option<&str> {
    let arguments = command.arguments();
    let mut options = arguments.iter().map(String::as_str);
    match command.program() {
        "curl" => trusting_option_of_curl(arguments),
        "wget" => options.find(|option| *option == "--no-check-certificate"),
        "pip" | "pip3" => options.find(|option| option.starts_with("--trusted-host")),
        _ => None,
    }
}

/// `-k` may stand among other letters (`-fsSkL`), but neither behind one that takes a value (`-ok`) nor as that value.
fn trusting_option_of_curl(arguments: &[String]) -> Option<&str> {
    const TAKING_VALUE: &[char] =
        &['A', 'b', 'c', 'C', 'd', 'D', 'e', 'E', 'F', 'h', 'H', 'K', 'm', 'o', 'P', 'Q', 'r', 't', 'T', 'u', 'U', 'w', 'x', 'X', 'y', 'Y', 'z'];
    let mut is_value = false;
    arguments.iter().map(String::as_str).find(|argument| {
        if std::mem::take(&mut is_value) {
            return false;
        }
        let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.starts_with('-')) else {
            return matches!(*argument, "--insecure" | "--proxy-insecure");
        };
        let own = letters.split(TAKING_VALUE).next().unwrap_or_default();
        is_value = own.len() + 1 == letters.len();
        own.contains('k')
    })
}

fn switches_off(name: &str, value: &str) -> bool {
    match name {
        "NODE_TLS_REJECT_UNAUTHORIZED" | "PYTHONHTTPSVERIFY" => value == "0",
        "NPM_CONFIG_STRICT_SSL" | "npm_config_strict_ssl" => value == "false",
        "GIT_SSL_NO_VERIFY" => matches!(value, "1" | "true"),
        "PIP_TRUSTED_HOST" => !value.is_empty(),
        _ => false,
    }
}
