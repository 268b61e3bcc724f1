//! A dry run as a job: every stored image judged by policies that are not in force, each that would change kept as a row.

use std::sync::Arc;

use api::assurance::{DryRunChange, DryRunRequest};
use policy::access::{Action, Area, Permission, Permit};
use serde_json::Value as Json;
use store::images::{self, DECISIONS, ImageQuery, word};
use store::jobs::own;
use store::{StoreError, Value, policies};

use super::{Held, OUTPUT_KEPT};
use crate::app::App;
use crate::assurance::reevaluation;
use crate::assurance::rules::Rules;
use crate::clock;
use crate::error::ApiResult;
use crate::routes::{images::tell, policies as policy_routes};

/// How many images are judged in one step.
pub(crate) const STEP: u32 = 64;

pub(super) async fn run(mut held: Held, request: DryRunRequest) -> ApiResult<()> {
    let now = clock::now();
    let permit = held.permit(Permission::new(Area::Policies, Action::Read))?;
    let reader = held.permit(Permission::new(Area::Images, Action::Read))?;
    let rules = Arc::new(rules(&held.app, &permit, request, now).await?);
    let counting = reader.clone();
    let everything = policy::filter::Filter::default();
    let total = held.app.read(move |connection| images::count(connection, &counting, &everything)).await?;
    let mut after = held.kept.cursor.as_ref().and_then(place);
    loop {
        let (found, has_more) = page(&held.app, &reader, after.take()).await?;
        after = found.last().map(|image| (Value::from(&image.name), image.id));
        let changes = trial(&held.app, &rules, &found, now).await?;
        let judged = found.len() as u64;
        let cursor = found.last().map(|image| serde_json::json!([image.name, image.id]));
        let rows: Vec<Vec<u8>> = changes.iter().filter_map(|change| serde_json::to_vec(change).ok()).collect();
        let (id, secret) = (held.id.clone(), held.secret.clone());
        held.note(move |connection, kept| {
            own::put_output(connection, &id, &secret, kept.pieces, &rows)?;
            kept.pieces += rows.len() as i64;
            kept.told.total = Some(total);
            kept.told.done += judged;
            kept.told.changed += rows.len() as u64;
            kept.told.unchanged = kept.told.done - kept.told.changed;
            kept.cursor.clone_from(&cursor);
            Ok::<(), StoreError>(())
        })
        .await?;
        if !has_more {
            return held.finish(Some(clock::now() + OUTPUT_KEPT), Vec::new()).await;
        }
    }
}

fn place(cursor: &Json) -> Option<(Value, i64)> {
    Some((Value::from(cursor[0].as_str()?), cursor[1].as_i64()?))
}

/// The rules as they would be.
pub(crate) async fn rules(app: &App, permit: &Permit, request: DryRunRequest, now: i64) -> ApiResult<Rules> {
    let mut rules = Rules::read(app, now).await?;
    if let Some(id) = request.policy {
        let permit = permit.clone();
        let own = app.read(move |connection| policies::by_id(connection, &permit, &id)).await?;
        rules.policies.retain(|policy| policy.name != own.name);
    }
    if let Some(document) = &request.document {
        let policy = policy_routes::read(document)?;
        if rules.policies.iter().any(|known| known.name == policy.name) {
            return Err(StoreError::Exists { what: "policy" }.into());
        }
        rules.policies.push(policy);
        rules.policies.sort_by(|one, other| one.name.cmp(&other.name));
    }
    Ok(rules)
}

/// The next images by name, and whether there are more.
pub(crate) async fn page(
    app: &App,
    reader: &Permit,
    after: Option<(Value, i64)>,
) -> ApiResult<(Vec<images::Image>, bool)> {
    let (asked, own) = (ImageQuery { after, limit: STEP, ..ImageQuery::default() }, reader.clone());
    let (mut found, _) = app.read(move |connection| images::list(connection, &own, &asked)).await?;
    let has_more = found.len() > STEP as usize;
    found.truncate(STEP as usize);
    Ok((found, has_more))
}

/// Which of these images would have another decision.
pub(crate) async fn trial(
    app: &App,
    rules: &Arc<Rules>,
    found: &[images::Image],
    now: i64,
) -> ApiResult<Vec<DryRunChange>> {
    let asked = found.iter().map(|image| (image.id, image.digest.clone(), "trial".to_owned())).collect();
    let judged = reevaluation::judge_by(app, rules, asked, now).await?;
    let change = |judged: reevaluation::Judged| {
        let image = found.iter().find(|image| image.id == judged.id)?;
        let decision = judged.evaluation.verdict.decision;
        (decision != image.decision).then(|| DryRunChange {
            from: word(DECISIONS, image.decision).to_owned(),
            to: word(DECISIONS, decision).to_owned(),
            image: tell::image(image.clone()),
        })
    };
    Ok(judged.into_iter().filter_map(change).collect())
}
