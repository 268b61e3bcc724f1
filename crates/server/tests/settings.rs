//! The program itself: wrong settings are told before anything is started.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails where it must, and runs the program")]

use std::process::Command;

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bulkhead-server"));
    let output = command.args(arguments).env_clear().envs(variables.iter().copied()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn wrong_settings_and_arguments_end_the_program_with_two() {
    let (code, told) = run(&[], &[("BULKHEAD_LISTEN", "everywhere")]);
    assert_eq!(code, Some(2));
    assert!(told.contains("BULKHEAD_LISTEN"), "{told}");
    let (code, told) = run(&["--listen", "x"], &[]);
    assert!(code == Some(2) && !told.is_empty(), "{told}");
}
