//! One file for each kind of picture.

use super::{
    categories::{Categories, Most},
    chart_type::ChartType,
    choice::Choice,
    columns::KeptColumn,
    lines::Lines,
    story::Story,
};
use crate::{number::count, picture::Picture};
use kusto_protocol::visualization::Visualization;

pub(crate) mod bar;
pub(crate) mod column;
pub(crate) mod line;
pub(crate) mod pie;
pub(crate) mod plate;
pub(crate) mod table;

/// Bars are drawn for all of up to 20 categories, else for the 8 largest.
const BARS: Most = Most { most: 20, kept: 8 };
/// A pie has at most 6 slices and "Other".
const SLICES: Most = Most { most: 7, kept: 6 };
/// More categories than this are not drawn as a pie.
const MOST_IN_PIE: usize = 8;
/// Bars of categories with an order of their own, beyond which columns are drawn.
const MOST_ORDERED_BARS: usize = 20;

/// A bar or column chart; where the columns have no room, bars, and where there are too many of either, a line.
pub(crate) fn draw_bars(
    kind: ChartType,
    columns: Vec<KeptColumn>,
    choice: &Choice,
    asked: Option<&Visualization>,
    mut story: Story,
) -> Result<Picture, String> {
    let categories = Categories::new(&columns, choice, asked, &story.zone, BARS)?;
    let many = categories.ordered && categories.names.len() > MOST_ORDERED_BARS;
    match kind {
        ChartType::ColumnChart | ChartType::BarChart if many && !column::fits(&categories) => {
            story.notes.push(format!(
                "Drawn as a line: {} {} have no room",
                count(categories.names.len() as u64),
                shape(kind)
            ));
            Lines::new(columns, choice).map(|lines| line::draw(ChartType::LineChart, lines, asked, story))
        }
        ChartType::BarChart if many => {
            story.notes.push(format!("Drawn as columns: {} bars have no room", count(categories.names.len() as u64)));
            Ok(column::draw(categories, asked, story))
        }
        ChartType::ColumnChart if column::fits(&categories) => Ok(column::draw(categories, asked, story)),
        _ => Ok(bar::draw(categories, asked, story)),
    }
}

fn shape(kind: ChartType) -> &'static str {
    if kind == ChartType::ColumnChart { "columns" } else { "bars" }
}

/// A pie, or bars where the values or their number make no pie.
pub(crate) fn draw_slices(
    columns: &[KeptColumn],
    choice: &Choice,
    asked: Option<&Visualization>,
    mut story: Story,
) -> Result<Picture, String> {
    let categories = Categories::new(columns, choice, asked, &story.zone, SLICES)?;
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
    Categories::new(columns, choice, asked, &story.zone, BARS).map(|categories| bar::draw(categories, asked, story))
}
