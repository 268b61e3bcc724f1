//! The command line of the platform: `up`, `admin`, and the registration of images.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use model::ImageName;

use super::declaration::{AdminApplyArguments, AdminExportConfigArguments};

#[derive(Debug, Args)]
pub(crate) struct UpArguments {
    /// Keep everything here: database, keys, certificates; the user's data folder when not given
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Serve the API and the console here; else where the server's settings say (BULKHEAD_LISTEN), else on 127.0.0.1:8443
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Serve health and metrics here, plain http, or off; else as the server's settings say (BULKHEAD_OPERATIONS_LISTEN), else off
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) operations_listen: Option<String>,
    /// Start so many scan workers
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=64))]
    pub(crate) workers: u8,
}

/// Where the index of an image is sent.
#[derive(Debug, Args)]
pub(crate) struct RegisterArguments {
    /// Send the index of the image (not the image) to this server, https://HOST:PORT, and end with 1 where it denies
    #[arg(long, value_name = "URL", conflicts_with = "offline")]
    pub(crate) register: Option<String>,
    /// Register the image under this name, REGISTRY/REPOSITORY:TAG, instead of the scanned one; repeatable
    #[arg(long, value_name = "NAME", requires = "register")]
    pub(crate) register_as: Vec<ImageName>,
    /// The file with the API token for the server; else BULKHEAD_TOKEN_FILE or BULKHEAD_TOKEN
    #[arg(long, value_name = "FILE", requires = "register")]
    pub(crate) token_file: Option<PathBuf>,
    /// Trust the certificate authorities in this PEM file, and no others, for the server
    #[arg(long, value_name = "FILE", requires = "register")]
    pub(crate) register_ca: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Write the whole store into one file; servers may go on meanwhile
    Backup(AdminBackupArguments),
    /// Read such a file into an empty database, of the same kind or the other
    Restore(AdminFileArguments),
    /// The same as backup: the file is the way from SQLite to PostgreSQL and back
    Export(AdminBackupArguments),
    /// The same as restore
    Import(AdminFileArguments),
    /// Bring the database to the schema of this version
    Migrate(AdminPlaceArguments),
    /// Give a user a new password, which must be changed at the next log-in
    ResetPassword(AdminUserArguments),
    /// The audit trail
    #[command(subcommand)]
    Audit(AdminAuditCommand),
    /// Make a server as declared in files: show the plan, ask, apply
    Apply(AdminApplyArguments),
    /// Write what a server has as such files, without defaults and secrets
    ExportConfig(AdminExportConfigArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminAuditCommand {
    /// Tell the first record that was deleted, altered or moved, and end with 1 where there is one
    Verify(AdminVerifyArguments),
}

#[derive(Debug, Args)]
pub(crate) struct AdminVerifyArguments {
    /// Verify this export in JSON lines instead of the store
    pub(crate) file: Option<PathBuf>,
    /// Hold the trail against signed checkpoints that were kept elsewhere, as GET /audit/checkpoints told them; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoints: Vec<PathBuf>,
    /// Trust this public key for checkpoints beside the server's own, as in audit-signing.pub; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) place: AdminPlaceArguments,
}

/// Which store is meant.
#[derive(Debug, Args)]
pub(crate) struct AdminPlaceArguments {
    /// The data folder of the platform, as given to bulkhead up
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The database, postgres://… or sqlite:PATH, instead of the one in the data folder
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AdminBackupArguments {
    /// The file
    pub(crate) file: PathBuf,
    /// Replace the file where it is there already
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) place: AdminPlaceArguments,
}

#[derive(Debug, Args)]
pub(crate) struct AdminFileArguments {
    /// The file
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) place: AdminPlaceArguments,
}

#[derive(Debug, Args)]
pub(crate) struct AdminUserArguments {
    /// The name that the user logs in with
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) place: AdminPlaceArguments,
}
