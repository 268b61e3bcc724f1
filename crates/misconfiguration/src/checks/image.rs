//! Checks of the configuration of images, and of what stands out among their files.

use crate::check::folder;

folder!(
    apk_left_over,
    apt_left_over,
    base_digest,
    capabilities,
    environment_secret,
    history_secret,
    language_left_over,
    no_digest,
    no_healthcheck,
    port_22,
    remote_add,
    remote_ports,
    root_user,
    rpm_left_over,
    set_id,
    writable_folder,
);
