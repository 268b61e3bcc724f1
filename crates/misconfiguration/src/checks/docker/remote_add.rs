//! ADD fetches a file without a checksum.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};

check! {
    id: "BHD-DOCKER-0101",
    aliases: ["CIS-DOCKER-4.9"],
    severity: Medium,
    title: "ADD fetches a file without a checksum",
    remedy: "Use `ADD --checksum=sha256:…`, or fetch it in a RUN and check it there.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
ADD http://a.example/x /x"#,
        r#"FROM debian:12
ARG V=1
ADD ["https://a.example/x-${V}.tar.gz", "/opt/"]"#,
    ],
    good: [
        r#"FROM debian:12
ADD --checksum=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 https://a.example/x /x"#,
        r#"FROM debian:12
ADD https://github.com/org/repo.git#v1 /src
COPY http /x"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, add) in file.instructions().filter(|(_, instruction)| instruction.keyword == Keyword::Add) {
        let mut sources = add.words();
        sources.pop();
        let remote = sources.iter().find(|source| {
            let lower = source.to_ascii_lowercase();
            ["http://", "https://", "ftp://"].iter().any(|scheme| lower.starts_with(scheme)) && !lower.contains(".git")
        });
        if let Some(source) = remote.filter(|_| add.flag("checksum").is_none()) {
            found.add(&file.path, add.line, stage.block(), format!("`{source}` can be another file tomorrow"));
        }
    }
}
