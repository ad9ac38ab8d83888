//! Ticks of a time axis: round steps of the wall clock, in two levels of labels.

use crate::{
    cell_text::NULL,
    instant::{DAY, SECOND, Zone, from_civil, to_civil},
};
use jiff::civil::{Date, DateTime, Time, Weekday};
use std::collections::BTreeSet;

/// The least distance between two labels, in logical pixels.
const LABEL_DISTANCE: f64 = 72.0;
/// Labels with parts of a second are wider.
const FINE_LABEL_DISTANCE: f64 = 104.0;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// The mean Gregorian month and year.
const MONTH: i64 = 2_629_746 * SECOND;
const YEAR: i64 = 12 * MONTH;

/// A tick: when, its label, and what stands under the label where it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimeTick {
    pub(crate) at: i64,
    pub(crate) label: String,
    pub(crate) under: Option<String>,
}

/// The distance from one tick to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Ticks of 100 ns, at most an hour: the same on every clock.
    Ticks(i64),
    Hours(i64),
    Days(i64),
    Weeks,
    Months(i16),
    Years(i16),
}

const STEPS: [Step; 42] = [
    Step::Ticks(SECOND / 1_000),
    Step::Ticks(SECOND / 500),
    Step::Ticks(SECOND / 200),
    Step::Ticks(SECOND / 100),
    Step::Ticks(SECOND / 50),
    Step::Ticks(SECOND / 20),
    Step::Ticks(SECOND / 10),
    Step::Ticks(SECOND / 5),
    Step::Ticks(SECOND / 2),
    Step::Ticks(SECOND),
    Step::Ticks(2 * SECOND),
    Step::Ticks(5 * SECOND),
    Step::Ticks(10 * SECOND),
    Step::Ticks(15 * SECOND),
    Step::Ticks(30 * SECOND),
    Step::Ticks(MINUTE),
    Step::Ticks(2 * MINUTE),
    Step::Ticks(5 * MINUTE),
    Step::Ticks(10 * MINUTE),
    Step::Ticks(15 * MINUTE),
    Step::Ticks(30 * MINUTE),
    Step::Ticks(HOUR),
    Step::Hours(2),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days(1),
    Step::Days(2),
    Step::Weeks,
    Step::Months(1),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
    Step::Years(20),
    Step::Years(50),
    Step::Years(100),
    Step::Years(200),
    Step::Years(500),
    Step::Years(1_000),
];

/// The ticks from `first` to `last` on an axis `width` logical pixels long, at most one for each 72 of them.
pub(crate) fn ticks(first: i64, last: i64, width: f64, zone: &Zone) -> Vec<TimeTick> {
    let fits = |step: &&Step| (last - first) as f64 / step.length() as f64 * step.label_distance() <= width;
    let step = STEPS.iter().find(fits).copied().unwrap_or(Step::Years(2_000));
    let mut instants = step.instants(first, last, zone);
    if instants.is_empty() {
        // A range too short for a round step, or a single instant: its begin is named in full.
        instants = vec![first];
    }
    let finest = if instants == [first] { Step::finest(first) } else { step };
    let mut ticks = Vec::new();
    let mut shown = None;
    for at in instants {
        let local = zone.local(at);
        let under = finest.under(local, shown);
        ticks.push(TimeTick { at, label: finest.label(local), under });
        shown = Some(local);
    }
    ticks
}

impl Step {
    fn length(self) -> i64 {
        match self {
            Self::Ticks(ticks) => ticks,
            Self::Hours(hours) => hours * HOUR,
            Self::Days(days) => days * DAY,
            Self::Weeks => 7 * DAY,
            Self::Months(months) => i64::from(months) * MONTH,
            Self::Years(years) => i64::from(years) * YEAR,
        }
    }

    fn label_distance(self) -> f64 {
        if self.length() < SECOND { FINE_LABEL_DISTANCE } else { LABEL_DISTANCE }
    }

    /// The step at which `instant` has a name of its own.
    fn finest(instant: i64) -> Self {
        match instant {
            _ if instant % DAY == 0 => Self::Days(1),
            _ if instant % MINUTE == 0 => Self::Ticks(MINUTE),
            _ if instant % SECOND == 0 => Self::Ticks(SECOND),
            _ => Self::Ticks(SECOND / 1_000),
        }
    }

    /// Every instant of this step from `first` to `last`.
    fn instants(self, first: i64, last: i64, zone: &Zone) -> Vec<i64> {
        let begin = self.floor(zone.local(first));
        let mut instants: Vec<i64> = match self {
            // By the clock that does not jump, so that the hour that comes twice has its ticks twice. Where the calendar ends the
            // local time may be hours off: the first tick is worked out, not walked to.
            Self::Ticks(ticks) => {
                let first = first + (zone.instant(begin) - first).rem_euclid(ticks);
                std::iter::successors(Some(first), |at| Some(at + ticks)).take_while(|at| *at <= last).collect()
            }
            _ => {
                let locals = std::iter::successors(Some(begin), |local| self.next(*local));
                let instants = locals.map(|local| zone.instant(local));
                instants.skip_while(|at| *at < first).take_while(|at| *at <= last).collect()
            }
        };
        instants.dedup();
        instants
    }

    /// The last round time that is not after `local`.
    fn floor(self, local: DateTime) -> DateTime {
        let date = local.date();
        match self {
            Self::Ticks(ticks) => to_civil(from_civil(local) / ticks * ticks),
            Self::Hours(hours) => to_civil(from_civil(local) / (hours * HOUR) * (hours * HOUR)),
            Self::Days(days) => to_civil(from_civil(local) / (days * DAY) * (days * DAY)),
            Self::Weeks => monday(date).to_datetime(Time::midnight()),
            Self::Months(months) => first_of(date.year(), (date.month() as i16 - 1) / months * months + 1),
            Self::Years(years) => first_of((date.year() / years * years).max(1), 1),
        }
    }

    /// The round time after `local`; none where the calendar ends.
    fn next(self, local: DateTime) -> Option<DateTime> {
        let date = local.date();
        match self {
            Self::Months(months) => {
                let month = i16::from(date.month()) - 1 + months;
                date.year()
                    .checked_add(month / 12)
                    .filter(|year| *year <= 9999)
                    .map(|year| first_of(year, month % 12 + 1))
            }
            Self::Years(years) => {
                let year = date.year() / years * years + years;
                (year <= 9999).then(|| first_of(year, 1))
            }
            _ => {
                let next = from_civil(local) + self.length();
                (next <= crate::instant::LAST).then(|| to_civil(next))
            }
        }
    }

    fn label(self, local: DateTime) -> String {
        match self {
            Self::Ticks(ticks) if ticks < SECOND => local.strftime("%H:%M:%S%.3f").to_string(),
            Self::Ticks(ticks) if ticks < MINUTE => local.strftime("%H:%M:%S").to_string(),
            Self::Ticks(_) | Self::Hours(_) => local.strftime("%H:%M").to_string(),
            Self::Days(_) | Self::Weeks => local.strftime("%-d %b").to_string(),
            Self::Months(_) => local.strftime("%b").to_string(),
            Self::Years(_) => local.year().to_string(),
        }
    }

    /// What is new since the tick before: the date under hours, the year under days and months.
    fn under(self, local: DateTime, before: Option<DateTime>) -> Option<String> {
        match self {
            Self::Ticks(_) | Self::Hours(_) => match before {
                Some(before) if before.date() == local.date() => None,
                Some(before) if before.year() == local.year() => Some(local.strftime("%-d %b").to_string()),
                _ => Some(local.strftime("%-d %b %Y").to_string().replace(" 000", " ").replace(" 00", " ")),
            },
            Self::Days(_) | Self::Weeks | Self::Months(_) => {
                before.is_none_or(|before| before.year() != local.year()).then(|| local.year().to_string())
            }
            Self::Years(_) => None,
        }
    }
}

fn monday(date: Date) -> Date {
    let days = i64::from(date.weekday().since(Weekday::Monday));
    date.checked_sub(jiff::Span::new().days(days)).unwrap_or(date)
}

fn first_of(year: i16, month: i16) -> DateTime {
    DateTime::new(year, month as i8, 1, 0, 0, 0, 0).unwrap_or(DateTime::MIN)
}

/// A range of instants for the subtitle: as short as it can be said.
pub(crate) fn range(first: i64, last: i64, zone: &Zone) -> String {
    let (begin, end) = (zone.local(first), zone.local(last));
    let full = "%-d %b %Y";
    let say = |local: DateTime, format: &str| local.strftime(format).to_string();
    if first == last {
        return if first % DAY == 0 && *zone == Zone::utc() { say(begin, full) } else { say(begin, "%-d %b %Y %H:%M") };
    }
    match (begin.date(), end.date()) {
        (day, same) if day == same => {
            format!("{}, {}–{}", say(begin, full), clock(begin, first, last), clock(end, first, last))
        }
        (one, two) if one.year() != two.year() => format!("{}–{}", say(begin, full), say(end, full)),
        (one, two) if one.month() != two.month() => format!("{}–{}", say(begin, "%-d %b"), say(end, full)),
        _ => format!("{}–{}", begin.day(), say(end, full)),
    }
}

/// Names of instants that are categories: as much of each as tells them apart; null as in a table.
pub(crate) fn names(instants: &[Option<i64>], zone: &Zone) -> Vec<String> {
    let locals: Vec<Option<DateTime>> = instants.iter().map(|instant| instant.map(|ticks| zone.local(ticks))).collect();
    let all = |test: fn(&DateTime) -> bool| locals.iter().flatten().all(test);
    let years: BTreeSet<i16> = locals.iter().flatten().map(|local| local.year()).collect();
    let date = if years.len() > 1 { "%-d %b %Y" } else { "%-d %b" };
    let format = if all(|local| local.time() == Time::midnight()) {
        let month = if years.len() > 1 { "%b %Y" } else { "%b" };
        match (all(|local| local.day() == 1), all(|local| local.day_of_year() == 1)) {
            (_, true) if locals.len() > 1 => "%Y".to_owned(),
            (true, _) if locals.len() > 1 => month.to_owned(),
            _ => date.to_owned(),
        }
    } else {
        let clock =
            if all(|local| local.second() == 0 && local.subsec_nanosecond() == 0) { "%H:%M" } else { "%H:%M:%S" };
        let days: BTreeSet<Date> = locals.iter().flatten().map(|local| local.date()).collect();
        if days.len() > 1 { format!("{date} {clock}") } else { clock.to_owned() }
    };
    let name = |local: Option<DateTime>| local.map_or(NULL.to_owned(), |local| local.strftime(&format).to_string());
    locals.into_iter().map(name).collect()
}

fn clock(local: DateTime, first: i64, last: i64) -> String {
    local.strftime(if last - first < 2 * MINUTE { "%H:%M:%S" } else { "%H:%M" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::{range, ticks};
    use crate::instant::{Zone, parse};

    fn check(zone: &str, first: &str, last: &str, expected: &[&str]) {
        let at = |text: &str| parse(text).unwrap();
        let ticks = ticks(at(first), at(last), 560.0, &Zone::named(zone).unwrap());
        let shown: Vec<String> = ticks
            .into_iter()
            .map(|tick| tick.under.map_or(tick.label.clone(), |under| format!("{}/{under}", tick.label)))
            .collect();
        assert_eq!(shown, expected, "{first} to {last}");
    }

    #[test]
    fn steps_are_round_and_their_second_level_says_what_changes() {
        check(
            "UTC",
            "2026-11-13T06:00:00Z",
            "2026-11-20T06:00:00Z",
            &["14 Nov/2026", "15 Nov", "16 Nov", "17 Nov", "18 Nov", "19 Nov", "20 Nov"],
        );
        check(
            "UTC",
            "2026-11-19T21:00:00Z",
            "2026-11-20T06:00:00Z",
            &["22:00/19 Nov 2026", "00:00/20 Nov", "02:00", "04:00", "06:00"],
        );
        check(
            "UTC",
            "2026-11-20T06:00:01Z",
            "2026-11-20T06:00:09Z",
            &["06:00:02/20 Nov 2026", "06:00:04", "06:00:06", "06:00:08"],
        );
        check(
            "UTC",
            "2026-11-20T06:00:00.1Z",
            "2026-11-20T06:00:00.3Z",
            &["06:00:00.100/20 Nov 2026", "06:00:00.150", "06:00:00.200", "06:00:00.250", "06:00:00.300"],
        );
        check(
            "UTC",
            "2025-10-20T00:00:00Z",
            "2026-04-02T00:00:00Z",
            &["Nov/2025", "Dec", "Jan/2026", "Feb", "Mar", "Apr"],
        );
        check(
            "UTC",
            "2026-11-10T00:00:00Z",
            "2026-12-16T00:00:00Z",
            &["16 Nov/2026", "23 Nov", "30 Nov", "7 Dec", "14 Dec"],
        );
        check("UTC", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", &["1", "2000", "4000", "6000", "8000"]);
        check("UTC", "2026-11-20T06:00:00Z", "2026-11-20T06:00:00Z", &["06:00/20 Nov 2026"]);
        check("UTC", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z", &["23:59:59.999/31 Dec 9999"]);
        check("Pacific/Kiritimati", "9999-12-31T00:00:00Z", "9999-12-31T23:59:59.9999999Z", &["23:59/31 Dec 9999"]);
    }

    #[test]
    fn the_end_of_the_calendar_is_not_walked_to() {
        let last = "9999-12-31T23:59:59.9999999Z";
        check("Pacific/Kiritimati", last, last, &["23:59:59.999/31 Dec 9999"]);
    }

    #[test]
    fn local_midnights_on_the_days_the_clock_changes() {
        check(
            "Europe/Berlin",
            "2026-03-28T20:00:00Z",
            "2026-03-30T10:00:00Z",
            &["00:00/29 Mar 2026", "06:00", "12:00", "18:00", "00:00/30 Mar", "06:00", "12:00"],
        );
        check(
            "Europe/Berlin",
            "2026-10-25T00:00:00Z",
            "2026-10-25T03:00:00Z",
            &["02:00/25 Oct 2026", "02:30", "02:00", "02:30", "03:00", "03:30", "04:00"],
        );
    }

    #[test]
    fn ranges_are_said_briefly() {
        let check = |first: &str, last: &str, expected: &str| {
            assert_eq!(range(parse(first).unwrap(), parse(last).unwrap(), &Zone::utc()), expected);
        };
        check("2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z", "13–20 Nov 2026");
        check("2026-10-30T00:00:00Z", "2026-11-02T00:00:00Z", "30 Oct–2 Nov 2026");
        check("2025-12-28T00:00:00Z", "2026-01-03T00:00:00Z", "28 Dec 2025–3 Jan 2026");
        check("2026-11-20T06:00:00Z", "2026-11-20T09:30:00Z", "20 Nov 2026, 06:00–09:30");
        check("2026-11-20T06:00:00Z", "2026-11-20T06:00:30Z", "20 Nov 2026, 06:00:00–06:00:30");
        check("2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z", "20 Nov 2026");
    }
}
