//! Checks of Dockerfiles.

mod packages;

use crate::check::folder;

folder!(
    add_instead_of_copy,
    apk_cache,
    apt_asks,
    apt_lists,
    apt_recommends,
    cd_instead_of_workdir,
    copy_from_itself,
    copy_to_no_folder,
    dist_upgrade,
    dnf_cache,
    latest_tag,
    leaked_secret,
    maintainer,
    microdnf_cache,
    no_digest,
    no_healthcheck,
    pipefail,
    port_22,
    port_out_of_range,
    relative_workdir,
    remote_add,
    root_user,
    same_stage_name,
    several_cmds,
    several_entrypoints,
    several_healthchecks,
    sudo,
    system_workdir,
    unchecked_certificates,
    unchecked_script,
    update_alone,
    wget_and_curl,
    wide_mode,
    yum_cache,
    zypper_cache,
);
