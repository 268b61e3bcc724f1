#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod base;
mod by_contents;
mod cached;
mod capabilities;
mod contained;
mod declared_license;
mod ecosystem;
#[cfg(test)]
mod ecosystem_check;
mod ecosystems;
mod end_of_life;
mod found;
mod index;
mod layer_index;
mod locked;
mod merge;
mod owned_files;
mod path_set;
mod purls;
mod selector;
mod toml;
mod wanted_file;
mod xml;
mod yaml;

pub use base::{ApprovedBases, InvalidApprovedBases};
pub use contained::is_contained;
pub use index::{IndexError, IndexOptions, index_image, index_tree};

#[doc(hidden)]
pub mod exercise;
