#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod access;
mod approval;
mod aqua;
mod builtin;
mod check;
mod check_id;
mod custom;
mod difference;
mod document;
mod exceptions;
#[doc(hidden)]
pub mod exercise;
mod facts;
pub mod filter;
mod ignore_file;
mod judge;
mod keys;
mod license;
mod nearest;
mod node;
mod pattern;
mod profile;
mod purl_match;
mod reader;
mod rego;
mod report_shape;
mod schema;
mod scope;
mod tree;
mod vers;
mod version_range;
mod vex;

pub use approval::{require_approval, unregistered};
pub use aqua::{AquaKey, Imported, InvalidAqua, import_aqua, import_aqua_keys};
pub use builtin::{BUILTIN_POLICIES, builtin_policy};
pub use check::{Complaint, check_names, check_policies};
pub use check_id::check_id;
pub use custom::{
    CheckProblem, CustomCheck, CustomCheckError, LARGEST_VALUE, LONGEST_CHECK_BYTES, MOST_STEPS, MOST_STEPS_TOGETHER,
};
pub use difference::{Change, MOST_CHANGES, differences};
pub use document::{
    Control, Filter, Fix, LabelMatch, MOST_CONTROLS, PackageMatch, Policy, Rule, ScoreSource, Since, Where, read_policy,
};
pub use exceptions::{Exception, ExceptionKind, MOST_EXCEPTIONS, apply_exceptions, exception_end, read_exceptions};
pub use facts::Facts;
pub use judge::{MOST_EVIDENCE, judge};
pub use nearest::nearest;
pub use node::LARGEST_DOCUMENT_BYTES;
pub use pattern::Pattern;
pub use profile::{MOST_NETWORK_RULES, NetworkRule, PROFILE_PATH, Profile, is_profile, read_profile};
pub use reader::{DocumentError, DocumentProblem};
pub use rego::{
    ImportedRego, LONGEST_REGO_BYTES, MOST_REGO_MESSAGES, MOST_REGO_STEPS, RegoAsker, RegoCheck, RegoDenials,
    RegoError, import_rego,
};
pub use schema::{exceptions_schema, keys_page, policy_schema, profile_schema};
pub use scope::{
    Attribute, Attributes, LONGEST_EXPRESSION_BYTES, MOST_TERMS, Scope, ScopeError, ScopeOutcome, ScopeProblem,
    UnknownAttribute, Variable,
};
pub use tree::{Tree, read_tree};
pub use version_range::{InvalidRange, VersionRange};
pub use vex::apply_vex;
