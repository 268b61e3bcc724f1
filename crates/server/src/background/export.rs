//! An export as a job: the file in compressed pieces, until its time is over.

use api::ProblemCode;
use api::exports::{ExportRequest, ExportResource};
use policy::access::Permission;
use policy::filter::Filter;
use store::{audit, images, inventory};

use super::{Held, OUTPUT_KEPT, reach};
use crate::clock;
use crate::error::{ApiError, ApiResult};
use crate::exports::{Question, Renderer, Rows, permission};

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
    let mut making = Making::begin(&mut held, resource, request, asked).await?;
    while making.step(&mut held).await? {}
    held.finish(Some(clock::now() + OUTPUT_KEPT), Vec::new()).await
}

/// A file on its way.
struct Making {
    permission: Permission,
    reach: String,
    rows: Rows,
    renderer: Renderer,
    text: String,
    done: u64,
}

impl Making {
    async fn begin(
        held: &mut Held,
        resource: ExportResource,
        request: &ExportRequest,
        asked: i64,
    ) -> ApiResult<Making> {
        let (question, permission) = (Question::read(resource, request, asked)?, permission(resource));
        let permit = held.acting().await?.permit(permission)?;
        let (filter, counting) = (request.filter.clone().unwrap_or_default(), permit.clone());
        let counted = held.app.read(move |connection| {
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
            Ok((total, audit::head(connection)?.0 + 1, reach(connection, &counting)?))
        });
        let (total, until, reach) = held.awaiting(counted).await?;
        held.begin_output(total, reach.clone()).await?;
        let renderer = Renderer::new(&question);
        let text = renderer.head();
        let rows = Rows::new(&held.app, permit, question, until);
        Ok(Making { permission, reach, rows, renderer, text, done: 0 })
    }

    /// Reads a page, and keeps what there is where it is enough for a piece; tells whether there is more.
    async fn step(&mut self, held: &mut Held) -> ApiResult<bool> {
        let permit = held.acting().await?.permit(self.permission)?;
        let now = held.app.read(move |connection| reach(connection, &permit)).await?;
        if now != self.reach {
            let detail = "Your rights have changed while it was made; export it again.";
            return Err(ApiError::new(ProblemCode::State, detail));
        }
        let page = held.awaiting(self.rows.page()).await?;
        let is_end = page.is_empty();
        self.done += page.len() as u64;
        page.iter().for_each(|row| self.renderer.row(row, &mut self.text));
        if is_end {
            self.text.push_str(self.renderer.tail());
        }
        if self.text.len() >= PIECE_BYTES || is_end {
            self.keep(held).await?;
        }
        Ok(!is_end)
    }

    async fn keep(&mut self, held: &mut Held) -> ApiResult<()> {
        if held.kept.pieces >= MOST_PIECES {
            return Err(ApiError::invalid("filter", "the export is longer than 16 GiB; narrow its filter"));
        }
        let text = std::mem::take(&mut self.text);
        let compressed = tokio::task::spawn_blocking(move || zstd::bulk::compress(text.as_bytes(), COMPRESSION));
        let piece = compressed.await.ok().and_then(Result::ok).ok_or_else(crate::assurance::defect)?;
        let done = self.done;
        held.put_output(vec![piece], move |kept| kept.told.done = done).await
    }
}

#[cfg(test)]
mod tests;
