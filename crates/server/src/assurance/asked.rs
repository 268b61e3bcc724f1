//! Verdicts under the name that somebody asks by.
//!
//! What an image is registered under decides which policies and approvals hold for it. Whoever copies it into another
//! repository, or pulls it through a mirror, asks by a name that nobody registered: the image is then judged as what it is
//! there, and the verdict under its other names says nothing of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use api::Moment;
use api::images::VerdictQuery;
use model::{Digest, InvalidPlatform, Platform};
use policy::access::Permit;
use serde_json::{Value, json};
use store::images::{self, ImageName, PlatformImage};
use store::verdicts::{self, StoredVerdict};
use store::{Connection, StoreError, approvals};

use super::index;
use super::judging::{self, Question};
use super::reevaluation;
use super::rules::Rules;
use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};

/// An image as somebody asks for it: by its digest, or that of an index of several platforms, and by a name where one is
/// given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// As it was written.
    pub(crate) text: String,
    pub(crate) digest: String,
    pub(crate) name: Option<ImageName>,
    /// The platform whose image alone is meant, where the digest is that of an index.
    pub(crate) platform: Option<Platform>,
}

/// What the store has under a digest that is asked for.
#[derive(Clone)]
pub(crate) enum Found {
    Nothing,
    Image(Standing),
    /// An index: each of the images that it stands for, with what the store has of it.
    Index(Vec<(PlatformImage, Option<Standing>)>),
}

/// What is answered.
pub(crate) struct Told {
    /// The verdict object.
    pub(crate) verdict: Value,
    /// When the first of the exceptions ends that it rests on: from then on it may be another.
    pub(crate) ends: Option<i64>,
}

/// What the store has of an image that is asked for.
#[derive(Clone)]
pub(crate) struct Standing {
    /// The verdict under all names that the image is registered by.
    pub(crate) verdict: StoredVerdict,
    /// The name that is asked, where the image is registered in other repositories alone: the verdict does not hold there.
    pub(crate) elsewhere: Option<ImageName>,
}

impl Asked {
    /// Reads `name@sha256:…` or `sha256:…`; a tag can move, so that no verdict is on one.
    pub(crate) fn read(query: &VerdictQuery) -> ApiResult<Asked> {
        let image = query.image.as_str();
        let (name, digest) = image.rsplit_once('@').map_or((None, image), |(name, digest)| (Some(name), digest));
        let digest: Digest = digest.parse().map_err(|error| {
            let hint = "a verdict is on a digest, because a tag can move: use name@sha256:…";
            ApiError::invalid("image", format!("{error}; {hint}"))
        })?;
        // With the digest behind it, as a name without a tag would be taken for that of `latest`.
        let name = name.map(|name| {
            index::name_of(image).ok_or_else(|| ApiError::invalid("image", format!("`{name}` is no name of an image")))
        });
        let platform = query.platform.as_deref().map(|text| {
            text.parse().map_err(|error: InvalidPlatform| ApiError::invalid("platform", error.to_string()))
        });
        let digest = digest.to_string();
        Ok(Asked { text: image.to_owned(), digest, name: name.transpose()?, platform: platform.transpose()? })
    }

    /// What the store has of it.
    pub(crate) fn find(&self, connection: &mut Connection, permit: &Permit) -> Result<Found, StoreError> {
        if let Some(standing) = self.standing(connection, permit, &self.digest)? {
            return Ok(Found::Image(standing));
        }
        let mut found = Vec::new();
        for image in images::of_index(connection, &self.digest)? {
            let standing = self.standing(connection, permit, &image.digest)?;
            found.push((image, standing));
        }
        if found.iter().all(|(_, standing)| standing.is_none()) {
            return Ok(Found::Nothing);
        }
        // One that says nothing of its platform may be for any.
        if let Some(asked) = &self.platform {
            found.retain(|(image, _)| image.platform.parse().map_or(true, |platform| asked.accepts(&platform)));
        }
        Ok(Found::Index(found))
    }

    /// The verdict that stands on an image; nothing where the image is not registered.
    fn standing(
        &self,
        connection: &mut Connection,
        permit: &Permit,
        digest: &str,
    ) -> Result<Option<Standing>, StoreError> {
        let Some(verdict) = verdicts::current(connection, permit, digest)? else { return Ok(None) };
        let elsewhere = match &self.name {
            Some(name) if !images::is_in_repository(connection, digest, &name.registry, &name.repository)? => {
                Some(name.clone())
            }
            _ => None,
        };
        Ok(Some(Standing { verdict, elsewhere }))
    }

    /// What is answered. `at` is the moment as of which is judged what nobody has judged, and `id` what a verdict is called
    /// that is told once and is not stored.
    pub(crate) async fn answer(&self, app: &App, permit: &Permit, found: Found, at: i64, id: &str) -> ApiResult<Told> {
        let images = match found {
            Found::Nothing => return Ok(Told { verdict: self.unregistered(at, id), ends: None }),
            Found::Image(standing) => {
                let verdict = standing.told(app, permit, &self.digest, at, id).await?;
                return Ok(Told { ends: next_end(&verdict), verdict });
            }
            Found::Index(images) => images,
        };
        // Of an index the worst of its images decides; what follows is what follows of any of them.
        let (mut worst, mut platforms, mut effects, mut ends) = (None, Vec::new(), BTreeSet::new(), None);
        for (image, standing) in images {
            let verdict = match standing {
                Some(standing) => standing.told(app, permit, &image.digest, at, id).await?,
                None => self.unregistered(at, id),
            };
            let rank = images::DECISIONS.iter().position(|word| verdict["decision"] == *word);
            platforms.push(json!({
                "platform": image.platform, "digest": image.digest, "decision": verdict["decision"],
            }));
            let told = verdict["effects"].as_array().into_iter().flatten();
            effects.extend(told.filter_map(|effect| effect.as_str().map(str::to_owned)));
            ends = ends.into_iter().chain(next_end(&verdict)).min();
            if worst.as_ref().is_none_or(|(worst, _)| *worst < rank) {
                worst = Some((rank, verdict));
            }
        }
        let Some((_, mut verdict)) = worst else {
            return Ok(Told { verdict: self.unregistered(at, id), ends: None });
        };
        verdict["subject"] = self.text.clone().into();
        verdict["digest"] = self.digest.clone().into();
        verdict["effects"] = json!(effects);
        verdict["platforms"] = platforms.into();
        Ok(Told { verdict, ends })
    }

    /// The verdict on an image that nobody registered.
    fn unregistered(&self, at: i64, id: &str) -> Value {
        let mut document = formats::verdict_document(&policy::unregistered(&self.text));
        document["id"] = id.into();
        document["digest"] = self.digest.clone().into();
        document["evaluated"] = Moment(at).text().into();
        document["intelligence"] = Value::Null;
        document
    }
}

impl Found {
    /// The digests of the images of which the store has something.
    pub(crate) fn images(&self, asked: &Asked) -> Vec<String> {
        match self {
            Found::Nothing => Vec::new(),
            Found::Image(_) => vec![asked.digest.clone()],
            Found::Index(images) => images
                .iter()
                .filter(|(_, standing)| standing.is_some())
                .map(|(image, _)| image.digest.clone())
                .collect(),
        }
    }
}

impl Standing {
    async fn told(self, app: &App, permit: &Permit, digest: &str, at: i64, id: &str) -> ApiResult<Value> {
        match self.elsewhere {
            None => Ok(judging::told(&self.verdict)),
            Some(name) => {
                let judged = judge(app, permit, digest, name, at).await?;
                Ok(judging::told(&StoredVerdict { id: id.to_owned(), ..judged }))
            }
        }
    }
}

/// When the first of the exceptions ends that a verdict rests on: from then on it may be another.
fn next_end(verdict: &Value) -> Option<i64> {
    let exceptions = verdict["exceptions"].as_array().into_iter().flatten();
    let used = exceptions.filter(|exception| exception["state"] == "used");
    let ends = used.filter_map(|exception| policy::exception_end(exception["expires"].as_str()?));
    ends.min().map(|end| end.saturating_mul(SECOND))
}

/// Judges a registered image as what it is under another name, at a moment.
async fn judge(app: &App, permit: &Permit, digest: &str, name: ImageName, at: i64) -> ApiResult<StoredVerdict> {
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
