#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod ecosystem;
mod ecosystems;
mod found;
#[cfg(test)]
mod rendered;
mod wanted_file;
mod xml;
mod yaml;

#[doc(hidden)]
pub mod measure;
