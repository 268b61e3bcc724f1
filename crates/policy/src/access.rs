//! Who may do what: permissions, roles and the one function that turns them into a permit.
//!
//! A [`Permit`] is the only key to the store: it is made by [`permit`] alone, so that no query runs without somebody's
//! right to it, and it carries the scopes that the query has to keep to.

mod permission;
mod preset;

use std::collections::BTreeSet;

pub use permission::{Action, Area, Permission, PermissionSet, UnknownPermission};
pub use preset::{PRESETS, Preset, preset};

/// Somebody or something that acts: a person at the console, an API token, the server itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What it is.
    pub kind: PrincipalKind,
    /// Its id: of the user or the token; `server` for the server itself.
    pub id: String,
    /// The name that people know it by.
    pub name: String,
    /// What it may do, one grant for each of its roles.
    pub grants: Vec<Grant>,
}

/// What a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// A person.
    User,
    /// An API token.
    Token,
    /// The server, when nobody asked it.
    Server,
}

impl PrincipalKind {
    /// The word in records and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            PrincipalKind::User => "user",
            PrincipalKind::Token => "token",
            PrincipalKind::Server => "server",
        }
    }
}

/// What one role gives: permissions, within application scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The role's name, told where something is refused.
    pub role: String,
    /// What it allows.
    pub permissions: PermissionSet,
    /// The ids of the application scopes that it is limited to; empty for everything.
    pub scopes: BTreeSet<String>,
}

/// What a permit covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Every object.
    Everything,
    /// The objects of any of these application scopes, by id; never empty.
    Scopes(BTreeSet<String>),
}

/// The right of one principal to one thing. Store functions take it; nothing but [`permit`] makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    permission: Permission,
    reach: Reach,
}

/// The refusal of a permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this needs the permission {permission}")]
pub struct Refused {
    /// What was missing.
    pub permission: Permission,
}

/// Decides whether a principal may do something, and within which scopes: those of every role that allows it, together.
///
/// # Errors
/// When no role allows it.
pub fn permit(principal: &Principal, permission: Permission) -> Result<Permit, Refused> {
    let mut scopes = BTreeSet::new();
    let mut allowed = false;
    for grant in principal.grants.iter().filter(|grant| grant.permissions.contains(permission)) {
        allowed = true;
        if grant.scopes.is_empty() {
            return Ok(Permit { permission, reach: Reach::Everything });
        }
        scopes.extend(grant.scopes.iter().cloned());
    }
    if !allowed {
        return Err(Refused { permission });
    }
    Ok(Permit { permission, reach: Reach::Scopes(scopes) })
}

/// The first of these permissions that somebody does not hold within these scopes (everywhere, where there are none), so
/// that they cannot give it to others; `None` where they hold them all.
pub fn beyond(giver: &Principal, permissions: PermissionSet, scopes: &BTreeSet<String>) -> Option<Permission> {
    permissions.iter().find(|permission| match permit(giver, *permission) {
        Err(_) => true,
        Ok(held) => match held.reach() {
            Reach::Everything => false,
            Reach::Scopes(own) => scopes.is_empty() || !scopes.is_subset(own),
        },
    })
}

/// Whether somebody may approve what another asked for. Whoever asked for an exception, or wrote the policy that it
/// excepts from, may not (separation of duties), unless the installation says otherwise.
pub fn may_approve(approver: &str, requester: &str, policy_authors: &[&str], is_separated: bool) -> bool {
    !is_separated || (approver != requester && !policy_authors.contains(&approver))
}

impl Permit {
    /// What is permitted.
    pub fn permission(&self) -> Permission {
        self.permission
    }

    /// Within what.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Whether it covers everything: what belongs to no application needs this.
    pub fn covers_everything(&self) -> bool {
        self.reach == Reach::Everything
    }
}

impl Principal {
    /// The server itself, which may do everything: jobs on a schedule, work after a change of the intelligence.
    pub fn server() -> Principal {
        let grant = Grant { role: "server".to_owned(), permissions: PermissionSet::all(), scopes: BTreeSet::new() };
        Principal {
            kind: PrincipalKind::Server,
            id: "server".to_owned(),
            name: "server".to_owned(),
            grants: vec![grant],
        }
    }

    /// All that it may do somewhere.
    pub fn permissions(&self) -> PermissionSet {
        self.grants.iter().fold(PermissionSet::default(), |all, grant| all.union(grant.permissions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(grants: &[(&str, &[&str])]) -> Principal {
        let grant = |(permissions, scopes): &(&str, &[&str])| Grant {
            role: "role".to_owned(),
            permissions: permissions.parse().unwrap(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        Principal {
            kind: PrincipalKind::User,
            id: "1".into(),
            name: "eve".into(),
            grants: grants.iter().map(grant).collect(),
        }
    }

    fn reach(grants: &[(&str, &[&str])], permission: &str) -> Option<Reach> {
        permit(&principal(grants), permission.parse().unwrap()).ok().map(|permit| permit.reach().clone())
    }

    #[test]
    fn nobody_may_do_what_no_role_allows() {
        assert_eq!(reach(&[], "images.read"), None);
        assert_eq!(reach(&[("images.read", &[])], "images.write"), None);
        assert_eq!(reach(&[("images.write", &[])], "images.read"), None, "a right to write is no right to read");
    }

    #[test]
    fn the_scopes_of_all_roles_that_allow_count_together() {
        let shop = || "shop".to_owned();
        let bank = || "bank".to_owned();
        let grants: &[(&str, &[&str])] =
            &[("images.read", &["shop"]), ("images.read", &["bank"]), ("images.write", &["other"])];
        assert_eq!(reach(grants, "images.read"), Some(Reach::Scopes([shop(), bank()].into())));
        let grants: &[(&str, &[&str])] = &[("images.read", &["shop"]), ("images.read", &[])];
        assert_eq!(reach(grants, "images.read"), Some(Reach::Everything));
    }

    #[test]
    fn a_scope_of_one_role_does_not_narrow_another_permission() {
        let grants: &[(&str, &[&str])] = &[("images.read,policies.read", &["shop"]), ("policies.read", &[])];
        assert_eq!(reach(grants, "policies.read"), Some(Reach::Everything));
        assert_eq!(reach(grants, "images.read"), Some(Reach::Scopes(["shop".to_owned()].into())));
    }

    #[test]
    fn nobody_gives_more_than_they_hold() {
        let giver = principal(&[("images.read,access.write", &[]), ("policies.read", &["shop"])]);
        let told = |permissions: &str, scopes: &[&str]| {
            let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            beyond(&giver, permissions.parse().unwrap(), &scopes).map(|permission| permission.to_string())
        };
        assert_eq!(told("images.read", &[]), None);
        assert_eq!(told("images.read,policies.read", &["shop"]), None);
        assert_eq!(told("policies.read", &[]), Some("policies.read".to_owned()), "everywhere is more than a scope");
        assert_eq!(told("policies.read", &["shop", "bank"]), Some("policies.read".to_owned()));
        assert_eq!(told("images.write", &["shop"]), Some("images.write".to_owned()));
    }

    #[test]
    fn nobody_approves_their_own() {
        assert!(!may_approve("eve", "eve", &[], true));
        assert!(!may_approve("eve", "bob", &["eve"], true), "nor an exception from a policy of their own");
        assert!(may_approve("eve", "bob", &["bob"], true));
        assert!(may_approve("eve", "eve", &["eve"], false), "where the installation says so");
    }
}
