#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod advisory;
mod build;
mod database;
mod feed;
mod feeds;
mod matching;
mod package_name;
#[cfg(test)]
mod sample;
mod time;

pub use build::{BuildError, BuildOptions, BuildSummary, SkippedRecord, build};
pub use database::{AdvisoryRecord, AffectedPackage, Database, OpenDatabaseError, VulnerabilityRecord};
pub use feed::ReadFeedError;
pub use matching::{MatchOptions, Matches};
