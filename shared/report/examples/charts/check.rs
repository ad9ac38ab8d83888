//! The rubric: every item that a machine can judge, scored from 0 to 3.

use crate::{
    bench, fidelity,
    rubric::{Judged, Score, colours, columns, said, spikes, texts, ticks},
    states,
};
use std::{error::Error, path::Path};

/// Prints the score of each item; an error where one has not 3.
pub(crate) fn run(folder: &Path, chromium: &str, python: &str) -> Result<(), Box<dyn Error>> {
    let pictures: Vec<Judged> = states::all().into_iter().map(Judged::new).collect();
    let mut least = 3;
    let mut print = |item: &str, what: &str, score: &Score| {
        least = least.min(score.points());
        println!(
            "{item:>3}  {}  {what}: {} looked at, {} wrong. {}",
            score.points(),
            score.looked_at,
            score.wrong.len(),
            score.figure
        );
        score.wrong.iter().take(10).for_each(|wrong| println!("        {wrong}"));
    };
    print("1", "right columns", &columns::columns());
    print("2", "no text overlaps or leaves the picture", &texts::apart(&pictures));
    print("3", "ticks: number, unit, format, place", &ticks::ticks(&pictures));
    print("4", "contrast", &colours::contrast(&pictures));
    print("4", "colours for everybody", &colours::distances(&pictures));
    print("5", "no text on data", &texts::off_data(&pictures));
    print("6", "spikes kept", &spikes::spikes());
    print("7", "what is not shown is said", &said::said(&pictures));
    print("8", "every state has words and a PNG", &every_state(&pictures));
    print("9", "size, time and memory", &bench::score(&pictures, python)?);
    print("14", "resvg beside Chromium", &fidelity::score(&pictures, folder, chromium)?);
    if least == 3 { Ok(()) } else { Err("an item has less than 3".into()) }
}

fn every_state(pictures: &[Judged]) -> Score {
    let mut score = Score::default();
    for Judged { name, picture, drawing } in pictures {
        score.look(!drawing.words.is_empty(), || format!("{name} has no words"));
        let png = report::png::png(picture);
        score.look(png.is_ok(), || format!("{name}: {}", png.err().map(|error| error.to_string()).unwrap_or_default()));
    }
    score
}
