//! Stage has more than one HEALTHCHECK.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};

check! {
    id: "BHD-DOCKER-0023",
    aliases: ["DS-0023", "docker-only-one-healthcheck"],
    severity: Medium,
    title: "Stage has more than one HEALTHCHECK",
    remedy: "Keep the last HEALTHCHECK of the stage; the others have no effect.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
HEALTHCHECK NONE
HEALTHCHECK --interval=5s CMD ["x"]"#,
        r#"FROM a:1
FROM b:1
HEALTHCHECK CMD a
USER b
HEALTHCHECK CMD c"#,
    ],
    good: [
        r#"FROM a:1
HEALTHCHECK CMD a
FROM b:1
HEALTHCHECK CMD b"#,
        r#"FROM a:1
CMD a"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for stage in &file.stages {
        for second in stage.all(Keyword::Healthcheck).filter(|instruction| !instruction.is_onbuild).skip(1) {
            found.add(&file.path, second.line, stage.block(), "this HEALTHCHECK replaces the one before it");
        }
    }
}
