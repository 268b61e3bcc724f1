//! The options of `bulkhead worker`.

use std::path::PathBuf;

use clap::Args;

use super::SignatureArguments;

#[derive(Debug, Args)]
pub(crate) struct WorkerArguments {
    /// The address of the server, such as https://bulkhead.example.com:8443; else BULKHEAD_SERVER
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// The file with the API token, which needs the permission scans.write; else BULKHEAD_TOKEN_FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Trust the certificate authorities in this PEM file for the server; else BULKHEAD_CA
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// The name that people see beside the jobs; the host's name when not given
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Keep layer indexes here instead of the user's cache folder
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Neither read nor write the cache
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Do what waits, and end when nothing does
    #[arg(long)]
    pub(crate) once: bool,
    /// Stop when standard input ends, as it does with the program that started this one
    #[arg(long)]
    pub(crate) stop_with_stdin: bool,
    #[command(flatten)]
    pub(crate) signatures: SignatureArguments,
}
