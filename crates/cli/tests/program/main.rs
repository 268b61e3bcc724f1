//! The built program, driven as its users drive it. Each file is a subject; `run.rs` starts the program and `feeds.rs`
//! builds the intelligence that most tests scan with.

#![allow(clippy::unwrap_used, reason = "what the helpers of these tests need is there, or the test fails")]

mod bad_input;
mod base;
mod compare;
mod convert;
mod detectors;
mod diff;
mod exactness;
mod executables;
mod exit_codes;
mod feeds;
mod image_checks;
mod images;
mod intel;
mod japanese;
mod layout_registry;
mod malware;
mod manual;
mod mirror;
mod options;
mod own_repository;
mod passed_over;
mod pipelines;
mod policy;
mod recognition;
mod register;
mod registry;
mod rego;
mod report;
mod run;
mod sbom;
mod signatures;
mod targets;
mod unread;
mod vex;
mod whole_files;
