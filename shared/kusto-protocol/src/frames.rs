//! The frames of a v2 answer: plain, fragmented or progressive.

use crate::{
    column::Column,
    decoder::{Completion, PrimaryTable},
    error::{Problem, ServiceError},
    frame::Frame,
    held::HeldRows,
    limits::MAX_TABLES,
    remarks::{Remarks, TableKind},
    results::Results,
    sink::{LimitReached, Sink, TableHeader},
    split::{Event, RowText},
};

/// What is known of a v2 answer so far.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    frame: Frame,
    rows: Rows,
    held: HeldRows,
    held_bytes: usize,
    /// Columns of all tables.
    columns: usize,
    tables: Vec<Table>,
    remarks: Remarks,
    /// DataSetCompletion has come.
    completed: bool,
    /// The outermost bracket is closed.
    ended: bool,
}

/// Where the rows of the current frame go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Rows {
    /// There are none yet.
    #[default]
    Undecided,
    /// They wait for the properties of their frame.
    Held,
    /// They belong to the table of this index.
    Table(usize),
    /// Nobody wants them.
    Dropped,
}

#[derive(Debug)]
struct Table {
    id: Option<String>,
    kind: TableKind,
    part: Part,
    row_count: u64,
    completed: bool,
}

/// What a table's rows are read with.
#[derive(Debug)]
enum Part {
    /// A result table that has no rows yet.
    Waiting(TableHeader),
    /// A result table, by its number among them.
    Result(usize),
    /// Any other table.
    Side(Vec<Column>),
}

impl Frames {
    /// Takes the next event.
    pub(crate) fn take<S: Sink>(&mut self, event: Event<'_>, results: &mut Results<S>) -> Result<(), Problem> {
        match event {
            Event::FrameBegin => self.begin_frame(),
            Event::FrameProperty(property, json) => self.frame.set(property, json),
            Event::Row(row) => self.row(row, results),
            Event::RowObject(json) => Err(Problem::Failed(Box::new(ServiceError::from_row_object(json)))),
            Event::FrameEnd => self.end_frame(results),
            Event::End => {
                self.ended = true;
                Ok(())
            }
            Event::Begin(_) | Event::Text(_) | Event::TablesBegin | Event::AnswerProperty(..) => Ok(()),
        }
    }

    /// Whether rows that may be a result's wait for the properties of their frame.
    pub(crate) fn holds_result_rows(&self) -> bool {
        !self.held.is_empty()
            && self.frame.table_kind.as_deref().is_none_or(|kind| TableKind::named(kind) == TableKind::Result)
    }

    /// The answer has ended: it is complete, or what it lacks.
    pub(crate) fn finish<S: Sink>(mut self, results: Results<S>) -> Result<Completion, Problem> {
        self.remarks.check()?;
        if !self.completed || !self.ended {
            return Err(Problem::Incomplete);
        }
        let mut tables = results.into_tables();
        for table in self.tables {
            if let Part::Result(index) = table.part {
                visualize(tables.get_mut(index), &table.id, &mut self.remarks);
            }
        }
        Ok(Completion { tables, statistics: self.remarks.statistics })
    }

    fn begin_frame(&mut self) -> Result<(), Problem> {
        if self.completed {
            return Err(Problem::Malformed("a frame follows DataSetCompletion"));
        }
        self.frame = Frame::default();
        self.rows = Rows::Undecided;
        Ok(())
    }

    fn row<S: Sink>(&mut self, row: RowText<'_>, results: &mut Results<S>) -> Result<(), Problem> {
        if self.rows == Rows::Undecided {
            self.rows = if self.knows_rows() { self.begin_rows(results)? } else { Rows::Held };
        }
        match self.rows {
            Rows::Table(index) => self.table_row(index, row, results),
            Rows::Held => self.held.push(row.text, &mut self.held_bytes),
            Rows::Undecided | Rows::Dropped => Ok(()),
        }
    }

    /// Whether all has come that the rows of the frame need.
    fn knows_rows(&self) -> bool {
        let frame = &self.frame;
        match frame.frame_type.as_deref() {
            None => false,
            Some("DataTable") => frame.table_kind.is_some() && frame.table_name.is_some() && frame.columns.is_some(),
            Some("TableFragment") => frame.table_id.is_some() && frame.fragment_type.is_some(),
            Some(_) => true,
        }
    }

    /// The rows of the frame begin: of a new table, or more of one.
    fn begin_rows<S: Sink>(&mut self, results: &mut Results<S>) -> Result<Rows, Problem> {
        match self.frame.frame_type.as_deref() {
            Some("DataTable") => {
                let index = self.add_table()?;
                self.begin_result(index, results)?;
                Ok(Rows::Table(index))
            }
            Some("TableFragment") => {
                let index = self.open_table()?;
                self.begin_result(index, results)?;
                if self.frame.fragment_type.as_deref() == Some("DataReplace") {
                    self.forget_rows(index, results);
                }
                Ok(Rows::Table(index))
            }
            _ => Ok(Rows::Dropped),
        }
    }

    fn end_frame<S: Sink>(&mut self, results: &mut Results<S>) -> Result<(), Problem> {
        if self.frame.cancelled {
            return Err(Problem::Cancelled);
        }
        if let Some(error) = self.frame.error.take() {
            return Err(Problem::Failed(error));
        }
        if matches!(self.rows, Rows::Undecided | Rows::Held) {
            self.rows = self.begin_rows(results)?;
            self.replay_held(results)?;
        }
        match self.frame.frame_type.as_deref() {
            Some("DataTable") => self.complete_data_table(),
            Some("TableHeader") => self.add_table().map(|_| ()),
            Some("TableCompletion") => self.complete_table(results),
            Some("DataSetCompletion") => self.complete_data_set(),
            _ => Ok(()),
        }
    }

    fn replay_held<S: Sink>(&mut self, results: &mut Results<S>) -> Result<(), Problem> {
        let mut held = std::mem::take(&mut self.held);
        self.held_bytes = 0;
        match self.rows {
            Rows::Table(index) => held.replay(|row| self.table_row(index, row, results)),
            _ => Ok(()),
        }
    }

    fn table_row<S: Sink>(&mut self, index: usize, row: RowText<'_>, results: &mut Results<S>) -> Result<(), Problem> {
        let Some(table) = self.tables.get_mut(index) else { return Ok(()) };
        table.row_count += 1;
        match &table.part {
            Part::Side(columns) => {
                let cells: Vec<&str> = row.cells().collect();
                self.remarks.note(table.kind, columns, &cells);
                Ok(())
            }
            Part::Result(_) | Part::Waiting(_) => results.row(row),
        }
    }

    /// A new table, as the frame describes it.
    fn add_table(&mut self) -> Result<usize, Problem> {
        if self.tables.len() >= MAX_TABLES {
            return Err(LimitReached { limit: MAX_TABLES as u64, unit: "tables" }.into());
        }
        let kind = TableKind::named(self.frame.table_kind.as_deref().unwrap_or_default());
        if kind != TableKind::Result {
            self.frame.columns.get_or_insert_default();
        }
        let header = self.frame.header(&mut self.columns)?;
        let part = match kind {
            TableKind::Result => Part::Waiting(header),
            _ => Part::Side(header.columns),
        };
        let id = self.frame.table_id.clone();
        self.tables.push(Table { id, kind, part, row_count: 0, completed: false });
        Ok(self.tables.len() - 1)
    }

    /// The table that the frame belongs to, which has a header and no completion.
    fn open_table(&self) -> Result<usize, Problem> {
        let is_meant = |table: &Table| table.id.is_some() && table.id == self.frame.table_id && !table.completed;
        self.tables.iter().position(is_meant).ok_or(Problem::Malformed("a frame belongs to a table that is not open"))
    }

    /// Sees to it that a result table is the one that the sink takes rows of.
    fn begin_result<S: Sink>(&mut self, index: usize, results: &mut Results<S>) -> Result<(), Problem> {
        let Some(table) = self.tables.get_mut(index) else { return Ok(()) };
        match &mut table.part {
            Part::Waiting(header) => {
                let header = TableHeader {
                    name: std::mem::take(&mut header.name),
                    columns: std::mem::take(&mut header.columns),
                };
                table.part = Part::Result(results.begin(header)?);
            }
            Part::Result(result) if !results.is_current(*result) => {
                return Err(Problem::Malformed("the rows of two result tables are mixed"));
            }
            Part::Result(_) | Part::Side(_) => {}
        }
        Ok(())
    }

    fn forget_rows<S: Sink>(&mut self, index: usize, results: &mut Results<S>) {
        let Some(table) = self.tables.get_mut(index) else { return };
        table.row_count = 0;
        if matches!(table.part, Part::Result(_)) {
            results.forget_rows();
        }
    }

    fn complete_data_table(&mut self) -> Result<(), Problem> {
        if let (Rows::Table(index), id) = (self.rows, self.frame.table_id.take())
            && let Some(table) = self.tables.get_mut(index)
        {
            table.completed = true;
            // The id may come after the rows.
            table.id = id;
        }
        Ok(())
    }

    fn complete_table<S: Sink>(&mut self, results: &mut Results<S>) -> Result<(), Problem> {
        let index = self.open_table()?;
        if matches!(self.tables.get(index).map(|table| &table.part), Some(Part::Waiting(_))) {
            self.begin_result(index, results)?;
        }
        let Some(table) = self.tables.get_mut(index) else { return Ok(()) };
        table.completed = true;
        match self.frame.row_count {
            Some(count) if count != table.row_count => {
                Err(Problem::Malformed("TableCompletion counts other rows than came"))
            }
            _ => Ok(()),
        }
    }

    fn complete_data_set(&mut self) -> Result<(), Problem> {
        self.remarks.check()?;
        if self.frame.has_errors {
            return Err(Problem::Failed(Box::new(ServiceError::unexplained())));
        }
        if !self.tables.iter().all(|table| table.completed) {
            return Err(Problem::Malformed("a table has no TableCompletion"));
        }
        self.completed = true;
        Ok(())
    }
}

/// Gives a result table the visualization that was announced for its id.
fn visualize(table: Option<&mut PrimaryTable>, id: &Option<String>, remarks: &mut Remarks) {
    let announced = remarks.visualizations.iter_mut().find(|(table_id, _)| table_id == id);
    if let (Some(table), Some((_, visualization))) = (table, announced) {
        table.visualization = visualization.take();
    }
}
