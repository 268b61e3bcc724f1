//! From TARGET to something that can be indexed.

use std::path::Path;

use anyhow::Context;
use model::{Inventory, ScanTarget, TargetKind};
use oci::{Cache, FileTree, FileTreeOptions, Image, OpenOptions};
use scanner::IndexOptions;

use crate::arguments::SourceArguments;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::target::Target;

/// The most that the cache of layer indexes takes on disk; the least recently used go first.
const CACHE_LIMIT_BYTES: u64 = 1 << 30;

/// An opened target.
pub(crate) struct Opened {
    name: String,
    kind: TargetKind,
    content: Content,
    cache: Option<Cache>,
}

enum Content {
    Image(Image),
    Tree(FileTree),
    Bill(formats::Bill),
}

impl Opened {
    /// What the target is, for the report.
    pub(crate) fn target(&self) -> ScanTarget {
        let (digest, platform) = match &self.content {
            Content::Image(image) => (image.digest.clone(), image.platform.clone()),
            Content::Bill(bill) => (bill.digest.clone(), bill.platform.clone()),
            Content::Tree(_) => (None, None),
        };
        ScanTarget { name: self.name.clone(), kind: self.kind, digest, platform }
    }

    /// What is in the target.
    pub(crate) fn index(&mut self, progress: &Progress) -> Result<Inventory, Failure> {
        progress.say(&format!("reading {}", self.name));
        match &mut self.content {
            Content::Image(image) => {
                let threads = std::thread::available_parallelism().map_or(1, usize::from);
                let options = IndexOptions { cache: self.cache.as_ref(), threads };
                scanner::index_image(image, &options).map_err(|error| Failure::Work(error.into()))
            }
            Content::Tree(tree) => {
                let context = || format!("cannot scan {}", self.name);
                scanner::index_tree(tree).with_context(context).map_err(Failure::Work)
            }
            Content::Bill(bill) => Ok(std::mem::take(&mut bill.inventory)),
        }
    }
}
