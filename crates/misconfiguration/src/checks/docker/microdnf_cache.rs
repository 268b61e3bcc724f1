//! The cache of microdnf stays in the layer.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;
use super::packages::leaves_cache;

check! {
    id: "BHD-DOCKER-0027",
    aliases: ["DS-0027", "docker-purge-microdnf-package-cache"],
    severity: High,
    title: "The cache of microdnf stays in the layer",
    remedy: "Run `microdnf clean all` after the installation, in the same RUN.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM registry.access.redhat.com/ubi9-minimal:9.4
RUN microdnf install -y vim"#,
        r#"FROM registry.access.redhat.com/ubi9-minimal:9.4
RUN microdnf clean all && microdnf reinstall a"#,
    ],
    good: [
        r#"FROM registry.access.redhat.com/ubi9-minimal:9.4
RUN microdnf install -y vim && microdnf clean all"#,
        r#"FROM registry.access.redhat.com/ubi9-minimal:9.4
RUN microdnf update -y"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    leaves_cache("microdnf", &["all"], "/var/cache/yum", file, found);
}
