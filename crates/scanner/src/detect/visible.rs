//! What the uppermost layer leaves visible of what was found in files.

use std::collections::BTreeMap;

use model::{Executable, Finding, Gap, MalwareFinding, SecretFinding, SecretLocation, Sha256};
use serde::{Deserialize, Serialize};

use super::{Detected, Detections};
use crate::layer_index::LayerIndex;
use crate::merge::Hides;

/// What was found in the files of a target, layers laid over one another. The cache keeps it for whole images.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct VisibleDetections {
    /// By file, with the place of its layer.
    files: BTreeMap<String, (u32, Detected)>,
    gaps: BTreeMap<String, Vec<Gap>>,
}

impl VisibleDetections {
    /// Lays layers over one another, from the base upwards.
    pub(crate) fn of<'a>(layers: impl Iterator<Item = (&'a LayerIndex, Detections)>) -> VisibleDetections {
        let mut visible = VisibleDetections::default();
        for (number, (index, detections)) in layers.enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let mut hides = Hides::new(index);
            visible.files.retain(|path, _| !hides.hides(path));
            visible.gaps.retain(|path, _| !hides.hides(path));
            visible.files.extend(detections.files.into_iter().map(|(path, detected)| (path, (number, detected))));
            for gap in detections.gaps {
                let outer = gap.path.split_once("!/").map_or(gap.path.as_str(), |(outer, _)| outer);
                visible.gaps.entry(outer.to_owned()).or_default().push(gap);
            }
        }
        visible
    }

    /// What could not be looked into.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.values().flatten()
    }

    /// The files that can run, sorted; `in_layers` says whether places of layers mean anything.
    pub(crate) fn executables(&self, in_layers: bool) -> Vec<Executable> {
        const SET_UID: u32 = 0o4000;
        const SET_GID: u32 = 0o2000;
        let listed = self.files.iter().filter_map(|(path, (layer, detected))| {
            let found = detected.executable.as_ref()?;
            Some(Executable {
                path: path.clone(),
                sha256: Sha256(found.sha256),
                package: None,
                setuid: found.mode & SET_UID != 0,
                setgid: found.mode & SET_GID != 0,
                capabilities: found.capabilities.iter().map(|number| capability_name(*number)).collect(),
                layer: in_layers.then_some(*layer),
            })
        });
        listed.collect()
    }

    /// Secrets and malware as findings.
    pub(crate) fn findings(&self, in_layers: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (path, (layer, detected)) in &self.files {
            let layer = in_layers.then_some(*layer);
            let whole = |inner: &Option<String>| match inner {
                Some(inner) => format!("{path}!/{inner}"),
                None => path.clone(),
            };
            findings.extend(detected.secrets.iter().map(|secret| {
                Finding::Secret(SecretFinding {
                    location: SecretLocation::File,
                    path: whole(&secret.inner_path),
                    line: u32::try_from(secret.line).ok(),
                    rule: secret.rule.clone(),
                    title: secret.title.clone(),
                    matched: secret.matched.clone(),
                    severity: secret.severity,
                    category: secret.category.clone(),
                    layer,
                    excepted_by: None,
                })
            }));
            findings.extend(detected.malware.iter().filter_map(|malware| {
                Some(Finding::Malware(MalwareFinding {
                    path: whole(&malware.inner_path),
                    rule: malware.rule.clone(),
                    engine: malware.engine,
                    severity: malware.severity,
                    sha256: malware.sha256.parse().ok()?,
                    description: Some(malware.description.clone()).filter(|text| !text.is_empty()),
                    layer,
                    excepted_by: None,
                }))
            }));
        }
        findings
    }
}

/// The name of a capability in capabilities(7); one that is newer than this list goes by its number.
fn capability_name(number: u32) -> String {
    const NAMES: &[&str] = &[
        "cap_chown",
        "cap_dac_override",
        "cap_dac_read_search",
        "cap_fowner",
        "cap_fsetid",
        "cap_kill",
        "cap_setgid",
        "cap_setuid",
        "cap_setpcap",
        "cap_linux_immutable",
        "cap_net_bind_service",
        "cap_net_broadcast",
        "cap_net_admin",
        "cap_net_raw",
        "cap_ipc_lock",
        "cap_ipc_owner",
        "cap_sys_module",
        "cap_sys_rawio",
        "cap_sys_chroot",
        "cap_sys_ptrace",
        "cap_sys_pacct",
        "cap_sys_admin",
        "cap_sys_boot",
        "cap_sys_nice",
        "cap_sys_resource",
        "cap_sys_time",
        "cap_sys_tty_config",
        "cap_mknod",
        "cap_lease",
        "cap_audit_write",
        "cap_audit_control",
        "cap_setfcap",
        "cap_mac_override",
        "cap_mac_admin",
        "cap_syslog",
        "cap_wake_alarm",
        "cap_block_suspend",
        "cap_audit_read",
        "cap_perfmon",
        "cap_bpf",
        "cap_checkpoint_restore",
    ];
    NAMES.get(number as usize).map_or_else(|| format!("cap_{number}"), |name| (*name).to_owned())
}
