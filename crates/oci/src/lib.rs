#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod credentials;
mod entry;
mod image;
mod manifest_tree;
pub mod registry;
mod secret;

pub use entry::{Entry, EntryKind, EntryStream, ReadEntriesError};
pub use image::{HistoryEntry, Image, ImageConfig, Layer, LayerIdentity};
pub use manifest_tree::{NoSuchPlatform, ReadManifestError};
pub use secret::Secret;
