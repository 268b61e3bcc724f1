//! Stage has more than one CMD.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};

check! {
    id: "BHD-DOCKER-0016",
    aliases: ["DS-0016", "docker-only-one-cmd"],
    severity: High,
    title: "Stage has more than one CMD",
    remedy: "Keep the last CMD of the stage; the others have no effect.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
CMD ["a"]
CMD b"#,
        r#"FROM debian:12
CMD a
ENTRYPOINT x
cmd b"#,
    ],
    good: [
        r#"FROM debian:12 AS x
CMD a
FROM x
CMD b"#,
        r#"FROM debian:12
HEALTHCHECK CMD curl localhost
CMD a"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for stage in &file.stages {
        for second in stage.all(Keyword::Cmd).filter(|instruction| !instruction.is_onbuild).skip(1) {
            found.add(&file.path, second.line, stage.block(), "this CMD replaces the one before it");
        }
    }
}
