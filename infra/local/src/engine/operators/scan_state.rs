//! What `scan` knows of the sequences that it is following.

use crate::engine::bind::binder::{Binder, step_column};
use crate::engine::bind::bound::Bound;
use crate::engine::bind::operators::cast;
use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::evaluate;
use crate::engine::operators::scan::{Output, Scan};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;

/// The values of a row in the columns of the input, and in those that are declared.
type Record = Vec<Value<'static>>;

/// A step with its expressions bound.
struct BoundStep {
    condition: Bound,
    /// The column that is assigned to, and its value.
    assignments: Vec<(usize, Bound)>,
    output: Output,
}

/// A sequence that has come to a step.
struct Sequence {
    id: i64,
    /// The last row of each step so far.
    records: Vec<Record>,
    /// The row that is answered once no further one matches the step.
    pending: Option<Record>,
}

/// The state of a scan: for each step the sequence that has come to it.
pub(super) struct Scanner<'s> {
    scan: &'s Scan,
    input: &'s Relation,
    scope: &'s Scope,
    schema: Vec<(String, ColumnType)>,
    /// What the columns hold before a step assigns to them.
    empty: Record,
    steps: Vec<BoundStep>,
    sequences: Vec<Option<Sequence>>,
    started: i64,
    output: Vec<(i64, Record)>,
}

impl<'s> Scanner<'s> {
    pub(super) fn new(scan: &'s Scan, input: &'s Relation, scope: &'s Scope) -> Result<Self> {
        let mut schema = input.schema();
        let mut empty = vec![Value::Null; schema.len()];
        for (name, column_type, default) in &scan.declared {
            schema.push((name.clone(), *column_type));
            empty.push(match default {
                Some(default) => {
                    let (value, _) = Binder::without_columns(scope).constant(default)?;
                    crate::storage::convert::cast(&value, *column_type).into_owned()
                }
                None => Value::Null,
            });
        }
        let mut scanner = Self {
            scan,
            input,
            scope,
            schema,
            empty,
            steps: Vec::new(),
            sequences: scan.steps.iter().map(|_| None).collect(),
            started: 0,
            output: Vec::new(),
        };
        scanner.steps = scanner.bind()?;
        Ok(scanner)
    }

    fn bind(&self) -> Result<Vec<BoundStep>> {
        let row = self.row(&self.empty, &[]);
        let binder = Binder::over(self.scope, &row);
        let assignment = |(name, value): &(String, crate::engine::syntax::tree::Expr)| {
            let index = self.schema.iter().position(|(found, _)| found == name);
            let declared = index.filter(|index| *index >= self.input.columns.len());
            let index = declared.ok_or_else(|| {
                let message = format!("'{name}' is not declared: write declare ({name}: type) before with");
                EngineError::semantic("SEM0100", message).at(value.offset)
            })?;
            Ok((index, cast(binder.bind(value)?, self.schema[index].1)))
        };
        let steps = self.scan.steps.iter().map(|step| {
            let condition = binder.condition(&step.condition).map_err(|error| error.at(step.offset))?;
            let assignments = step.assignments.iter().map(assignment).collect::<Result<Vec<_>>>()?;
            Ok(BoundStep { condition, assignments, output: step.output })
        });
        steps.collect()
    }

    /// The row at hand, and beside it what each step holds, as a table of one row.
    fn row(&self, record: &Record, steps: &[Record]) -> Relation {
        let column = |name: String, column_type, value: &Value<'_>| {
            let mut column = Column::new(column_type, 1);
            column.push(value.borrowed());
            NamedColumn::new(name, column)
        };
        let own = self.schema.iter().zip(record).map(|((name, kind), value)| column(name.clone(), *kind, value));
        let mut columns: Vec<NamedColumn> = own.collect();
        for (index, step) in self.scan.steps.iter().enumerate() {
            let held = steps.get(index).unwrap_or(&self.empty);
            let held = self.schema.iter().zip(held);
            columns.extend(held.map(|((name, kind), value)| column(step_column(&step.name, name), *kind, value)));
        }
        Relation::new(columns, 1)
    }

    /// The record as a step changes it, if it matches; none where it does not.
    fn matched(&self, step: usize, record: &Record, held: &[Record]) -> Result<Option<Record>> {
        let row = self.row(record, held);
        let Some(step) = self.steps.get(step) else { return Ok(None) };
        if evaluate(&step.condition, &row, &self.scope.context)?.value(0) != Value::Bool(true) {
            return Ok(None);
        }
        let mut changed = record.clone();
        for (column, value) in &step.assignments {
            changed[*column] = evaluate(value, &row, &self.scope.context)?.value(0).into_owned();
        }
        Ok(Some(changed))
    }

    /// Compares a row with all steps, from the last to the first.
    pub(super) fn take(&mut self, row: usize) -> Result<()> {
        let mut record: Record = self.input.columns.iter().map(|column| column.data.value(row).into_owned()).collect();
        record.extend(self.empty.iter().skip(record.len()).cloned());
        for step in (0..self.steps.len()).rev() {
            if !self.advance(step, &record)? {
                self.stay(step, &record)?;
            }
        }
        self.scope.context.check_rows(self.output.len())
    }

    /// Moves the sequence of the step before on to this one, if the row matches.
    fn advance(&mut self, step: usize, record: &Record) -> Result<bool> {
        let Some(before) = step.checked_sub(1) else { return Ok(false) };
        let Some(Some(sequence)) = self.sequences.get(before) else { return Ok(false) };
        let Some(changed) = self.matched(step, record, &sequence.records)? else { return Ok(false) };
        self.answer_pending(before);
        self.answer_pending(step);
        if let Some(mut sequence) = self.sequences[before].take() {
            sequence.records.push(changed.clone());
            self.sequences[step] = Some(sequence);
        }
        self.answer(step, changed);
        Ok(true)
    }

    /// Keeps the sequence at the step, or begins one at the first, if the row matches.
    fn stay(&mut self, step: usize, record: &Record) -> Result<()> {
        let held = match self.sequences.get(step) {
            Some(Some(sequence)) => sequence.records.as_slice(),
            _ if step == 0 => &[],
            _ => return Ok(()),
        };
        let Some(changed) = self.matched(step, record, held)? else { return Ok(()) };
        match &mut self.sequences[step] {
            Some(sequence) => sequence.records[step].clone_from(&changed),
            none => {
                *none = Some(Sequence { id: self.started, records: vec![changed.clone()], pending: None });
                self.started += 1;
            }
        }
        self.answer(step, changed);
        Ok(())
    }

    /// Answers a row that matched a step, now or once no other follows.
    fn answer(&mut self, step: usize, record: Record) {
        let output = self.steps.get(step).map(|step| step.output);
        if let Some(Some(sequence)) = self.sequences.get_mut(step) {
            match output {
                Some(Output::All) => self.output.push((sequence.id, record)),
                Some(Output::Last) => sequence.pending = Some(record),
                Some(Output::None) | None => {}
            }
        }
    }

    fn answer_pending(&mut self, step: usize) {
        if let Some(Some(sequence)) = self.sequences.get_mut(step) {
            self.output.extend(sequence.pending.take().map(|record| (sequence.id, record)));
        }
    }

    /// All rows that were answered.
    pub(super) fn finish(mut self) -> Result<Relation> {
        (0..self.steps.len()).for_each(|step| self.answer_pending(step));
        let rows = self.output.len();
        let mut columns = Vec::new();
        for (index, (name, column_type)) in self.schema.iter().enumerate() {
            let mut column = Column::new(*column_type, rows);
            self.output.iter().for_each(|(_, record)| column.push(record[index].borrowed()));
            columns.push(NamedColumn::new(name.clone(), column));
        }
        if let Some(name) = &self.scan.match_id {
            let ids: Vec<i64> = self.output.iter().map(|(id, _)| *id).collect();
            columns.push(NamedColumn::new(name.clone(), Column::Long(ids.into())));
        }
        let mut result = Relation::new(columns, rows);
        result.serialized = true;
        Ok(result)
    }
}
