#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod capabilities;
mod declared_license;
mod ecosystem;
#[cfg(test)]
mod ecosystem_check;
mod ecosystems;
mod end_of_life;
mod found;
mod owned_files;
mod wanted_file;
