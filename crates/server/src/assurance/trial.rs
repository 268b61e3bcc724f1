//! Judging stored images by rules that nobody has saved: what a change would do.

use std::sync::Arc;

use policy::access::Permit;
use policy::filter::Filter;
use store::images::{self, Image, ImageQuery};

use super::reevaluation::{self, Judged};
use super::rules::Rules;
use crate::app::App;
use crate::clock;
use crate::error::ApiResult;

/// The most images that a trial judges.
const MOST_TRIED: u64 = 20_000;

/// How long a trial may take; what it has by then is its answer.
const LONGEST_TRIAL: i64 = 40 * clock::SECOND;

/// How many images are read at once.
const STEP: u32 = 64;

/// Judges the images that somebody reaches and a filter takes in, and hands each on with what it was before. Tells how many
/// those were, and whether there are more.
pub(crate) async fn each(
    app: &App,
    rules: Rules,
    reader: &Permit,
    filter: Filter,
    now: i64,
    mut take: impl FnMut(Image, Judged),
) -> ApiResult<(u64, bool)> {
    let rules = Arc::new(rules);
    let mut query = ImageQuery { filter, limit: STEP, ..ImageQuery::default() };
    let mut judged_so_far = 0;
    loop {
        let (asked, own) = (query.clone(), reader.clone());
        let (mut found, _) = app.read(move |connection| images::list(connection, &own, &asked)).await?;
        let step = usize::try_from(STEP).unwrap_or(usize::MAX);
        let has_more = found.len() > step;
        found.truncate(step);
        query.after = found.last().map(|image| (query.sort.value(image), image.id));
        let asked = found.iter().map(|image| (image.id, image.digest.clone(), "trial".to_owned())).collect();
        for judged in reevaluation::judge_by(app, &rules, asked, now).await? {
            judged_so_far += 1;
            if let Some(at) = found.iter().position(|image| image.id == judged.id) {
                take(found.swap_remove(at), judged);
            }
        }
        let is_over = judged_so_far >= MOST_TRIED || clock::now() - now > LONGEST_TRIAL;
        if !has_more || is_over {
            return Ok((judged_so_far, has_more));
        }
    }
}
