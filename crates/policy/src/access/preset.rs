//! The permission sets that every installation has.

use super::permission::{Action, Area, Permission, PermissionSet};

/// A permission set that every installation has and nobody can change.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// Its name, which is a role's name too.
    pub name: &'static str,
    /// Whom it is for, in English; the catalogs have the sentence as `role.<name>`.
    pub summary: &'static str,
    allows: fn(Permission) -> bool,
}

impl Preset {
    /// What it allows.
    pub fn permissions(&self) -> PermissionSet {
        Permission::all().filter(|permission| (self.allows)(*permission)).collect()
    }
}

/// Every preset.
pub const PRESETS: &[Preset] = &[
    Preset { name: "administrator", summary: "Does everything.", allows: |_| true },
    Preset {
        name: "security-engineer",
        summary: "Writes policies, handles exceptions and registries; gives no rights to others.",
        allows: |permission| match permission.area {
            Area::Access | Area::Settings => permission.action == Action::Read,
            Area::Scans => false,
            _ => true,
        },
    },
    Preset {
        name: "developer",
        summary: "Scans and registers images, reads their verdicts and asks for exceptions; changes no policy.",
        allows: |permission| {
            matches!(
                (permission.area, permission.action),
                (Area::Images, Action::Read | Action::Write)
                    | (Area::Findings | Area::Verdicts | Area::Policies | Area::Jobs, Action::Read)
                    | (Area::Exceptions, Action::Read | Action::Write)
            )
        },
    },
    Preset {
        name: "auditor",
        summary: "Sees everything, the audit trail included; changes nothing.",
        allows: |permission| permission.action == Action::Read,
    },
    Preset {
        name: "ci",
        summary: "Registers what a pipeline built and gets its verdict.",
        allows: |permission| {
            matches!(
                (permission.area, permission.action),
                (Area::Images, Action::Write) | (Area::Verdicts, Action::Read)
            )
        },
    },
    Preset {
        name: "worker",
        summary: "Leases scan jobs and answers them.",
        allows: |permission| permission.area == Area::Scans,
    },
];

/// A preset by its name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(preset_name: &str, permission: &str) -> bool {
        preset(preset_name).unwrap().permissions().contains(permission.parse().unwrap())
    }

    #[test]
    fn a_developer_scans_and_registers_and_edits_no_policy() {
        assert!(allows("developer", "images.write") && allows("developer", "images.read"));
        assert!(!allows("developer", "policies.write") && !allows("developer", "exceptions.approve"));
        assert!(!allows("developer", "registries.read") && !allows("developer", "audit.read"));
    }

    #[test]
    fn only_the_administrator_gives_rights() {
        let givers = PRESETS.iter().filter(|preset| allows(preset.name, "access.write"));
        assert_eq!(givers.map(|preset| preset.name).collect::<Vec<_>>(), ["administrator"]);
    }

    #[test]
    fn an_auditor_changes_nothing_and_machines_do_one_thing() {
        assert!(preset("auditor").unwrap().permissions().iter().all(|permission| permission.action == Action::Read));
        assert_eq!(preset("worker").unwrap().permissions().to_string(), "scans.write");
        assert_eq!(preset("ci").unwrap().permissions().to_string(), "images.write,verdicts.read");
    }
}
