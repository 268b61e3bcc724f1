//! The cache of dnf stays in the layer.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;
use super::packages::leaves_cache;

check! {
    id: "BHD-DOCKER-0019",
    aliases: ["DS-0019", "docker-purge-dnf-package-cache"],
    severity: High,
    title: "The cache of dnf stays in the layer",
    remedy: "Run `dnf clean all` after the installation, in the same RUN.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM fedora:40
RUN dnf install -y vim"#,
        r#"FROM fedora:40
RUN dnf -y groupinstall x && \
  echo done"#,
    ],
    good: [
        r#"FROM fedora:40
RUN dnf -y install vim && dnf clean all"#,
        r#"FROM fedora:40
RUN dnf install -y a && rm -rf /var/cache/dnf"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    leaves_cache("dnf", &["all"], "/var/cache/dnf", file, found);
    leaves_cache("dnf5", &["all"], "/var/cache/libdnf5", file, found);
}
