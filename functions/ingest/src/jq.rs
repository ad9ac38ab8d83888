//! A jq program: compiled without what could look beyond its record, and run on one record at a time.

use jaq_core::{
    Compiler, Ctx, Error, Exn, Filter, Vars,
    data::JustLut,
    load::{self, Arena, File, Import, Loader},
    native::{Fun, run, v},
    unwrap_valr,
};
use jaq_json::{Val, read};

/// What sees or does more than the record: the environment, the machine's time zone, the log, the end of the process.
const LEFT_OUT: [&str; 9] =
    ["env", "localtime", "strflocaltime", "debug", "debug_empty", "stderr", "stderr_empty", "halt", "halt_error"];

/// What nobody has added: jaq has it only where its caller does.
const NOT_ADDED: [&str; 4] = ["$ENV", "input", "inputs", "input_filename"];

/// The one module that can be imported, as the transformations of Azure IoT Central have it: `iotc::find(f)`.
const IOTC: &str = "def find(f): .[] | select(f);";

/// Levels that a record may nest: its reader is recursive.
const NESTING: usize = 512;
const TOO_DEEP: &str = "it nests deeper than 512 levels";

/// Characters that a number may have: what its reader takes grows with their square.
const DIGITS: usize = 1000;
const TOO_LONG: &str = "it has a number of more than 1000 characters";

/// Characters of an error of the program that are kept.
const SHOWN: usize = 200;

/// The most values that come of one record.
pub const MOST_VALUES: usize = 10_000;

/// A compiled program. It stays on the thread that made it.
pub struct Program {
    filter: Filter<JustLut<Val>>,
    /// The most bytes that come of one record.
    most_bytes: usize,
}

impl Program {
    /// Compiles `text`.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn new(text: &str, most_bytes: usize) -> Result<Self, String> {
        let is_kept = |name: &str| !LEFT_OUT.contains(&name);
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs().map(guarded));
        let arena = Arena::default();
        let loader = Loader::new(definitions.filter(|definition| is_kept(definition.name))).with_read(import);
        let modules =
            loader.load(&arena, File { code: text, path: "transform" }).map_err(|errors| unreadable(text, errors))?;
        let compiler = Compiler::default().with_funs(functions.filter(|(name, ..)| is_kept(name)));
        let filter = compiler.compile(modules).map_err(|errors| {
            let unknown = errors.into_iter().flat_map(|(_, errors)| errors);
            let all = unknown.map(|(name, kind)| {
                format!("{}: there is no {} `{name}`{}", place(text, name), kind.as_str(), why(name))
            });
            all.collect::<Vec<_>>().join("; ")
        })?;
        Ok(Self { filter, most_bytes })
    }

    /// What comes of a record: JSON objects, none where it is to be left out.
    ///
    /// # Errors
    /// Why nothing can be made of it. It may quote the record, and goes where the record goes.
    pub fn run(&self, record: &str) -> Result<Vec<String>, String> {
        check(record.as_bytes()).map_err(str::to_owned)?;
        let record = read::parse_single(record.as_bytes()).map_err(|_| "it is no JSON".to_owned())?;
        let context = Ctx::<JustLut<Val>>::new(&self.filter.lut, Vars::new([]));
        let (mut rows, mut bytes) = (Vec::new(), 0);
        for value in self.filter.id.run((context, record)).map(unwrap_valr) {
            let value = value.map_err(|error| fails(&error.to_string()))?;
            let row = object(&value)?;
            bytes += row.len() + 1;
            rows.push(row);
            if rows.len() > MOST_VALUES {
                return Err(format!("the transform gives more than {MOST_VALUES} values for it"));
            }
            if bytes > self.most_bytes {
                return Err(format!("the transform gives more than {} bytes for it", self.most_bytes));
            }
        }
        Ok(rows)
    }
}

/// The function, which reads no text that a record could not be: `fromjson`, on which `tonumber` and others are built.
fn guarded(function: Fun<JustLut<Val>>) -> Fun<JustLut<Val>> {
    if function.0 != "fromjson" {
        return function;
    }
    run(("fromjson", v(0), |(_, value)| {
        let values = value.try_as_utf8_bytes_owned().and_then(|text| from_json(&text));
        let values =
            values.map_or_else(|error| vec![Err(Exn::from(error))], |values| values.into_iter().map(Ok).collect());
        Box::new(values.into_iter())
    }))
}

/// The values of a text.
fn from_json(text: &[u8]) -> Result<Vec<Val>, Error<Val>> {
    check(text).map_err(Error::str)?;
    let shown = || String::from_utf8_lossy(text).chars().take(SHOWN / 2).collect::<String>();
    let failed = |error| Error::str(format_args!("cannot parse {:?} as JSON: {error}", shown()));
    read::parse_many(text).map(|value| value.map_err(failed)).collect()
}

fn fails(error: &str) -> String {
    let shown: String = error.chars().take(SHOWN).collect();
    format!("the transform fails on it: {shown}")
}

/// The JSON of an object, which has what JSON has not only where it was computed: NaN, or keys that are no texts.
fn object(value: &Val) -> Result<String, String> {
    let kind = match value {
        Val::Obj(_) => {
            let json = value.to_string();
            let is_json = serde_json::from_str::<&serde_json::value::RawValue>(&json).is_ok();
            return is_json.then_some(json).ok_or_else(|| "the transform gives an object that is no JSON".to_owned());
        }
        Val::Arr(_) => "an array: end it with `[]` for a row of each element",
        Val::Null => "null: `empty` leaves a record out",
        _ => "a value that is no object",
    };
    Err(format!("the transform gives {kind}"))
}

#[expect(clippy::needless_pass_by_value, reason = "the loader hands it over")]
fn import(import: Import<'_, &str, &'static str>) -> Result<File<String, &'static str>, String> {
    match *import.path {
        "iotc" => Ok(File { code: IOTC.to_owned(), path: "iotc" }),
        _ => Err("there is no such module: `iotc` is the only one".to_owned()),
    }
}

/// What cannot be read of a program, with its places.
fn unreadable(text: &str, errors: load::Errors<&str, &'static str>) -> String {
    let sentences = errors.into_iter().flat_map(|(_, error)| match error {
        load::Error::Io(imports) => {
            imports.into_iter().map(|(path, why)| format!("{}: import {path:?}: {why}", place(text, path))).collect()
        }
        load::Error::Lex(errors) => errors
            .into_iter()
            .map(|(expected, at)| format!("{}: expected {}", place(text, at), expected.as_str()))
            .collect(),
        load::Error::Parse(errors) => errors
            .into_iter()
            .map(|(expected, at)| format!("{}: expected {}", place(text, at), expected.as_str()))
            .collect::<Vec<_>>(),
    });
    sentences.collect::<Vec<_>>().join("; ")
}

/// Where `part` is in `text`, of which it is a slice.
fn place(text: &str, part: &str) -> String {
    let offset = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column} of the program")
}

fn why(name: &str) -> &'static str {
    match LEFT_OUT.contains(&name) || NOT_ADDED.contains(&name) {
        true => ": a transform sees its record and nothing else",
        false => "",
    }
}

/// Whether the reader of JSON gets through `json`, in which it also takes comments, from `#` to the end of the line.
///
/// # Errors
/// What is too much for it.
fn check(json: &[u8]) -> Result<(), &'static str> {
    let (mut depth, mut digits, mut within, mut escaped) = (0_usize, 0, Within::Values, false);
    for byte in json {
        digits = match byte {
            b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E' if within == Within::Values => digits + 1,
            _ => 0,
        };
        match (within, byte) {
            _ if escaped => escaped = false,
            (Within::Text, b'\\') => escaped = true,
            (Within::Values, b'"') => within = Within::Text,
            (Within::Values, b'#') => within = Within::Comment,
            (Within::Text, b'"') | (Within::Comment, b'\n') => within = Within::Values,
            (Within::Values, b'{' | b'[') => depth += 1,
            (Within::Values, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > NESTING {
            return Err(TOO_DEEP);
        }
        if digits > DIGITS {
            return Err(TOO_LONG);
        }
    }
    Ok(())
}

/// What a byte of JSON is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Values,
    Text,
    Comment,
}

#[cfg(test)]
mod tests;
