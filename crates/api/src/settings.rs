//! Settings of the installation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;

/// The settings, with where each is from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InstallationSettings {
    /// What can be changed while the server runs.
    pub items: Vec<InstallationSetting>,
    /// What the configuration gives, which only its file and the environment change.
    pub configuration: Vec<ConfiguredSetting>,
    /// When something was last changed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Moment>,
}

/// A setting that can be changed while the server runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InstallationSetting {
    /// Its key.
    pub key: String,
    /// What holds: true, false or a number.
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
    /// What would hold if nobody had set it.
    #[schema(value_type = Object)]
    pub default: serde_json::Value,
    /// `default`, `configuration`, or `set` where somebody set it here.
    pub source: String,
    /// `flag` or `number`.
    pub kind: String,
    /// The unit of a number: `days`, `hours`, `minutes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<i64>,
    /// The greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<i64>,
    /// What it is, in English.
    pub meaning: String,
}

/// A setting of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfiguredSetting {
    /// Its key in the file.
    pub key: String,
    /// Its value, without passwords; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The file or variable that gives it; absent for a default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What it is, in English.
    pub meaning: String,
}

/// What shall be set, as a whole: what is not among the values has its default again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsEdit {
    /// The values by key: true, false or a number.
    #[schema(value_type = BTreeMap<String, Object>)]
    pub values: BTreeMap<String, serde_json::Value>,
}
