#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod address;
pub mod approvals;
pub mod archive;
pub mod audit;
mod connection;
mod database;
mod error;
pub mod evaluation;
pub mod events;
pub mod exceptions;
mod filtering;
pub mod idempotency;
pub mod images;
pub mod integrations;
pub mod inventory;
pub mod jobs;
pub mod outbox;
mod permitted;
#[cfg(test)]
mod plans;
pub mod policies;
mod postgresql;
pub mod registries;
pub mod rights;
mod schema;
pub mod sessions;
#[cfg(test)]
mod testing;
pub mod tokens;
pub mod users;
pub mod verdicts;
mod work;

pub use address::Address;
pub use connection::{Connection, Row, Value};
pub use database::{Lane, Store, StoreOptions};
pub use error::StoreError;
pub use permitted::{Keyset, LARGEST_PAGE};
pub use schema::{SCHEMA, Schema};
