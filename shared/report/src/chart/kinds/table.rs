//! The first rows as a picture: for `table`, and where nothing else can be drawn.

use crate::{
    cell_text::is_right_aligned,
    chart::{
        canvas::{Anchor, Canvas, Stroke, Type},
        header::PADDING,
        palette::{BASE, GRID, INK},
        story::Story,
        text::{fitted, short},
    },
    number::count,
    picture::Picture,
};
use kusto_protocol::column::{Column, ColumnType};

const HEAD: Type = Type::semi_bold(11.5, INK);
const CELL: Type = Type::regular(11.5, INK);
const ROW: f64 = 24.0;
const GAP: f64 = 16.0;
/// The least width of a column, which decides how many of them are drawn.
const NARROWEST: f64 = 72.0;
/// Rows that are drawn.
pub(crate) const MAX_ROWS: usize = 12;

/// A column of the picture.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) name: String,
    pub(crate) right_aligned: bool,
    pub(crate) is_time: bool,
    /// The first cells, as a table shows them.
    pub(crate) cells: Vec<String>,
}

impl Head {
    pub(crate) fn new(column: &Column) -> Self {
        let right_aligned = is_right_aligned(column.column_type);
        let is_time = column.column_type == ColumnType::DateTime;
        Self { name: short(&column.name), right_aligned, is_time, cells: Vec::new() }
    }
}

/// Tables show instants as Kusto keeps them, whatever the time zone of an axis would be.
pub(crate) fn said_zone(columns: &[Head]) -> String {
    if columns.iter().any(|column| column.is_time) { "Times in UTC".to_owned() } else { String::new() }
}

/// Draws the first rows of as many columns as have room.
pub(crate) fn draw(columns: &[Head], mut story: Story) -> Picture {
    let room = story.width.pixels() - 2.0 * PADDING;
    let shown = columns.len().min((room / NARROWEST) as usize);
    let rows = columns.first().map_or(0, |column| column.cells.len());
    if story.rows > rows as u64 {
        story.notes.push(format!("{rows} of {} rows shown", count(story.rows)));
    }
    if shown < columns.len() {
        story.notes.push(format!("{shown} of {} columns shown", count(columns.len() as u64)));
    }
    let columns = &columns[..shown];
    story.note_foreign(columns.iter().flat_map(|column| column.cells.iter().chain([&column.name])));
    let header = story.header(&[said_zone(columns)]);
    let widths = widths(columns, room);
    let top = header.height();
    let height = top + ROW * (rows as f64 + 1.0) + PADDING;
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let alt_text = format!("Table: {}: {} rows of {}.", story.title, count(story.rows), names.join(", "));
    story.picture(&header, height, alt_text, |canvas| {
        let mut left = PADDING;
        for (column, width) in columns.iter().zip(&widths) {
            paint_column(canvas, column, left, *width, top);
            left += width + GAP;
        }
        for row in 0..=rows {
            let below = top + ROW * (row as f64 + 1.0);
            let stroke =
                if row == 0 { Stroke { colour: BASE, width: 1.2 } } else { Stroke { colour: GRID, width: 0.8 } };
            canvas.line((PADDING, below), (PADDING + room, below), stroke);
        }
    })
}

/// A width for each column: what it wants, or a fair share where all together want more than there is.
fn widths(columns: &[Head], room: f64) -> Vec<f64> {
    let room = room - GAP * columns.len().saturating_sub(1) as f64;
    let wanted: Vec<f64> = columns
        .iter()
        .map(|column| {
            let cells = column.cells.iter().map(|cell| CELL.width(cell)).fold(0.0, f64::max);
            HEAD.width(&column.name).max(cells) + 1.0
        })
        .collect();
    let total: f64 = wanted.iter().sum();
    if total <= room {
        let spare = (room - total) / columns.len().max(1) as f64;
        return wanted.into_iter().map(|width| width + spare).collect();
    }
    // Narrow columns keep what they want; the wide ones share the rest.
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|one, other| wanted[*one].total_cmp(&wanted[*other]));
    let (mut left, mut widths) = (room, wanted.clone());
    for (done, index) in order.into_iter().enumerate() {
        widths[index] = wanted[index].min(left / (columns.len() - done) as f64);
        left -= widths[index];
    }
    widths
}

fn paint_column(canvas: &mut Canvas<'_>, column: &Head, left: f64, width: f64, top: f64) {
    let (x, anchor) = if column.right_aligned { (left + width, Anchor::End) } else { (left, Anchor::Start) };
    canvas.text(&fitted(&column.name, HEAD, width), (x, top + 16.0), anchor, HEAD);
    for (row, cell) in column.cells.iter().enumerate() {
        let base_line = top + ROW * (row as f64 + 1.0) + 16.0;
        canvas.text(&fitted(cell, CELL, width), (x, base_line), anchor, CELL);
    }
}
