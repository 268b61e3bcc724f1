#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod ecosystem;
mod ecosystems;
mod found;
mod wanted_file;

#[doc(hidden)]
pub mod exercise;
