//! One file for each kind of picture.

use super::{
    categories::{Categories, Most},
    chart_type::ChartType,
    choice::Choice,
    columns::KeptColumn,
    lines::Lines,
    look::{Look, Split, Stacking},
    story::Story,
};
use crate::{number::count, picture::Picture};

pub(crate) mod bar;
pub(crate) mod card;
pub(crate) mod column;
pub(crate) mod line;
pub(crate) mod pie;
pub(crate) mod plate;
pub(crate) mod scatter;
pub(crate) mod table;

/// Bars are drawn for all of up to 20 categories, else for the 8 largest.
const BARS: Most = Most { most: 20, kept: 8 };
/// A pie has at most 6 slices and "Other".
const SLICES: Most = Most { most: 7, kept: 6 };
/// More categories than this are not drawn as a pie.
const MOST_IN_PIE: usize = 8;
/// Bars of categories with an order of their own, beyond which columns are drawn.
const MOST_ORDERED_BARS: usize = 20;

/// Plots under each other at most.
const MOST_PANELS: usize = 5;

/// Lines, areas or dots: all measures together, or each in a plot of its own.
pub(crate) fn draw_lines(
    kind: ChartType,
    columns: &[KeptColumn],
    choice: &Choice,
    look: &Look,
    mut story: Story,
) -> Result<Picture, String> {
    if look.split == Split::Together || choice.y.len() == 1 {
        return Lines::new(columns, choice, look).map(|lines| line::draw(kind, vec![lines], look, story));
    }
    if look.split == Split::Axes && choice.y.len() > 2 {
        story.notes.push(format!("Drawn as panels: {} measures are too many for two axes", choice.y.len()));
    }
    let of = |measure: &usize| {
        // What is marked is marked on the first measure.
        let anomalies = if Some(measure) == choice.y.first() { choice.anomalies.clone() } else { Vec::new() };
        Choice { y: vec![*measure], anomalies, ..choice.clone() }
    };
    let drawn = choice.y.iter().filter_map(|measure| Lines::new(columns, &of(measure), look).ok());
    let lines: Vec<Lines<'_>> = drawn.take(MOST_PANELS).collect();
    if lines.len() < choice.y.len() {
        story.notes.push(format!("{} of {} measures drawn", lines.len(), choice.y.len()));
    }
    match lines.is_empty() {
        true => Lines::new(columns, choice, look).map(|lines| line::draw(kind, vec![lines], look, story)),
        false => Ok(line::draw(kind, lines, look, story)),
    }
}

/// A bar or column chart; where the columns have no room, bars, and where there are too many of either, a line.
pub(crate) fn draw_bars(
    kind: ChartType,
    columns: &[KeptColumn],
    choice: &Choice,
    look: &Look,
    mut story: Story,
) -> Result<Picture, String> {
    let categories = Categories::new(columns, choice, look, &story.zone, BARS)?;
    let many = categories.ordered && categories.names.len() > MOST_ORDERED_BARS;
    let fits = column::fits(&categories, look, story.width);
    let names = count(categories.names.len() as u64);
    match kind {
        ChartType::ColumnChart | ChartType::BarChart if many && !fits => {
            let (shape, drawn) = match look.stacking {
                Stacking::Beside => ("a line", ChartType::LineChart),
                _ => ("areas", ChartType::AreaChart),
            };
            let bars = if kind == ChartType::ColumnChart { "columns" } else { "bars" };
            story.notes.push(format!("Drawn as {shape}: {names} {bars} have no room"));
            Lines::new(columns, choice, look).map(|lines| line::draw(drawn, vec![lines], look, story))
        }
        ChartType::BarChart if many => {
            story.notes.push(format!("Drawn as columns: {names} bars have no room"));
            Ok(column::draw(categories, look, story))
        }
        ChartType::ColumnChart if fits => Ok(column::draw(categories, look, story)),
        ChartType::ColumnChart => {
            story.notes.push("Drawn as bars: the columns or their names have no room".to_owned());
            Ok(bar::draw(categories, look, story))
        }
        _ => Ok(bar::draw(categories, look, story)),
    }
}

/// A pie, or bars where the values or their number make no pie.
pub(crate) fn draw_slices(
    columns: &[KeptColumn],
    choice: &Choice,
    look: &Look,
    mut story: Story,
) -> Result<Picture, String> {
    let categories = Categories::new(columns, choice, look, &story.zone, SLICES)?;
    let total = categories.names.len() + categories.in_other.saturating_sub(1);
    let (least, greatest) = categories.range();
    let reason = match () {
        () if least < 0.0 => "Drawn as bars: negative values make no pie".to_owned(),
        () if total > MOST_IN_PIE => {
            format!("Drawn as bars: {} categories are too many for a pie", count(total as u64))
        }
        () if greatest == 0.0 => return Err("All values are zero".to_owned()),
        () => return Ok(pie::draw(categories, story)),
    };
    story.notes.push(reason);
    Categories::new(columns, choice, look, &story.zone, BARS).map(|categories| bar::draw(categories, look, story))
}
