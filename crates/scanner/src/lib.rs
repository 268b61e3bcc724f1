#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod ecosystem;
mod ecosystems;
mod found;
#[cfg(test)]
mod rendered;
mod wanted_file;

/// For this crate's benches only.
#[doc(hidden)]
pub mod measure;

mod xml;
mod yaml;
