//! The command line of declarations: `admin apply` and `admin export-config`.

use std::path::PathBuf;

use clap::Args;

/// How a server is reached.
#[derive(Debug, Args)]
pub(crate) struct ServerArguments {
    /// The address of the server, such as https://bulkhead.example.com:8443; else BULKHEAD_SERVER
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// The file with the API token; else BULKHEAD_TOKEN_FILE or BULKHEAD_TOKEN
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Trust the certificate authorities in this PEM file for the server; else BULKHEAD_CA
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct AdminApplyArguments {
    /// Read the declaration from this folder: scopes, roles, groups, registries, policies, integrations
    #[arg(short, long = "folder", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Remove what is not declared, of these kinds alone: scopes, roles, groups, registries, policies, integrations
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub(crate) prune: Vec<String>,
    /// Show the plan and change nothing; end with 1 where something would change
    #[arg(long, conflicts_with = "yes")]
    pub(crate) plan: bool,
    /// Apply the plan without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Write every credential that has a source, whether the server has one or not
    #[arg(long)]
    pub(crate) with_secrets: bool,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
}

#[derive(Debug, Args)]
pub(crate) struct AdminExportConfigArguments {
    /// Write the declaration into this folder
    #[arg(short, long = "folder", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Write these kinds alone: scopes, roles, groups, registries, policies, integrations
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub(crate) kinds: Vec<String>,
    /// Replace the declaration that is in the folder
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
}
