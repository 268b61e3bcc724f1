//! Stage fetches with both wget and curl.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Instruction, Keyword};

check! {
    id: "BHD-DOCKER-0014",
    aliases: ["DS-0014", "docker-standardise-remote-get"],
    severity: Low,
    title: "Stage fetches with both wget and curl",
    remedy: "Use one of the two and leave the other out of the image.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN wget http://a.example/x
RUN curl -O http://a.example/y"#,
        r#"FROM debian:12
RUN curl -sSf a.example | sh && ["x"] || /usr/bin/wget b.example"#,
    ],
    good: [
        r#"FROM debian:12
RUN apt-get update && apt-get install -y curl wget && curl a.example"#,
        r#"FROM debian:12 AS a
RUN wget a.example
FROM debian:12
RUN curl a.example"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for stage in &file.stages {
        let mut first = (None, None);
        for command in stage.instructions.iter().filter(|it| it.keyword == Keyword::Run).flat_map(Instruction::commands) {
            match command.program() {
                "wget" => first.0 = first.0.or(Some(command.line)),
                "curl" => first.1 = first.1.or(Some(command.line)),
                _ => {}
            }
        }
        if let (Some(wget), Some(curl)) = first {
            found.add(&file.path, wget.max(curl), stage.block(), "both wget and curl are used");
        }
    }
}
