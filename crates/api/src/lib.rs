#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod access;
pub mod assurance;
pub mod audit;
pub mod bulk;
mod client;
pub mod declared;
pub mod events;
pub mod exports;
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
mod shape;
pub mod verdicts;
pub mod views;

pub use client::{Body, Client, ClientError, ClientOptions, encoded};
pub use moment::Moment;
pub use page::{LARGEST_PAGE, Page, PageQuery};
pub use problem::{Problem, ProblemCode};
pub use shape::{Misshapen, Shape};
