#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod certificate;
mod der;
mod envelope;
mod evidence;
#[doc(hidden)]
pub mod exercise;
mod judge;
mod key;
mod log;
mod material;
mod notation;
mod pattern;
mod payload;
mod problem;
mod timestamp;
mod transparency;
mod trust;

pub use evidence::{EvidenceFile, is_evidence};
pub use judge::{Judged, Unread, judge};
pub use key::{InvalidPublicKey, LARGEST_KEY_BYTES, PublicKey};
pub use pattern::Pattern;
pub use trust::{InvalidRoots, LARGEST_ROOTS_BYTES, Roots, Trust};
