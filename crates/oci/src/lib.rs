#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod entry;
mod image;

pub use entry::{Entry, EntryKind, EntryStream, ReadEntriesError};
pub use image::{HistoryEntry, Image, ImageConfig, Layer, LayerIdentity};
