//! Checks of GitHub workflows.

use crate::check::folder;

folder!(
    container_tag,
    default_permissions,
    environment_file,
    inherited_secrets,
    plain_secret,
    script_injection,
    unchecked_script,
    unpinned_action,
    unsecure_commands,
    untrusted_checkout,
    write_all,
);
