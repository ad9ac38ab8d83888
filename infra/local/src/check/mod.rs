//! `make check-connection`: the function `check-connection` itself, run once with the settings of this environment, and what it found as a
//! table.

mod run_once;
mod table;

use run_once::{RunError, run_once};
use serde_json::Value;
use std::{path::PathBuf, time::Duration};
use table::table;

/// How long the function has.
const TIME: Duration = Duration::from_secs(60);

/// Check the connections that this environment configures, and print what was found
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// The one connection to check; without it, every one
    #[arg(long)]
    connection: Option<String>,
    /// One database; without it, each that the connection names
    #[arg(long)]
    database: Option<String>,
    /// A table that is to be ingested into
    #[arg(long)]
    table: Option<String>,
    /// An ingestion mapping of that table
    #[arg(long)]
    mapping: Option<String>,
}

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// The table.
    pub table: String,
    /// Whether no step failed.
    pub ok: bool,
}

/// Why nothing was found.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Where the function is, is not known.
    #[error("the folder of this program is not known: {0}")]
    Folder(#[from] std::io::Error),
    /// The function gave no reply.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Its reply cannot be read.
    #[error("the function answered something else than was expected: {0}")]
    Reply(#[from] serde_json::Error),
}

/// Runs the function, which is built beside this program.
///
/// # Errors
/// Where it gives no reply: the settings or the arguments are wrong.
pub async fn check(args: CheckArgs) -> Result<Checked, CheckError> {
    let program: PathBuf = std::env::current_exe()?.with_file_name("check-connection");
    let named = [
        ("connection", args.connection),
        ("database", args.database),
        ("table", args.table),
        ("mapping", args.mapping),
    ];
    let request: Value = named.into_iter().filter_map(|(field, name)| Some((field, name?))).collect();
    let reply = serde_json::from_str(&run_once(&program, &request, TIME).await?)?;
    Ok(Checked { table: table(&reply), ok: reply.ok })
}
