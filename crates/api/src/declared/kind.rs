//! The kinds of objects that can be declared, and what each looks like.

use std::collections::BTreeSet;

use policy::access::PermissionSet;
use policy::{Attribute, Pattern, Scope, Variable};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::integrations::IntegrationEdit;
use crate::people::{GroupEdit, RoleEdit, ScopeEdit};
use crate::registries::{RegistryKind, RegistryRequest};
use crate::shape::{Misshapen, Shape};

/// A kind of object, in the order in which they are made: what others name comes before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An application scope.
    Scope,
    /// A role.
    Role,
    /// A group of users.
    Group,
    /// A registry.
    Registry,
    /// An assurance policy.
    Policy,
    /// A target of notifications.
    Integration,
}

impl Kind {
    /// Every kind, in the order in which they are made.
    pub const ALL: [Kind; 6] = [Kind::Scope, Kind::Role, Kind::Group, Kind::Registry, Kind::Policy, Kind::Integration];

    /// The folder of its files, which is its route as well.
    pub fn folder(self) -> &'static str {
        match self {
            Kind::Scope => "scopes",
            Kind::Role => "roles",
            Kind::Group => "groups",
            Kind::Registry => "registries",
            Kind::Policy => "policies",
            Kind::Integration => "integrations",
        }
    }

    /// One of it, in words.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Scope => "scope",
            Kind::Role => "role",
            Kind::Group => "group",
            Kind::Registry => "registry",
            Kind::Policy => "policy",
            Kind::Integration => "integration",
        }
    }

    /// The kind of a folder.
    pub fn of_folder(folder: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.folder() == folder)
    }

    /// The keys that name others, with the kind of these; users are no kind that can be declared.
    pub(super) fn references(self) -> &'static [(&'static str, Option<Kind>)] {
        match self {
            Kind::Role => &[("scopes", Some(Kind::Scope))],
            Kind::Group => &[("members", None), ("roles", Some(Kind::Role))],
            Kind::Scope | Kind::Registry | Kind::Policy | Kind::Integration => &[],
        }
    }

    pub(super) fn shape(self) -> Shape {
        match self {
            Kind::Scope => Shape::of::<ScopeEdit>(),
            Kind::Role => Shape::of::<RoleEdit>(),
            Kind::Group => Shape::of::<GroupEdit>(),
            Kind::Registry => Shape::of::<RegistryRequest>(),
            Kind::Policy => Shape::of::<crate::assurance::PolicyEdit>(),
            Kind::Integration => Shape::of::<IntegrationEdit>(),
        }
    }

    /// The object with every key, defaults filled in and values as the server keeps them.
    pub(super) fn normal(self, value: Value) -> Result<Value, Misshapen> {
        let mut normal = match self {
            Kind::Scope => through::<ScopeEdit>(value)?,
            Kind::Role => through::<RoleEdit>(value)?,
            Kind::Group => through::<GroupEdit>(value)?,
            Kind::Registry => through::<RegistryRequest>(value)?,
            Kind::Policy => value,
            Kind::Integration => through::<IntegrationEdit>(value)?,
        };
        for key in ["name", "description", "ca"] {
            if self != Kind::Policy
                && let Some(text) = normal[key].as_str()
            {
                normal[key] = text.trim().into();
            }
        }
        match self {
            Kind::Scope => normal_scope(&mut normal)?,
            Kind::Role => normal_role(&mut normal)?,
            Kind::Registry => normal_registry(&mut normal),
            Kind::Group | Kind::Policy | Kind::Integration => {}
        }
        Ok(normal)
    }

    /// The object without what it would be without saying so.
    pub(super) fn without_defaults(self, normal: &Value) -> Value {
        let mut least = Map::new();
        let required = match self {
            Kind::Scope => &["name", "variables"][..],
            Kind::Role => &["name", "permissions"],
            Kind::Group => &["name"],
            Kind::Registry => &["name", "kind"],
            Kind::Integration => &["name", "target", "topics"],
            Kind::Policy => return normal.clone(),
        };
        for key in required {
            least.insert((*key).to_owned(), normal[*key].clone());
        }
        let usual = self.normal(Value::Object(least)).unwrap_or_default();
        let kept = normal.as_object().into_iter().flatten().filter_map(|(key, value)| {
            let value =
                if required.contains(&key.as_str()) { Some(value.clone()) } else { differing(value, &usual[key]) };
            Some((key.clone(), value?))
        });
        Value::Object(kept.collect())
    }
}

/// What of a value is not as usual; maps are looked into.
fn differing(value: &Value, usual: &Value) -> Option<Value> {
    match (value, usual) {
        (Value::Null, _) => None,
        _ if value == usual => None,
        (Value::Object(map), Value::Object(usual)) => {
            let kept: Map<String, Value> = map
                .iter()
                .filter_map(|(key, value)| {
                    Some((key.clone(), differing(value, usual.get(key).unwrap_or(&Value::Null))?))
                })
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        _ => Some(value.clone()),
    }
}

fn through<T: Serialize + DeserializeOwned>(value: Value) -> Result<Value, Misshapen> {
    let read: T = serde_json::from_value(value).map_err(|error| at("", error.to_string()))?;
    serde_json::to_value(read).map_err(|error| at("", error.to_string()))
}

pub(super) fn at(place: &str, problem: String) -> Misshapen {
    Misshapen { place: place.to_owned(), problem }
}

/// The expression as the server keeps it: with the variables joined where it is empty.
fn normal_scope(normal: &mut Value) -> Result<(), Misshapen> {
    let given = normal["variables"].as_array().cloned().unwrap_or_default();
    let mut variables = Vec::new();
    for (place, variable) in given.iter().enumerate() {
        let text = |key: &str| variable[key].as_str().unwrap_or_default();
        let attribute: Attribute = text("attribute").parse().map_err(|error: policy::UnknownAttribute| {
            at(&format!("variables[{place}].attribute"), error.to_string())
        })?;
        variables.push(Variable {
            term: format!("v{}", place + 1),
            attribute,
            key: variable["key"].as_str().map(str::to_owned),
            value: Pattern::new(text("value")),
        });
    }
    let scope = Scope::new(normal["expression"].as_str().unwrap_or_default(), variables);
    let scope = scope.map_err(|error| at("expression", format!("`expression`: {error}")))?;
    normal["expression"] = scope.expression().into();
    Ok(())
}

/// The permissions in the order of the areas, each once.
fn normal_role(normal: &mut Value) -> Result<(), Misshapen> {
    let given = normal["permissions"].as_array().cloned().unwrap_or_default();
    let mut permissions = Vec::new();
    for (place, permission) in given.iter().enumerate() {
        let permission = permission.as_str().unwrap_or_default().parse();
        permissions.push(permission.map_err(|error: policy::access::UnknownPermission| {
            at(&format!("permissions[{place}]"), error.to_string())
        })?);
    }
    let set: PermissionSet = permissions.into_iter().collect();
    normal["permissions"] = set.iter().map(|permission| permission.to_string()).collect();
    Ok(())
}

/// The address as the server keeps it, and no secrets.
fn normal_registry(normal: &mut Value) {
    let kind = normal["kind"].as_str().and_then(RegistryKind::of_word);
    let usual = kind.and_then(RegistryKind::default_address);
    let given = normal["address"].as_str().map(str::trim).filter(|text| !text.is_empty()).or(usual);
    if let Some(text) = given {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
        let host = host.trim_end_matches('/').to_ascii_lowercase();
        normal["address"] = match host.as_str() {
            "index.docker.io" | "registry-1.docker.io" | "hub.docker.com" => json!("docker.io"),
            _ => host.into(),
        };
    }
    if normal["ca"].as_str().is_some_and(str::is_empty) {
        normal["ca"] = Value::Null;
    }
    if let Some(map) = normal.as_object_mut() {
        map.retain(|key, value| !matches!(key.as_str(), "credential" | "hook_secret") && !value.is_null());
    }
}

/// The texts of a list.
pub(super) fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
