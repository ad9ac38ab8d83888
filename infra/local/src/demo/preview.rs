//! `kusto-local preview`: a report as it would be mailed, and not mailed.

use super::{
    export,
    export_file::export_file,
    mailed::Mailed,
    render::{Rendered, render},
    report_file::Report,
    running::{Ports, Running, Setup},
    steps::{Cause, StepError, Steps},
};
use jiff::Timestamp;
use serde_json::Value;
use std::path::PathBuf;

/// Renders a report without sending it.
#[derive(Debug, clap::Args)]
pub struct PreviewArgs {
    #[command(flatten)]
    setup: Setup,
    /// The name of a report, or the path of its file.
    #[arg(long)]
    report: String,
    /// A file to export to the embedded Kusto first: CSV with a header, or JSON lines. Without it this machine is sampled.
    #[arg(long)]
    data: Option<PathBuf>,
    /// When the report is due; now, where it is not given.
    #[arg(long)]
    at: Option<Timestamp>,
}

/// Renders a report. What it makes is in the folder `preview` below the target folder.
///
/// # Errors
/// The step that failed, and why.
pub async fn preview(args: PreviewArgs) -> Result<(), StepError> {
    let steps = Steps::new();
    let report = steps.run("report file", async { Ok(Report::find(&args.report)?) }).await?;
    let recipients = [&report.file.to[..], &report.file.cc[..]].concat();
    let running = steps.until_interrupted(args.setup.start("preview", Ports::default(), &recipients, &steps)).await?;
    let folder = running.folder.clone();
    let work = async {
        if running.cluster.is_embedded() {
            match &args.data {
                Some(data) => steps.run("export", export_file(&running, data)).await.map(drop)?,
                None => steps.run("samples", export::samples(&running, export::SAMPLING)).await.map(drop)?,
            }
        }
        let rendered = render(&running, &report, args.at.unwrap_or_else(Timestamp::now), &steps).await?;
        let withheld = steps.run("mail, not sent", write(&running, &report, &rendered)).await?;
        if let Some(reason) = withheld {
            steps.say(format_args!("  when it is due, no mail would go: {reason}"));
        }
        Ok(())
    };
    let outcome = steps.until_interrupted(work).await;
    running.end().await;
    outcome?;
    steps.finish();
    steps.say(format_args!("\n{}", folder.join(format!("{}.html", report.name)).display()));
    Ok(())
}

/// Writes the message that would have been mailed, as a page too, and the chart. Returns why it would be withheld, where it would.
async fn write(running: &Running, report: &Report, rendered: &Rendered) -> Result<Option<String>, Cause> {
    let mut request = rendered.mail(report);
    request["dryRun"] = true.into();
    let reply: Value = running.functions.invoke("email", &request).await?;
    let message = reply["message"].as_str().ok_or_else(|| format!("`email` answered without a message: {reply}"))?;
    running.write(&format!("{}.eml", report.name), message)?;
    running.write(&format!("{}.html", report.name), Mailed::parse(message.as_bytes())?.page()?)?;
    if let Some(chart) = rendered.attachment("image/png")? {
        running.write(&format!("{}.png", report.name), chart)?;
    }
    let reason = reply["reason"].as_str().and_then(|reason| reason.split_once("without it: "));
    Ok(reason.map(|(_, reason)| reason.to_owned()))
}
