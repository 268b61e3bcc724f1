//! COPY of several files has no folder as its destination.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};
use crate::node::PLACEHOLDER;

check! {
    id: "BHD-DOCKER-0011",
    aliases: ["DS-0011", "docker-use-slash-for-copy-args"],
    severity: Critical,
    title: "COPY of several files has no folder as its destination",
    remedy: "End the destination with `/`.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
COPY a b /srv/app"#,
        r#"FROM debian:12
COPY ["a", "b c", "d", "dir"]"#,
    ],
    good: [
        r#"FROM debian:12
COPY a b /srv/app/
COPY a b ."#,
        r#"FROM debian:12
COPY --from=x --chown=a:b /usr /opt
COPY ["my file", "/x"]"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, copy) in file.instructions().filter(|(_, instruction)| instruction.keyword == Keyword::Copy) {
        let words = copy.words();
        let Some(destination) = words.last() else { continue };
        let is_folder = destination.ends_with(['/', '\\']) || matches!(destination.as_str(), "." | "..");
        if words.len() > 2 && !is_folder && !destination.contains(PLACEHOLDER) && copy.heredocs.is_empty() {
            found.add(&file.path, copy.line, stage.block(), format!("`{destination}` is to hold {} sources", words.len() - 1));
        }
    }
}
