//! The tables of a v1 answer.
//!
//! Which table is what is only said at the end, by the last one. The first is always a result and goes to the sink as it comes;
//! the others are kept until then.

use crate::{
    column::Column,
    decoder::Completion,
    error::{Problem, ServiceError},
    frame::Frame,
    held::HeldRows,
    limits::MAX_TABLES,
    property::Property,
    remarks::{Remarks, TableKind},
    results::Results,
    sink::{LimitReached, Sink, TableHeader},
    split::{Event, RowText},
};

/// What is known of a v1 answer so far.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    frame: Frame,
    /// Whether the first table is at the sink.
    begun: bool,
    rows: HeldRows,
    held_bytes: usize,
    /// Columns of all tables.
    columns: usize,
    tables: Vec<Table>,
    /// Whether there is a list of tables at all.
    listed: bool,
    ended: bool,
}

#[derive(Debug)]
struct Table {
    header: TableHeader,
    rows: HeldRows,
}

impl Tables {
    /// Takes the next event.
    pub(crate) fn take<S: Sink>(&mut self, event: Event<'_>, results: &mut Results<S>) -> Result<(), Problem> {
        match event {
            Event::TablesBegin => {
                self.listed = true;
                Ok(())
            }
            Event::FrameBegin => self.begin_table(),
            Event::FrameProperty(property, json) => self.frame.set(property, json),
            Event::Row(row) => self.row(row, results),
            Event::RowObject(json) => Err(Problem::Failed(Box::new(ServiceError::from_row_object(json)))),
            Event::FrameEnd => self.end_table(results),
            Event::AnswerProperty(property, json) => self.property(property, json),
            Event::End => {
                self.ended = true;
                Ok(())
            }
            Event::Begin(_) | Event::Text(_) => Ok(()),
        }
    }

    /// Whether rows of the first table wait for its columns.
    pub(crate) fn holds_result_rows(&self) -> bool {
        self.tables.is_empty() && !self.rows.is_empty()
    }

    /// The answer has ended: it is complete, or what it lacks.
    pub(crate) fn finish<S: Sink>(mut self, mut results: Results<S>) -> Result<Completion, Problem> {
        if !self.ended {
            return Err(Problem::Incomplete);
        }
        if !self.listed {
            return Err(Problem::Malformed("an object that is neither tables nor an error"));
        }
        let kinds = self.kinds()?;
        if kinds.first().is_some_and(|kind| *kind != TableKind::Result) {
            return Err(Problem::Malformed("the table of contents does not list the first table as a result"));
        }
        let remarks = self.remarks(&kinds)?;
        self.replay_results(&kinds, &mut results)?;
        let mut tables = results.into_tables();
        for (table, (_, visualization)) in tables.iter_mut().zip(remarks.visualizations) {
            table.visualization = visualization;
        }
        Ok(Completion { tables, statistics: remarks.statistics })
    }

    fn begin_table(&mut self) -> Result<(), Problem> {
        if self.tables.len() >= MAX_TABLES {
            return Err(LimitReached { limit: MAX_TABLES as u64, unit: "tables" }.into());
        }
        self.frame = Frame::default();
        Ok(())
    }

    fn row<S: Sink>(&mut self, row: RowText<'_>, results: &mut Results<S>) -> Result<(), Problem> {
        let is_first = self.tables.is_empty();
        if is_first
            && !self.begun
            && self.rows.is_empty()
            && self.frame.columns.is_some()
            && self.frame.table_name.is_some()
        {
            self.begin_first(results)?;
        }
        match is_first && self.begun {
            true => results.row(row),
            false => self.rows.push(row.text, &mut self.held_bytes),
        }
    }

    fn begin_first<S: Sink>(&mut self, results: &mut Results<S>) -> Result<(), Problem> {
        results.begin(self.frame.header(&mut self.columns)?)?;
        self.begun = true;
        Ok(())
    }

    fn end_table<S: Sink>(&mut self, results: &mut Results<S>) -> Result<(), Problem> {
        if let Some(error) = self.frame.error.take() {
            return Err(Problem::Failed(error));
        }
        let mut rows = std::mem::take(&mut self.rows);
        let header = match self.tables.is_empty() {
            true => {
                if !self.begun {
                    self.begin_first(results)?;
                }
                rows.replay(|row| results.row(row))?;
                self.held_bytes = 0;
                // The results have it.
                TableHeader { name: String::new(), columns: Vec::new() }
            }
            false => self.frame.header(&mut self.columns)?,
        };
        self.tables.push(Table { header, rows });
        Ok(())
    }

    fn property(&mut self, property: Property, json: &str) -> Result<(), Problem> {
        match property {
            Property::Tables if json == "null" => Ok(()),
            Property::Tables => Err(Problem::Malformed("the tables are not a list")),
            _ => ServiceError::from_property(json).map_or(Ok(()), |error| Err(Problem::Failed(Box::new(error)))),
        }
    }

    /// What each table is: from the table of contents if the last table is one, otherwise by the rule for one or two tables.
    fn kinds(&mut self) -> Result<Vec<TableKind>, Problem> {
        let count = self.tables.len();
        let mut kinds = vec![TableKind::Result; count];
        let (Some(last), Some(kind)) = (self.tables.last_mut(), kinds.last_mut()) else { return Ok(kinds) };
        if count >= 3 && last.is_contents() {
            kinds.fill(TableKind::Other);
            last.read_contents(&mut kinds)?;
        } else if count == 2 && last.is_properties() {
            *kind = TableKind::Properties;
        }
        Ok(kinds)
    }

    fn remarks(&mut self, kinds: &[TableKind]) -> Result<Remarks, Problem> {
        let mut remarks = Remarks::default();
        for (table, kind) in self.tables.iter_mut().zip(kinds) {
            if *kind != TableKind::Result {
                let columns = &table.header.columns;
                table.rows.replay(|row| {
                    remarks.note(*kind, columns, &row.cells().collect::<Vec<_>>());
                    Ok(())
                })?;
            }
        }
        remarks.check()?;
        Ok(remarks)
    }

    /// Hands the further result tables to the sink.
    fn replay_results<S: Sink>(&mut self, kinds: &[TableKind], results: &mut Results<S>) -> Result<(), Problem> {
        for (table, kind) in self.tables.drain(..).zip(kinds).skip(1) {
            let Table { header, mut rows } = table;
            if *kind == TableKind::Result {
                results.begin(header)?;
                rows.replay(|row| results.row(row))?;
            }
        }
        Ok(())
    }
}

impl Table {
    fn has_columns(&self, names: &[&str]) -> bool {
        names.iter().all(|name| position(&self.header.columns, name).is_some())
    }

    fn is_contents(&self) -> bool {
        self.has_columns(&["Ordinal", "Kind", "Name", "Id"])
    }

    fn is_properties(&self) -> bool {
        self.header.columns.len() == 1 && self.has_columns(&["Value"])
    }

    /// Reads the table of contents: each row names the table of its ordinal. The table of contents itself is not in it.
    fn read_contents(&mut self, kinds: &mut [TableKind]) -> Result<(), Problem> {
        let columns = &self.header.columns;
        let (Some(ordinal), Some(name)) = (position(columns, "Ordinal"), position(columns, "Kind")) else {
            return Ok(());
        };
        self.rows.replay(|row| {
            let mut cells = row.cells();
            let (Some(ordinal), Some(name)) = (row.cells().nth(ordinal), cells.nth(name)) else { return Ok(()) };
            let kind = ordinal.parse().ok().and_then(|ordinal: usize| kinds.get_mut(ordinal));
            if let Some(kind) = kind {
                *kind = TableKind::named(name.trim_matches('"'));
            }
            Ok(())
        })
    }
}

fn position(columns: &[Column], name: &str) -> Option<usize> {
    columns.iter().position(|column| column.name == name)
}
