//! Help, completions and manual pages.

use crate::run::Program;

#[test]
fn completions_are_printed_for_each_shell() {
    let program = Program::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = program.run(&["completions", shell]);
        ran.ended(0, &[]);
        assert!(ran.stdout.contains("approved-bases") && ran.stdout.contains("lookup"), "{shell}");
    }
    program.run(&["completions", "csh"]).ended(2, &["csh", "bash"]);
}

#[test]
fn manual_pages_are_written_for_each_command() {
    let program = Program::new();
    program.run(&["man", "pages/man1"]).ended(0, &[]);
    for page in ["bulkhead.1", "bulkhead-scan.1", "bulkhead-intel.1", "bulkhead-intel-update.1"] {
        assert!(program.read(&format!("pages/man1/{page}")).contains(".TH "), "{page}");
    }
}

#[test]
fn the_version_is_told() {
    let ran = Program::new().run(&["--version"]);
    assert_eq!((ran.code, ran.stdout), (Some(0), format!("bulkhead {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn help_names_every_scheme_and_fits_a_terminal() {
    let help = Program::new().run(&["scan", "--help"]).stdout;
    for scheme in ["docker-archive", "oci-archive", "containerd", "rootfs", "sbom", "host"] {
        assert!(help.contains(scheme), "{scheme}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 100));
}
