//! The intelligence: what it is made of, how old it is, and how fresh one comes.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::overview::{IntelligenceSourceAge, IntelligenceStatus};
use api::{Moment, ProblemCode};
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use http_body_util::BodyExt as _;
use store::{audit, evaluation};

use super::summary::intelligence_age;
use crate::app::App;
use crate::assurance::intelligence_file::fingerprint;
use crate::assurance::intelligence_schedule;
use crate::assurance::intelligence_update::{LARGEST_BYTES, Turn, UPLOAD_PREFIX};
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;

/// How long nothing of a file that is handed over may come.
const LONGEST_STALL: Duration = Duration::from_secs(60);

/// The intelligence in use with its sources, and how the last update went.
#[utoipa::path(get, path = "/intelligence", operation_id = "show_intelligence", tag = "intelligence",
    responses((status = 200, description = "The intelligence", body = IntelligenceStatus)))]
pub(super) async fn show(State(app): State<App>) -> ApiResult<Json<IntelligenceStatus>> {
    status(&app).await.map(Json)
}

async fn status(app: &App) -> ApiResult<IntelligenceStatus> {
    let now = clock::now();
    // The state first: an update that it says has ended is in what is read behind it.
    let state = app.assurance.intelligence.state();
    let database = app.assurance.intelligence.database();
    let own = fingerprint(database.as_deref());
    let progress = app.read(evaluation::progress).await?;
    let is_queued = app.read(|connection| Ok(!evaluation::queued(connection, 1)?.is_empty())).await?;
    let sources = database.map(|database| database.facts().sources).unwrap_or_default();
    let age = |text: &String| Moment::read(text).map(|moment| (now - moment.0) / SECOND);
    Ok(IntelligenceStatus {
        current: intelligence_age(app, now),
        sources: sources
            .into_iter()
            .map(|source| IntelligenceSourceAge {
                age_seconds: source.updated.as_ref().and_then(age),
                name: source.name,
                records: source.records,
                updated: source.updated,
            })
            .collect(),
        in_use_since: state.opened.map(Moment),
        refreshed: state.refreshed.map(Moment),
        next_refresh: intelligence_schedule::next(app).map(|due| Moment(due.max(now))),
        is_refreshing: state.is_refreshing,
        file_problem: state.file_problem.or(state.sharing_problem).map(|(_, cause)| cause),
        update_problem: state.update_problem.map(|(_, cause)| cause),
        has_source: app.config.intelligence_from.is_some(),
        has_keys: !app.config.intelligence_keys.is_empty(),
        is_judged: progress.intelligence == own && progress.wanted == progress.done && !is_queued,
    })
}

/// Fetches fresh intelligence from where the configuration says, or looks at the file in place where it says nothing. The
/// answer does not wait for it: the state tells how it went.
#[utoipa::path(post, path = "/intelligence/refresh", operation_id = "refresh_intelligence", tag = "intelligence",
    responses((status = 202, description = "It is under way", body = IntelligenceStatus)))]
pub(super) async fn refresh(
    State(app): State<App>,
    caller: Caller,
) -> ApiResult<(StatusCode, Json<IntelligenceStatus>)> {
    let turn = begin(&app)?;
    let record = caller.entry(clock::now(), "intelligence.refresh", "intelligence", "", "");
    app.change(move |connection| audit::append(connection, &record).map(|_| ())).await?;
    tokio::task::spawn_blocking(move || turn.refresh());
    Ok((StatusCode::ACCEPTED, Json(status(&app).await?)))
}

fn begin(app: &App) -> ApiResult<Turn> {
    let refused = || ApiError::new(ProblemCode::State, "An update of the intelligence is under way.");
    Turn::begin(app).ok_or_else(refused)
}

/// Takes an intelligence database that is handed over: the body is the file, as built or as exported. It is used only if a
/// key that the configuration trusts signed it, and never in place of a newer one.
#[utoipa::path(post, path = "/intelligence/import", operation_id = "import_intelligence", tag = "intelligence",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
    responses((status = 200, description = "The intelligence that is in use now", body = IntelligenceStatus)))]
pub(super) async fn import(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> ApiResult<Json<IntelligenceStatus>> {
    if app.config.intelligence_keys.is_empty() {
        let detail = "No key is trusted: name the public key that intelligence is signed with in the setting \
            intelligence_keys.";
        return Err(ApiError::new(ProblemCode::State, detail));
    }
    let upload = Upload::new(&app, begin(&app)?);
    receive(request.into_body(), &upload.path, LONGEST_STALL).await?;
    // In a task of its own, so that whoever hangs up now does not leave it half done.
    let taken = tokio::spawn(take_in(app.clone(), caller, upload)).await;
    taken.map_err(|_| crate::assurance::defect())??;
    Ok(Json(status(&app).await?))
}

async fn take_in(app: App, caller: Caller, mut upload: Upload) -> ApiResult<()> {
    let work = tokio::task::spawn_blocking(move || upload.turn.import(&upload.path));
    if let Some(cause) = work.await.map_err(|_| crate::assurance::defect())? {
        let text = cause.parameters.get("problem").and_then(|problem| problem.as_str()).unwrap_or(&cause.code);
        let refused = ApiError::new(ProblemCode::Invalid, format!("The file cannot be used: {text}."));
        return Err(refused.with("field", "body").with("problem", text).with("cause", cause.code.as_str()));
    }
    let now = clock::now();
    let mut record = caller.entry(now, "intelligence.import", "intelligence", "", "");
    record.after = intelligence_age(&app, now).map(|current| serde_json::json!({ "sequence": current.sequence }));
    app.change(move |connection| audit::append(connection, &record).map(|_| ())).await?;
    Ok(())
}

/// A file that is handed over. Whatever becomes of the request, nothing of it stays, and the next one may try.
struct Upload {
    turn: Turn,
    path: PathBuf,
}

impl Upload {
    fn new(app: &App, turn: Turn) -> Upload {
        let name = format!("{UPLOAD_PREFIX}{}", crate::ids::new(clock::now()));
        Upload { turn, path: app.config.data_folder.join(name) }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // It lies where only the server writes; that it is gone already, or was never begun, is no matter.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Writes a body to a file; it is given up when nothing comes for so long.
async fn receive(mut body: Body, path: &Path, longest_stall: Duration) -> ApiResult<()> {
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "what was handed over cannot be written to the data folder");
        ApiError::new(ProblemCode::Unavailable, "The file cannot be kept; nothing was changed.")
    };
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    let mut length = 0_u64;
    loop {
        let stalled = |_| ApiError::new(ProblemCode::Slow, "The file stopped coming; nothing was changed.");
        let Some(frame) = tokio::time::timeout(longest_stall, body.frame()).await.map_err(stalled)? else {
            return Ok(());
        };
        let frame =
            frame.map_err(|_| ApiError::new(ProblemCode::Malformed, "The body could not be read to its end."))?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len() as u64);
        if length > LARGEST_BYTES {
            return Err(ApiError::new(ProblemCode::TooLarge, "The file is larger than 2 GiB."));
        }
        // A disk may take its time: other requests go on meanwhile.
        tokio::task::block_in_place(|| file.write_all(&data)).map_err(failed)?;
    }
}

#[cfg(test)]
mod tests;
