//! `kusto-local demo`: the whole job once, checked.

use super::{
    export,
    export_file::export_file,
    mailed::Mailed,
    render::{Rendered, render},
    report_file::{Report, ReportFileError},
    running::{Ports, Running, Setup},
    sample::{self, Sample},
    steps::{Cause, StepError, Steps},
    verify::verify,
};
use jiff::Timestamp;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The report on the samples of this machine.
pub(crate) const EXAMPLE: &str = "machine-load";

/// Exports records, runs a report over them and mails it, on this machine alone.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    #[command(flatten)]
    setup: Setup,
    /// A file to export in place of samples of this machine: CSV with a header, or JSON lines. The table is named after it.
    #[arg(long, requires = "query_file")]
    data: Option<PathBuf>,
    /// The query to run on it.
    #[arg(long, requires = "data")]
    query_file: Option<PathBuf>,
    /// How to draw its result: `Html Table`, `Pie Chart`, `Time Chart`, `Bar Chart`, or a visualization of Kusto.
    #[arg(long, requires = "data")]
    chart: Option<String>,
}

/// Runs the demo. What it makes is in the folder `demo` below the target folder.
///
/// # Errors
/// The step that failed, and why.
pub async fn demo(args: DemoArgs) -> Result<(), StepError> {
    let steps = Steps::new();
    let running = steps.until_interrupted(args.setup.start("demo", Ports::default(), &[], &steps)).await?;
    let folder = running.folder.clone();
    let work = async {
        match (&args.data, &args.query_file) {
            (Some(data), Some(query)) => own(&running, &steps, data, Report::of_query(query, args.chart.clone())).await,
            _ => example(&running, &steps).await,
        }
    };
    let outcome = steps.until_interrupted(work).await;
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

/// The same with a file and a query of the user's own.
async fn own(
    running: &Running,
    steps: &Steps,
    data: &Path,
    report: Result<Report, ReportFileError>,
) -> Result<(), StepError> {
    let report = steps.run("query file", async { Ok(report?) }).await?;
    let exported = steps.run("export", export_file(running, data)).await?;
    steps.say(format_args!("  {exported}"));
    let rendered = render(running, &report, Timestamp::now(), steps).await?;
    let message = send(running, &report, &rendered, steps).await?;
    steps.run("check of the mail", async { check_rows(&rendered, &message) }).await
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
    export::counted(running, &query, samples.len()).await
}

/// Mails what was rendered, and writes the artefacts. Returns the message as the transport got it.
async fn send(running: &Running, report: &Report, rendered: &Rendered, steps: &Steps) -> Result<Vec<u8>, StepError> {
    steps
        .run("mail", async {
            let reply: Value = running.functions.invoke("email", &rendered.mail(report)).await?;
            if reply["sent"] != true {
                return Err(format!("no mail was sent: {}", reply["reason"].as_str().unwrap_or_default()).into());
            }
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
    for (name, media_type) in [("chart.svg", "image/svg+xml"), ("chart.png", "image/png")] {
        if let Some(content) = rendered.attachment(media_type)? {
            running.write(name, content)?;
        }
    }
    running.write("rows.json", rendered.rows.json())?;
    running.write("rows.csv", &rendered.csv.content)?;
    Ok(())
}

fn check(samples: &[Sample], message: &[u8]) -> Result<(), Cause> {
    let mail = Mailed::parse(message)?;
    verify(samples, mail.attached(".csv")?, &mail.html()?)?;
    Ok(())
}

/// The attached CSV must hold as many rows as the query answered.
fn check_rows(rendered: &Rendered, message: &[u8]) -> Result<(), Cause> {
    let mail = Mailed::parse(message)?;
    let mailed = csv::Reader::from_reader(mail.attached(".csv")?).into_records().count();
    match rendered.rows.value.len() {
        rows if rows == mailed => Ok(()),
        rows => Err(format!("the query answered {rows} rows, but {mailed} were mailed").into()),
    }
}

/// The command that opens a page in the browser.
fn opener() -> &'static str {
    if cfg!(target_os = "macos") { "open" } else { "xdg-open" }
}
