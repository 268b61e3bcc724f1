//! A script from the network is run unchecked.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;

check! {
    id: "BHD-DOCKER-0106",
    aliases: [],
    severity: Medium,
    title: "Script from the network is run unchecked",
    remedy: "Fetch it with `ADD --checksum=sha256:…`, or compare its checksum before it is run.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN curl -fsSL https://a.example/install.sh | bash -s -- --yes"#,
        r#"FROM alpine:3.20
RUN set -eo pipefail; wget -qO- https://a.example/setup | tee /tmp/log | sh"#,
        r#"FROM python:3.12
RUN curl -sSL https://a.example/get.py | python3 -"#,
    ],
    good: [
        r#"FROM debian:12
RUN curl -fsSL https://a.example/x.tgz | tar xz && echo "echo hello" | sh"#,
        r#"FROM debian:12
RUN curl -fsSL https://a.example/i.sh -o i.sh && echo "0123  i.sh" | sha256sum -c && sh i.sh"#,
        r#"FROM python:3.12
RUN curl -s https://a.example/v.json | python3 -c "import json,sys; print(json.load(sys.stdin)['v'])""#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, _, commands) in file.runs() {
        let mut fetching = None;
        for command in &commands {
            let program = command.program();
            if let Some((line, name)) = fetching
                && runs_what_it_reads(program, command.arguments())
            {
                found.add(&file.path, line, stage.block(), format!("`{program}` runs what `{name}` fetches"));
                fetching = None;
            }
            if matches!(program, "curl" | "wget") {
                fetching = Some((command.line, program));
            }
            if !command.pipes_on {
                fetching = None;
            }
        }
    }
}

/// Whether the program takes its script from the pipe: it is given no other one.
fn runs_what_it_reads(program: &str, arguments: &[String]) -> bool {
    let is_shell = matches!(program, "sh" | "bash" | "dash" | "zsh" | "ash" | "ksh");
    let is_interpreter = matches!(program, "python" | "python3" | "perl" | "ruby" | "node" | "php");
    let first = arguments.first().map(String::as_str);
    match first {
        None | Some("-") => is_shell || is_interpreter,
        Some("-c" | "-e" | "-m") => false,
        Some("-s" | "/dev/stdin") => is_shell,
        Some(option) => is_shell && option.starts_with('-') && arguments.iter().all(|word| word.starts_with('-')),
    }
}
