//! Checks of Compose files.

use crate::check::folder;

folder!(
    capabilities,
    engine_socket,
    host_folder,
    host_namespace,
    image_tag,
    plain_secret,
    privileged,
    root_user,
    unconfined,
);
