#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod base;
mod by_contents;
mod cached;
mod capabilities;
mod capability_names;
mod contained;
mod damage;
mod deadline;
mod declared_license;
mod detect;
mod detectors;
mod dotnet_projects;
mod ecosystem;
#[cfg(test)]
mod ecosystem_check;
mod ecosystems;
mod end_of_life;
mod folder_links;
mod folder_pattern;
mod folder_wants;
mod found;
mod further_names;
mod further_pass;
mod image_secrets;
mod includes;
mod index;
#[cfg(test)]
mod japanese;
mod layer_index;
mod layer_paths;
mod linked_folders;
mod linked_packages;
mod locked;
mod lower_links;
mod manifest;
mod masking;
mod merge;
mod misconfigurations;
mod missing_links;
mod needs;
mod nested;
mod own_looks;
mod owned_files;
mod owners;
mod package_list;
mod path_set;
mod placed_entries;
mod presence;
mod program;
mod projects;
mod purls;
mod relations;
mod remarks;
mod removed_links;
mod rights;
mod secret_numbers;
mod selector;
mod shared_content;
mod system_links;
mod toml;
mod undescribed;
mod unlocked;
mod versionless;
mod wanted_file;
mod wanted_links;
mod workspaces;
mod xml;
mod yaml;
mod zip;

pub use base::{ApprovedBases, BaseAlternative, InvalidApprovedBases};
pub use contained::is_contained;
pub use detectors::{ConnectClamd, Detectors};
pub use index::{IndexError, IndexOptions, Indexed, index_image, index_tree, known_inventory};
pub use misconfigurations::check_ids;

#[doc(hidden)]
pub mod exercise;
