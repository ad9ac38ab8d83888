//! An embedded Kusto for development, tests and demos. Never deployed.

use clap::{Parser, Subcommand};
use kusto_local::api;
use kusto_local::check::{CheckArgs, Checked, check};
use kusto_local::demo::job::{DemoArgs, demo};
use kusto_local::demo::preview::{PreviewArgs, preview};
use kusto_local::demo::schedules::{SchedulesArgs, schedules};
use kusto_local::demo::start::{StartArgs, start};
use kusto_local::load;
use kusto_local::node::Node;
use kusto_local::node::operations::{Operations, WINDOW};
use kusto_local::node::rate::{Gate, Rate};
use kusto_local::serve::faults::Faults;
use kusto_local::serve::serve;
use kusto_local::storage::catalog::DEFAULT_DATABASE;
use kusto_local::storage::store::Store;
use std::error::Error;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// An embedded Kusto: real tables and real KQL in one process, for development, tests and demos.
#[derive(Parser)]
#[command(name = "kusto-local", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the Kusto REST API on this machine, and on it alone
    Serve {
        /// The loopback address to listen on; port 0 takes any free one
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
        /// A folder whose .csv and .jsonl files become tables of the database NetDefaultDB
        #[arg(long, value_name = "FOLDER")]
        data: Option<PathBuf>,
        /// A further, empty database; may be given several times
        #[arg(long, value_name = "NAME")]
        database: Vec<String>,
        /// How many seconds after its last change an operation can be asked for by its id
        #[arg(long, value_name = "SECONDS", default_value_t = WINDOW.as_secs())]
        operations_window: u64,
        /// How often the data lake at /lake/kql answers: requests/seconds/at once
        #[arg(long, value_name = "RATE", default_value = "30/60/10")]
        lake: Rate,
        /// For tests: /faults, where requests are made to fail, and /faults/requests, which shows what was received
        #[arg(long)]
        faults: bool,
    },
    /// Serve the routes of API Gateway in front of functions, on this machine and on it alone
    Api {
        /// Where Lambda's Invoke API is, such as http://127.0.0.1:9000
        #[arg(long)]
        functions: String,
        /// The loopback address to listen on; port 0 takes any free one
        #[arg(long, default_value = "127.0.0.1:9001")]
        listen: String,
    },
    Demo(DemoArgs),
    Preview(PreviewArgs),
    Start(StartArgs),
    CheckConnection(CheckArgs),
    Schedules(SchedulesArgs),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "this is a program, and this is why it stops")]
            {
                eprintln!("kusto-local: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Box<dyn Error>> {
    // The demo waits most of the time, and leaves the cores to what it shows.
    let mut one_thread = tokio::runtime::Builder::new_current_thread();
    let one_thread = one_thread.enable_all();
    match command {
        Command::Serve { listen, data, database, operations_window, lake, faults } => {
            let store = store(data.as_deref(), &database)?;
            let operations = Operations::new(Duration::from_secs(operations_window));
            let node = Node { store, operations, lake: Gate::new(lake), ..Node::default() };
            listen_and_serve(&listen, node, faults.then(Arc::default))
        }
        Command::Api { functions, listen } => one_thread.build()?.block_on(serve_api(&listen, functions)),
        Command::Demo(args) => Ok(one_thread.build()?.block_on(demo(args))?),
        Command::Preview(args) => Ok(one_thread.build()?.block_on(preview(args))?),
        Command::Start(args) => Ok(one_thread.build()?.block_on(start(args))?),
        Command::CheckConnection(args) => {
            let Checked { table, ok } = one_thread.build()?.block_on(check(args))?;
            print(&table);
            if ok { Ok(()) } else { Err("a step failed; TROUBLESHOOTING.md says more of each".into()) }
        }
        Command::Schedules(args) => {
            print(&schedules(&args)?);
            Ok(())
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is what was asked for")]
fn print(text: &str) {
    print!("{text}");
}

fn listen_and_serve(listen: &str, node: Node, faults: Option<Arc<Faults>>) -> Result<(), Box<dyn Error>> {
    let address = loopback(listen)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener =
            TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
        let address = listener.local_addr()?;
        #[expect(clippy::print_stdout, reason = "whoever started this waits for the address")]
        {
            println!("embedded Kusto ready at http://{address}");
        }
        Ok(serve(listener, Arc::new(node), faults).await?)
    })
}

async fn serve_api(listen: &str, functions: String) -> Result<(), Box<dyn Error>> {
    let address = loopback(listen)?;
    let listener = TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let address = listener.local_addr()?;
    #[expect(clippy::print_stdout, reason = "whoever started this waits for the address")]
    {
        println!("API ready at http://{address}");
    }
    Ok(api::serve(listener, functions).await?)
}

/// The address that `listen` names, which must be one of this machine alone: there is no login here.
fn loopback(listen: &str) -> Result<SocketAddr, Box<dyn Error>> {
    let wrong = |error| format!("--listen {listen} is no address: {error}: write 127.0.0.1:8080");
    let address = listen.to_socket_addrs().map_err(wrong)?.find(|address| address.ip().is_loopback());
    Ok(address.ok_or_else(|| {
        format!("--listen {listen} is refused: anybody could read and change the tables, so use 127.0.0.1")
    })?)
}

fn store(data: Option<&Path>, databases: &[String]) -> Result<Store, load::LoadError> {
    let tables = data.map(load::folder).transpose()?.unwrap_or_default();
    let store = Store::default();
    store.update(|catalog| {
        let default = catalog.database_mut(DEFAULT_DATABASE);
        tables.into_iter().for_each(|table| default.insert(table));
        for name in databases {
            catalog.database_mut(name);
        }
    });
    Ok(store)
}

#[cfg(test)]
mod tests {
    use super::loopback;

    #[test]
    fn only_this_machine_may_be_listened_on() {
        for listen in ["127.0.0.1:8080", "127.0.0.1:0", "[::1]:80", "localhost:8080"] {
            assert!(loopback(listen).is_ok_and(|address| address.ip().is_loopback()), "{listen}");
        }
        for (listen, expected) in [
            ("0.0.0.0:8080", "is refused: anybody could read and change the tables, so use 127.0.0.1"),
            ("[::]:8080", "is refused"),
            ("192.0.2.1:80", "is refused"),
            ("8080", "is no address"),
            ("127.0.0.1", "is no address"),
        ] {
            let error = loopback(listen).expect_err(listen).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
