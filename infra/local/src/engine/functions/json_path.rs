//! What a path finds in a JSON text.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::operators::cast;
use crate::engine::error::Result;
use crate::engine::functions::{Function, Kernel, signature};
use crate::engine::syntax::tree::Argument;
use crate::ingest::path::Path;
use crate::storage::column_type::ColumnType;
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value::{self, Null, String as Text};

const SIGNATURE: &str = "(path:string, text:string, [type:type]) -> string";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::bind("extract_json", SIGNATURE, "What a path such as $.a[0] finds in a JSON text, as a type.", extract),
    Function::bind("extractjson", SIGNATURE, "The same as extract_json().", extract),
];

fn extract(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let mut bound = arguments.iter().map(|argument| binder.bind(&argument.value)).collect::<Result<Vec<_>>>()?;
    let to = if bound.len() == 3 { bound.pop() } else { None };
    let (bound, _) = signature::accept("extract_json", "(path:string, text:string) -> dynamic", bound)?;
    let found = binder.apply(Kernel::Row(find), bound, ColumnType::Dynamic)?;
    let to = to.and_then(|to| to.value().and_then(|name| ColumnType::from_name(&name.to_text())));
    match to.unwrap_or(ColumnType::String) {
        ColumnType::Dynamic => Ok(found),
        to if found.value().is_some() => Ok(cast(found, to)),
        to => binder.apply(Kernel::Cast(to), vec![found], to),
    }
}

fn find<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [Text(path), Text(text)] = values else { return Null };
    match (Path::parse(path), Dynamic::from_json(text)) {
        (Some(path), Ok(record)) => path.find(&record).clone().into(),
        _ => Null,
    }
}
