#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod entry;

pub use entry::{Entry, EntryKind, EntryStream, ReadEntriesError};
