//! Kinds of file systems, told by the magic numbers of statfs(2).

use std::os::fd::OwnedFd;

/// What a mounted file system holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Files on a disk or in memory.
    Ordinary,
    /// What the kernel says of itself.
    Pseudo,
    /// Files of another machine, or of a program.
    Network,
}

const PSEUDO: &[u32] = &[
    0x0000_9fa0, // proc
    0x6265_6572, // sysfs
    0x0027_e0eb, // cgroup
    0x6367_7270, // cgroup2
    0x0000_1cd1, // devpts
    0x6462_6720, // debugfs
    0x7472_6163, // tracefs
    0x7363_6673, // securityfs
    0xf97c_ff8c, // selinuxfs
    0xcafe_4a11, // bpf
    0x6165_676c, // pstore
    0x6265_6570, // configfs
    0x1980_0202, // mqueue
    0x9584_58f6, // hugetlbfs
    0x6573_5543, // fusectl
    0x4249_4e4d, // binfmt_misc
    0xde5e_81e4, // efivarfs
    0x6e73_6673, // nsfs
    0x0000_0187, // autofs
    0x6759_6969, // rpc_pipefs
];

const NETWORK: &[u32] = &[
    0x0000_6969, // nfs
    0xff53_4d42, // cifs
    0xfe53_4d42, // smb2
    0x0000_517b, // smb
    0x00c3_6400, // ceph
    0x6573_5546, // fuse
    0x0102_1997, // 9p
    0x5346_414f, // afs
    0x0161_1970, // gfs2
    0x0bd0_0bd0, // lustre
];

/// The kind of the file system that an open folder lies on; an unknown one is ordinary.
pub(super) fn kind(folder: &OwnedFd) -> Kind {
    let Ok(status) = rustix::fs::fstatfs(folder) else { return Kind::Ordinary };
    // The field's type differs between processors; magic numbers have 32 bits.
    let magic = status.f_type as u32;
    if PSEUDO.contains(&magic) {
        Kind::Pseudo
    } else if NETWORK.contains(&magic) {
        Kind::Network
    } else {
        Kind::Ordinary
    }
}
