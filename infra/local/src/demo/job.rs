//! `kusto-local demo`: the whole job once, checked.

use super::{
    export,
    mailed::Mailed,
    render::{Rendered, render},
    report_file::Report,
    running::{Ports, Running, Setup},
    sample::{self, Sample},
    steps::{Cause, StepError, Steps},
    verify::verify,
};
use jiff::Timestamp;
use std::path::Path;

/// The report on the samples of this machine.
pub(crate) const EXAMPLE: &str = "machine-load";

/// Exports records, runs a report over them and mails it, on this machine alone.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    #[command(flatten)]
    setup: Setup,
}

/// Runs the demo. What it makes is in the folder `demo` below the target folder.
///
/// # Errors
/// The step that failed, and why.
pub async fn demo(args: DemoArgs) -> Result<(), StepError> {
    let steps = Steps::new();
    let running = steps.until_interrupted(args.setup.start("demo", Ports::default(), &[], &steps)).await?;
    let folder = running.folder.clone();
    let outcome = steps.until_interrupted(example(&running, &steps)).await;
    running.end().await;
    outcome?;
    steps.finish();
    steps.say(format_args!(
        "\nEverything it made is in {}. To look at the report:\n  {} {}",
        folder.display(),
        opener(),
        folder.join("report.html").display()
    ));
    Ok(())
}

/// The example: samples of this machine.
async fn example(running: &Running, steps: &Steps) -> Result<(), StepError> {
    let report = steps.run("report file", async { Ok(Report::find(EXAMPLE)?) }).await?;
    let sampled = format!("samples, {} s, and export", export::SAMPLING.as_secs());
    let samples = steps.run(&sampled, export::samples(running, export::SAMPLING)).await?;
    steps.say(format_args!("  {} records in table {}", samples.len(), sample::TABLE));
    steps.run("count", counted(running, &samples)).await?;
    let rendered = render(running, &report, Timestamp::now(), steps).await?;
    let message = send(running, &report, &rendered, steps).await?;
    steps.run("check of the mail", async { check(&samples, &message) }).await?;
    Ok(())
}

/// The table must hold as many rows as records were exported.
async fn counted(running: &Running, samples: &[Sample]) -> Result<(), Cause> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return Err("nothing was sampled".into()) };
    let query = format!(
        "{} | where Timestamp between (datetime({}) .. datetime({})) | count",
        sample::TABLE,
        first.timestamp,
        last.timestamp
    );
    same_count(samples.len() as u64, export::count(running, &query).await?, sample::TABLE)
}

fn same_count(exported: u64, counted: u64, table: &str) -> Result<(), Cause> {
    if exported == counted {
        return Ok(());
    }
    Err(format!("{exported} records were exported, but {table} has {counted} rows").into())
}

/// Mails what was rendered, and writes the artefacts. Returns the message as the transport got it.
async fn send(running: &Running, report: &Report, rendered: &Rendered, steps: &Steps) -> Result<Vec<u8>, StepError> {
    steps
        .run("mail", async {
            running.functions.invoke("email", &rendered.mail(report)).await?;
            let message = mailed(&running.folder.join("mail"))?;
            write(running, rendered, &message)?;
            Ok(message)
        })
        .await
}

/// The one message in the folder of the mail transport.
fn mailed(folder: &Path) -> Result<Vec<u8>, Cause> {
    let files = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, Cause>>()?;
    match files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "eml")).collect::<Vec<_>>()[..]
    {
        [file] => Ok(std::fs::read(file)?),
        ref mails => Err(format!("{} holds {} mails where one was sent", folder.display(), mails.len()).into()),
    }
}

fn write(running: &Running, rendered: &Rendered, message: &[u8]) -> Result<(), Cause> {
    running.write("report.eml", message)?;
    running.write("report.html", Mailed::parse(message)?.page()?)?;
    running.write("chart.svg", rendered.attachment("image/svg+xml")?)?;
    running.write("chart.png", rendered.attachment("image/png")?)?;
    running.write("rows.json", serde_json::to_vec_pretty(&rendered.rows["value"])?)?;
    running.write("rows.csv", rendered.csv["content"].as_str().ok_or("`query` answered without CSV")?)?;
    Ok(())
}

fn check(samples: &[Sample], message: &[u8]) -> Result<(), Cause> {
    let mail = Mailed::parse(message)?;
    verify(samples, mail.attached(".csv")?, &mail.html()?)?;
    Ok(())
}

/// The command that opens a page in the browser.
fn opener() -> &'static str {
    if cfg!(target_os = "macos") { "open" } else { "xdg-open" }
}
