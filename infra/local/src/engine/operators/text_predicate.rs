//! The conditions of `search` and `find`: a text alone looks into all columns, and `*` in it stands for any characters.

use crate::engine::syntax::tree::{Call, Expr, ExprKind};
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;

/// The condition with each text that stands alone, and each `column:text`, as the operator that it means.
pub(super) fn predicate(expr: Expr, case_sensitive: bool) -> Expr {
    let Expr { kind, offset } = expr;
    let all = |terms: Vec<Expr>| terms.into_iter().map(|term| predicate(term, case_sensitive)).collect();
    let kind = match kind {
        ExprKind::Literal(Value::String(text), _) => {
            term(Expr { kind: ExprKind::Star, offset }, &text, offset, case_sensitive)
        }
        ExprKind::Star => ExprKind::Literal(Value::Bool(true), ColumnType::Bool),
        ExprKind::Binary(":", column, pattern) => match pattern.kind {
            ExprKind::Literal(Value::String(text), _) => term(*column, &text, offset, case_sensitive),
            _ => ExprKind::Binary("has", column, pattern),
        },
        ExprKind::And(terms) => ExprKind::And(all(terms)),
        ExprKind::Or(terms) => ExprKind::Or(all(terms)),
        ExprKind::Call(Call { name, mut arguments }) if name == "not" => {
            for argument in &mut arguments {
                let value = std::mem::replace(&mut argument.value, Expr { kind: ExprKind::Star, offset });
                argument.value = predicate(value, case_sensitive);
            }
            ExprKind::Call(Call { name, arguments })
        }
        other => other,
    };
    Expr { kind, offset }
}

/// Whether the text is in the column, as the stars at its ends and in it say.
fn term(column: Expr, text: &str, offset: usize, case_sensitive: bool) -> ExprKind {
    let inner = text.trim_matches('*');
    let operators = match (text.starts_with('*'), text.ends_with('*')) {
        _ if inner.is_empty() => return ExprKind::Literal(Value::Bool(true), ColumnType::Bool),
        _ if inner.contains('*') => return regex(column, text, offset, case_sensitive),
        (false, false) => ("has", "has_cs"),
        (false, true) => ("hasprefix", "hasprefix_cs"),
        (true, false) => ("hassuffix", "hassuffix_cs"),
        (true, true) => ("contains", "contains_cs"),
    };
    let operator = if case_sensitive { operators.1 } else { operators.0 };
    ExprKind::Binary(operator, Box::new(column), Box::new(string(inner.to_owned(), offset)))
}

/// A text with stars inside, as a regular expression whose ends are those of words where there is no star.
fn regex(column: Expr, text: &str, offset: usize, case_sensitive: bool) -> ExprKind {
    let parts: Vec<String> = text.split('*').map(regex::escape).collect();
    let start = if text.starts_with('*') { "" } else { r"\b" };
    let end = if text.ends_with('*') { "" } else { r"\b" };
    let flags = if case_sensitive { "" } else { "(?i)" };
    let pattern = format!("{flags}{start}{}{end}", parts.join(".*"));
    ExprKind::Binary("matches regex", Box::new(column), Box::new(string(pattern, offset)))
}

fn string(text: String, offset: usize) -> Expr {
    Expr { kind: ExprKind::Literal(Value::from(text), ColumnType::String), offset }
}

/// The names in a condition, and whether it looks into any column.
pub(super) fn names(condition: &Expr) -> (Vec<String>, bool) {
    let (mut found, mut any_column) = (Vec::new(), false);
    condition.visit(&mut |expr| match &expr.kind {
        ExprKind::Name(name) => found.push(name.clone()),
        ExprKind::Star => any_column = true,
        _ => {}
    });
    (found, any_column)
}
