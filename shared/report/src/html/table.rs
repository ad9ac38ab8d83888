//! Rows as an HTML table: the first of them for a mail, or all of them.

use super::Html;
use crate::{
    cell_text::{clean, cut, display, is_right_aligned, whole},
    number::count,
    picture::SeriesSummary,
    rows::reserved,
};
use askama::{
    Template,
    filters::{self as escaping, Escaper},
};
use kusto_protocol::{
    cell::Row,
    column::{Column, ColumnType},
    sink::{LimitReached, Sink, TableHeader},
};
use std::borrow::Cow;

/// Rows of a table in a mail, where nothing else is asked for.
pub const DEFAULT_ROWS: usize = 50;
/// Rows of a table in a mail at most.
pub const MAX_ROWS: usize = 100;
/// Bytes of a table in a mail at most: Gmail clips a mail of about 102 kB.
pub const MAX_MAIL_BYTES: usize = 80_000;
/// Characters of a cell in a mail.
const CELL_CHARACTERS: usize = 300;
/// The part of the bytes that the names of the columns may take.
const HEAD_SHARE: usize = 4;

/// The style of every cell; mail clients need it on each. It has no single quote: see [`push_cell`].
pub(crate) const CELL_STYLE: &str = "padding:6px 8px;border-bottom:1px solid #E4E8ED";

/// A sink that makes an HTML table of each result table.
#[derive(Debug)]
pub struct Table {
    extent: Extent,
    /// Bytes that the first rows may have.
    room: usize,
    is_cut: bool,
    bytes: usize,
    parts: Vec<Part>,
}

/// How much of a result is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// The first rows, as many as have room; the rest is counted.
    First(usize),
    /// All rows; an error where they need more than so many bytes.
    All(usize),
}

/// One table of the result.
#[derive(Debug)]
struct Part {
    head: Vec<Text>,
    columns: usize,
    /// Whether there are datetimes, which are shown in UTC.
    has_times: bool,
    rows: String,
    shown: u64,
    total: u64,
    full: bool,
}

/// The text of a cell and where it stands.
#[derive(Clone, Debug)]
struct Text {
    text: String,
    right_aligned: bool,
}

#[derive(Template)]
#[template(path = "table/beginning.html")]
struct Beginning {
    caption: String,
    columns: Vec<Text>,
}

/// What stands behind the last row.
const END: &str = "</tbody>\n</table>\n</div>";

impl Table {
    /// The first `rows` rows, at most 100 of them and 80 kB, as a mail can carry them.
    pub fn first(rows: usize) -> Self {
        Self {
            extent: Extent::First(rows.min(MAX_ROWS)),
            room: MAX_MAIL_BYTES,
            is_cut: false,
            bytes: 0,
            parts: Vec::new(),
        }
    }

    /// The first rows have this room at most, where a mail has more to show than this table.
    pub fn within(mut self, bytes: usize) -> Self {
        self.room = bytes.min(MAX_MAIL_BYTES);
        self
    }

    /// All rows; a result that needs more than `max_bytes` of HTML is refused.
    pub fn all(max_bytes: usize) -> Self {
        Self { extent: Extent::All(max_bytes), room: max_bytes, is_cut: false, bytes: 0, parts: Vec::new() }
    }

    /// Rows of all tables, shown or not.
    pub fn row_count(&self) -> u64 {
        self.parts.iter().map(|part| part.total).sum()
    }

    /// How many of all rows are shown, in words: "50 of 1,204 rows".
    pub fn shown_of_all(&self) -> String {
        let shown: u64 = self.parts.iter().map(|part| part.shown).sum();
        format!("{} of {} rows", count(shown), count(self.row_count()))
    }

    /// Whether every row and column is shown.
    pub fn is_whole(&self) -> bool {
        self.parts.iter().all(|part| part.shown == part.total && part.head.len() == part.columns)
    }

    /// The result had more rows than reached this table: it says so, and that no file has all of them.
    pub fn cut(mut self, is_cut: bool) -> Self {
        self.is_cut = is_cut;
        self
    }

    /// The tables, one after the other; `attached_as` names the file in which all rows are.
    pub fn finish(self, attached_as: Option<&str>) -> Html {
        let is_cut = self.is_cut;
        Html::joined(self.parts.into_iter().map(|part| part.finish(attached_as, is_cut)))
    }

    fn heads(&self, columns: &[Column]) -> Vec<Text> {
        let mut room = match self.extent {
            Extent::First(_) => self.room / HEAD_SHARE,
            Extent::All(_) => usize::MAX,
        };
        let head = |column: &Column| {
            let text = self.extent.text(&column.name).into_owned();
            // The markup around a name is some hundred bytes.
            room = room.checked_sub(text.len() + 120)?;
            Some(Text { text, right_aligned: is_right_aligned(column.column_type) })
        };
        columns.iter().map_while(head).collect()
    }
}

impl Sink for Table {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        let head = self.heads(&table.columns);
        self.bytes += head.iter().map(|head| head.text.len() + 120).sum::<usize>();
        let rows = match self.extent {
            // Nearly always there is one table.
            Extent::All(limit) if self.parts.is_empty() => String::with_capacity(reserved(limit as u64)),
            _ => String::new(),
        };
        self.parts.push(Part {
            head,
            columns: table.columns.len(),
            has_times: table.columns.iter().any(|column| column.column_type == ColumnType::DateTime),
            rows,
            shown: 0,
            total: 0,
            full: false,
        });
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        let shown: u64 = self.parts.iter().map(|part| part.shown).sum();
        let Some(part) = self.parts.last_mut() else { return Ok(()) };
        if part.full || self.extent == Extent::First(shown as usize) {
            part.count_only();
            return Ok(());
        }
        let length = part.rows.len();
        let extent = self.extent;
        push_row(&mut part.rows, row.cells().take(part.head.len()), |rows, cell| {
            let text = if matches!(extent, Extent::All(_)) { whole(&cell) } else { display(&cell) };
            push_cell(rows, &extent.text(&text), is_right_aligned(cell.column_type()));
        });
        let bytes = self.bytes + part.rows.len() - length;
        match extent {
            Extent::All(limit) if bytes > limit => return Err(LimitReached { limit: limit as u64, unit: "bytes" }),
            Extent::First(_) if bytes > self.room => {
                part.rows.truncate(length);
                part.count_only();
            }
            _ => {
                self.bytes = bytes;
                part.shown += 1;
                part.total += 1;
            }
        }
        Ok(())
    }

    fn forget_rows(&mut self) {
        if let Some(part) = self.parts.last_mut() {
            self.bytes -= part.rows.len();
            part.rows.clear();
            (part.shown, part.total, part.full) = (0, 0, false);
        }
    }
}

impl Extent {
    /// As much of a text as a cell shows.
    fn text(self, text: &str) -> Cow<'_, str> {
        match (self, clean(text)) {
            (Self::All(_), text) => text,
            (Self::First(_), Cow::Borrowed(text)) => cut(text, CELL_CHARACTERS),
            (Self::First(_), Cow::Owned(text)) => cut(&text, CELL_CHARACTERS).into_owned().into(),
        }
    }
}

/// Appends a row. It is written here and not by a template: a result has thousands.
fn push_row<C>(rows: &mut String, cells: impl Iterator<Item = C>, mut push: impl FnMut(&mut String, C)) {
    rows.push_str("<tr>");
    cells.for_each(|cell| push(rows, cell));
    rows.push_str("</tr>\n");
}

/// Appends a cell, its text escaped. Its attributes are in single quotes, which a reply of JSON carries as they are.
fn push_cell(rows: &mut String, text: &str, right_aligned: bool) {
    rows.push_str(if right_aligned { "<td align='right' style='" } else { "<td style='" });
    rows.push_str(CELL_STYLE);
    rows.push_str("'>");
    // Nearly every text has nothing to escape.
    if text.bytes().any(|byte| matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\'')) {
        // A string takes whatever is written.
        let _ = escaping::Html.write_escaped_str(&mut *rows, text);
    } else {
        rows.push_str(text);
    }
    rows.push_str("</td>");
}

/// A table with these rows, in the memory that they have: there may be megabytes of them.
fn around(mut rows: String, beginning: &Beginning) -> Html {
    let mut beginning = Html::render(beginning).into_string();
    beginning.push('\n');
    rows.insert_str(0, &beginning);
    rows.push_str(END);
    Html(rows)
}

impl Part {
    /// A row that is not shown; none after it is either.
    fn count_only(&mut self) {
        self.total += 1;
        self.full = true;
    }

    fn finish(self, attached_as: Option<&str>, is_cut: bool) -> Html {
        let mut caption = match self.total {
            1 if self.shown == 1 => "1 row".to_owned(),
            total if total == self.shown => format!("{} rows", count(total)),
            total => format!("{} of {} rows", count(self.shown), count(total)),
        };
        if self.head.len() < self.columns {
            caption.push_str(&format!(", {} of {} columns", self.head.len(), count(self.columns as u64)));
        }
        if self.has_times {
            caption.push_str(", times in UTC");
        }
        if is_cut {
            caption.push_str(", the rest was cut at the limit");
        }
        if let Some(name) = attached_as {
            caption.push_str(&format!("; {} in {}", if is_cut { "those before the cut" } else { "all" }, clean(name)));
        }
        around(self.rows, &Beginning { caption, columns: self.head })
    }
}

/// Average, minimum, maximum and last value of each series of a chart.
pub fn summary(series: &[SeriesSummary]) -> Html {
    let columns = SUMMARY_COLUMNS.iter().enumerate();
    let columns = columns.map(|(index, name)| Text { text: (*name).to_owned(), right_aligned: index > 0 }).collect();
    let mut rows = String::new();
    for one in series {
        let cells = [(one.name.as_str(), false)].into_iter().chain(one.figures().map(|figure| (figure, true)));
        push_row(&mut rows, cells, |rows, (text, right_aligned)| push_cell(rows, text, right_aligned));
    }
    let caption = match series.len() {
        1 => "Summary of 1 series".to_owned(),
        several => format!("Summary of {several} series"),
    };
    around(rows, &Beginning { caption, columns })
}

/// The columns of a summary.
pub(crate) const SUMMARY_COLUMNS: [&str; 5] = ["Series", "Average", "Minimum", "Maximum", "Last"];

impl SeriesSummary {
    /// The figures in the order of the columns.
    pub(crate) fn figures(&self) -> [&str; 4] {
        [&self.average, &self.minimum, &self.maximum, &self.last]
    }
}
