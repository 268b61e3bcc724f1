#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod addresses;
mod admin;
mod app;
mod approving;
mod assurance;
mod audit_key;
mod background;
mod clock;
mod clouds;
mod compressed;
mod config;
mod console;
mod cursor;
mod error;
mod exports;
mod frame;
#[cfg(test)]
mod fuzzed;
mod guard;
mod idempotency;
mod ids;
mod installation;
mod jobs;
mod json;
mod last_used;
mod notify;
mod orphans;
mod passwords;
mod rate;
mod registration;
mod registries;
mod retention;
mod routes;
#[cfg(test)]
mod sample;
mod sealed;
mod secrets;
mod serve;
mod setup;
mod signing_key;
#[cfg(test)]
mod testing;
mod totp;
mod uses;
mod worker_token;

use std::process::ExitCode;

/// The exit code for wrong settings, as of the other programs.
const WRONG_SETTINGS: u8 = 2;

/// The exit code of an administrator's verb that could not be done, as of the other programs.
const NOT_DONE: u8 = 3;

#[expect(clippy::print_stderr, reason = "a program's messages belong on its standard streams")]
fn main() -> ExitCode {
    // Where it does not follow, the program takes more memory and does the same.
    allocator::give_large_blocks_back();
    daemon::choose_tls_provider();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["--help" | "-h"] => {
            say(&config::help());
            return ExitCode::SUCCESS;
        }
        ["--version" | "-V"] => {
            say(concat!("bulkhead-server ", env!("CARGO_PKG_VERSION")));
            return ExitCode::SUCCESS;
        }
        // Not for people: the server asks itself.
        [assurance::rego::WORD] => {
            return match rego_process::answer(std::io::stdin().lock(), std::io::stdout().lock()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::from(WRONG_SETTINGS),
            };
        }
        [] | ["admin", ..] => {}
        _ => {
            eprintln!("bulkhead-server: {}", admin::USAGE);
            return ExitCode::from(WRONG_SETTINGS);
        }
    }
    let config = match config::Config::read() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("bulkhead-server: {error:#}");
            return ExitCode::from(WRONG_SETTINGS);
        }
    };
    if let ["admin", ref verb @ ..] = words[..] {
        return match admin::run(&config, verb) {
            Ok(admin::Ended::Well(told)) => {
                say(&told);
                ExitCode::SUCCESS
            }
            Ok(admin::Ended::Badly(told)) => {
                say(&told);
                ExitCode::FAILURE
            }
            Err(error) => {
                eprintln!("bulkhead-server: {error:#}");
                ExitCode::from(NOT_DONE)
            }
        };
    }
    match serve::run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bulkhead-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Says something on standard output. Whoever stops reading, as `head` does, has what they wanted.
fn say(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{text}");
}
