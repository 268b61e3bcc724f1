//! Repositories: what the names of images say, put together.

use policy::access::{Action, Area, Permit};
use policy::filter::{Filter, Key, Kind, Test};

use crate::filtering::{Conditions, Field, FieldKind};
use crate::{Connection, StoreError, Value};

/// The images of one repository are counted up to this number.
pub const MOST_COUNTED: i64 = 10_000;

/// What the list of repositories can be filtered by. A bare word is the beginning of a repository's name.
pub const KEYS: &[Key] = &[
    Key {
        name: "registry",
        kind: Kind::Text,
        sorts: false,
        meaning: "The registry's host.",
        example: "registry:docker.io",
    },
    Key { name: "repository", kind: Kind::Text, sorts: true, meaning: "The name.", example: "repository:shop/*" },
];

const FIELDS: &[Field] = &[
    Field { name: "registry", column: "n.registry", kind: FieldKind::Text, within: None },
    Field { name: "repository", column: "n.repository", kind: FieldKind::Text, within: None },
];

/// A repository with what its images are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The registry's host.
    pub registry: String,
    /// The name.
    pub repository: String,
    /// How many images it has, up to [`MOST_COUNTED`].
    pub images: i64,
    /// How many tags it has, up to [`MOST_COUNTED`].
    pub tags: i64,
    /// How many of its images are denied.
    pub denied: i64,
    /// The place of the worst severity that counts.
    pub severity: i64,
    /// When the newest of its images was registered.
    pub registered: i64,
}

/// A page of repositories by registry and name, one more than asked for where there are more; `after` is the last one of
/// the page before.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list(
    connection: &mut Connection,
    permit: &Permit,
    filter: &Filter,
    after: Option<(&str, &str)>,
    limit: u32,
) -> Result<Vec<Repository>, StoreError> {
    if (permit.permission().area, permit.permission().action) != (Area::Images, Action::Read) {
        return Err(StoreError::NotFound { what: "repository" });
    }
    let (registry, repository) = after.unwrap_or(("", ""));
    let mut last = (registry.to_owned(), repository.to_owned());
    let mut found = Vec::new();
    // From one repository to the next by its key: the names in between are not read.
    while found.len() <= usize::try_from(limit).unwrap_or(usize::MAX) {
        let (sql, parameters) = next_sql(permit, filter, &last.0, &last.1);
        let Some(row) = connection.row(&sql, &parameters)? else { break };
        last = (row.text(0), row.text(1));
        found.push(describe(connection, permit, &last.0, &last.1)?);
    }
    Ok(found)
}

/// The query for the repository behind another.
pub(crate) fn next_sql(permit: &Permit, filter: &Filter, registry: &str, repository: &str) -> (String, Vec<Value>) {
    let mut conditions = Conditions::default();
    let (registry, repository) = (conditions.bind(registry), conditions.bind(repository));
    conditions.add(format!("(n.registry, n.repository) > ({registry}, {repository})"));
    for term in &filter.terms {
        match &term.test {
            Test::Word(word) => {
                let own = conditions.prefix("n.repository", word);
                conditions.add(if term.is_negated { format!("NOT {own}") } else { own });
            }
            _ => conditions.filter(term, FIELDS),
        }
    }
    conditions.keep_to_names(permit, "n");
    let (sql, parameters) = conditions.finish();
    let sql = format!(
        "SELECT n.registry, n.repository FROM image_names n WHERE {sql} ORDER BY n.registry, n.repository LIMIT 1"
    );
    (sql, parameters)
}

fn describe(
    connection: &mut Connection,
    permit: &Permit,
    registry: &str,
    repository: &str,
) -> Result<Repository, StoreError> {
    let mut conditions = Conditions::default();
    let names = names_of(&mut conditions, permit, registry, repository);
    let (_, parameters) = conditions.finish();
    let tags = format!("SELECT count(DISTINCT tag) FROM ({names}) t WHERE tag <> ''");
    let tags = connection.row(&tags, &parameters)?.map_or(0, |row| row.integer(0));
    let mut conditions = Conditions::default();
    let names = names_of(&mut conditions, permit, registry, repository);
    let registered = conditions.registered(permit, "i");
    let (_, parameters) = conditions.finish();
    let images = format!(
        "SELECT count(*), sum(CASE WHEN i.decision = 4 THEN 1 ELSE 0 END), max(i.severity), max({registered})
         FROM images i WHERE i.id IN (SELECT image_id FROM ({names}) t)"
    );
    let row = connection.row(&images, &parameters)?;
    let at = |place: usize| row.as_ref().map_or(0, |row| row.integer(place));
    Ok(Repository {
        registry: registry.to_owned(),
        repository: repository.to_owned(),
        images: at(0),
        tags,
        denied: at(1),
        severity: at(2),
        registered: at(3),
    })
}

/// The query for the names in a repository that a permit reaches.
fn names_of(conditions: &mut Conditions, permit: &Permit, registry: &str, repository: &str) -> String {
    let (registry, repository) = (conditions.bind(registry), conditions.bind(repository));
    let is_known = conditions.named(permit, "n");
    format!(
        "SELECT n.image_id, n.tag FROM image_names n
         WHERE n.registry = {registry} AND n.repository = {repository} AND {is_known} LIMIT {MOST_COUNTED}"
    )
}
