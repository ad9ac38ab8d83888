//! Instants, durations and sizes as text.

use crate::engine::functions::Function;
use crate::storage::convert::to_real;
use crate::storage::time::{Civil, DateTime, TICKS_PER_DAY, TICKS_PER_SECOND, Timespan};
use crate::storage::value::Value::{self, Long, Null, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row(
        "format_datetime",
        "(instant:datetime, format:string) -> string",
        "The instant in a format such as 'yyyy-MM-dd HH:mm'.",
        format_datetime,
    )
    .named_as_first(),
    Function::row(
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

/// The runs of the same character in a format.
fn runs(format: &str) -> impl Iterator<Item = &str> {
    let mut rest = format;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let length = rest.chars().take_while(|character| *character == first).map(char::len_utf8).sum();
        let (run, after) = rest.split_at(length);
        rest = after;
        Some(run)
    })
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

fn format_datetime<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Value::DateTime(instant), Text(format)] => {
            Value::from(runs(format).map(|run| instant_part(*instant, run)).collect::<String>())
        }
        _ => Null,
    }
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

fn format_timespan<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Value::Timespan(span), Text(format)] => {
            let text: String = runs(format).map(|run| span_part(*span, run)).collect();
            Value::from(if span.0 < 0 { format!("-{text}") } else { text })
        }
        _ => Null,
    }
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
