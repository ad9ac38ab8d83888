//! What a function takes and gives, written as text: `(text:string, [start:integer]) -> long`.
//!
//! Parameters are `name:kind`; in brackets they may be left out; a group in braces may be repeated, `({key:text, value:any})`.
//! Forms that differ are separated by ` | `. Kinds are the names of types, and those of [`accepts`]. The result is a type,
//! or a word of [`result_type`].

use crate::engine::bind::bound::Bound;
use crate::engine::bind::operators::{cast, common, widest};
use crate::engine::error::{EngineError, Result};
use crate::storage::column_type::ColumnType;

/// A form of a signature.
#[derive(Debug, Default)]
struct Form<'s> {
    before: Vec<Parameter<'s>>,
    repeated: Vec<Parameter<'s>>,
    after: Vec<Parameter<'s>>,
    result: &'s str,
}

#[derive(Clone, Copy, Debug)]
struct Parameter<'s> {
    name: &'s str,
    kind: &'s str,
    optional: bool,
}

/// The arguments converted to what a function takes, and the type that it gives for them.
pub(in crate::engine) fn accept(
    name: &str,
    signature: &str,
    arguments: Vec<Bound>,
) -> Result<(Vec<Bound>, ColumnType)> {
    let mut refusal = None;
    for form in signature.split(" | ").map(Form::read) {
        let Some(parameters) = form.parameters_for(arguments.len()) else { continue };
        match mismatch(&parameters, &arguments) {
            None => return converted(name, form.result, &parameters, arguments),
            Some(index) => refusal = refusal.or_else(|| parameters.get(index).map(|parameter| (index, *parameter))),
        }
    }
    Err(match refusal {
        Some((index, parameter)) => {
            let found = arguments.get(index).map_or("nothing", |argument| argument.column_type.name());
            let message =
                format!("{name}(): argument '{}' has to be {}, not {found}", parameter.name, described(parameter.kind));
            EngineError::semantic("SEM0231", message)
        }
        None => {
            let message = format!("{name}() does not take {} argument(s): it is {name}{signature}", arguments.len());
            EngineError::semantic("SEM0219", message)
        }
    })
}

fn described(kind: &str) -> &str {
    match kind {
        "text" | "any" => "a scalar",
        "number" => "a number",
        "integer" => "an int or long",
        "summable" => "a number, timespan or datetime",
        "texts" => "a string, or an array of strings",
        "plain" => "a scalar that is not dynamic",
        "orderable" => "a scalar that is neither dynamic nor a guid",
        "common" => "of the same type as the other arguments",
        other => other,
    }
}

/// The index of the first argument that its parameter does not take.
fn mismatch(parameters: &[Parameter<'_>], arguments: &[Bound]) -> Option<usize> {
    let alike = parameters.iter().zip(arguments).filter(|(parameter, _)| parameter.kind == "common");
    if alike.clone().count() > 0 && common(alike.map(|(_, argument)| argument.column_type)).is_none() {
        return parameters.iter().rposition(|parameter| parameter.kind == "common");
    }
    parameters.iter().zip(arguments).position(|(parameter, argument)| !accepts(parameter.kind, argument.column_type))
}

/// Whether a parameter of this kind takes a value of this type.
fn accepts(kind: &str, column_type: ColumnType) -> bool {
    use ColumnType::{DateTime, Dynamic, Guid, Int, Long, String, Timespan};
    match kind {
        "any" | "text" | "common" | "type" => true,
        "string" => matches!(column_type, String | Dynamic),
        "number" | "real" => column_type.is_numeric(),
        "integer" | "long" => matches!(column_type, Int | Long),
        "summable" => column_type.is_numeric() || matches!(column_type, Timespan | DateTime),
        "texts" => matches!(column_type, String | Dynamic),
        "plain" => column_type != Dynamic,
        "orderable" => !matches!(column_type, Dynamic | Guid),
        _ => ColumnType::from_name(kind) == Some(column_type),
    }
}

/// The arguments in the types that the parameters' kinds ask for, and the type of the result.
fn converted(
    name: &str,
    result: &str,
    parameters: &[Parameter<'_>],
    arguments: Vec<Bound>,
) -> Result<(Vec<Bound>, ColumnType)> {
    let types: Vec<ColumnType> = arguments.iter().map(|argument| argument.column_type).collect();
    let alike = common(
        parameters.iter().zip(&types).filter(|(parameter, _)| parameter.kind == "common").map(|(_, found)| *found),
    );
    let column_type = result_type(result, &types, alike, &arguments);
    let column_type = column_type
        .ok_or_else(|| EngineError::semantic("SEM0231", format!("{name}(): the types of the arguments do not fit")))?;
    let convert = |(parameter, argument): (&Parameter<'_>, Bound)| match parameter.kind {
        "text" | "string" => cast(argument, ColumnType::String),
        "integer" | "long" => cast(argument, ColumnType::Long),
        "real" => cast(argument, ColumnType::Real),
        "common" => match alike {
            Some(common) => cast(argument, common),
            None => argument,
        },
        _ => argument,
    };
    Ok((parameters.iter().zip(arguments).map(convert).collect(), column_type))
}

/// The type that a result's word means for arguments of these types.
fn result_type(
    result: &str,
    types: &[ColumnType],
    alike: Option<ColumnType>,
    arguments: &[Bound],
) -> Option<ColumnType> {
    let first = types.first().copied();
    match result {
        "first" => first,
        "second" => types.get(1).copied(),
        "common" => alike,
        "widest" => types
            .iter()
            .copied()
            .filter(|found| found.is_numeric())
            .reduce(widest)
            .map(|found| widest(found, ColumnType::Long)),
        // What a sum of it has: a long for an int.
        "promoted" => first.map(|found| if found == ColumnType::Int { ColumnType::Long } else { found }),
        "average" => first.map(|found| match found {
            ColumnType::Int | ColumnType::Long => ColumnType::Real,
            other => other,
        }),
        "literal" => ColumnType::from_name(&arguments.last()?.value()?.to_text()),
        _ => ColumnType::from_name(result),
    }
}

impl<'s> Form<'s> {
    fn read(text: &'s str) -> Self {
        let (parameters, result) = text.rsplit_once(" -> ").unwrap_or((text, ""));
        let parameters = parameters.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(parameters);
        let (before, rest) = parameters.split_once('{').unwrap_or((parameters, ""));
        let (repeated, after) = rest.split_once('}').unwrap_or((rest, ""));
        Self {
            before: parameter_list(before),
            repeated: parameter_list(repeated),
            after: parameter_list(after),
            result,
        }
    }

    /// A parameter for each of so many arguments; none where the form does not take so many.
    fn parameters_for(&self, count: usize) -> Option<Vec<Parameter<'s>>> {
        let fixed = self.before.len() + self.after.len();
        if self.repeated.is_empty() {
            let required = self.before.iter().filter(|parameter| !parameter.optional).count();
            return (required..=fixed).contains(&count).then(|| self.before.iter().take(count).copied().collect());
        }
        let repeats = count.checked_sub(fixed)? / self.repeated.len();
        if repeats == 0 || repeats * self.repeated.len() + fixed != count {
            return None;
        }
        let repeated = std::iter::repeat_n(&self.repeated, repeats).flatten();
        Some(self.before.iter().chain(repeated).chain(&self.after).copied().collect())
    }
}

fn parameter_list(text: &str) -> Vec<Parameter<'_>> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(parameter).collect()
}

fn parameter(text: &str) -> Parameter<'_> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let (name, kind) = bare.unwrap_or(text).split_once(':').unwrap_or((text, "any"));
    Parameter { name, kind, optional: bare.is_some() }
}

/// What is wrong with the text of a signature.
#[cfg(test)]
pub(super) fn check(signature: &str) -> std::result::Result<(), String> {
    const KINDS: &[&str] =
        &["any", "text", "common", "type", "number", "integer", "summable", "orderable", "plain", "texts"];
    const RESULTS: &[&str] = &["first", "second", "common", "widest", "promoted", "average", "literal"];
    for form in signature.split(" | ").map(Form::read) {
        if !RESULTS.contains(&form.result) && ColumnType::from_name(form.result).is_none() {
            return Err(format!("result '{}'", form.result));
        }
        let parameters = form.before.iter().chain(&form.repeated).chain(&form.after);
        for parameter in parameters {
            if !KINDS.contains(&parameter.kind) && ColumnType::from_name(parameter.kind).is_none() {
                return Err(format!("kind '{}'", parameter.kind));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::accept;
    use crate::engine::bind::bound::Bound;
    use crate::storage::column_type::ColumnType::{self, Bool, Dynamic, Int, Long, Real, String, Timespan};

    fn check(signature: &str, types: &[ColumnType], expected: &str) {
        let arguments =
            types.iter().enumerate().map(|(index, column_type)| Bound::column(index, *column_type)).collect();
        let found = match accept("f", signature, arguments) {
            Ok((arguments, result)) => {
                let types: Vec<&str> = arguments.iter().map(|argument| argument.column_type.name()).collect();
                format!("{} -> {result}", types.join(", "))
            }
            Err(error) => error.message,
        };
        assert_eq!(found, expected, "{signature}");
    }

    #[test]
    fn arguments_are_converted_or_refused() {
        check("(s:string, [n:integer]) -> long", &[Dynamic], "string -> long");
        check("(s:string, [n:integer]) -> long", &[String, Int], "string, long -> long");
        check("(s:string, [n:integer]) -> long", &[Long], "f(): argument 's' has to be string, not long");
        check(
            "(s:string, [n:integer]) -> long",
            &[],
            "f() does not take 0 argument(s): it is f(s:string, [n:integer]) -> long",
        );
        check(
            "({p:bool, v:common}, e:common) -> common",
            &[Bool, Int, Bool, Real, Long],
            "bool, real, bool, real, real -> real",
        );
        check(
            "({p:bool, v:common}, e:common) -> common",
            &[Bool, Int, String],
            "f(): argument 'e' has to be of the same type as the other arguments, not string",
        );
        check(
            "({p:bool, v:common}, e:common) -> common",
            &[Bool, Int],
            "f() does not take 2 argument(s): it is f({p:bool, v:common}, e:common) -> common",
        );
        check(
            "(v:number, s:number) -> widest | (v:timespan, s:timespan) -> timespan",
            &[Timespan, Timespan],
            "timespan, timespan -> timespan",
        );
    }
}
