#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod allow;
mod around;
mod assignment;
#[doc(hidden)]
pub mod exercise;
mod foreign;
mod found;
mod gate;
mod gitleaks;
mod lead;
mod mask;
mod masked;
mod openpgp;
mod path_class;
mod pattern;
mod place;
mod plausible;
mod rule;
mod rule_file;
mod rules;
mod scan;
mod settle;
mod shapes;
mod shown;
mod stream;
mod validators;
mod wants;

pub use found::{FoundSecret, Outcome};
pub use path_class::PathClass;
pub use place::{Mark, Place, PlaceKind};
pub use rules::{LARGEST_RULE_FILE_BYTES, LARGEST_RULES_BYTES, MOST_RULES, ReadRulesError, SecretRules, UserRules};
pub use stream::Stream;
pub use wants::LARGEST_FILE_BYTES;
