//! Tabular expressions computed: names, calls and pipelines that give rows.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::operators::cast;
use crate::engine::bind::suggest::did_you_mean;
use crate::engine::error::{EngineError, Result};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::{Binding, Scope};
use crate::engine::syntax::tree::{
    Argument, Call, Expr, ExprKind, Function, LetValue, Parameter, ParameterKind, Pattern, Pipeline, Statement, Step,
};
use crate::storage::catalog::Database;
use crate::storage::table::Table;

/// What an expression gives.
#[derive(Clone, Debug)]
pub(super) enum Resolved {
    /// Rows.
    Table(Relation),
    /// A value.
    Scalar(Bound),
}

impl Scope {
    /// The rows of a tabular expression.
    pub(super) fn relation(&self, expr: &Expr) -> Result<Relation> {
        match self.resolve(expr)? {
            Resolved::Table(relation) => Ok(relation),
            Resolved::Scalar(_) => Err(EngineError::semantic(
                "SEM0025",
                "a value stands where a table is expected: begin with a table or print",
            )
            .at(expr.offset)),
        }
    }

    /// What an expression gives, rows or a value.
    pub(super) fn resolve(&self, expr: &Expr) -> Result<Resolved> {
        self.resolve_kind(expr).map_err(|error| error.at(expr.offset))
    }

    fn resolve_kind(&self, expr: &Expr) -> Result<Resolved> {
        match &expr.kind {
            ExprKind::Pipeline(pipeline) => self.pipeline(pipeline).map(Resolved::Table),
            ExprKind::Source(source) => source.rows(self).map(Resolved::Table),
            ExprKind::Name(name) => self.named(name),
            ExprKind::Member(database, table) => self.member_table(expr, database, table),
            ExprKind::Call(call) => self.called(expr, call),
            _ => self.value(expr),
        }
    }

    fn value(&self, expr: &Expr) -> Result<Resolved> {
        Binder::without_columns(self).bind(expr).map(Resolved::Scalar)
    }

    /// The rows of a table or view.
    pub(super) fn relation_named(&self, name: &str) -> Result<Relation> {
        match self.named(name)? {
            Resolved::Table(relation) => Ok(relation),
            Resolved::Scalar(_) => Err(self.unknown_table(self.context.current_database(), name)),
        }
    }

    fn named(&self, name: &str) -> Result<Resolved> {
        match self.lookup(name) {
            Some((Binding::Table(relation), _)) => Ok(Resolved::Table(relation)),
            Some((Binding::Scalar(bound), _)) => Ok(Resolved::Scalar(bound)),
            Some((Binding::Function(function), definition)) => {
                let mut found = definition.call(&function, &[], None, &|value| self.resolve(value))?;
                if let Resolved::Table(relation) = &mut found {
                    relation.name = function.is_view.then(|| name.to_owned());
                }
                Ok(found)
            }
            Some((Binding::Pattern(_), _)) => {
                Err(EngineError::semantic("SEM0036", format!("the pattern '{name}' needs its keys in parentheses")))
            }
            None => self.stored_table(name).map(Resolved::Table),
        }
    }

    /// A table of the database that the query is for.
    fn stored_table(&self, name: &str) -> Result<Relation> {
        let database = self.context.current_database();
        if let Some(table) = database.and_then(|database| database.table(name)) {
            return Ok(rows_of(table));
        }
        Err(self.unknown_table(database, name))
    }

    fn unknown_table(&self, database: Option<&Database>, name: &str) -> EngineError {
        let variables = self.names();
        let tables = database.into_iter().flat_map(Database::tables).map(Table::name);
        let nearest = did_you_mean(name, tables.chain(variables.iter().map(String::as_str)));
        EngineError::semantic(
            "SEM0100",
            format!("failed to resolve table or column expression named '{name}'{nearest}"),
        )
    }

    /// `database("name").table`, or a member of a value.
    fn member_table(&self, expr: &Expr, database: &Expr, table: &str) -> Result<Resolved> {
        let ExprKind::Call(call) = &database.kind else { return self.value(expr) };
        if let Some((Binding::Pattern(pattern), definition)) = self.lookup(&call.name) {
            return self.table_of_pattern(&pattern, call, Some(table), &definition).map(Resolved::Table);
        }
        match call.name.as_str() {
            "database" => self.table_of(call, table).map(Resolved::Table),
            "cluster" => Err(EngineError::not_supported("cluster()")),
            _ => self.value(expr),
        }
    }

    fn table_of(&self, call: &Call, table: &str) -> Result<Relation> {
        let name = self.text_argument(call)?;
        let Some(database) = self.context.catalog.database(&name) else {
            return Err(EngineError::semantic("SEM0100", format!("there is no database named '{name}'")));
        };
        let found = database.table(table);
        found.map(rows_of).ok_or_else(|| self.unknown_table(Some(database), table))
    }

    /// The table that a pattern has for the arguments of a call, and for what stands behind the dot.
    fn table_of_pattern(
        &self,
        pattern: &Pattern,
        call: &Call,
        path: Option<&str>,
        definition: &Self,
    ) -> Result<Relation> {
        let binder = Binder::without_columns(self);
        let key = |argument: &Argument| Ok(binder.constant(&argument.value)?.0.to_text().into_owned());
        let keys = call.arguments.iter().map(key).collect::<Result<Vec<String>>>()?;
        let is_it = |(found, at, _): &&(Vec<String>, Option<String>, Expr)| *found == keys && at.as_deref() == path;
        match pattern.tables.iter().find(is_it) {
            Some((_, _, table)) => definition.nested().relation(table),
            None => {
                let path = path.map(|path| format!(".['{path}']")).unwrap_or_default();
                let message = format!("the pattern has no table for {}('{}'){path}", pattern.name, keys.join("', '"));
                Err(EngineError::semantic("SEM0036", message))
            }
        }
    }

    /// The constant text that is the first argument of a call.
    fn text_argument(&self, call: &Call) -> Result<String> {
        let missing = || EngineError::semantic("SEM0219", format!("{}() needs a name in quotes", call.name));
        let argument = call.arguments.first().ok_or_else(missing)?;
        Ok(Binder::without_columns(self).constant(&argument.value)?.0.to_text().into_owned())
    }

    fn called(&self, expr: &Expr, call: &Call) -> Result<Resolved> {
        if let Some((Binding::Function(function), definition)) = self.lookup(&call.name) {
            return definition.call(&function, &call.arguments, None, &|value| self.resolve(value));
        }
        if let Some((Binding::Pattern(pattern), definition)) = self.lookup(&call.name) {
            return self.table_of_pattern(&pattern, call, None, &definition).map(Resolved::Table);
        }
        match call.name.as_str() {
            "table" => {
                let name = self.text_argument(call)?;
                self.named(&name)
            }
            "materialize" => match call.arguments.as_slice() {
                [argument] => self.relation(&argument.value).map(Resolved::Table),
                _ => Err(EngineError::semantic("SEM0219", "materialize() takes one table")),
            },
            _ => self.value(expr),
        }
    }

    /// Whether an expression gives rows, judged without computing it.
    pub(super) fn is_table(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Pipeline(_) | ExprKind::Source(_) => true,
            ExprKind::Name(name) => match self.lookup(name) {
                Some((Binding::Table(_), _)) => true,
                Some(_) => false,
                None => self.context.current_database().is_some_and(|database| database.table(name).is_some()),
            },
            ExprKind::Call(call) => {
                matches!(call.name.as_str(), "table" | "materialize") && self.lookup(&call.name).is_none()
            }
            ExprKind::Member(value, _) => matches!(&value.kind, ExprKind::Call(call) if call.name == "database"),
            _ => false,
        }
    }

    fn pipeline(&self, pipeline: &Pipeline) -> Result<Relation> {
        let source = self.relation(&pipeline.source)?;
        self.apply(source, &pipeline.steps)
    }

    /// The rows after operators, one after the other.
    pub(super) fn apply(&self, mut relation: Relation, steps: &[Step]) -> Result<Relation> {
        for step in steps {
            self.context.check_rows(relation.rows)?;
            relation = step.operator.apply(relation, self).map_err(|error| error.at(step.offset))?;
        }
        Ok(relation)
    }

    /// Gives the names of statements their meaning.
    pub(super) fn run_let(&self, name: &str, value: &LetValue) -> Result<()> {
        if self.defines(name) {
            let message = format!("a variable with the name '{name}' has been declared already");
            return Err(EngineError::semantic("SEM0201", message));
        }
        let binding = match value {
            LetValue::Function(function) => Binding::Function(function.clone()),
            LetValue::Expr(expr) => match self.resolve(expr)? {
                Resolved::Table(relation) => Binding::Table(relation),
                Resolved::Scalar(bound) => Binding::Scalar(bound),
            },
        };
        self.define(name, binding);
        Ok(())
    }

    /// What a function gives that was defined in this scope. `piped` is the table before `| invoke`; `argument` computes an argument.
    pub(super) fn call(
        &self,
        function: &Function,
        arguments: &[Argument],
        piped: Option<Relation>,
        argument: &dyn Fn(&Expr) -> Result<Resolved>,
    ) -> Result<Resolved> {
        let body = self.nested();
        let mut parameters: Vec<&Parameter> = function.parameters.iter().collect();
        if let Some(piped) = piped {
            let Some(first) = (!parameters.is_empty()).then(|| parameters.remove(0)) else {
                return Err(EngineError::semantic(
                    "SEM0219",
                    "invoke needs a function whose first parameter is a table",
                ));
            };
            body.define_parameter(first, Resolved::Table(piped))?;
        }
        if arguments.len() > parameters.len() {
            let message =
                format!("the function takes {} argument(s), not {}", function.parameters.len(), arguments.len());
            return Err(EngineError::semantic("SEM0219", message));
        }
        for (index, parameter) in parameters.into_iter().enumerate() {
            let by_name = arguments.iter().find(|argument| argument.name.as_ref() == Some(&parameter.name));
            let by_place = arguments.get(index).filter(|argument| argument.name.is_none());
            let value = match (by_name.or(by_place), &parameter.kind) {
                (Some(given), _) => argument(&given.value)?,
                (None, ParameterKind::Scalar(_, Some(default))) => self.value(default)?,
                (None, _) => {
                    let message = format!("the function's parameter '{}' is not given", parameter.name);
                    return Err(EngineError::semantic("SEM0219", message));
                }
            };
            body.define_parameter(parameter, value)?;
        }
        self.context.call(|| body.run_body(function))
    }

    fn run_body(&self, function: &Function) -> Result<Resolved> {
        for statement in &function.statements {
            match statement {
                Statement::Let(name, value, offset) => self.run_let(name, value).map_err(|error| error.at(*offset))?,
                _ => {
                    return Err(EngineError::semantic("SEM0002", "a function holds let statements and one expression"));
                }
            }
        }
        match &function.result {
            Some(result) => self.resolve(result),
            None => Err(EngineError::semantic("SEM0002", "a function needs an expression at its end")),
        }
    }

    fn define_parameter(&self, parameter: &Parameter, value: Resolved) -> Result<()> {
        let binding = match (&parameter.kind, value) {
            (ParameterKind::Scalar(column_type, _), Resolved::Scalar(bound)) => {
                Binding::Scalar(cast(bound, *column_type))
            }
            (ParameterKind::Table(schema), Resolved::Table(relation)) => {
                for (name, column_type) in schema {
                    let found = relation.position(name).and_then(|index| relation.columns.get(index));
                    if found.is_none_or(|column| column.data.column_type() != *column_type) {
                        let message =
                            format!("the table given for '{}' lacks the column {name}:{column_type}", parameter.name);
                        return Err(EngineError::semantic("SEM0231", message));
                    }
                }
                Binding::Table(relation)
            }
            _ => {
                let message =
                    format!("the parameter '{}' is given a table for a value, or a value for a table", parameter.name);
                return Err(EngineError::semantic("SEM0231", message));
            }
        };
        self.define(&parameter.name, binding);
        Ok(())
    }
}

/// All rows of a stored table.
fn rows_of(table: &Table) -> Relation {
    let columns = table.schema().iter().zip(table.columns());
    let columns = columns.map(|(schema, data)| NamedColumn::new(schema.name.clone(), data));
    let mut relation = Relation::new(columns.collect(), table.rows());
    relation.name = Some(table.name().to_owned());
    relation
}
