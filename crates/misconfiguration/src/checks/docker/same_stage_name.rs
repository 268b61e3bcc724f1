//! Two stages have the same name.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;

check! {
    id: "BHD-DOCKER-0012",
    aliases: ["DS-0012", "docker-no-duplicate-alias", "CKV_DOCKER_11"],
    severity: Critical,
    title: "Two stages have the same name",
    remedy: "Give each stage a name of its own.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM a:1 AS build
FROM b:1 as Build"#,
        r#"ARG N=x
FROM a:1 AS one
FROM b:1 AS two
FROM c:1 AS one"#,
    ],
    good: [
        r#"FROM a:1 AS one
FROM one AS two"#,
        r#"FROM a:1
FROM a:1"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (place, stage) in file.stages.iter().enumerate() {
        let Some(name) = &stage.name else { continue };
        if file.stages[..place].iter().any(|earlier| earlier.name.as_ref() == Some(name)) {
            found.add(&file.path, stage.from.line, stage.block(), format!("an earlier stage is called `{name}`, too"));
        }
    }
}
