//! Writes every kind of chart in every state as SVG and PNG: `cargo run -p report --example contact_sheet -- FOLDER`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people at a terminal")]

#[path = "../tests/it/states.rs"]
#[expect(clippy::expect_used, reason = "the states are made up, and right")]
mod states;

use report::{
    html::{figure::ImageSource, table::Table},
    mail::{Button, Link, Mail, Section},
};
use std::{error::Error, fs, path::PathBuf, process::ExitCode, time::Instant};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: contact_sheet FOLDER");
        return ExitCode::FAILURE;
    };
    match write(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &PathBuf) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let mut page =
        String::from("<!doctype html><meta charset=utf-8><title>Charts</title><body style=\"background:#c8ccd4\">\n");
    for (name, picture) in states::all() {
        let started = Instant::now();
        let png = report::png::png(&picture)?;
        println!(
            "{name:24} svg {:>7} B  png {:>7} B  {:>4} ms  {}",
            picture.svg.len(),
            png.len(),
            started.elapsed().as_millis(),
            picture.alt_text.chars().take(160).collect::<String>()
        );
        fs::write(folder.join(format!("{name}.svg")), &picture.svg)?;
        fs::write(folder.join(format!("{name}.png")), png)?;
        page.push_str(&format!("<img src=\"{name}.svg\" alt=\"{name}\" style=\"margin:6px;vertical-align:top\">\n"));
    }
    fs::write(folder.join("index.html"), page)?;
    fs::write(folder.join("mail.html"), mail()?)?;
    Ok(())
}

/// A mail as a page: its chart in the page itself.
fn mail() -> Result<String, Box<dyn Error>> {
    let answer = states::services(&["api-gateway", "checkout", "identity", "search", "worker"]);
    let picture =
        states::picture(&answer, Some(&states::render("timechart")), &states::options("Requests per 5 minutes"));
    let mut table = Table::first(8);
    states::feed(&mut table, &answer);
    let png = report::png::png(&picture)?;
    let mail = Mail {
        title: "Requests by service: weekly report".into(),
        meta: "Fri 20 Nov 2026 06:00 UTC · help / Samples · 10,080 rows in 0.42 s".into(),
        preheader: "api-gateway peaked at 19,697 requests per 5 minutes".into(),
        sections: vec![
            Section::chart(None, &picture, ImageSource::Png(&png)),
            Section { title: Some("Rows".into()), html: table.finish(Some("report.csv")), text: String::new() },
        ],
        button: Some(Button {
            label: "Open in Azure Data Explorer".into(),
            link: Link::parse("https://dataexplorer.azure.com/clusters/help/databases/Samples")?,
        }),
        footer: "Sent by the report requests-by-service to soc@example.com".into(),
    };
    Ok(mail.render().html)
}
