//! The tree of a query.

use crate::engine::operators::{Operator, Source};
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;
use std::rc::Rc;

/// An expression and where it starts, in bytes of the text.
#[derive(Debug)]
pub(in crate::engine) struct Expr {
    pub(in crate::engine) kind: ExprKind,
    pub(in crate::engine) offset: usize,
}

/// The forms of an expression, scalar and tabular.
#[derive(Debug)]
pub(in crate::engine) enum ExprKind {
    /// `1`, `"a"`, `datetime(2020-01-01)`, `dynamic([1])`.
    Literal(Value<'static>, ColumnType),
    /// `typeof(long)`
    Type(ColumnType),
    /// A column, variable, table or function without arguments.
    Name(String),
    /// `*`
    Star,
    /// `$left` or `$right`.
    Side(JoinSide),
    /// `name(arguments)`
    Call(Call),
    /// `value.name`
    Member(Box<Expr>, String),
    /// `value[index]`
    Index(Box<Expr>, Box<Expr>),
    /// `-value`
    Minus(Box<Expr>),
    /// `left operator right` for an operator that is a function of two values, such as `+`, `==` or `has`.
    Binary(&'static str, Box<Expr>, Box<Expr>),
    /// `a and b and …`
    And(Vec<Expr>),
    /// `a or b or …`
    Or(Vec<Expr>),
    /// `value between (low .. high)`, and whether it is negated.
    Between { value: Box<Expr>, low: Box<Expr>, high: Box<Expr>, negated: bool },
    /// `value in (a, b)` and its like: the operator's name decides.
    Membership { operator: &'static str, value: Box<Expr>, list: Vec<Expr> },
    /// A tabular expression with operators.
    Pipeline(Box<Pipeline>),
    /// A tabular expression that starts with a word of its own: `datatable`, `range`, `print`, `union`.
    Source(Rc<dyn Source>),
}

impl Expr {
    /// Calls `see` with the expression and all expressions inside it, but for those of tables.
    pub(in crate::engine) fn visit(&self, see: &mut dyn FnMut(&Self)) {
        see(self);
        match &self.kind {
            ExprKind::Call(call) => call.arguments.iter().for_each(|argument| argument.value.visit(see)),
            ExprKind::Member(value, _) | ExprKind::Minus(value) => value.visit(see),
            ExprKind::Index(first, second) | ExprKind::Binary(_, first, second) => {
                first.visit(see);
                second.visit(see);
            }
            ExprKind::And(terms) | ExprKind::Or(terms) => terms.iter().for_each(|term| term.visit(see)),
            ExprKind::Between { value, low, high, .. } => {
                [value, low, high].into_iter().for_each(|part| part.visit(see));
            }
            ExprKind::Membership { value, list, .. } => {
                value.visit(see);
                list.iter().for_each(|item| item.visit(see));
            }
            ExprKind::Literal(..)
            | ExprKind::Type(_)
            | ExprKind::Name(_)
            | ExprKind::Star
            | ExprKind::Side(_)
            | ExprKind::Pipeline(_)
            | ExprKind::Source(_) => {}
        }
    }
}

/// The two tables of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum JoinSide {
    /// `$left`
    Left,
    /// `$right`
    Right,
}

/// A call of a function.
#[derive(Debug)]
pub(in crate::engine) struct Call {
    pub(in crate::engine) name: String,
    pub(in crate::engine) arguments: Vec<Argument>,
}

/// An argument, with the name that it may be given by.
#[derive(Debug)]
pub(in crate::engine) struct Argument {
    pub(in crate::engine) name: Option<String>,
    pub(in crate::engine) value: Expr,
}

/// A tabular expression: rows, and what is done with them one after the other.
#[derive(Debug)]
pub(in crate::engine) struct Pipeline {
    pub(in crate::engine) source: Expr,
    pub(in crate::engine) steps: Vec<Step>,
}

/// An operator and where it stands.
#[derive(Debug)]
pub(in crate::engine) struct Step {
    pub(in crate::engine) operator: Box<dyn Operator>,
    pub(in crate::engine) offset: usize,
}

/// `name = expression`, `(a, b) = expression`, or an expression that names itself.
#[derive(Debug)]
pub(in crate::engine) struct NamedExpr {
    /// Names given in the text; none where the expression names itself.
    pub(in crate::engine) names: Vec<String>,
    pub(in crate::engine) value: Expr,
}

/// A statement of a query.
#[derive(Debug)]
pub(in crate::engine) enum Statement {
    /// `let name = value`
    Let(String, LetValue, usize),
    /// `declare query_parameters(…)`
    Parameters(Vec<Parameter>),
    /// `declare pattern name = …`
    Pattern(Rc<Pattern>),
    /// `set option = value`, or `set option`.
    Set(String, Option<Expr>),
    /// A tabular expression: a result.
    Query(Expr),
}

/// What a `let` statement names.
#[derive(Debug)]
pub(in crate::engine) enum LetValue {
    /// A scalar or a table.
    Expr(Expr),
    /// `(parameters) { body }`
    Function(Rc<Function>),
}

/// A function of the query.
#[derive(Debug)]
pub(in crate::engine) struct Function {
    pub(in crate::engine) parameters: Vec<Parameter>,
    /// Whether it is a `view`, which stands for a table of its name.
    pub(in crate::engine) is_view: bool,
    pub(in crate::engine) statements: Vec<Statement>,
    pub(in crate::engine) result: Option<Expr>,
}

/// Tables by texts: `declare pattern name = (key: string)[path: string] { ("a").["b"] = { table }; … }`.
#[derive(Debug)]
pub(in crate::engine) struct Pattern {
    pub(in crate::engine) name: String,
    /// The texts, the one behind the dot, and the table that they stand for.
    pub(in crate::engine) tables: Vec<(Vec<String>, Option<String>, Expr)>,
}

/// A parameter of a function or of a query.
#[derive(Debug)]
pub(in crate::engine) struct Parameter {
    pub(in crate::engine) name: String,
    pub(in crate::engine) kind: ParameterKind,
}

/// What a parameter takes.
#[derive(Debug)]
pub(in crate::engine) enum ParameterKind {
    /// A value of a type, and the value where none is given.
    Scalar(ColumnType, Option<Expr>),
    /// A table with at least these columns.
    Table(Vec<(String, ColumnType)>),
}
