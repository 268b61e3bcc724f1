#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod acknowledgements;
mod address;
pub mod approvals;
pub mod archive;
pub mod audit;
mod connection;
pub mod counts;
mod database;
mod error;
pub mod evaluation;
pub mod events;
pub mod exceptions;
mod filtering;
pub mod health;
pub mod idempotency;
pub mod images;
pub mod integrations;
pub mod intelligence;
pub mod inventory;
pub mod jobs;
mod listing;
pub mod outbox;
mod permitted;
#[cfg(test)]
mod plans;
pub mod policies;
mod postgresql;
pub mod registries;
mod remembered;
pub mod repositories;
pub mod rights;
mod schema;
pub mod search;
pub mod sessions;
pub mod settings;
pub mod setup_links;
pub mod suggestions;
pub mod summary;
#[cfg(test)]
mod testing;
pub mod tokens;
pub mod users;
pub mod verdict_keys;
pub mod verdicts;
pub mod views;
mod work;

pub use address::Address;
pub use connection::{Connection, Row, Value};
pub use database::{Lane, Store, StoreOptions};
pub use error::StoreError;
pub use listing::{ListQuery, Place, Placed};
pub use schema::{SCHEMA, Schema};
