//! ADD is used for what COPY does.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Instruction, Keyword};
use crate::node::PLACEHOLDER;

check! {
    id: "BHD-DOCKER-0005",
    aliases: ["DS-0005", "docker-use-copy-over-add", "CKV_DOCKER_4"],
    severity: Low,
    title: "ADD is used for what COPY does",
    remedy: "Use COPY; ADD is for archives that are unpacked and for files from elsewhere.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
ADD src/ /app/"#,
        r#"FROM debian:12
ADD ["my file.txt", "/srv/"]"#,
    ],
    good: [
        r#"FROM debian:12
ADD https://example.com/x.txt /srv/
ADD --chown=1:1 rootfs.tar.xz /"#,
        r#"FROM debian:12
ADD git@github.com:org/repo.git /src
ADD <<EOF /etc/motd
hello
EOF"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, instruction) in file.instructions().filter(|(_, instruction)| instruction.keyword == Keyword::Add) {
        if let Some(source) = plain_source(instruction) {
            found.add(&file.path, instruction.line, stage.block(), format!("ADD copies `{source}`"));
        }
    }
}

/// A source that ADD neither fetches nor unpacks.
fn plain_source(instruction: &Instruction) -> Option<String> {
    if !instruction.heredocs.is_empty() {
        return None;
    }
    let mut words = instruction.words();
    words.pop();
    words.into_iter().find(|source| {
        let lower = source.to_ascii_lowercase();
        let is_archive = [".tar", ".tgz", ".tbz2", ".txz", ".tar.*", ".gz", ".bz2", ".xz", ".zst"]
            .iter()
            .any(|ending| lower.ends_with(ending) || lower.contains(".tar."));
        let is_elsewhere = lower.contains("://") || lower.starts_with("git@");
        !is_archive && !is_elsewhere && !source.contains(PLACEHOLDER)
    })
}
