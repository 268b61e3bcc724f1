#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod advisory;
mod archives;
mod build;
mod changes;
mod database;
#[doc(hidden)]
pub mod exercise;
mod feed;
mod feeds;
mod malware;
mod matching;
mod package_name;
#[cfg(test)]
mod sample;
mod signature;
mod time;
mod update;

pub use build::{BuildError, BuildOptions, BuildSummary, SkippedRecord, build};
pub use changes::{Changes, Comparison, Concerned, KeptPackage};
pub use database::{AdvisoryRecord, AffectedPackage, Database, OpenDatabaseError, VulnerabilityRecord};
pub use feed::ReadFeedError;
pub use malware::MalwareMatches;
pub use matching::{MatchOptions, Matches};
pub use package_name::comparable as comparable_name;
pub use signature::{InvalidKey, SignDatabaseError, SigningKey, TrustedKey, sign};
pub use time::parse as parse_time;
pub use update::{
    DATABASE_FILE_NAMES, DELTA_LIST_NAME, Fetch, InstallError, Installed, UpdateSource, WriteDeltaError, WrittenDelta,
    export, import, install, write_delta,
};
