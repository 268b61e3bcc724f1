//! The images that several subjects scan.

use test_support::{Storage, TestImages};

/// Four layers on Alpine: an application with a vulnerable package, and a tool that was there in between only.
pub(crate) const APPLICATION: &str = r#"
label org.opencontainers.image.title=shop
layer ADD alpine-minirootfs.tar.gz / # buildkit
  etc/os-release = ID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME="Alpine Linux v3.19"\n
  lib/apk/db/installed = P:apk-tools\nV:2.14.0-r5\nA:x86_64\no:apk-tools\nL:GPL-2.0-only\n\nP:busybox\nV:1.36.1-r15\nA:x86_64\no:busybox\nL:GPL-2.0-only\n\n
layer COPY tool /tool # buildkit
  tool/node_modules/lodash/package.json = {"name":"lodash","version":"4.17.19","license":"MIT"}
layer RUN npm ci # buildkit
  app/package-lock.json = {"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"shop","dependencies":{"lodash":"^4.17.0"}},"node_modules/lodash":{"version":"4.17.20","license":"MIT"}}}
layer RUN rm -r /tool # buildkit
  .wh.tool
"#;

/// Debian, where a vulnerability of an upstream version is repaired in the distribution's own build.
pub(crate) const DEBIAN: &str = r#"
layer debootstrap
  etc/os-release = ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n
  usr/bin/apt-get 755 = apt
  var/lib/dpkg/status
    | Package: libssl3
    | Status: install ok installed
    | Architecture: amd64
    | Source: openssl
    | Version: 3.0.11-1~deb12u2
    | Depends: libc6
    |
    | Package: libc6
    | Status: install ok installed
    | Architecture: amd64
    | Source: glibc
    | Version: 2.36-9+deb12u4
    |
"#;

pub(crate) fn application(storage: Storage) -> TestImages {
    TestImages::parse(APPLICATION, storage)
}

pub(crate) fn debian() -> TestImages {
    TestImages::parse(DEBIAN, Storage::Gzip)
}
