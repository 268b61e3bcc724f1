//! The cache of yum stays in the layer.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;
use super::packages::leaves_cache;

check! {
    id: "BHD-DOCKER-0015",
    aliases: ["DS-0015", "docker-purge-yum-package-cache"],
    severity: High,
    title: "The cache of yum stays in the layer",
    remedy: "Run `yum clean all` after the installation, in the same RUN.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM rockylinux:9
RUN yum -y install vim"#,
        r#"FROM rockylinux:9
RUN yum clean all && yum install -y a"#,
    ],
    good: [
        r#"FROM rockylinux:9
RUN yum -y install vim && yum -y clean all"#,
        r#"FROM rockylinux:9
RUN --mount=type=cache,target=/var/cache/yum yum install -y a
RUN yum install -y b && rm -rf /var/cache/yum/*"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    leaves_cache("yum", &["all"], "/var/cache/yum", file, found);
}
