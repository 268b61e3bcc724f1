#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod cached;
mod ecosystem;
mod ecosystems;
mod found;
mod index;
mod layer_index;
mod locked;
mod merge;
mod path_set;
mod purls;
mod selector;
mod wanted_file;

pub use index::{IndexError, IndexOptions, index_image, index_tree};
