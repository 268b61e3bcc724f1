//! Stage has more than one ENTRYPOINT.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};

check! {
    id: "BHD-DOCKER-0007",
    aliases: ["DS-0007", "docker-only-one-entrypoint"],
    severity: Critical,
    title: "Stage has more than one ENTRYPOINT",
    remedy: "Keep the last ENTRYPOINT of the stage; the others have no effect.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
ENTRYPOINT ["/a"]
ENTRYPOINT ["/b"]"#,
        r#"FROM debian:12 AS x
FROM debian:12
ENTRYPOINT /a
CMD ["-x"]
entrypoint /b"#,
    ],
    good: [
        r#"FROM debian:12 AS x
ENTRYPOINT ["/a"]
FROM x
ENTRYPOINT ["/b"]"#,
        r#"FROM debian:12
CMD ["/a"]"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for stage in &file.stages {
        for second in stage.all(Keyword::Entrypoint).filter(|instruction| !instruction.is_onbuild).skip(1) {
            found.add(&file.path, second.line, stage.block(), "this ENTRYPOINT replaces the one before it");
        }
    }
}
