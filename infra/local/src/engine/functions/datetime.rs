//! Instants and durations.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::names::Naming;
use crate::engine::bind::operators::cast as bind_cast;
use crate::engine::context::Context;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{Function, Kernel, signature};
use crate::engine::syntax::tree::Argument;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::{cast, to_long, to_real};
use crate::storage::dynamic::Dynamic;
use crate::storage::time::{Civil, DateTime, TICKS_PER_DAY, TICKS_PER_SECOND, Timespan, UNIX_EPOCH, days_in_month};
use crate::storage::value::Value::{self, Int, Long, Null, String as Text};

const PART_OF: &str = "(instant:datetime) -> int";
const BOUNDARY: &str = "(instant:datetime, [offset:integer]) -> datetime";
const NUMBER: &str = "(number:number) -> datetime";
const TICK: Timespan = Timespan(-1);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::context("now", "([offset:timespan]) -> datetime", "The time of the query, the same in all of it.", now),
    Function::context("ago", "(span:timespan) -> datetime", "The time of the query less a timespan.", ago),
    Function::row("startofday", BOUNDARY, "Midnight before, or that of a day so many days on.", |values| {
        boundary(values, Unit::Day, false)
    })
    .named_as_first(),
    Function::row("startofweek", BOUNDARY, "Sunday midnight before, or so many weeks on.", |values| {
        boundary(values, Unit::Week, false)
    }),
    Function::row("startofmonth", BOUNDARY, "The start of the month, or of one so many months on.", |values| {
        boundary(values, Unit::Month, false)
    }),
    Function::row("startofyear", BOUNDARY, "The start of the year, or of one so many years on.", |values| {
        boundary(values, Unit::Year, false)
    }),
    Function::row("endofday", BOUNDARY, "The last tick of the day.", |values| boundary(values, Unit::Day, true)),
    Function::row("endofweek", BOUNDARY, "The last tick of the week, which ends on Saturday.", |values| {
        boundary(values, Unit::Week, true)
    }),
    Function::row("endofmonth", BOUNDARY, "The last tick of the month.", |values| boundary(values, Unit::Month, true)),
    Function::row("endofyear", BOUNDARY, "The last tick of the year.", |values| boundary(values, Unit::Year, true)),
    Function::row("dayofweek", "(instant:datetime) -> timespan", "Whole days since Sunday.", dayofweek),
    Function::row("dayofmonth", PART_OF, "The day of the month, from 1.", |values| part(values, "day")),
    Function::row("dayofyear", PART_OF, "The day of the year, from 1.", |values| part(values, "dayofyear")),
    Function::row("hourofday", PART_OF, "The hour of the day, from 0.", |values| part(values, "hour")),
    Function::row("weekofyear", PART_OF, "The ISO 8601 week of the year.", |values| part(values, "week_of_year")),
    Function::row("week_of_year", PART_OF, "The ISO 8601 week of the year.", |values| part(values, "week_of_year")),
    Function::row("monthofyear", PART_OF, "The month of the year, from 1.", |values| part(values, "month")),
    Function::row("getmonth", PART_OF, "The month of the year, from 1.", |values| part(values, "month")),
    Function::row("getyear", PART_OF, "The year.", |values| part(values, "year")),
    Function::context(
        "datetime_part",
        "(part:string, instant:datetime) -> int",
        "A part of an instant, such as 'hour'.",
        datetime_part,
    ),
    Function::context(
        "datepart",
        "(part:string, instant:datetime) -> int",
        "The same as datetime_part().",
        datetime_part,
    ),
    Function::bind(
        "datetime_diff",
        "(part:string, later:datetime, earlier:datetime) -> long",
        "How many parts, such as 'day', begin between two instants.",
        datetime_diff,
    ),
    Function::context(
        "datetime_add",
        "(part:string, count:integer, instant:datetime) -> datetime",
        "The instant so many parts, such as 'month', later.",
        datetime_add,
    ),
    Function::row(
        "make_datetime",
        MAKE_DATETIME,
        "The instant of these parts; null where there is none.",
        make_datetime,
    )
    .named(Naming::Only),
    Function::row("make_timespan", MAKE_TIMESPAN, "The timespan of these parts.", make_timespan).named(Naming::Only),
    Function::row("unixtime_seconds_todatetime", NUMBER, "The instant so many seconds after 1970.", |values| {
        unix(values, TICKS_PER_SECOND)
    }),
    Function::row(
        "unixtime_milliseconds_todatetime",
        NUMBER,
        "The instant so many milliseconds after 1970.",
        |values| unix(values, 10_000),
    ),
    Function::row(
        "unixtime_microseconds_todatetime",
        NUMBER,
        "The instant so many microseconds after 1970.",
        |values| unix(values, 10),
    ),
    Function::row("unixtime_nanoseconds_todatetime", NUMBER, "The instant so many nanoseconds after 1970.", |values| {
        unix(values, -100)
    }),
    Function::context(
        "datetime_utc_to_local",
        "(instant:datetime, timezone:string) -> datetime",
        "UTC as local time of a time zone.",
        |values, _| zoned(values, true),
    ),
    Function::context(
        "datetime_local_to_utc",
        "(instant:datetime, timezone:string) -> datetime",
        "Local time of a time zone as UTC.",
        |values, _| zoned(values, false),
    ),
    Function::row("datetime_list_timezones", "() -> dynamic", "The names of all time zones.", |_| {
        let names = jiff::tz::db().available().map(|name| Dynamic::String(name.as_str().into()));
        Value::Dynamic(Dynamic::array(names))
    }),
];

const MAKE_DATETIME: &str = "(text:any) -> datetime | (year:number, month:number, day:number, [hour:number], [minute:number], [second:number]) -> datetime";
const MAKE_TIMESPAN: &str = "(text:any) -> timespan | (hours:number, minutes:number, [seconds:number]) -> timespan | (days:number, hours:number, minutes:number, seconds:number) -> timespan";

#[derive(Clone, Copy)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

fn now<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    Ok(match values {
        [Value::Timespan(offset)] => context.now().checked_add(*offset).map_or(Null, Value::DateTime),
        _ => Value::DateTime(context.now()),
    })
}

fn ago<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    Ok(match values {
        [Value::Timespan(span)] => {
            context.now().checked_add(Timespan(span.0.wrapping_neg())).map_or(Null, Value::DateTime)
        }
        _ => Null,
    })
}

fn boundary<'a>(values: &[Value<'a>], unit: Unit, end: bool) -> Value<'a> {
    let (Value::DateTime(instant), offset) = (values.first().unwrap_or(&Null), values.get(1)) else { return Null };
    let offset = match offset {
        None => 0,
        Some(Long(offset)) => *offset,
        Some(_) => return Null,
    };
    let start = start_of(*instant, unit, offset);
    let found = if end {
        start_of(*instant, unit, offset.saturating_add(1)).and_then(|next| next.checked_add(TICK))
    } else {
        start
    };
    // The year 9999 has an end but nothing after it.
    let found = found.or_else(|| (end && start.is_some()).then_some(DateTime::MAX));
    found.map_or(Null, Value::DateTime)
}

/// The start of the unit that holds the instant, or of the unit so many on.
fn start_of(instant: DateTime, unit: Unit, offset: i64) -> Option<DateTime> {
    let Civil { year, month, .. } = instant.civil();
    match unit {
        Unit::Day => start_of_days(instant.ticks() / TICKS_PER_DAY, offset),
        // 0001-01-01 was a Monday.
        Unit::Week => {
            let day = instant.ticks() / TICKS_PER_DAY;
            start_of_days(day - (day + 1) % 7, offset.checked_mul(7)?)
        }
        Unit::Month => {
            let months = (i64::from(year) * 12 + i64::from(month) - 1).checked_add(offset)?;
            DateTime::from_date(i32::try_from(months.div_euclid(12)).ok()?, months.rem_euclid(12) as u32 + 1, 1)
        }
        Unit::Year => DateTime::from_date(i32::try_from(i64::from(year).checked_add(offset)?).ok()?, 1, 1),
    }
}

fn start_of_days(day: i64, offset: i64) -> Option<DateTime> {
    day.checked_add(offset)?.checked_mul(TICKS_PER_DAY).and_then(DateTime::from_ticks)
}

fn dayofweek<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Value::DateTime(instant)] => {
            Value::Timespan(Timespan((instant.ticks() / TICKS_PER_DAY + 1) % 7 * TICKS_PER_DAY))
        }
        _ => Null,
    }
}

fn part<'a>(values: &[Value<'a>], name: &str) -> Value<'a> {
    match values {
        [Value::DateTime(instant)] => part_of(*instant, name).map_or(Null, Int),
        _ => Null,
    }
}

/// A part of an instant by its name; none where there is no such part.
fn part_of(instant: DateTime, name: &str) -> Option<i32> {
    let Civil { year, month, day, ticks_of_day } = instant.civil();
    let seconds = ticks_of_day / TICKS_PER_SECOND;
    let fraction = ticks_of_day % TICKS_PER_SECOND;
    Some(match name {
        "year" => year,
        "quarter" => (month as i32 - 1) / 3 + 1,
        "month" => month as i32,
        "week_of_year" | "weekofyear" => {
            i32::from(jiff::civil::Date::new(year as i16, month as i8, day as i8).ok()?.iso_week_date().week())
        }
        "day" => day as i32,
        "dayofyear" => {
            (instant.ticks() / TICKS_PER_DAY - DateTime::from_date(year, 1, 1)?.ticks() / TICKS_PER_DAY) as i32 + 1
        }
        "hour" => (seconds / 3600) as i32,
        "minute" => (seconds / 60 % 60) as i32,
        "second" => (seconds % 60) as i32,
        "millisecond" => (fraction / 10_000) as i32,
        "microsecond" => (fraction / 10) as i32,
        "nanosecond" => (fraction * 100) as i32,
        _ => return None,
    })
}

fn unknown_part(name: &str) -> EngineError {
    const PARTS: &str = "year, quarter, month, week, day, hour, minute, second, millisecond, microsecond, nanosecond";
    EngineError::semantic("SEM0234", format!("'{name}' is no part of a datetime: use one of {PARTS}"))
}

fn datetime_part<'a>(values: &[Value<'a>], _: &Context) -> Result<Value<'a>> {
    match values {
        [Text(name), Value::DateTime(instant)] => {
            part_of(*instant, &name.to_ascii_lowercase()).map(Int).ok_or_else(|| unknown_part(name))
        }
        _ => Ok(Null),
    }
}

/// Weeks are counted as a real by the service, all other parts as a long.
fn datetime_diff(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let bound = arguments.iter().map(|argument| binder.bind(&argument.value)).collect::<Result<Vec<_>>>()?;
    let (bound, column_type) = signature::accept("datetime_diff", DIFF, bound)?;
    let weeks = bound.first().and_then(Bound::value).is_some_and(|part| part.to_text().eq_ignore_ascii_case("week"));
    let parts = binder.apply(Kernel::Context(parts_between), bound, column_type)?;
    Ok(if weeks { bind_cast(parts, ColumnType::Real) } else { parts })
}

const DIFF: &str = "(part:string, later:datetime, earlier:datetime) -> long";

fn parts_between<'a>(values: &[Value<'a>], _: &Context) -> Result<Value<'a>> {
    let [Text(name), Value::DateTime(later), Value::DateTime(earlier)] = values else { return Ok(Null) };
    let lower = name.to_ascii_lowercase();
    if lower == "nanosecond" {
        return Ok(Long(later.since(*earlier).0.wrapping_mul(100)));
    }
    let count = |instant: &DateTime| index_of_part(*instant, &lower);
    match (count(later), count(earlier)) {
        (Some(later), Some(earlier)) => Ok(Long(later - earlier)),
        _ => Err(unknown_part(name)),
    }
}

/// How many parts of this kind began before the instant.
fn index_of_part(instant: DateTime, name: &str) -> Option<i64> {
    let Civil { year, month, .. } = instant.civil();
    let months = i64::from(year) * 12 + i64::from(month) - 1;
    Some(match name {
        "year" => i64::from(year),
        "quarter" => months / 3,
        "month" => months,
        "week" | "week_of_year" | "weekofyear" => (instant.ticks() / TICKS_PER_DAY + 1) / 7,
        _ => instant.ticks() / fixed_part(name)?,
    })
}

/// The ticks of a part that always has the same length.
fn fixed_part(name: &str) -> Option<i64> {
    Some(match name {
        "week" => 7 * TICKS_PER_DAY,
        "day" | "dayofyear" => TICKS_PER_DAY,
        "hour" => 3600 * TICKS_PER_SECOND,
        "minute" => 60 * TICKS_PER_SECOND,
        "second" => TICKS_PER_SECOND,
        "millisecond" => 10_000,
        "microsecond" => 10,
        _ => return None,
    })
}

fn datetime_add<'a>(values: &[Value<'a>], _: &Context) -> Result<Value<'a>> {
    let [Text(name), Long(count), Value::DateTime(instant)] = values else { return Ok(Null) };
    let lower = name.to_ascii_lowercase();
    let months = match lower.as_str() {
        "year" => 12,
        "quarter" => 3,
        "month" => 1,
        "nanosecond" => return Ok(shifted(*instant, Some(count / 100))),
        fixed => {
            let ticks = fixed_part(fixed).ok_or_else(|| unknown_part(name))?;
            return Ok(shifted(*instant, count.checked_mul(ticks)));
        }
    };
    Ok(count.checked_mul(months).and_then(|months| add_months(*instant, months)).map_or(Null, Value::DateTime))
}

fn shifted(instant: DateTime, ticks: Option<i64>) -> Value<'static> {
    ticks.and_then(|ticks| instant.checked_add(Timespan(ticks))).map_or(Null, Value::DateTime)
}

/// The instant so many months later, on the last day of the month where the month is too short.
fn add_months(instant: DateTime, months: i64) -> Option<DateTime> {
    let civil = instant.civil();
    let months = (i64::from(civil.year) * 12 + i64::from(civil.month) - 1).checked_add(months)?;
    let (year, month) = (i32::try_from(months.div_euclid(12)).ok()?, months.rem_euclid(12) as u32 + 1);
    let day = civil.day.min(days_in_month(year, month));
    Civil { year, month, day, ..civil }.instant()
}

fn make_datetime<'a>(values: &[Value<'a>]) -> Value<'a> {
    if let [value] = values {
        return cast(value, ColumnType::DateTime).into_owned();
    }
    let whole = |index: usize| values.get(index).map_or(Some(0), to_long);
    let parts = || {
        let midnight = DateTime::from_date(
            i32::try_from(whole(0)?).ok()?,
            u32::try_from(whole(1)?).ok()?,
            u32::try_from(whole(2)?).ok()?,
        )?;
        let (hour, minute) = (whole(3)?, whole(4)?);
        let second = values.get(5).map_or(Some(0.0), to_real)?;
        if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0.0..60.0).contains(&second) {
            return None;
        }
        let ticks = (hour * 3600 + minute * 60) * TICKS_PER_SECOND + (second * TICKS_PER_SECOND as f64).round() as i64;
        midnight.checked_add(Timespan(ticks))
    };
    parts().map_or(Null, Value::DateTime)
}

fn make_timespan<'a>(values: &[Value<'a>]) -> Value<'a> {
    if let [value] = values {
        return cast(value, ColumnType::Timespan).into_owned();
    }
    let numbers: Option<Vec<f64>> = values.iter().map(to_real).collect();
    let (days, hours, minutes, seconds) = match numbers.as_deref() {
        Some([hours, minutes]) => (0.0, *hours, *minutes, 0.0),
        Some([hours, minutes, seconds]) => (0.0, *hours, *minutes, *seconds),
        Some([days, hours, minutes, seconds]) => (*days, *hours, *minutes, *seconds),
        _ => return Null,
    };
    if days < 0.0 || !(0.0..24.0).contains(&hours) || !(0.0..60.0).contains(&minutes) || !(0.0..60.0).contains(&seconds)
    {
        return Null;
    }
    let seconds = ((days * 24.0 + hours) * 60.0 + minutes) * 60.0 + seconds;
    Value::Timespan(Timespan((seconds * TICKS_PER_SECOND as f64).round() as i64))
}

/// The instant so many units after 1970; a unit is `ticks` ticks, or a part of one where that is negative.
fn unix<'a>(values: &[Value<'a>], ticks: i64) -> Value<'a> {
    let since = match values.first() {
        Some(whole @ (Int(_) | Long(_))) if ticks < 0 => to_long(whole).map(|number| number.div_euclid(-ticks)),
        Some(whole @ (Int(_) | Long(_))) => to_long(whole).and_then(|number| number.checked_mul(ticks)),
        Some(number) => {
            let factor = if ticks < 0 { -1.0 / ticks as f64 } else { ticks as f64 };
            to_real(number).map(|number| (number * factor) as i64)
        }
        None => None,
    };
    since.and_then(|since| UNIX_EPOCH.checked_add(Timespan(since))).map_or(Null, Value::DateTime)
}

fn zoned<'a>(values: &[Value<'a>], to_local: bool) -> Result<Value<'a>> {
    let [Value::DateTime(instant), Text(zone)] = values else { return Ok(Null) };
    let unknown =
        || EngineError::semantic("SEM0234", format!("'{zone}' is no time zone: use a name such as 'Europe/Berlin'"));
    let zone = jiff::tz::TimeZone::get(zone).map_err(|_| unknown())?;
    let seconds = (instant.ticks() - UNIX_EPOCH.ticks()).div_euclid(TICKS_PER_SECOND);
    let Ok(timestamp) = jiff::Timestamp::from_second(seconds) else { return Ok(Null) };
    let offset = if to_local {
        zone.to_offset(timestamp).seconds()
    } else {
        let local = jiff::tz::TimeZone::UTC.to_datetime(timestamp);
        zone.to_ambiguous_zoned(local).compatible().map_or(0, |zoned| zoned.offset().seconds())
    };
    let ticks = i64::from(offset) * TICKS_PER_SECOND;
    Ok(shifted(*instant, Some(if to_local { ticks } else { -ticks })))
}
