#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod ansible;
mod azure;
mod certificate;
mod check;
mod checks;
mod cloud;
mod cloudformation;
mod compose;
mod dockerfile;
mod file_kind;
mod github;
mod helm;
mod ignore;
mod image;
mod json;
mod kubernetes;
mod left_over;
mod node;
mod policy_document;
mod run;
mod secret_words;
mod terraform;
mod tree;
mod yaml;

#[doc(hidden)]
pub mod exercise;

pub use check::{Check, checks};
pub use file_kind::{FileKind, HEAD_BYTES, kind_of};
pub use image::{FileFact, ImageConfiguration, ImageFile, check_image};
pub use left_over::LeftOver;
pub use run::{Checked, Misconfiguration, Options, check};
pub use tree::{InvalidTree, Tree};
