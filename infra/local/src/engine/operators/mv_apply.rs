//! `mv-apply`: operators applied to the elements of the arrays of each row.

use crate::engine::error::Result;
use crate::engine::operators::mv_expand::{Expansion, expansion};
use crate::engine::operators::union::Pile;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Step;

pub(super) const MV_APPLY: OperatorEntry = OperatorEntry {
    name: "mv-apply",
    doc: "Operators applied to the elements of the arrays of each row, as to a table of their own.",
    parse,
};

#[derive(Debug)]
struct MvApply {
    expansion: Expansion,
    steps: Vec<Step>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let expansion = expansion(parser)?;
    parser.expect_word("on")?;
    Ok(Box::new(MvApply { expansion, steps: parser.subquery()? }))
}

impl Operator for MvApply {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let (mut expanded, rows) = self.expansion.expand(&input, scope)?;
        expanded.serialized = input.serialized;
        let around = self.around(&input)?;
        // Without rows the operators still say which columns there are.
        let nothing = self.beside(&around, 0, &scope.nested().apply(expanded.gather(&[]), &self.steps)?.first(0));
        let mut results = Pile::default();
        results.add(nothing, scope)?;
        for (row, elements) in runs(&rows) {
            let result = scope.nested().apply(expanded.gather(&elements), &self.steps)?;
            results.add(self.beside(&around, row, &result), scope)?;
        }
        let mut result = results.united();
        result.serialized = input.serialized;
        Ok(result)
    }
}

impl MvApply {
    /// The columns of the input that no expanded column takes the place of.
    fn around(&self, input: &Relation) -> Result<Relation> {
        let taken: Vec<String> = self.expansion.names().collect();
        let columns = input.columns.iter().filter(|column| !taken.contains(&column.name)).cloned();
        Ok(input.with_columns(columns.collect()))
    }

    /// What came of the elements of a row, beside the row.
    fn beside(&self, around: &Relation, row: u32, result: &Relation) -> Relation {
        let of_row = around.gather(&vec![row; result.rows]);
        let computed = |name: &str| result.columns.iter().find(|column| column.name == name).cloned();
        let mut columns: Vec<NamedColumn> =
            of_row.columns.into_iter().map(|column| computed(&column.name).unwrap_or(column)).collect();
        let new = result.columns.iter().filter(|column| around.position(&column.name).is_none()).cloned();
        columns.extend(new);
        result.with_columns(columns)
    }
}

/// The runs of equal numbers: the number, and the places where it stands.
fn runs(rows: &[u32]) -> impl Iterator<Item = (u32, Vec<u32>)> {
    let mut start = 0_u32;
    rows.chunk_by(|first, second| first == second).map(move |run| {
        let places = start..start + run.len() as u32;
        start = places.end;
        (run.first().copied().unwrap_or_default(), places.collect())
    })
}
