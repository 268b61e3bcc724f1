//! Permissions: an area and an action, as `images.read`.

use std::fmt;
use std::str::FromStr;

use crate::nearest::nearest;

macro_rules! areas {
    ($($(#[$doc:meta])* $name:ident = $word:literal : $($action:ident)+;)*) => {
        /// A part of the platform that rights are given for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Area {
            $($(#[$doc])* $name,)*
        }

        impl Area {
            /// Every area.
            pub const ALL: &[Area] = &[$(Area::$name),*];

            /// The word in permissions.
            pub fn as_str(self) -> &'static str {
                match self { $(Area::$name => $word,)* }
            }

            /// What can be done in it.
            pub fn actions(self) -> &'static [Action] {
                match self { $(Area::$name => &[$(Action::$action),+],)* }
            }
        }
    };
}

areas! {
    /// Images with their packages and findings; writing registers, scans again and removes; approving says which digest
    /// of a tag may run.
    Images = "images": Read Write Approve;
    /// What people say of findings: acknowledgements and comments.
    Findings = "findings": Read Write;
    /// The verdict of an image by digest, as admission and agents ask it.
    Verdicts = "verdicts": Read;
    /// Registries and their credentials.
    Registries = "registries": Read Write;
    /// Assurance policies.
    Policies = "policies": Read Write;
    /// Exceptions from policies: writing requests one.
    Exceptions = "exceptions": Read Write Approve;
    /// Background tasks: writing cancels and retries.
    Jobs = "jobs": Read Write;
    /// The work of scan workers: leasing jobs and answering them.
    Scans = "scans": Write;
    /// The intelligence: writing updates it.
    Intelligence = "intelligence": Read Write;
    /// Targets of notifications.
    Integrations = "integrations": Read Write;
    /// Users, groups, roles, application scopes, sessions and tokens of others.
    Access = "access": Read Write;
    /// The audit trail.
    Audit = "audit": Read;
    /// Settings of the installation.
    Settings = "settings": Read Write;
}

/// What a permission allows in its area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// To see.
    Read,
    /// To change.
    Write,
    /// To agree to what another asked for.
    Approve,
}

impl Action {
    /// Every action.
    pub const ALL: [Action; 3] = [Action::Read, Action::Write, Action::Approve];

    /// The word in permissions.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Read => "read",
            Action::Write => "write",
            Action::Approve => "approve",
        }
    }
}

/// One permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission {
    /// The part of the platform.
    pub area: Area,
    /// What may be done there.
    pub action: Action,
}

impl Permission {
    /// A permission.
    pub const fn new(area: Area, action: Action) -> Permission {
        Permission { area, action }
    }

    /// Every permission that exists, in the order of the areas.
    pub fn all() -> impl Iterator<Item = Permission> {
        Area::ALL.iter().flat_map(|area| area.actions().iter().map(|action| Permission::new(*area, *action)))
    }

    /// Its place in a set.
    fn bit(self) -> u64 {
        1 << (self.area as u64 * 3 + self.action as u64)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.area.as_str(), self.action.as_str())
    }
}

/// The error of naming a permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no permission; the nearest is `{nearest}`")]
pub struct UnknownPermission {
    /// The name that was given.
    pub name: String,
    /// The nearest name that is one.
    pub nearest: String,
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(name: &str) -> Result<Permission, UnknownPermission> {
        Permission::all().find(|permission| permission.to_string() == name).ok_or_else(|| {
            let names: Vec<String> = Permission::all().map(|permission| permission.to_string()).collect();
            let nearest = nearest(name, names.iter().map(String::as_str)).unwrap_or_default().to_owned();
            UnknownPermission { name: name.to_owned(), nearest }
        })
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PermissionSet(u64);

impl PermissionSet {
    /// Every permission that exists.
    pub fn all() -> PermissionSet {
        Permission::all().collect()
    }

    /// Whether it has a permission.
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether it has every permission of another.
    pub fn covers(self, other: PermissionSet) -> bool {
        self.0 & other.0 == other.0
    }

    /// What either has.
    pub fn union(self, other: PermissionSet) -> PermissionSet {
        PermissionSet(self.0 | other.0)
    }

    /// What both have.
    pub fn intersection(self, other: PermissionSet) -> PermissionSet {
        PermissionSet(self.0 & other.0)
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its permissions, in the order of the areas.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::all().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> PermissionSet {
        PermissionSet(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

impl fmt::Display for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.iter().map(|permission| permission.to_string()).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for PermissionSet {
    type Err = UnknownPermission;

    /// Reads what [`PermissionSet`] displays: names joined by commas.
    fn from_str(text: &str) -> Result<PermissionSet, UnknownPermission> {
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_has_its_own_place_and_name() {
        let all: Vec<Permission> = Permission::all().collect();
        for permission in &all {
            assert_eq!(permission.to_string().parse(), Ok(*permission));
            assert_eq!(all.iter().filter(|other| other.bit() == permission.bit()).count(), 1, "{permission}");
        }
        assert!(Area::ALL.len() * 3 <= 64, "a set has 64 places");
    }

    #[test]
    fn a_wrong_name_is_told_with_the_nearest() {
        let error = "image.read".parse::<Permission>().unwrap_err();
        assert_eq!(error.to_string(), "`image.read` is no permission; the nearest is `images.read`");
        assert!("audit.write".parse::<Permission>().is_err(), "nobody writes the trail");
    }

    #[test]
    fn sets_are_written_and_read() {
        let set: PermissionSet = "jobs.read, images.read".parse().unwrap();
        assert_eq!(set.to_string(), "images.read,jobs.read");
        assert_eq!(PermissionSet::all().to_string().parse(), Ok(PermissionSet::all()));
        assert!(PermissionSet::all().covers(set) && !set.covers(PermissionSet::all()));
    }
}
