//! Checks of GitHub workflows.

use crate::check::folder;

folder!(
    default_permissions,
    inherited_secrets,
    plain_secret,
    script_injection,
    unpinned_action,
    unsecure_commands,
    untrusted_checkout,
    write_all,
);
