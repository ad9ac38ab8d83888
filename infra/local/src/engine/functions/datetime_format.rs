//! Instants, durations and sizes as text.

use crate::engine::context::Context;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::Function;
use crate::storage::convert::to_real;
use crate::storage::time::{Civil, DateTime, TICKS_PER_DAY, TICKS_PER_SECOND, Timespan};
use crate::storage::value::Value::{self, Long, Null, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::context(
        "format_datetime",
        "(instant:datetime, format:string) -> string",
        "The instant in a format such as 'yyyy-MM-dd HH:mm'.",
        format_datetime,
    )
    .named_as_first(),
    Function::context(
        "format_timespan",
        "(span:timespan, format:string) -> string",
        "The timespan in a format such as 'd.hh:mm:ss'.",
        format_timespan,
    )
    .named_as_first(),
    Function::row(
        "format_bytes",
        "(size:number, [digits:number], [unit:string]) -> string",
        "A number of bytes with its unit, such as '1.5 KB'.",
        format_bytes,
    )
    .named_as_first(),
];

/// What may stand between the parts of a format.
const DELIMITERS: &str = " /-:,._[]";

/// The parts of a format: runs of the same letter, each as long as `longest` allows, and what stands between them.
fn parts(format: &str, longest: fn(char) -> usize) -> Result<Vec<&str>> {
    let mut parts = Vec::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let most = if DELIMITERS.contains(first) { 1 } else { longest(first) };
        if most == 0 {
            let message =
                format!("'{first}' cannot stand in a format: use y, M, d, h, H, m, s, f, t and any of '{DELIMITERS}'");
            return Err(EngineError::semantic("SEM0235", message));
        }
        let length = rest.chars().take_while(|character| *character == first).take(most).count();
        let (part, after) = rest.split_at(length);
        parts.push(part);
        rest = after;
    }
    Ok(parts)
}

fn longest_in_instant(letter: char) -> usize {
    match letter {
        'y' => 4,
        'M' | 'd' | 'h' | 'H' | 'm' | 's' | 't' => 2,
        'f' | 'F' => 7,
        _ => 0,
    }
}

fn longest_in_span(letter: char) -> usize {
    match letter {
        'd' => 8,
        'h' | 'H' | 'm' | 's' => 2,
        'f' | 'F' => 7,
        _ => 0,
    }
}

/// A number with at least as many digits as the run is long.
fn padded(number: i64, run: &str) -> String {
    format!("{number:0width$}", width = run.len())
}

/// A fraction of a second to as many digits as the run is long; `F` leaves zeros at the end out.
fn fraction(ticks: i64, run: &str) -> String {
    let digits = format!("{:07}", ticks % TICKS_PER_SECOND);
    let shown = digits.get(..run.len().min(7)).unwrap_or_default();
    if run.starts_with('F') { shown.trim_end_matches('0').to_owned() } else { shown.to_owned() }
}

fn format_datetime<'a>(values: &[Value<'a>], _: &Context) -> Result<Value<'a>> {
    let [Value::DateTime(instant), Text(format)] = values else { return Ok(Null) };
    let parts = parts(format, longest_in_instant)?;
    Ok(Value::from(parts.into_iter().map(|run| instant_part(*instant, run)).collect::<String>()))
}

fn instant_part(instant: DateTime, run: &str) -> String {
    let Civil { year, month, day, ticks_of_day } = instant.civil();
    let seconds = ticks_of_day / TICKS_PER_SECOND;
    let hour = seconds / 3600;
    match run.as_bytes().first() {
        Some(b'y') if run.len() <= 2 => padded(i64::from(year % 100), run),
        Some(b'y') => padded(i64::from(year), run),
        Some(b'M') => padded(i64::from(month), run),
        Some(b'd') => padded(i64::from(day), run),
        Some(b'H') => padded(hour, run),
        Some(b'h') => padded((hour + 11) % 12 + 1, run),
        Some(b'm') => padded(seconds / 60 % 60, run),
        Some(b's') => padded(seconds % 60, run),
        Some(b'f' | b'F') => fraction(ticks_of_day, run),
        Some(b't') => (if hour < 12 { "AM" } else { "PM" }).get(..run.len().min(2)).unwrap_or_default().to_owned(),
        _ => run.to_owned(),
    }
}

fn format_timespan<'a>(values: &[Value<'a>], _: &Context) -> Result<Value<'a>> {
    let [Value::Timespan(span), Text(format)] = values else { return Ok(Null) };
    let text: String = parts(format, longest_in_span)?.into_iter().map(|run| span_part(*span, run)).collect();
    Ok(Value::from(if span.0 < 0 { format!("-{text}") } else { text }))
}

fn span_part(span: Timespan, run: &str) -> String {
    let ticks = i64::try_from(span.0.unsigned_abs()).unwrap_or(i64::MAX);
    let seconds = ticks / TICKS_PER_SECOND;
    match run.as_bytes().first() {
        Some(b'd') => padded(ticks / TICKS_PER_DAY, run),
        Some(b'h' | b'H') => padded(seconds / 3600 % 24, run),
        Some(b'm') => padded(seconds / 60 % 60, run),
        Some(b's') => padded(seconds % 60, run),
        Some(b'f' | b'F') => fraction(ticks, run),
        _ => run.to_owned(),
    }
}

fn format_bytes<'a>(values: &[Value<'a>]) -> Value<'a> {
    const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];
    let Some(size) = values.first().and_then(to_real) else { return Null };
    let digits = match values.get(1) {
        Some(Long(digits)) => (*digits).clamp(0, 15) as usize,
        _ => 0,
    };
    let wanted = match values.get(2) {
        Some(Text(unit)) => UNITS.iter().position(|found| found.eq_ignore_ascii_case(unit)),
        _ => None,
    };
    let natural =
        || (0..UNITS.len() - 1).find(|power| size.abs() < 1024_f64.powi(*power as i32 + 1)).unwrap_or(UNITS.len() - 1);
    let power = wanted.unwrap_or_else(natural);
    let scaled = size / 1024_f64.powi(power as i32);
    let factor = 10_f64.powi(digits as i32);
    let unit = UNITS.get(power).copied().unwrap_or("Bytes");
    Value::from(format!("{} {unit}", (scaled * factor).round() / factor))
}
