//! Checks of Ansible playbooks.

use crate::check::folder;

folder!(certificates, piped_shell, plain_http, plain_secret, unsigned_packages, world_writable,);
