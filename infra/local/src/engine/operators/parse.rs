//! `parse`, `parse-where`: columns read from a text by a pattern.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::operators::cast;
use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::evaluate;
use crate::engine::operators::extend::put;
use crate::engine::operators::parse_pattern::{Mode, Pattern};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert;
use crate::storage::value::Value;
use std::sync::Arc;

pub(super) const PARSE: OperatorEntry = OperatorEntry {
    name: "parse",
    doc: "Columns read from a text by a pattern.",
    parse: |parser| parse(parser, false),
};
pub(super) const PARSE_WHERE: OperatorEntry = OperatorEntry {
    name: "parse-where",
    doc: "As parse, only the rows that the pattern fits.",
    parse: |parser| parse(parser, true),
};

#[derive(Debug)]
struct Parse {
    text: Expr,
    pattern: Pattern,
    only_matches: bool,
}

fn parse(parser: &mut Parser<'_>, only_matches: bool) -> Result<Box<dyn Operator>> {
    let offset = parser.offset();
    let properties = parser.properties(&["kind", "flags"])?;
    let value = |name: &str| properties.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    let mode = match value("kind") {
        None | Some("simple") => Mode::Simple,
        Some("relaxed") => Mode::Relaxed,
        Some("regex") => Mode::Regex,
        Some(other) => {
            return Err(EngineError::syntax(
                offset,
                format!("there is no parse of kind '{other}': use simple, relaxed or regex"),
            ));
        }
    };
    let text = parser.scalar()?;
    parser.expect_word("with")?;
    let pattern = Pattern::parse(parser, mode, value("flags").unwrap_or_default().to_owned())?;
    Ok(Box::new(Parse { text, pattern, only_matches }))
}

impl Operator for Parse {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let bound = cast(Binder::over(scope, &input).bind(&self.text)?, ColumnType::String);
        let texts = evaluate(&bound, &input, &scope.context)?;
        let regex = self.pattern.regex()?;
        let schema: Vec<(&str, ColumnType)> = self.pattern.columns().collect();
        let groups = self.pattern.groups();
        let mut columns: Vec<Column> =
            schema.iter().map(|(_, column_type)| Column::new(*column_type, input.rows)).collect();
        let mut matching = Vec::new();
        for row in 0..input.rows {
            let text = texts.value(row);
            let text = text.to_text();
            let captures = regex.captures(&text);
            let found = captures.as_ref().and_then(|captures| {
                let text_of = |group: &String| captures.name(group).map_or("", |found| found.as_str());
                let values: Vec<Value<'_>> = groups
                    .iter()
                    .zip(&schema)
                    .map(|(group, (_, kind))| convert::parse(text_of(group), *kind))
                    .collect();
                let spoiled = self.pattern.mode == Mode::Simple && values.iter().any(Value::is_null);
                (!spoiled).then_some(values)
            });
            if found.is_some() {
                matching.push(row as u32);
            }
            let values = found.unwrap_or_else(|| vec![Value::Null; columns.len()]);
            columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
        }
        let mut result = input.with_columns(input.columns.clone());
        for ((name, _), column) in schema.into_iter().zip(columns) {
            put(&mut result, name.to_owned(), Arc::new(column));
        }
        Ok(if self.only_matches { result.gather(&matching) } else { result })
    }
}
