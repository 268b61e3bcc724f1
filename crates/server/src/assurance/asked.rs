//! Verdicts under the name that somebody asks by.
//!
//! What an image is registered under decides which policies and approvals hold for it. Whoever copies it into another
//! repository, or pulls it through a mirror, asks by a name that nobody registered: the image is then judged as what it is
//! there, and the verdict under its other names says nothing of it.
//!
//! Whoever is limited to application scopes learns of no name outside of them. The verdict under all names may rest on the
//! others and tell of them, so that such an image is judged for them as what it is under the names that they know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use api::Moment;
use api::images::VerdictQuery;
use intelligence::Database;
use model::{Digest, InvalidPlatform, Platform, PolicyEffect};
use policy::access::Permit;
use serde_json::{Value, json};
use store::images::{self, ImageName, NewVerdict, PlatformImage};
use store::verdicts::{self, StoredVerdict};
use store::{Connection, StoreError, approvals};

use super::index;
use super::judging::{self, Question};
use super::reevaluation::{self, Stored};
use super::rego::RegoProcesses;
use super::rules::Rules;
use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};

/// How many images of a page are read before they are judged.
const JUDGED_AT_ONCE: usize = 50;

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
    /// The names that it has to be judged under for this answer: the one that is asked, where the image is registered in
    /// other repositories alone, or those that may be known, where it has others.
    pub(crate) judged_as: Option<BTreeSet<ImageName>>,
    /// When its use was last noted.
    seen: i64,
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
        let repository = self.name.as_ref().map(|name| (name.registry.as_str(), name.repository.as_str()));
        let Some(found) = verdicts::standing(connection, permit, digest, repository)? else { return Ok(None) };
        let judged_as = match &self.name {
            Some(name) if !found.is_named => Some(BTreeSet::from([name.clone()])),
            _ if permit.covers_everything() => None,
            _ => {
                let known = images::known_names(connection, permit, found.image_id)?;
                (!known.is_whole).then(|| known.names.into_iter().map(|named| named.name).collect())
            }
        };
        Ok(Some(Standing { verdict: found.verdict, judged_as, seen: found.seen }))
    }

    /// What was found as somebody may know it. To whoever is limited to scopes a name outside of them is one that nobody
    /// registered.
    async fn known(&self, app: &App, permit: &Permit, found: Found) -> ApiResult<Found> {
        let Some(name) = self.name.clone().filter(|_| !permit.covers_everything()) else { return Ok(found) };
        let rules = Rules::read_kept(app, clock::now()).await?;
        let (own, digests) = (permit.clone(), found.images(self));
        let known = app.read(move |connection| {
            let mut known = BTreeSet::new();
            for digest in &digests {
                let image = match images::by_digest(connection, &own, digest) {
                    Ok(image) => image,
                    // Somebody removed it meanwhile.
                    Err(StoreError::NotFound { .. }) => continue,
                    Err(error) => return Err(error),
                };
                let labels = images::labels(connection, image.id)?;
                if rules.is_reached(&own, &image, &labels, &name) {
                    known.insert(digest.clone());
                }
            }
            Ok(known)
        });
        let known = known.await?;
        Ok(match found {
            Found::Image(_) if !known.contains(&self.digest) => Found::Nothing,
            Found::Index(_) if known.is_empty() => Found::Nothing,
            Found::Index(images) => {
                let within = |(image, standing): (PlatformImage, Option<Standing>)| {
                    let standing = standing.filter(|_| known.contains(&image.digest));
                    (image, standing)
                };
                Found::Index(images.into_iter().map(within).collect())
            }
            found => found,
        })
    }

    /// What is answered. `at` is the moment as of which is judged what nobody has judged, and `id` what a verdict is called
    /// that is told once and is not stored.
    pub(crate) async fn answer(&self, app: &App, permit: &Permit, found: Found, at: i64, id: &str) -> ApiResult<Told> {
        let images = match self.known(app, permit, found).await? {
            Found::Nothing => return Ok(Told { verdict: self.unregistered(&self.text, at, id), ends: None }),
            Found::Image(standing) => {
                let verdict = standing.told(app, permit, &self.digest, at, id).await?;
                return Ok(Told { ends: next_end(&verdict), verdict });
            }
            Found::Index(images) => images,
        };
        // Of an index the worst of its images decides; what follows is what follows of any of them.
        let (mut worst, mut platforms, mut effects, mut ends) = (None, Vec::new(), BTreeSet::new(), None);
        let mut missing: Vec<Value> = Vec::new();
        for (image, standing) in images {
            let is_registered = standing.is_some();
            let verdict = match standing {
                Some(standing) => standing.told(app, permit, &image.digest, at, id).await?,
                None => self.unregistered(&self.member(&image), at, id),
            };
            if !is_registered {
                missing.extend(verdict["reasons"].as_array().into_iter().flatten().cloned());
            }
            let rank = judging::place(verdict["decision"].as_str().unwrap_or_default());
            platforms.push(json!({
                "platform": image.platform, "digest": image.digest, "decision": verdict["decision"],
                "is_registered": is_registered,
            }));
            let told = verdict["effects"].as_array().into_iter().flatten();
            effects.extend(
                PolicyEffect::ALL.into_iter().filter(|effect| told.clone().any(|word| word == effect.as_str())),
            );
            ends = ends.into_iter().chain(next_end(&verdict)).min();
            if worst.as_ref().is_none_or(|(worst, _)| *worst < rank) {
                worst = Some((rank, verdict));
            }
        }
        let Some((_, mut verdict)) = worst else {
            return Ok(Told { verdict: self.unregistered(&self.text, at, id), ends: None });
        };
        // Whatever the worst is denied for, those of which nothing is known are told, each with its platform.
        if let Some(reasons) = verdict["reasons"].as_array_mut() {
            reasons.retain(|reason| !missing.contains(reason));
            reasons.append(&mut missing);
        }
        verdict["subject"] = self.text.clone().into();
        verdict["digest"] = self.digest.clone().into();
        verdict["effects"] = json!(effects.into_iter().map(PolicyEffect::as_str).collect::<Vec<_>>());
        verdict["platforms"] = platforms.into();
        Ok(Told { verdict, ends })
    }

    /// One of the images of an index, as people know it: `name@sha256:… (linux/arm64)`.
    fn member(&self, image: &PlatformImage) -> String {
        let name = self.text.rsplit_once('@').map_or(String::new(), |(name, _)| format!("{name}@"));
        match image.platform.as_str() {
            "" => format!("{name}{}", image.digest),
            platform => format!("{name}{} ({platform})", image.digest),
        }
    }

    /// The verdict on an image that nobody registered.
    fn unregistered(&self, image: &str, at: i64, id: &str) -> Value {
        let mut document = formats::verdict_document(&policy::unregistered(image));
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
        self.standing(asked).into_iter().map(|(digest, _)| digest.to_owned()).collect()
    }

    /// The digests of those of these images whose use is to be noted.
    pub(crate) fn due(&self, asked: &Asked, now: i64) -> Vec<String> {
        let due = self.standing(asked).into_iter().filter(|(_, standing)| standing.seen <= now - images::SEEN_STEP);
        due.map(|(digest, _)| digest.to_owned()).collect()
    }

    /// What the store has, each with its digest.
    fn standing<'a>(&'a self, asked: &'a Asked) -> Vec<(&'a str, &'a Standing)> {
        match self {
            Found::Nothing => Vec::new(),
            Found::Image(standing) => vec![(asked.digest.as_str(), standing)],
            Found::Index(of_index) => {
                let registered = of_index.iter().filter_map(|(image, standing)| Some((image, standing.as_ref()?)));
                registered.map(|(image, standing)| (image.digest.as_str(), standing)).collect()
            }
        }
    }
}

impl Standing {
    async fn told(self, app: &App, permit: &Permit, digest: &str, at: i64, id: &str) -> ApiResult<Value> {
        match self.judged_as {
            None => Ok(judging::told(&self.verdict)),
            Some(names) => {
                let judged = judge(app, permit, digest, names, at).await?;
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

/// The verdict on an image as somebody may know it: the one that stands, or one under the names that they know.
pub(crate) async fn told(app: &App, permit: &Permit, verdict: StoredVerdict) -> ApiResult<Value> {
    if permit.covers_everything() {
        return Ok(judging::told(&verdict));
    }
    let (own, digest) = (permit.clone(), verdict.digest.clone());
    let known = app.read(move |connection| {
        let id = images::id_of_digest(connection, &own, &digest)?;
        images::known_names(connection, &own, id)
    });
    let known = known.await?;
    if known.is_whole {
        return Ok(judging::told(&verdict));
    }
    let names = known.names.into_iter().map(|named| named.name).collect();
    Ok(judging::told(&judge(app, permit, &verdict.digest, names, clock::now()).await?))
}

/// The decisions on those images of a page that have other names, too, as somebody may know them: by the number of the image,
/// each with the id of its verdict. Checks that somebody has written take too long for a page: where a policy has any, the
/// decision under all names stays.
pub(crate) async fn of_page(
    app: &App,
    permit: &Permit,
    page: &[images::Image],
) -> ApiResult<BTreeMap<i64, (i64, String)>> {
    let mut told = BTreeMap::new();
    if permit.covers_everything() {
        return Ok(told);
    }
    let (own, ids) = (permit.clone(), page.iter().map(|image| image.id).collect::<Vec<_>>());
    let shared = app.read(move |connection| images::shared(connection, &own, &ids)).await?;
    if shared.is_empty() {
        return Ok(told);
    }
    let now = clock::now();
    let rules = Rules::read_kept(app, now).await?;
    if rules.policies.iter().any(policy::Policy::has_custom_checks) {
        return Ok(told);
    }
    let shared = page.iter().filter(|image| shared.contains(&image.id));
    let shared: Vec<(i64, String)> = shared.map(|image| (image.id, image.digest.clone())).collect();
    for few in shared.chunks(JUDGED_AT_ONCE) {
        let (own, few) = (permit.clone(), few.to_vec());
        let stored = app.read(move |connection| {
            let mut stored = Vec::new();
            for (id, digest) in &few {
                match reevaluation::stored_within(connection, &own, *id, digest) {
                    Ok(found) if found.is_whole => {}
                    Ok(found) => stored.push((*id, found)),
                    // Somebody removed it meanwhile.
                    Err(StoreError::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(stored)
        });
        let stored = stored.await?;
        let (database, rego) = (app.assurance.intelligence.database(), Arc::clone(&app.assurance.rego));
        let (rules, judging_by) = (Arc::clone(&rules), Arc::clone(&rules));
        let judged = app.assurance.judge(&judging_by, move || {
            let judged = stored.into_iter().map(|(id, stored)| {
                let verdict = judge_stored(&stored, &rules, database.as_deref(), &rego, now)?;
                Ok((id, (verdict.decision, verdict.id)))
            });
            judged.collect::<ApiResult<Vec<_>>>()
        });
        told.extend(judged.await??);
    }
    Ok(told)
}

/// Judges a registered image as what it is under these names and no others, at a moment.
async fn judge(
    app: &App,
    permit: &Permit,
    digest: &str,
    names: BTreeSet<ImageName>,
    at: i64,
) -> ApiResult<StoredVerdict> {
    let rules = Rules::read_kept(app, clock::now()).await?;
    let (permit, own) = (permit.clone(), digest.to_owned());
    let stored = app.read(move |connection| {
        let id = images::id_of_digest(connection, &permit, &own)?;
        let approvals = approvals::of_names(connection, &own, &names)?;
        let stored = reevaluation::stored(connection, id, &own)?;
        Ok(Stored { names: names.clone(), approvals, is_whole: permit.covers_everything(), ..stored })
    });
    let stored = stored.await?;
    let database = app.assurance.intelligence.database();
    let (rego, judging_by) = (Arc::clone(&app.assurance.rego), Arc::clone(&rules));
    let judged =
        app.assurance.judge(&judging_by, move || judge_stored(&stored, &rules, database.as_deref(), &rego, at));
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

/// The verdict on a stored image by the names that come with it.
fn judge_stored(
    stored: &Stored,
    rules: &Rules,
    database: Option<&Database>,
    rego: &RegoProcesses,
    at: i64,
) -> ApiResult<NewVerdict> {
    let mut report = stored.report(database)?;
    let question =
        Question { rules, database, names: &stored.names, approvals: &stored.approvals, rego, now: at, cause: "asked" };
    Ok(judging::evaluate(&mut report, &question).verdict)
}
