//! How many rows of a list a filter takes, for whoever wants to know. Pages come at once because they do not count.

use policy::access::{Action, Area, Permit};
use policy::filter::{Filter, Key};

use crate::listing::Listing;
use crate::permitted::require;
use crate::{
    Connection, Row, StoreError, audit, exceptions, images, integrations, inventory, jobs, policies, registries,
    rights, tokens, users,
};

/// Rows are counted up to this number.
pub const MOST_COUNTED: u32 = 10_000;

/// How many rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowCount {
    /// So many there are, or so many at least.
    pub count: u64,
    /// Whether there are no more.
    pub is_exact: bool,
}

impl RowCount {
    /// Of what is not counted, because that would take long.
    pub(crate) const UNKNOWN: RowCount = RowCount { count: 0, is_exact: false };

    /// More than are counted.
    pub(crate) const MORE: RowCount = RowCount { count: MOST_COUNTED as u64, is_exact: false };

    /// What a query says that counts one more than [`MOST_COUNTED`] at most.
    pub(crate) fn of(row: Option<&Row>) -> RowCount {
        let found = row.map_or(0, |row| u64::try_from(row.integer(0)).unwrap_or_default());
        if found > RowCount::MORE.count { RowCount::MORE } else { RowCount { count: found, is_exact: true } }
    }
}

/// A list that is counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// The list.
    pub resource: &'static str,
    /// The right that reading it needs.
    pub area: Area,
    /// What it can be filtered by.
    pub keys: &'static [Key],
    rows: Rows,
}

/// Where the rows of a list are from.
#[derive(Debug, Clone, Copy)]
enum Rows {
    Images,
    Packages,
    Vulnerabilities,
    Records,
    Exceptions,
    /// What belongs to no application.
    Listed(&'static Listing),
}

const fn list(resource: &'static str, area: Area, keys: &'static [Key], rows: Rows) -> Counted {
    Counted { resource, area, keys, rows }
}

/// Every list that is counted.
pub const COUNTED: &[Counted] = &[
    list("audit", Area::Audit, audit::KEYS, Rows::Records),
    list("exceptions", Area::Exceptions, exceptions::KEYS, Rows::Exceptions),
    list("groups", Area::Access, rights::GROUP_KEYS, Rows::Listed(&rights::GROUPS)),
    list("images", Area::Images, images::KEYS, Rows::Images),
    list("integrations", Area::Integrations, integrations::KEYS, Rows::Listed(&integrations::LISTING)),
    list("jobs", Area::Jobs, jobs::KEYS, Rows::Listed(&jobs::LISTING)),
    list("packages", Area::Images, inventory::PACKAGE_KEYS, Rows::Packages),
    list("policies", Area::Policies, policies::KEYS, Rows::Listed(&policies::LISTING)),
    list("registries", Area::Registries, registries::KEYS, Rows::Listed(&registries::LISTING)),
    list("roles", Area::Access, rights::ROLE_KEYS, Rows::Listed(&rights::ROLES)),
    list("scopes", Area::Access, rights::SCOPE_KEYS, Rows::Listed(&rights::SCOPES)),
    list("tokens", Area::Access, tokens::KEYS, Rows::Listed(&tokens::LISTING)),
    list("users", Area::Access, users::KEYS, Rows::Listed(&users::LISTING)),
    list("vulnerabilities", Area::Findings, inventory::VULNERABILITY_KEYS, Rows::Vulnerabilities),
];

/// How many rows of a list a filter takes, of those that the permit reaches.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn count(
    connection: &mut Connection,
    permit: &Permit,
    list: &Counted,
    filter: &Filter,
) -> Result<RowCount, StoreError> {
    match list.rows {
        Rows::Images => images::counted(connection, permit, filter),
        Rows::Packages => inventory::counted_packages(connection, permit, filter),
        Rows::Vulnerabilities => inventory::counted_vulnerabilities(connection, permit, filter),
        Rows::Records => audit::counted(connection, permit, filter),
        Rows::Exceptions => exceptions::counted(connection, permit, filter),
        Rows::Listed(listing) => {
            require(permit, list.area, Action::Read)?;
            listing.counted(connection, filter, |_| {})
        }
    }
}
