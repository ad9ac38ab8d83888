//! `kusto-local start`: everything up, until Ctrl-C.

use super::{
    cluster::CONNECTION,
    curl::{Addresses, calls},
    export,
    running::{Ports, Setup},
    steps::{StepError, Steps, interrupted},
};
use std::time::Duration;

/// How long this machine is sampled, so that there is something to query.
const SAMPLING: Duration = Duration::from_secs(2);

/// Starts the embedded Kusto and the functions, and ends them at Ctrl-C.
#[derive(Debug, clap::Args)]
pub struct StartArgs {
    #[command(flatten)]
    setup: Setup,
    /// The port of the embedded Kusto.
    #[arg(long, default_value_t = 8080)]
    kusto_port: u16,
    /// The port of the functions.
    #[arg(long, default_value_t = 9000)]
    functions_port: u16,
    /// The port of the API in front of them, which has the connector's paths.
    #[arg(long, default_value_t = 9001)]
    api_port: u16,
}

/// Starts everything and prints a call of each function.
///
/// # Errors
/// The step that failed, and why.
pub async fn start(args: StartArgs) -> Result<(), StepError> {
    let steps = Steps::new();
    let ports = Ports { kusto: args.kusto_port, functions: args.functions_port, api: args.api_port };
    let running = steps.until_interrupted(args.setup.start("start", ports, &[], &steps)).await?;
    let sampled = steps.run("samples", export::samples(&running, SAMPLING));
    let outcome = steps.until_interrupted(sampled).await;
    if outcome.is_ok() {
        let addresses = Addresses {
            functions: &running.functions.url(),
            api: &running.api,
            cluster: running.cluster.url(),
            connection: CONNECTION,
            database: running.cluster.database(),
            http: running.cluster.is_embedded(),
        };
        steps.say(calls(&addresses));
        if running.cluster.is_embedded() {
            steps.say(format!("Tables, and a box for queries, are at {}", running.cluster.url()));
        }
        steps.say("Ctrl-C ends everything.");
        interrupted().await;
    }
    running.end().await;
    outcome.map(|_| ())
}
