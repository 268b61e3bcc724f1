//! The one list of what a profile may say.

use crate::keys::{Key, Kind, optional, required};

/// The value of `schema` in a profile.
pub(crate) const PROFILE_SCHEMA: &str = "bulkhead.profile/1";

/// Capabilities as capabilities(7) names them, without `CAP_`.
const CAPABILITIES: &[&str] = &[
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

pub(crate) const PROFILE: &[Key] = &[
    required("schema", Kind::Choice(&[PROFILE_SCHEMA]), "The version of this format."),
    required("name", Kind::Text, "The name under which events tell of the profile."),
    optional("version", Kind::Word, "The profile's own version, in whatever way its author counts."),
    optional("description", Kind::Text, "What the profile is for."),
    optional(
        "mode",
        Kind::Choice(&["enforce", "audit"]),
        "`enforce` (default) blocks; `audit` only tells what it would block.",
    ),
    optional(
        "drift",
        Kind::Choice(&["block", "allow"]),
        "Whether programs that the image did not bring, or that have changed since, may not run; `block` without the key.",
    ),
    optional("executables", Kind::Map(EXECUTABLES), "Programs."),
    optional("files", Kind::Map(FILES), "Files."),
    optional("network", Kind::Map(NETWORK), "Connections."),
    optional(
        "capabilities",
        Kind::Choices(CAPABILITIES),
        "The capabilities that the container keeps; all others are taken away. Without the key it keeps what it was given.",
    ),
];

pub(crate) const EXECUTABLES: &[Key] = &[
    optional(
        "allow",
        Kind::Texts,
        "Patterns of the programs that may run; without the key all that the image brought.",
    ),
    optional("deny", Kind::Texts, "Patterns of programs that may not run, whatever else is said."),
];

pub(crate) const FILES: &[Key] = &[
    optional("read_only", Kind::Texts, "Patterns of places that may not be written."),
    optional("watch", Kind::Texts, "Patterns of places whose changes are told."),
];

pub(crate) const NETWORK: &[Key] = &[
    optional("outbound", Kind::Maps(RULE), "Rules for connections that the container opens; what fits none is denied."),
    optional("inbound", Kind::Maps(RULE), "Rules for connections to the container; what fits none is denied."),
];

pub(crate) const RULE: &[Key] = &[
    required("peer", Kind::Text, "The other side: a network such as 10.0.0.0/8, a name of a host, or `*`."),
    optional("ports", Kind::Word, "A port such as 443 or a range such as 8000-8080; without the key every port."),
    optional("action", Kind::Choice(&["allow", "deny"]), "`allow` without the key; the first rule that fits decides."),
];
