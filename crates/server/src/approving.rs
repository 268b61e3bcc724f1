//! Approving digests, one at a time or many: within the applications that the permit reaches.

use std::collections::{BTreeMap, BTreeSet};

use policy::access::Permit;
use serde::{Deserialize, Serialize};
use store::approvals::{self, Approval};
use store::{Connection, StoreError, images};

use crate::assurance::rules::Rules;

/// Whoever approves.
pub(crate) struct Approver<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
}

/// A repository in which something was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) registry: String,
    pub(crate) repository: String,
    /// The comment of the approval that was there before; none where there was no approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) former: Option<String>,
}

impl Place {
    /// The repository with its registry, as records tell it.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }
}

/// Approves a digest with a comment, or takes its approvals back without one, in every repository that the image has a name
/// in and the permit reaches. Tells the repositories in which that changed something.
pub(crate) fn change(
    connection: &mut Connection,
    permit: &Permit,
    rules: &Rules,
    image: &images::Image,
    by: &Approver<'_>,
    comment: Option<&str>,
    now: i64,
) -> Result<Vec<Place>, StoreError> {
    let names = within(connection, permit, rules, image)?;
    let present: BTreeMap<(String, String), String> = approvals::of_digest(connection, &image.digest)?
        .into_iter()
        // Those of an index that stands for it are approvals of another digest.
        .filter(|approval| approval.digest == image.digest)
        .map(|approval| ((approval.registry, approval.repository), approval.comment))
        .collect();
    let wanted = names.into_iter().filter(|place| match comment {
        Some(comment) => present.get(place).is_none_or(|said| said != comment),
        None => present.contains_key(place),
    });
    let approvals: Vec<Approval> = wanted
        .map(|(registry, repository)| Approval {
            registry,
            repository,
            digest: image.digest.clone(),
            approver: by.id.to_owned(),
            approver_name: by.name.to_owned(),
            comment: comment.unwrap_or_default().to_owned(),
            at: now,
        })
        .collect();
    match comment {
        Some(_) => approvals::approve(connection, permit, &approvals)?,
        None => approvals::revoke(connection, permit, &approvals)?,
    }
    let place = |approval: Approval| {
        let former = present.get(&(approval.registry.clone(), approval.repository.clone())).cloned();
        Place { registry: approval.registry, repository: approval.repository, former }
    };
    Ok(approvals.into_iter().map(place).collect())
}

/// Whether a permit reaches every name of an image: whoever is limited to applications does not remove what others have too.
pub(crate) fn is_all_within(
    connection: &mut Connection,
    permit: &Permit,
    rules: &Rules,
    image: &images::Image,
) -> Result<bool, StoreError> {
    let labels = images::labels(connection, image.id)?;
    let names = images::names(connection, image.id)?;
    Ok(names.iter().all(|named| rules.is_reached(permit, image, &labels, &named.name)))
}

/// Registry and repository of the names of an image that a permit reaches: whoever is limited to applications approves in
/// their repositories alone.
pub(crate) fn within(
    connection: &mut Connection,
    permit: &Permit,
    rules: &Rules,
    image: &images::Image,
) -> Result<BTreeSet<(String, String)>, StoreError> {
    let labels = images::labels(connection, image.id)?;
    let is_within = |name: &images::ImageName| rules.is_reached(permit, image, &labels, name);
    let names = images::names(connection, image.id)?.into_iter().map(|named| named.name);
    Ok(names.filter(is_within).map(|name| (name.registry, name.repository)).collect())
}
