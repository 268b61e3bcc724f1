#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod admin;
mod arguments;
mod better_base;
mod comparing;
mod convert;
mod declaration;
mod descriptors;
mod detectors;
mod diff;
mod environment;
mod failure;
mod installed;
mod intel;
mod judging;
mod manual;
mod message;
mod open;
mod output;
mod place;
mod policy_command;
mod progress;
mod register;
mod rego;
mod sbom;
mod scan;
mod sibling;
mod target;
mod up;
mod vouching;
mod whole_file;
mod worker;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;
use environment::Environment;

fn main() -> ExitCode {
    // Where it does not follow, the program takes more memory and does the same.
    allocator::give_large_blocks_back();
    failure::silence_contained_panics();
    let mut environment = Environment::read();
    let command = match Arguments::try_parse() {
        Ok(arguments) => arguments.command,
        Err(error) => {
            let language = arguments::language_of(std::env::args_os()).unwrap_or(environment.language);
            return failure::of_command_line(&error, language);
        }
    };
    environment.language = command.language().unwrap_or(environment.language);
    let outcome = match &command {
        Command::Scan(arguments) => scan::run(arguments, &environment),
        Command::Sbom(arguments) => sbom::run(arguments, &environment),
        Command::Diff(arguments) => diff::run(arguments, &environment),
        Command::Convert(arguments) => convert::run(arguments, &environment),
        Command::Intel(arguments) => intel::run(arguments, &environment),
        Command::Policy(command) => policy_command::run(command, &environment),
        Command::Up(arguments) => up::run(arguments, &environment),
        Command::Admin(command) => admin::run(command, &environment),
        Command::Worker(arguments) => worker::run(arguments, &environment),
        Command::Completions(arguments) => manual::completions(arguments),
        Command::Man(arguments) => manual::man(arguments),
    };
    failure::exit_code(outcome, command.language_on_standard_error(environment.language))
}
