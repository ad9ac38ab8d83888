//! `invoke`: a function of the query whose first parameter is the table before it.

use crate::engine::bind::suggest::did_you_mean;
use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::{Binding, Scope};
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Call, Expr, ExprKind};
use crate::engine::tabular::Resolved;

pub(super) const INVOKE: OperatorEntry =
    OperatorEntry { name: "invoke", doc: "A function of the query, given the table before it.", parse };

#[derive(Debug)]
struct Invoke {
    call: Call,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let error = parser.expected("a call of a function");
    match parser.postfix()? {
        Expr { kind: ExprKind::Call(call), .. } => Ok(Box::new(Invoke { call })),
        _ => Err(error),
    }
}

impl Operator for Invoke {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let Some((Binding::Function(function), definition)) = scope.lookup(&self.call.name) else {
            let names = scope.names();
            let nearest = did_you_mean(&self.call.name, names.iter().map(String::as_str));
            return Err(EngineError::semantic("SEM0260", format!("unknown function: '{}'{nearest}", self.call.name)));
        };
        match definition.call(&function, &self.call.arguments, Some(input), &|value| scope.resolve(value))? {
            Resolved::Table(relation) => Ok(relation),
            Resolved::Scalar(_) => {
                Err(EngineError::semantic("SEM0025", format!("'{}' answers no table", self.call.name)))
            }
        }
    }
}
