//! Holds `docs/reference/command-line.md` to what the program's own help says.

use std::fmt::Write;
use std::fs;

use clap::{Arg, Command, CommandFactory};

use crate::arguments::Arguments;

/// Set to write the page anew instead of comparing it.
const UPDATE: &str = "BULKHEAD_UPDATE_DOCS";

const HEAD: &str = "# The command line

Made from the program's own help: `BULKHEAD_UPDATE_DOCS=1 cargo test -p cli --bin bulkhead` writes this page anew. Exit codes
are in [exit-codes.md](exit-codes.md), variables of the environment in [configuration.md](configuration.md). Every command has
`--help`.
";

fn page() -> String {
    let mut command = Arguments::command();
    command.build();
    let mut page = HEAD.to_owned();
    for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        section(command, "bulkhead", &mut page);
    }
    page
}

fn section(command: &Command, parent: &str, page: &mut String) {
    let name = format!("{parent} {}", command.get_name());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut line = |text: &str| writeln!(page, "{text}").expect("writing to memory works");
    line(&format!("\n## {name}\n{about}.\n"));
    if !command.has_subcommands() {
        let places = command.get_positionals().map(Arg::to_string).collect::<Vec<_>>().join(" ");
        line(&format!("```\n{}\n```\n", format!("{name} [OPTIONS] {places}").trim_end()));
        line("| | |\n|---|---|");
        for argument in command.get_arguments().filter(|argument| argument.get_id() != "help") {
            line(&format!("| `{}` | {} |", spelled(argument), described(argument)));
        }
    }
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        section(inner, &name, page);
    }
}

/// `-o, --output FILE`, or `TARGET`.
fn spelled(argument: &Arg) -> String {
    let values = argument.get_value_names().filter(|_| argument.get_action().takes_values()).unwrap_or_default();
    let values = values.iter().map(|name| name.to_string()).collect::<Vec<_>>().join(" ");
    let short = argument.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    let long = argument.get_long().map(|long| format!("--{long} ")).unwrap_or_default();
    format!("{short}{long}{values}").trim_end().to_owned()
}

fn described(argument: &Arg) -> String {
    let mut text = argument.get_help().map(ToString::to_string).unwrap_or_default().replace('|', "\\|");
    let possible = argument.get_possible_values();
    let names: Vec<&str> = possible.iter().map(|value| value.get_name()).collect();
    if argument.get_action().takes_values() && !names.is_empty() && !argument.is_hide_possible_values_set() {
        text += &format!(". One of `{}`", names.join("`, `"));
    }
    if let [default] = argument.get_default_values()
        && argument.get_action().takes_values()
    {
        text += &format!(". Default `{}`", default.to_string_lossy());
    }
    text
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever changes the command line asks for the page anew")]
fn the_page_on_the_command_line_is_what_help_says() {
    let place = test_support::checkout().join("docs/reference/command-line.md");
    let page = page();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&place, &page).unwrap();
    }
    let written = fs::read_to_string(&place).unwrap_or_default();
    assert!(written == page, "docs/reference/command-line.md is stale; run cargo test with {UPDATE}=1");
}
