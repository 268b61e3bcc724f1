#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod envelope;
mod judge;
mod key;
mod payload;
mod problem;

pub use judge::{Evidence, LARGEST_EVIDENCE_BYTES, judge};
pub use key::{InvalidPublicKey, LARGEST_KEY_BYTES, PublicKey};
