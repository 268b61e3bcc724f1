//! Hostile inputs, given to the built program as an attacker would give them: it ends with the right exit code and one
//! clear sentence or a gap, in bounded time and memory, and leaves nothing behind outside its cache.
//!
//! `docs/known-attacks.md` has a row for each; a test there is named as here.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "what a test prepares works, or it fails and says where")]

#[path = "attacks/bills_and_intelligence.rs"]
mod bills_and_intelligence;
#[path = "attacks/bombs.rs"]
mod bombs;
#[path = "attacks/contents.rs"]
mod contents;
#[path = "attacks/databases.rs"]
mod databases;
#[path = "attacks/digests.rs"]
mod digests;
#[path = "attacks/documentation.rs"]
mod documentation;
#[path = "attacks/documents.rs"]
mod documents;
#[path = "attacks/executables.rs"]
mod executables;
#[path = "attacks/folders.rs"]
mod folders;
#[path = "attacks/layers.rs"]
mod layers;
#[path = "attacks/program.rs"]
mod program;
#[path = "attacks/registries.rs"]
mod registries;
#[path = "attacks/snapshots.rs"]
mod snapshots;
