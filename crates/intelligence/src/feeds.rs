//! The list of feeds. Adding one is one file and one line here (`docs/contributing/add-feed.md`).

use crate::feed::Feed;

/// Every feed the builder reads, in the order in which it reads them.
pub(crate) const FEEDS: &[&dyn Feed] = &[];
