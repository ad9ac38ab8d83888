//! Calls: of built-in functions, of aggregates, of the functions of the query.

use crate::engine::aggregates::{self, AggregateCall};
use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::suggest::did_you_mean;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::columns::is_star;
use crate::engine::functions::{self, Function, Kernel};
use crate::engine::scope::Binding;
use crate::engine::syntax::tree::{Argument, Call, Expr};
use crate::engine::tabular::Resolved;

impl Binder<'_> {
    /// A call of a function that is known by its name.
    pub(super) fn call(&self, call: &Call) -> Result<Bound> {
        if let Some((Binding::Function(function), definition)) = self.scope.lookup(&call.name) {
            let result = definition.call(&function, &call.arguments, None, &|value| self.argument(value))?;
            return self.scalar_result(&call.name, result);
        }
        if let Some(collected) = self.aggregates
            && let Some(aggregate) = aggregates::find(&call.name)
        {
            return self.aggregate(aggregate, call, collected);
        }
        match functions::find(&call.name) {
            Some(function) => self.function(function, &call.arguments),
            None => Err(self.unknown_function(&call.name)),
        }
    }

    /// A function of the query without arguments, called without parentheses.
    pub(super) fn call_by_name(&self, name: &str) -> Result<Bound> {
        self.call(&Call { name: name.to_owned(), arguments: Vec::new() })
    }

    fn scalar_result(&self, name: &str, result: Resolved) -> Result<Bound> {
        match result {
            Resolved::Scalar(bound) => Ok(bound),
            Resolved::Table(_) => Err(EngineError::semantic(
                "SEM0025",
                format!("'{name}' answers a table where a value is expected: use toscalar()"),
            )),
        }
    }

    /// An argument of a function of the query: a value over the row at hand, or a table.
    fn argument(&self, value: &Expr) -> Result<Resolved> {
        if self.scope.is_table(value) { self.scope.resolve(value) } else { Ok(Resolved::Scalar(self.bind(value)?)) }
    }

    fn unknown_function(&self, name: &str) -> EngineError {
        if aggregates::find(name).is_some() {
            return EngineError::semantic(
                "SEM0009",
                format!("the aggregate '{name}' cannot be called here: use it in summarize"),
            );
        }
        if functions::refused::is_refused(name) {
            return EngineError::not_supported(format!("the function '{name}'"));
        }
        let variables = self.scope.names();
        let functions = functions::all().map(|function| function.name.to_owned());
        let known: Vec<String> = functions.chain(variables).collect();
        let nearest = did_you_mean(name, known.iter().map(String::as_str));
        EngineError::semantic("SEM0260", format!("unknown function: '{name}'{nearest}"))
    }

    fn function(&self, function: &'static Function, arguments: &[Argument]) -> Result<Bound> {
        if let Kernel::Bind(bind) = &function.kernel {
            return bind(self, arguments);
        }
        let bound = self.arguments(arguments)?;
        let (bound, column_type) = functions::signature::accept(function.name, function.signature, bound)?;
        if matches!(function.kernel, Kernel::Window(_)) && !self.input.is_some_and(|input| input.serialized) {
            let message = format!("'{}' needs rows in an order: sort them or use serialize before", function.name);
            return Err(EngineError::semantic("SEM0075", message));
        }
        self.apply(function.kernel.clone(), bound, column_type)
    }

    /// The arguments of a function, `*` standing for all columns.
    fn arguments(&self, arguments: &[Argument]) -> Result<Vec<Bound>> {
        let mut bound = Vec::new();
        for argument in arguments {
            if is_star(argument) {
                let columns = self.input.into_iter().flat_map(|input| input.columns.iter().enumerate());
                bound.extend(columns.map(|(index, column)| Bound::column(index, column.data.column_type())));
            } else {
                bound.push(self.bind(&argument.value)?);
            }
        }
        Ok(bound)
    }

    /// Collects an aggregate; its value is a column of what summarize computes.
    fn aggregate(
        &self,
        aggregate: &'static aggregates::Aggregate,
        call: &Call,
        collected: &std::cell::RefCell<Vec<AggregateCall>>,
    ) -> Result<Bound> {
        let rows = Self { aggregates: None, ..*self };
        let arguments = call.arguments.iter().map(|argument| rows.bind(&argument.value)).collect::<Result<Vec<_>>>()?;
        let (arguments, column_type) = functions::signature::accept(aggregate.name, aggregate.signature, arguments)?;
        let mut collected = collected.borrow_mut();
        collected.push(AggregateCall { aggregate, arguments, column_type });
        Ok(Bound::column(collected.len() - 1, column_type))
    }
}
