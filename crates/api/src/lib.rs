#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod access;
pub mod assurance;
pub mod audit;
mod client;
pub mod events;
pub mod images;
pub mod integrations;
pub mod jobs;
mod moment;
pub mod overview;
mod page;
pub mod people;
mod problem;
pub mod registries;
pub mod settings;

pub use client::{Body, Client, ClientError, ClientOptions};
pub use moment::Moment;
pub use page::{LARGEST_PAGE, Page, PageQuery};
pub use problem::{Problem, ProblemCode};
