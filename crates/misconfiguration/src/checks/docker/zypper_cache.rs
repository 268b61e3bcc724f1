//! The cache of zypper stays in the layer.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;
use super::packages::leaves_cache;

check! {
    id: "BHD-DOCKER-0020",
    aliases: ["DS-0020", "docker-purge-zipper-cache"],
    severity: High,
    title: "The cache of zypper stays in the layer",
    remedy: "Run `zypper clean` after the installation, in the same RUN.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM opensuse/leap:15.6
RUN zypper --non-interactive in -y vim"#,
        r#"FROM opensuse/leap:15.6
RUN zypper install x
RUN zypper clean"#,
    ],
    good: [
        r#"FROM opensuse/leap:15.6
RUN zypper -n install vim && zypper cc -a"#,
        r#"FROM opensuse/leap:15.6
RUN zypper -n refresh"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    leaves_cache("zypper", &[], "/var/cache/zypp", file, found);
}
