//! Rows as aligned columns, for people who read plain text.

use super::Encoder;
use kusto_protocol::{
    cell::Row,
    column::{Column, ColumnType},
    sink::TableHeader,
};

/// Characters of a cell that are shown.
const MAX_WIDTH: usize = 40;
/// Blanks between columns.
const GAP: &[u8] = b"  ";

/// A table that is kept until its columns' widths are known.
#[derive(Debug, Default)]
pub(super) struct Text {
    columns: Vec<Column>,
    /// The header, then the rows.
    lines: Vec<Vec<Shown>>,
    widths: Vec<usize>,
    /// Bytes of all lines beyond one for each character.
    extra_bytes: usize,
}

/// The text of a cell and its length in characters.
#[derive(Debug)]
struct Shown {
    text: String,
    width: usize,
}

impl Shown {
    fn new(text: &str) -> Self {
        let mut chars = text.chars().map(|char| if char.is_control() { ' ' } else { char });
        let mut text: String = chars.by_ref().take(MAX_WIDTH).collect();
        if chars.next().is_some() {
            text.pop();
            text.push('…');
        }
        Self { width: text.chars().count(), text }
    }
}

impl Text {
    fn push(&mut self, line: Vec<Shown>) {
        self.measure(&line);
        self.lines.push(line);
    }

    fn measure(&mut self, line: &[Shown]) {
        for (width, shown) in self.widths.iter_mut().zip(line) {
            *width = shown.width.max(*width);
            self.extra_bytes += shown.text.len() - shown.width;
        }
    }

    fn write(&self, line: &[Shown], out: &mut Vec<u8>) {
        let start = out.len();
        for (index, ((shown, width), column)) in line.iter().zip(&self.widths).zip(&self.columns).enumerate() {
            if index > 0 {
                out.extend_from_slice(GAP);
            }
            let blanks = vec![b' '; width.saturating_sub(shown.width)];
            match is_right_aligned(column.column_type) {
                true => out.extend([blanks.as_slice(), shown.text.as_bytes()].concat()),
                false => out.extend([shown.text.as_bytes(), blanks.as_slice()].concat()),
            }
        }
        let kept = out.get(start..).map_or(0, |line| line.trim_ascii_end().len());
        out.truncate(start + kept);
        out.push(b'\n');
    }
}

impl Encoder for Text {
    fn content_type(&self) -> &'static str {
        "text/plain; charset=utf-8"
    }

    fn table(&mut self, number: usize, table: &TableHeader, out: &mut Vec<u8>) {
        if number > 0 {
            out.extend_from_slice(format!("\n{}\n", Shown::new(&table.name).text).as_bytes());
        }
        self.columns.clone_from(&table.columns);
        self.widths = vec![0; table.columns.len()];
        self.extra_bytes = 0;
        self.lines.clear();
        self.push(table.columns.iter().map(|column| Shown::new(&column.name)).collect());
    }

    fn row(&mut self, _number: u64, row: &Row<'_>, _out: &mut Vec<u8>) {
        self.push(row.cells().map(|cell| Shown::new(&cell.text())).collect());
    }

    fn end_table(&mut self, out: &mut Vec<u8>) {
        for (index, line) in self.lines.iter().enumerate() {
            self.write(line, out);
            if index == 0 {
                let rules: Vec<_> = self.widths.iter().map(|width| "-".repeat(*width)).collect();
                self.write(&rules.iter().map(|rule| Shown::new(rule)).collect::<Vec<_>>(), out);
            }
        }
        self.lines.clear();
    }

    fn end(&mut self, _tables: usize, _out: &mut Vec<u8>) {}

    fn pending(&self) -> usize {
        // One line more than there are, for the rule below the header; each with its line break.
        let line = self.widths.iter().map(|width| width + GAP.len()).sum::<usize>() + 1;
        self.extra_bytes + (self.lines.len() + 1) * line
    }

    fn keep_rows(&mut self, kept: u64) {
        let lines = usize::try_from(kept).unwrap_or(usize::MAX).saturating_add(1);
        let mut all = std::mem::take(&mut self.lines);
        all.truncate(lines);
        self.widths.fill(0);
        self.extra_bytes = 0;
        all.into_iter().for_each(|line| self.push(line));
    }
}

fn is_right_aligned(column_type: ColumnType) -> bool {
    column_type.is_numeric() || column_type == ColumnType::Timespan
}
