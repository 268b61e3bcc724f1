//! Verdicts under the name that somebody asks by.
//!
//! What an image is registered under decides which policies and approvals hold for it. Whoever copies it into another
//! repository, or pulls it through a mirror, asks by a name that nobody registered: the image is then judged as what it is
//! there, and the verdict under its other names says nothing of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::Digest;
use policy::access::Permit;
use store::images::{self, ImageName};
use store::verdicts::{self, StoredVerdict};
use store::{Connection, StoreError, approvals};

use super::index;
use super::judging::{self, Question};
use super::reevaluation;
use super::rules::Rules;
use crate::app::App;
use crate::clock;
use crate::error::{ApiError, ApiResult};

/// An image as somebody asks for it: by its digest, and by a name where one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) digest: String,
    pub(crate) name: Option<ImageName>,
}

/// What the store has of an image that is asked for.
pub(crate) struct Standing {
    /// The verdict under all names that the image is registered by.
    pub(crate) verdict: StoredVerdict,
    /// The name that is asked, where the image is registered in other repositories alone: the verdict does not hold there.
    pub(crate) elsewhere: Option<ImageName>,
}

impl Asked {
    /// Reads `name@sha256:…` or `sha256:…`; a tag can move, so that no verdict is on one.
    pub(crate) fn read(image: &str) -> ApiResult<Asked> {
        let (name, digest) = image.rsplit_once('@').map_or((None, image), |(name, digest)| (Some(name), digest));
        let digest: Digest = digest.parse().map_err(|error| {
            let hint = "a verdict is on a digest, because a tag can move: use name@sha256:…";
            ApiError::invalid("image", format!("{error}; {hint}"))
        })?;
        // With the digest behind it, as a name without a tag would be taken for that of `latest`.
        let name = name.map(|name| {
            index::name_of(image).ok_or_else(|| ApiError::invalid("image", format!("`{name}` is no name of an image")))
        });
        Ok(Asked { digest: digest.to_string(), name: name.transpose()? })
    }

    /// The verdict that stands; nothing where the image is not registered.
    pub(crate) fn standing(
        &self,
        connection: &mut Connection,
        permit: &Permit,
    ) -> Result<Option<Standing>, StoreError> {
        let Some(verdict) = verdicts::current(connection, permit, &self.digest)? else { return Ok(None) };
        let elsewhere = match &self.name {
            Some(name) if !images::is_in_repository(connection, &self.digest, &name.registry, &name.repository)? => {
                Some(name.clone())
            }
            _ => None,
        };
        Ok(Some(Standing { verdict, elsewhere }))
    }
}

/// Judges a registered image as what it is under another name, at a moment.
pub(crate) async fn judge(
    app: &App,
    permit: &Permit,
    digest: &str,
    name: ImageName,
    at: i64,
) -> ApiResult<StoredVerdict> {
    let rules = Arc::new(Rules::read(app, clock::now()).await?);
    let (permit, own, names) = (permit.clone(), digest.to_owned(), BTreeSet::from([name]));
    let stored = app.read(move |connection| {
        let id = images::id_of_digest(connection, &permit, &own)?;
        let approvals = approvals::of_names(connection, &own, &names)?;
        Ok(reevaluation::Stored { names: names.clone(), approvals, ..reevaluation::stored(connection, id, &own)? })
    });
    let stored = stored.await?;
    let database = app.assurance.intelligence.database();
    let (rego, judging_by) = (Arc::clone(&app.assurance.rego), Arc::clone(&rules));
    let judged = app.assurance.judge(&judging_by, move || {
        let database = database.as_deref();
        let mut report = index::read_stored(&stored.body, stored.length, &stored.names, database)?;
        let question = Question {
            rules: &rules,
            database,
            names: &stored.names,
            approvals: &stored.approvals,
            rego: &rego,
            now: at,
            cause: "asked",
        };
        ApiResult::Ok(judging::evaluate(&mut report, &question).verdict)
    });
    let judged = judged.await??;
    Ok(StoredVerdict {
        id: judged.id,
        digest: digest.to_owned(),
        subject: judged.subject,
        decision: judged.decision,
        evaluated: judged.evaluated,
        intelligence: judged.intelligence,
        cause: judged.cause,
        body: judged.body,
    })
}
