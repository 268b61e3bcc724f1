#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod category;
mod declared;
mod expression;
mod file;
mod findings;
mod gnu;
mod names;
mod shingle;
mod text;

pub use category::{category_of_id, severity};
pub use declared::declared;
pub use expression::{LONGEST_DECLARATION_BYTES, License};
pub use file::{FileLicense, UNKNOWN_TEXT, is_license_file, is_tagged, licenses_of_file, licenses_of_tags};
pub use findings::findings;
pub use text::{LARGEST_TEXT_BYTES, TextLicense, licenses_of_text};

#[doc(hidden)]
pub mod exercise;
