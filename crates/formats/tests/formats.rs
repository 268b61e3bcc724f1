//! The formats as others see them: valid by the official schemas, readable again, and the same bytes every time.
#![allow(missing_docs, reason = "tests are no interface")]
#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

#[path = "formats/copies.rs"]
mod copies;
#[path = "formats/golden.rs"]
mod golden;
#[path = "formats/other_tools.rs"]
mod other_tools;
#[path = "formats/round_trip.rs"]
mod round_trip;
#[path = "formats/sample.rs"]
mod sample;
#[path = "formats/schemas.rs"]
mod schemas;
#[path = "formats/shape.rs"]
mod shape;
#[path = "formats/verdicts.rs"]
mod verdicts;
