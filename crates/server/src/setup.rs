//! The first user: made with a link that is printed once, while there is nobody who could make one.

use store::{StoreError, setup_links};

use crate::app::App;
use crate::clock::SECOND;
use crate::secrets;

/// How long the link works.
const VALID: i64 = 24 * 3600 * SECOND;

/// Makes the secret of a link that every server of the installation takes; gives its text, which is printed.
pub(crate) async fn offer(app: &App, now: i64) -> Result<String, StoreError> {
    let text = secrets::new("");
    let hash = secrets::hash(&text);
    app.note(move |connection| setup_links::add(connection, &hash, now + VALID, now)).await?;
    Ok(text)
}
