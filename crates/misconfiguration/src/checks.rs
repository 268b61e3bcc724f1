//! Every check, by the folder it stands in.

mod ansible;
mod aws;
mod azure;
mod cluster;
mod compose;
mod docker;
mod google;
mod image;
mod kubernetes;
mod providers;
mod workflow;

use std::sync::LazyLock;

use crate::check::Check;

const FOLDERS: &[&[&Check]] = &[
    ansible::CHECKS,
    aws::CHECKS,
    azure::CHECKS,
    cluster::CHECKS,
    compose::CHECKS,
    docker::CHECKS,
    google::CHECKS,
    image::CHECKS,
    kubernetes::CHECKS,
    providers::CHECKS,
    workflow::CHECKS,
];

/// All checks, sorted by id.
pub(crate) fn all() -> &'static [&'static Check] {
    static ALL: LazyLock<Vec<&'static Check>> = LazyLock::new(|| {
        let mut all: Vec<&'static Check> = FOLDERS.iter().flat_map(|folder| folder.iter().copied()).collect();
        all.sort_by_key(|check| check.id);
        all
    });
    &ALL
}

#[cfg(test)]
mod tests;
