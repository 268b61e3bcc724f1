//! The first user: made with a link that is printed once, while there is nobody who could make one.

use crate::clock::SECOND;
use crate::secrets;

/// How long the link works.
const VALID: i64 = 24 * 3600 * SECOND;

/// The secret of the set-up link.
pub(crate) struct SetupSecret {
    hash: Vec<u8>,
    until: i64,
}

impl SetupSecret {
    /// A new one, with the text that is printed.
    pub(crate) fn new(now: i64) -> (SetupSecret, String) {
        let text = secrets::new("");
        (SetupSecret { hash: secrets::hash(&text), until: now + VALID }, text)
    }

    /// Whether a text is this secret and still works.
    pub(crate) fn is(&self, text: &str, now: i64) -> bool {
        secrets::is_same(&self.hash, &secrets::hash(text)) && now < self.until
    }
}
