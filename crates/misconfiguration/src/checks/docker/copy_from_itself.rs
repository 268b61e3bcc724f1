//! COPY copies from its own stage.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};

check! {
    id: "BHD-DOCKER-0006",
    aliases: ["DS-0006", "docker-no-self-referencing-copy-from"],
    severity: Critical,
    title: "COPY copies from its own stage",
    remedy: "Name the earlier stage, or the image, from which the files come.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12 AS Base
COPY --chown=1:1 --from=base /a /b"#,
        r#"FROM debian:12 AS one
FROM debian:12
COPY --from=1 /a /b"#,
    ],
    good: [
        r#"FROM debian:12 AS one
FROM debian:12 AS two
COPY --from=one /a /b"#,
        r#"FROM debian:12
COPY --from=nginx:1.27 /etc/nginx /etc/nginx"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (place, stage) in file.stages.iter().enumerate() {
        for copy in stage.all(Keyword::Copy) {
            let Some(from) = copy.flag("from") else { continue };
            let is_name = stage.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(from));
            if is_name || from.parse() == Ok(place) {
                found.add(&file.path, copy.line, stage.block(), format!("`--from={from}` is the stage itself"));
            }
        }
    }
}
