//! The rows of an export, a page at a time, each as the API tells it.

use std::collections::VecDeque;

use api::exports::ExportResource;
use policy::access::Permit;
use serde_json::{Value as Json, json};
use store::acknowledgements::{self, Acknowledgement};
use store::audit::{self, Order};
use store::images::{self, FindingQuery, ImageQuery, ImageSort};
use store::{StoreError, Value, inventory};

use super::Question;
use crate::app::App;
use crate::routes::{audit as audit_routes, images::tell};

/// How many rows are read at once.
const STEP: u32 = 500;

/// How many images are read at once for their findings.
const IMAGES_STEP: u32 = 64;

/// How many findings are read before they are handed on.
const ENOUGH: usize = 1000;

/// The rows of an export that are still to come.
pub(crate) struct Rows {
    app: App,
    permit: Permit,
    question: Question,
    place: Place,
    is_done: bool,
}

/// Where an export stands.
enum Place {
    Images(Option<(Value, i64)>),
    Findings {
        after: Option<(Value, i64)>,
        waiting: VecDeque<images::Image>,
        position: i64,
    },
    Vulnerabilities(Option<(i64, String)>),
    Packages(Option<(String, String, i64)>),
    /// The number of the last record, and the first one that is not told any more.
    Audit {
        behind: i64,
        until: i64,
    },
}

impl Rows {
    /// The rows that a permit reaches. Of the audit trail those before a number, so that an export ends before itself.
    pub(crate) fn new(app: &App, permit: Permit, question: Question, audit_until: i64) -> Rows {
        let place = match question.resource {
            ExportResource::Images => Place::Images(None),
            ExportResource::Findings => Place::Findings { after: None, waiting: VecDeque::new(), position: -1 },
            ExportResource::Vulnerabilities => Place::Vulnerabilities(None),
            ExportResource::Packages => Place::Packages(None),
            ExportResource::Audit => Place::Audit { behind: 0, until: audit_until },
        };
        Rows { app: app.clone(), permit, question, place, is_done: false }
    }

    /// The next rows; none where there are no more.
    pub(crate) async fn page(&mut self) -> Result<Vec<Json>, StoreError> {
        // A page may be empty though others follow: images without a finding that is asked for.
        while !self.is_done {
            let rows = self.step().await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        Ok(Vec::new())
    }

    async fn step(&mut self) -> Result<Vec<Json>, StoreError> {
        let (permit, filter) = (self.permit.clone(), self.question.filter.clone());
        let (sort, by_time) = (self.order(), self.question.sort.is_some_and(|sort| sort.key == "first_seen"));
        match &mut self.place {
            Place::Images(after) => {
                let asked = ImageQuery { filter, sort, after: after.clone(), limit: STEP };
                let found = image_page(&self.app, permit, asked, after, &mut self.is_done).await?;
                Ok(found.into_iter().map(|image| told(&tell::image(image))).collect())
            }
            Place::Vulnerabilities(after) => {
                let own = after.clone();
                let mut found = self
                    .app
                    .read(move |connection| {
                        let after = own.as_ref().map(|(value, id)| (*value, id.as_str()));
                        inventory::vulnerabilities(connection, &permit, &filter, by_time, after, STEP)
                    })
                    .await?;
                cut(&mut found, STEP, &mut self.is_done);
                let value =
                    |last: &inventory::KnownVulnerability| if by_time { last.first_seen } else { last.severity };
                *after = found.last().map(|last| (value(last), last.id.clone()));
                Ok(found.into_iter().map(|own| told(&tell::known_vulnerability(own))).collect())
            }
            Place::Packages(after) => {
                let own = after.clone();
                let mut found = self
                    .app
                    .read(move |connection| {
                        let after = own.as_ref().map(|(name, version, id)| (name.as_str(), version.as_str(), *id));
                        inventory::packages(connection, &permit, &filter, after, STEP)
                    })
                    .await?;
                cut(&mut found, STEP, &mut self.is_done);
                *after = found.last().map(|last| (last.name.clone(), last.version.clone(), last.id));
                Ok(found.into_iter().map(|own| told(&tell::known_package(own))).collect())
            }
            Place::Audit { behind, until } => {
                let order = Order::OldestBehind(*behind);
                let found =
                    self.app.read(move |connection| audit::search(connection, &permit, &filter, order, STEP)).await?;
                self.is_done = found.len() < STEP as usize;
                let mut rows = Vec::new();
                for record in found {
                    if record.sequence >= *until {
                        self.is_done = true;
                        break;
                    }
                    *behind = record.sequence;
                    rows.push(told(&audit_routes::view(record)?));
                }
                Ok(rows)
            }
            Place::Findings { .. } => self.findings().await,
        }
    }

    /// The order of images.
    fn order(&self) -> ImageSort {
        match self.question.resource {
            ExportResource::Images | ExportResource::Findings => {
                self.question.sort.map_or_else(ImageSort::default, |sort| ImageSort { sort })
            }
            ExportResource::Vulnerabilities | ExportResource::Packages | ExportResource::Audit => ImageSort::default(),
        }
    }

    async fn findings(&mut self) -> Result<Vec<Json>, StoreError> {
        let sort = self.order();
        let Place::Findings { after, waiting, position } = &mut self.place else { return Ok(Vec::new()) };
        if waiting.is_empty() {
            let filter = self.question.images.clone();
            let asked = ImageQuery { filter, sort, after: after.clone(), limit: IMAGES_STEP };
            let mut is_last = false;
            let found = image_page(&self.app, self.permit.clone(), asked, after, &mut is_last).await?;
            if found.is_empty() {
                self.is_done = true;
                return Ok(Vec::new());
            }
            waiting.extend(found);
            *position = -1;
        }
        let (permit, filter, images, from) =
            (self.permit.clone(), self.question.filter.clone(), waiting.clone(), *position);
        let now = self.question.as_of;
        let (rows, finished, reached) = self
            .app
            .read(move |connection| {
                let (mut rows, mut position, mut finished) = (Vec::new(), from, 0);
                for image in &images {
                    let seen = match acknowledgements::of_image(connection, &permit, &image.digest, now) {
                        Err(StoreError::NotFound { .. }) => Vec::new(),
                        seen => seen?,
                    };
                    loop {
                        let filter = filter.clone();
                        let asked =
                            FindingQuery { filter, behind: Some(position), limit: STEP, now, ..Default::default() };
                        let (mut found, _) = match images::findings(connection, &permit, &image.digest, &asked) {
                            Ok(found) => found,
                            // Somebody removed it meanwhile.
                            Err(StoreError::NotFound { .. }) => (Vec::new(), None),
                            Err(error) => return Err(error),
                        };
                        let has_more = found.len() > STEP as usize;
                        found.truncate(STEP as usize);
                        position = found.last().map_or(position, |last| last.position);
                        rows.extend(found.into_iter().map(|finding| finding_row(image, finding, &seen)));
                        if !has_more {
                            break;
                        }
                        if rows.len() >= ENOUGH {
                            return Ok((rows, finished, position));
                        }
                    }
                    (finished, position) = (finished + 1, -1);
                    if rows.len() >= ENOUGH {
                        break;
                    }
                }
                Ok((rows, finished, position))
            })
            .await?;
        waiting.drain(..finished);
        *position = reached;
        Ok(rows)
    }
}

/// A page of images, and where the next one begins.
async fn image_page(
    app: &App,
    permit: Permit,
    asked: ImageQuery,
    after: &mut Option<(Value, i64)>,
    is_done: &mut bool,
) -> Result<Vec<images::Image>, StoreError> {
    let (sort, limit) = (asked.sort, asked.limit);
    let (mut found, _) = app.read(move |connection| images::list(connection, &permit, &asked)).await?;
    cut(&mut found, limit, is_done);
    if let Some(last) = found.last() {
        *after = Some((sort.value(last), last.id));
    }
    Ok(found)
}

/// Takes away the one that tells whether there are more.
fn cut<T>(found: &mut Vec<T>, limit: u32, is_done: &mut bool) {
    *is_done = found.len() <= limit as usize;
    found.truncate(limit as usize);
}

fn finding_row(image: &images::Image, finding: images::Finding, seen: &[Acknowledgement]) -> Json {
    let seen = seen.iter().find(|own| own.is_of(&finding.row)).cloned();
    let mut row = json!({ "image": image.name, "digest": image.digest });
    if let (Some(row), Json::Object(own)) = (row.as_object_mut(), told(&tell::finding(finding.row, seen))) {
        row.extend(own);
    }
    row
}

fn told(row: &impl serde::Serialize) -> Json {
    serde_json::to_value(row).unwrap_or_default()
}
