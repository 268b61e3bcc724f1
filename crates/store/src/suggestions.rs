//! Values that a filter could have, while somebody types one.

use std::collections::BTreeSet;

use policy::access::{Action, Area, Permit, Reach};

use crate::filtering::Conditions;
use crate::{Connection, StoreError, Value};

/// The most values that are suggested at once.
pub const MOST_SUGGESTED: u32 = 50;

/// Where the values of a key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The list.
    pub resource: &'static str,
    /// The key.
    pub key: &'static str,
    /// The right that reading the list needs.
    pub area: Area,
    table: &'static str,
    column: &'static str,
    /// What else has to hold of a row.
    also: &'static str,
    /// How a row leads to images, with `{}` where the condition on the image's id goes; none where it belongs to none.
    images: Option<(&'static str, &'static str)>,
}

impl Source {
    /// Whether its values are those of images, of which everybody sees what they reach.
    pub fn is_of_images(&self) -> bool {
        self.images.is_some()
    }
}

const fn source(
    resource: &'static str,
    key: &'static str,
    area: Area,
    table: &'static str,
    column: &'static str,
) -> Source {
    Source { resource, key, area, table, column, also: "", images: None }
}

const fn of_images(key: &'static str, table: &'static str, column: &'static str, image: &'static str) -> Source {
    Source { images: Some((image, "{}")), ..source("images", key, Area::Images, table, column) }
}

const OF_PACKAGE: Option<(&str, &str)> =
    Some(("r.image_id", "EXISTS (SELECT 1 FROM image_packages r WHERE r.package_id = t.id AND {})"));

const OF_VULNERABILITY: Option<(&str, &str)> = Some((
    "r.image_id",
    "EXISTS (SELECT 1 FROM findings r WHERE r.kind = 'vulnerability' AND r.finding = t.id AND {})",
));

/// Every key whose values are suggested from the store.
pub const SOURCES: &[Source] = &[
    of_images("name", "images", "name", "t.id"),
    of_images("digest", "images", "digest", "t.id"),
    of_images("os", "images", "os", "t.id"),
    of_images("platform", "images", "platform", "t.id"),
    of_images("registry", "image_names", "registry", "t.image_id"),
    of_images("repository", "image_names", "repository", "t.image_id"),
    of_images("tag", "image_names", "tag", "t.image_id"),
    of_images("label", "image_labels", "label", "t.image_id"),
    Source { images: OF_PACKAGE, ..source("images", "package", Area::Images, "packages", "name") },
    Source { images: OF_VULNERABILITY, ..source("images", "vulnerability", Area::Images, "vulnerabilities", "id") },
    Source { resource: "repositories", ..of_images("registry", "image_names", "registry", "t.image_id") },
    Source { resource: "repositories", ..of_images("repository", "image_names", "repository", "t.image_id") },
    Source { images: OF_PACKAGE, ..source("packages", "name", Area::Images, "packages", "name") },
    Source { images: OF_PACKAGE, ..source("packages", "source", Area::Images, "packages", "source") },
    Source { images: OF_VULNERABILITY, ..source("vulnerabilities", "id", Area::Findings, "vulnerabilities", "id") },
    Source {
        also: "t.kind = 'license'",
        images: Some(("t.image_id", "{}")),
        ..source("findings", "license", Area::Findings, "findings", "finding")
    },
    Source {
        also: "t.kind = 'malware'",
        images: Some(("t.image_id", "{}")),
        ..source("findings", "malware", Area::Findings, "findings", "finding")
    },
    Source {
        also: "t.kind = 'misconfiguration'",
        images: Some(("t.image_id", "{}")),
        ..source("findings", "misconfiguration", Area::Findings, "findings", "finding")
    },
    Source {
        also: "t.kind = 'secret'",
        images: Some(("t.image_id", "{}")),
        ..source("findings", "secret", Area::Findings, "findings", "finding")
    },
    source("policies", "name", Area::Policies, "policies", "name"),
    source("exceptions", "name", Area::Exceptions, "exceptions", "name"),
    source("registries", "name", Area::Registries, "registries", "name"),
    source("jobs", "registry", Area::Jobs, "registries", "id"),
    source("integrations", "name", Area::Integrations, "integrations", "name"),
    source("users", "name", Area::Access, "users", "name"),
    source("groups", "name", Area::Access, "groups", "name"),
    source("roles", "name", Area::Access, "roles", "name"),
    source("scopes", "name", Area::Access, "scopes", "name"),
    source("audit", "action", Area::Audit, "audit", "action"),
    source("audit", "principal", Area::Audit, "audit", "principal"),
];

/// The values of a key that begin so, in their order. Values of what one does not reach are not among them.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn values(
    connection: &mut Connection,
    permit: &Permit,
    source: &Source,
    prefix: &str,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let permission = permit.permission();
    let is_fit = permission.area == source.area && permission.action == Action::Read;
    if !is_fit || (source.images.is_none() && !permit.covers_everything()) {
        return Err(StoreError::NotFound { what: "list" });
    }
    let mut found: Vec<String> = Vec::new();
    // From one value to the next by the index: a registry that a hundred thousand images have is one step.
    while found.len() < usize::try_from(limit.min(MOST_SUGGESTED)).unwrap_or_default() {
        let (sql, parameters) = next_sql(permit, source, prefix, found.last().map(String::as_str));
        let Some(row) = connection.row(&sql, &parameters)? else { break };
        found.push(row.text(0));
    }
    Ok(found)
}

/// The query for the value behind another.
pub(crate) fn next_sql(permit: &Permit, source: &Source, prefix: &str, behind: Option<&str>) -> (String, Vec<Value>) {
    if let (Reach::Scopes(scopes), "images", "name") = (permit.reach(), source.table, source.column) {
        return next_listed(scopes, prefix, behind);
    }
    let mut conditions = Conditions::default();
    let column = format!("t.{}", source.column);
    if !source.also.is_empty() {
        conditions.add(source.also.to_owned());
    }
    let behind = conditions.bind(behind.unwrap_or_default());
    conditions.add(format!("{column} > {behind}"));
    if !prefix.is_empty() {
        let own = conditions.prefix(&column, prefix);
        conditions.add(own);
    }
    match source.images {
        Some(_) if source.table == "image_names" => conditions.keep_to_names(permit, "t"),
        Some((image, around)) => {
            let condition = conditions.reached(permit, image);
            conditions.add(around.replace("{}", &condition));
        }
        None => {}
    }
    let (sql, parameters) = conditions.finish();
    (format!("SELECT {column} FROM {} t WHERE {sql} ORDER BY {column} LIMIT 1", source.table), parameters)
}

/// The same for the names that images are listed under within scopes: the next of any of them.
fn next_listed(scopes: &BTreeSet<String>, prefix: &str, behind: Option<&str>) -> (String, Vec<Value>) {
    let mut conditions = Conditions::default();
    let behind = conditions.bind(behind.unwrap_or_default());
    let mut own = format!("t.name > {behind}");
    if !prefix.is_empty() {
        own = format!("{own} AND {}", conditions.prefix("t.name", prefix));
    }
    let of_scope = |scope: &String| {
        let scope = conditions.bind(scope);
        format!("SELECT t.name FROM scope_images t WHERE t.scope_id = {scope} AND {own} ORDER BY t.name LIMIT 1")
    };
    let of_scopes: Vec<String> = scopes.iter().map(of_scope).collect();
    let (_, parameters) = conditions.finish();
    let sql = match &of_scopes[..] {
        [one] => one.clone(),
        all => {
            let all: Vec<String> = all.iter().map(|one| format!("SELECT x.name FROM ({one}) x")).collect();
            format!("SELECT c.name FROM ({}) c ORDER BY c.name LIMIT 1", all.join(" UNION ALL "))
        }
    };
    (sql, parameters)
}
