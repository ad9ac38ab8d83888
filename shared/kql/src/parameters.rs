//! Typed query parameters: values travel beside the query as literals, never inside its text.

mod declaration;

use crate::literal::{self, InvalidValue};
use crate::name::is_identifier;
use crate::scalar_type::ScalarType;
use crate::statement::{StatementKind, statement_kind};
use declaration::{Declaration, declared};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A query and the parameters to send with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The text of the query, with a declaration in front where it had none. It does not depend on the values.
    pub text: String,
    /// The literal of each parameter, for `properties.Parameters`.
    pub parameters: BTreeMap<String, String>,
}

/// Why parameters cannot be sent with a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// A name that is no identifier.
    #[error("parameter {name:?} has a name that KQL does not allow: use letters, digits and _, and no digit first")]
    BadName {
        /// The name as given.
        name: String,
    },
    /// The query declares its parameters, but not this one.
    #[error("parameter `{name}` is not declared by the query: remove it or add it to declare query_parameters")]
    NotDeclared {
        /// The parameter.
        name: String,
    },
    /// Declared without a default, and not given.
    #[error("parameter `{name}` has no value: the query declares it without a default, so give one")]
    Missing {
        /// The parameter.
        name: String,
    },
    /// A value that is none of the parameter's type.
    #[error("parameter `{name}`: {source}")]
    Value {
        /// The parameter.
        name: String,
        /// The type and what it takes.
        source: InvalidValue,
    },
    /// A number without a type that is whole but does not fit into `long`.
    #[error(
        "parameter `{name}` is too large for a long: give its type, as {{\"type\": \"decimal\", \"value\": \"…\"}} or real"
    )]
    TooLarge {
        /// The parameter.
        name: String,
    },
    /// Null without a type.
    #[error("parameter `{name}` is null and has no type: give one, as {{\"type\": \"string\", \"value\": null}}")]
    TypeNeeded {
        /// The parameter.
        name: String,
    },
    /// A type that KQL does not have.
    #[error(
        "parameter `{name}` has the unknown type {type_name:?}: use bool, datetime, decimal, dynamic, guid, int, long, real, string or timespan"
    )]
    UnknownType {
        /// The parameter.
        name: String,
        /// The type as given.
        type_name: String,
    },
    /// Given with another type than the query declares.
    #[error("parameter `{name}` is given as {given}, but the query declares it as {declared}: use the same type")]
    TypeConflict {
        /// The parameter.
        name: String,
        /// The type in the query.
        declared: ScalarType,
        /// The type given with the value.
        given: ScalarType,
    },
    /// A declaration that cannot be read.
    #[error("the query's declare query_parameters cannot be read: write it as (name:type, name:type = default);")]
    BadDeclaration,
    /// Parameters for a management command.
    #[error("a management command takes no parameters: remove them, or send a query")]
    Command,
}

/// Binds `parameters` to `query`. A value is plain JSON, or an object of exactly `type` and `value`. Its type is the one
/// the query declares, else the one given with it, else that of the JSON: text is `string`, a whole number `long`, any
/// other number `real`, true and false `bool`, an array or object `dynamic`.
///
/// # Errors
/// [`ParameterError`], which names the parameter and what to do.
pub fn bind(query: &str, parameters: &Map<String, Value>) -> Result<Bound, ParameterError> {
    let declared = declared(query)?;
    if !parameters.is_empty() && statement_kind(query) == StatementKind::ManagementCommand {
        return Err(ParameterError::Command);
    }
    let types = parameters.iter().map(|(name, given)| Ok((name.as_str(), typed(name, given, declared.as_ref())?)));
    let types: BTreeMap<&str, (ScalarType, &Value)> = types.collect::<Result<_, ParameterError>>()?;
    if let Some(name) = missing(declared.as_ref(), parameters) {
        return Err(ParameterError::Missing { name: name.to_owned() });
    }
    let text = match declared {
        None if !types.is_empty() => format!("declare query_parameters({});\n{query}", declaration_list(&types)),
        _ => query.to_owned(),
    };
    let literals =
        types.into_iter().map(|(name, (scalar_type, value))| Ok((name.to_owned(), print(name, scalar_type, value)?)));
    Ok(Bound { text, parameters: literals.collect::<Result<_, ParameterError>>()? })
}

/// The literal of a value whose type no declaration gives.
pub(crate) fn literal(name: &str, given: &Value) -> Result<String, ParameterError> {
    let (scalar_type, value) = typed(name, given, None)?;
    print(name, scalar_type, value)
}

fn print(name: &str, scalar_type: ScalarType, value: &Value) -> Result<String, ParameterError> {
    literal::print(scalar_type, value).map_err(|source| ParameterError::Value { name: name.to_owned(), source })
}

type Declared = BTreeMap<String, Declaration>;

fn declaration_list(types: &BTreeMap<&str, (ScalarType, &Value)>) -> String {
    types.iter().map(|(name, (scalar_type, _))| format!("{name}:{scalar_type}")).collect::<Vec<_>>().join(", ")
}

fn missing<'d>(declared: Option<&'d Declared>, parameters: &Map<String, Value>) -> Option<&'d str> {
    let required = declared?.iter().filter(|(_, declaration)| !declaration.has_default);
    required.map(|(name, _)| name.as_str()).find(|name| !parameters.contains_key(*name))
}

/// The type of a parameter and its value.
fn typed<'v>(
    name: &str,
    given: &'v Value,
    declared: Option<&Declared>,
) -> Result<(ScalarType, &'v Value), ParameterError> {
    if !is_identifier(name) {
        return Err(ParameterError::BadName { name: name.to_owned() });
    }
    let (explicit, value) = explicit(name, given)?;
    let declared = match declared {
        None => None,
        Some(all) => {
            Some(all.get(name).ok_or_else(|| ParameterError::NotDeclared { name: name.to_owned() })?.scalar_type)
        }
    };
    match (declared, explicit) {
        (Some(declared), Some(given)) if declared != given => {
            Err(ParameterError::TypeConflict { name: name.to_owned(), declared, given })
        }
        (Some(scalar_type), _) | (None, Some(scalar_type)) => Ok((scalar_type, value)),
        (None, None) => Ok((implied(name, value)?, value)),
    }
}

/// The type that stands beside the value, if any, and the value.
fn explicit<'v>(name: &str, given: &'v Value) -> Result<(Option<ScalarType>, &'v Value), ParameterError> {
    let Value::Object(object) = given else { return Ok((None, given)) };
    let (2, Some(Value::String(type_name)), Some(value)) = (object.len(), object.get("type"), object.get("value"))
    else {
        return Ok((None, given));
    };
    let unknown = || ParameterError::UnknownType { name: name.to_owned(), type_name: type_name.clone() };
    Ok((Some(ScalarType::from_name(type_name).ok_or_else(unknown)?), value))
}

/// The type that the JSON of a value stands for.
fn implied(name: &str, value: &Value) -> Result<ScalarType, ParameterError> {
    match value {
        Value::Null => Err(ParameterError::TypeNeeded { name: name.to_owned() }),
        Value::Bool(_) => Ok(ScalarType::Bool),
        Value::String(_) => Ok(ScalarType::String),
        Value::Array(_) | Value::Object(_) => Ok(ScalarType::Dynamic),
        Value::Number(number) if number.is_i64() => Ok(ScalarType::Long),
        Value::Number(number) if number.as_f64().is_some_and(is_whole_beyond_long) => {
            Err(ParameterError::TooLarge { name: name.to_owned() })
        }
        Value::Number(_) => Ok(ScalarType::Real),
    }
}

/// Whole numbers that 64 bits do not hold arrive as doubles, so they cannot be told from reals of that size.
fn is_whole_beyond_long(number: f64) -> bool {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    number.abs() >= BEYOND
}

#[cfg(test)]
mod hostile_values;
#[cfg(test)]
mod tests;
