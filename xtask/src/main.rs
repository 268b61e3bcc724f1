//! House rules as a program: `cargo xtask tidy` (an alias of `cargo run -p xtask -- tidy`).

mod arrows;
mod coverage;
mod documents;
mod fuzz_targets;
mod length;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

/// One broken rule: where, and what to do.
pub(crate) type Complaint = String;

#[expect(clippy::print_stderr, reason = "a command line program's answer")]
fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => {}
        _ => {
            eprintln!("usage: cargo xtask tidy");
            return ExitCode::from(2);
        }
    }
    match root().and_then(|root| tidy(&root)) {
        Ok(complaints) if complaints.is_empty() => ExitCode::SUCCESS,
        Ok(complaints) => {
            for complaint in &complaints {
                eprintln!("tidy: {complaint}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("tidy: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Every rule, in the order in which their complaints are read best.
fn tidy(root: &Path) -> anyhow::Result<Vec<Complaint>> {
    let mut complaints = arrows::check(root)?;
    complaints.extend(documents::check(root)?);
    complaints.extend(fuzz_targets::check(root)?);
    complaints.extend(length::check(root)?);
    complaints.extend(coverage::check(root)?);
    Ok(complaints)
}

/// The checkout that cargo runs this for, which need not be the one that it was built in: they may share a target folder.
#[expect(clippy::disallowed_methods, reason = "a program reads its environment")]
fn root() -> anyhow::Result<PathBuf> {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").context("run this by cargo: `cargo xtask tidy`")?;
    Ok(Path::new(&own).join(".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let complaints = tidy(&root().unwrap()).unwrap();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
}
