//! An export as a job: the file in compressed pieces, until its time is over.

use api::exports::{ExportRequest, ExportResource};
use store::jobs::own;
use store::{StoreError, audit, images, inventory};

use super::{Held, OUTPUT_KEPT, reach};
use crate::clock;
use crate::error::{ApiError, ApiResult};
use crate::exports::{Question, Renderer, Rows, permission};
use policy::filter::Filter;

/// About how long a piece is before it is compressed, in bytes.
const PIECE_BYTES: usize = 1 << 20;

/// The most pieces of one export.
pub(crate) const MOST_PIECES: i64 = 1 << 14;

/// How hard pieces are compressed.
const COMPRESSION: i32 = 3;

pub(super) async fn run(
    mut held: Held,
    resource: ExportResource,
    request: &ExportRequest,
    asked: i64,
) -> ApiResult<()> {
    let question = Question::read(resource, request, asked)?;
    let permit = held.permit(permission(resource))?;
    let (own_reach, id) = (reach(&permit), held.id.clone());
    let (filter, counting) = (request.filter.clone().unwrap_or_default(), permit.clone());
    let (total, until) = held
        .app
        .read(move |connection| {
            let total = match resource {
                ExportResource::Images => {
                    let filter = Filter::read(&filter, images::KEYS, asked).unwrap_or_default();
                    Some(images::count(connection, &counting, &filter)?)
                }
                ExportResource::Vulnerabilities => {
                    let filter = Filter::read(&filter, inventory::VULNERABILITY_KEYS, asked).unwrap_or_default();
                    Some(inventory::count_vulnerabilities(connection, &counting, &filter)?)
                }
                ExportResource::Findings | ExportResource::Packages | ExportResource::Audit => None,
            };
            Ok((total, audit::head(connection)?.0 + 1))
        })
        .await?;
    // A file is of one pass: what another try left is no part of it.
    held.note(move |connection, kept| {
        own::clear_output(connection, &id)?;
        (kept.pieces, kept.told.done, kept.told.total) = (0, 0, total);
        kept.reach = Some(own_reach.clone());
        Ok(())
    })
    .await?;
    let mut renderer = Renderer::new(&question);
    let mut rows = Rows::new(&held.app, permit, question, until);
    let mut text = renderer.head();
    let mut done = 0;
    loop {
        let page = rows.page().await?;
        let is_end = page.is_empty();
        done += page.len() as u64;
        page.iter().for_each(|row| renderer.row(row, &mut text));
        if is_end {
            text.push_str(renderer.tail());
        }
        if text.len() >= PIECE_BYTES || is_end {
            keep(&mut held, std::mem::take(&mut text), done).await?;
        }
        if is_end {
            break;
        }
    }
    held.finish(Some(clock::now() + OUTPUT_KEPT), Vec::new()).await
}

async fn keep(held: &mut Held, text: String, done: u64) -> ApiResult<()> {
    if held.kept.pieces >= MOST_PIECES {
        return Err(ApiError::invalid("filter", "the export is longer than 16 GiB; narrow its filter"));
    }
    let compressed = tokio::task::spawn_blocking(move || zstd::bulk::compress(text.as_bytes(), COMPRESSION));
    let piece = compressed.await.ok().and_then(Result::ok).ok_or_else(crate::assurance::defect)?;
    let (id, secret) = (held.id.clone(), held.secret.clone());
    held.note(move |connection, kept| {
        own::put_output(connection, &id, &secret, kept.pieces, std::slice::from_ref(&piece))?;
        kept.pieces += 1;
        kept.told.done = done;
        Ok::<(), StoreError>(())
    })
    .await
}
