//! The worker locks itself in: no new privileges, no files but those it needs (Landlock), no system calls that code which
//! reads images has no use for (seccomp). What the kernel does not have is left out, and said.

use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _,
    RulesetError, RulesetStatus, path_beneath_rules,
};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

/// What is read of the system: libraries, authorities, name resolution, time zones, the number of processors.
const READABLE: &[&str] =
    &["/etc", "/usr", "/lib", "/lib64", "/proc", "/sys", "/dev/null", "/dev/urandom", "/run/systemd/resolve"];

/// The version of Landlock that the rules are written for; an older kernel keeps to those that it knows.
const VERSION: ABI = ABI::V5;

/// System calls that are refused: other programs, other processes, mounts, modules, keys, the system's state, and doors
/// that were often the way out.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_mknodat,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setgroups,
    libc::SYS_capset,
    libc::SYS_personality,
];

/// Locks this thread in, and all that it starts. Tells what is in force.
pub(super) fn lock_in(writable: &[&Path]) -> String {
    let files = match restrict_files(writable) {
        Ok(RulesetStatus::FullyEnforced) => "files by Landlock",
        Ok(RulesetStatus::PartiallyEnforced) => "files by Landlock as far as this kernel knows it",
        Ok(RulesetStatus::NotEnforced) => "not files (this kernel has no Landlock)",
        Err(_) => "not files (Landlock failed)",
    };
    let calls = match restrict_calls() {
        Ok(()) => "system calls by seccomp, no new privileges",
        Err(_) => "not system calls (seccomp failed)",
    };
    format!("{files}; {calls}")
}

fn restrict_files(writable: &[&Path]) -> Result<RulesetStatus, RulesetError> {
    let reading = AccessFs::from_read(VERSION) & !AccessFs::Execute;
    // Sockets, devices and pipes are nothing that a worker makes.
    let writing = AccessFs::from_all(VERSION)
        & !(AccessFs::Execute | AccessFs::MakeBlock | AccessFs::MakeChar | AccessFs::MakeFifo | AccessFs::MakeSock);
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(VERSION))?
        .create()?
        .add_rules(path_beneath_rules(READABLE, reading))?
        .add_rules(path_beneath_rules(writable, writing))?;
    Ok(ruleset.restrict_self()?.ruleset)
}

fn restrict_calls() -> Result<(), seccompiler::Error> {
    let rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let refuse = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let architecture = std::env::consts::ARCH.try_into().map_err(seccompiler::Error::Backend)?;
    let filter =
        SeccompFilter::new(rules, SeccompAction::Allow, refuse, architecture).map_err(seccompiler::Error::Backend)?;
    let program: BpfProgram = filter.try_into().map_err(seccompiler::Error::Backend)?;
    seccompiler::apply_filter(&program)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a thread of its own: what is locked in stays so.
    #[test]
    fn what_is_locked_in_reads_the_system_and_writes_its_folders_alone() {
        let (own, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (own_path, other_path) = (own.path().to_owned(), other.path().join("file"));
        let told = std::thread::spawn(move || {
            let told = lock_in(&[&own_path]);
            std::fs::write(own_path.join("file"), "text").unwrap();
            assert!(std::fs::read("/etc/hosts").is_ok());
            if told.starts_with("files by Landlock") {
                assert!(std::fs::write(&other_path, "text").is_err(), "{told}");
            }
            #[expect(clippy::disallowed_methods, reason = "no program can be started, which is what is tested")]
            let started = std::process::Command::new("/bin/true").status();
            assert!(started.is_err(), "{told}");
            told
        });
        assert!(told.join().unwrap().contains("system calls by seccomp"));
    }
}
