//! A script from the network is run unchecked.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;
use crate::dockerfile::fetched::fetched_scripts;

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
        r#"FROM debian:12
RUN bash -c "$(curl -fsSL https://a.example/install.sh)""#,
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
        for script in fetched_scripts(&commands) {
            found.add(&file.path, script.line, stage.block(), script.message());
        }
    }
}
