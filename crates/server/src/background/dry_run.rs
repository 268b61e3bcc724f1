//! A dry run as a job: every stored image judged by policies that are not in force, each that would change kept as a row.

use std::sync::Arc;

use api::ProblemCode;
use api::assurance::{DryRunChange, DryRunRequest};
use policy::access::{Action, Area, Permission, Permit};
use policy::filter::Filter;
use store::images::{self, DECISIONS, ImageQuery, word};
use store::{StoreError, Value, policies};

use super::{Held, OUTPUT_KEPT, reach};
use crate::app::App;
use crate::assurance::reevaluation;
use crate::assurance::rules::Rules;
use crate::clock;
use crate::error::{ApiError, ApiResult};
use crate::routes::{images::tell, policies as policy_routes};

/// How many images are judged in one step.
pub(crate) const STEP: u32 = 64;

pub(super) async fn run(mut held: Held, request: DryRunRequest) -> ApiResult<()> {
    let mut trying = Trying::begin(&mut held, request).await?;
    while trying.step(&mut held).await? {}
    held.finish(Some(clock::now() + OUTPUT_KEPT), Vec::new()).await
}

/// A dry run on its way. Every try is one pass by the rules of its beginning: what another found by other rules is no part
/// of it.
struct Trying {
    rules: Arc<Rules>,
    reach: String,
    after: Option<(Value, i64)>,
    began: i64,
}

impl Trying {
    async fn begin(held: &mut Held, request: DryRunRequest) -> ApiResult<Trying> {
        let began = clock::now();
        let (permit, reader) = permits(held).await?;
        let rules = Arc::new(rules(&held.app, &permit, request, began).await?);
        let counted = held.app.read(move |connection| {
            let total = images::count(connection, &reader, &Filter::default())?;
            Ok((total, reach(connection, &reader)?))
        });
        let (total, reach) = held.awaiting(counted).await?;
        held.begin_output(Some(total), reach.clone()).await?;
        Ok(Trying { rules, reach, after: None, began })
    }

    /// Judges the next images; tells whether there are more.
    async fn step(&mut self, held: &mut Held) -> ApiResult<bool> {
        let (_, reader) = permits(held).await?;
        let own = reader.clone();
        if held.app.read(move |connection| reach(connection, &own)).await? != self.reach {
            let detail = "Your rights have changed while it ran; begin another.";
            return Err(ApiError::new(ProblemCode::State, detail));
        }
        let (found, has_more) = held.awaiting(page(&held.app, &reader, self.after.take())).await?;
        self.after = found.last().map(|image| (Value::from(&image.name), image.id));
        let changes = held.awaiting(trial(&held.app, &self.rules, &found, self.began)).await?;
        let judged = found.len() as u64;
        let rows: Vec<Vec<u8>> = changes.iter().filter_map(|change| serde_json::to_vec(change).ok()).collect();
        let changed = rows.len() as u64;
        held.put_output(rows, move |kept| {
            kept.told.done += judged;
            kept.told.changed += changed;
            kept.told.unchanged = kept.told.done - kept.told.changed;
        })
        .await?;
        Ok(has_more)
    }
}

/// What it needs: to see policies, and images.
async fn permits(held: &Held) -> ApiResult<(Permit, Permit)> {
    let acting = held.acting().await?;
    let permit = |area| acting.permit(Permission::new(area, Action::Read));
    Ok((permit(Area::Policies)?, permit(Area::Images)?))
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
