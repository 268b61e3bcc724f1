//! Checks of the configuration of images.

use crate::check::folder;

folder!(environment_secret, history_secret, no_digest, no_healthcheck, port_22, remote_add, root_user,);
