//! The part of the x axis that is drawn: `xmin` and `xmax`.

use super::{
    columns::{Instant, KeptColumn, Values},
    text::short,
};
use crate::{
    instant::{parse, parse_timespan},
    number::count,
};
use kusto_protocol::{column::ColumnType, visualization::Visualization};

/// The ends of the x axis that were asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Domain {
    /// From the first value to the last.
    Whole,
    Instants(Option<i64>, Option<i64>),
    Numbers(Option<f64>, Option<f64>),
}

/// How many rows have their x value within the ends, and beyond them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Clipped {
    pub(crate) within: u64,
    pub(crate) beyond: u64,
}

impl Domain {
    /// What `asked` wants of an axis of this column; what cannot be followed is in `notes`.
    pub(crate) fn new(x: &KeptColumn, asked: Option<&Visualization>, notes: &mut Vec<String>) -> Self {
        let Some(asked) = asked.filter(|asked| asked.x_min.is_some() || asked.x_max.is_some()) else {
            return Self::Whole;
        };
        match (&x.values, x.column_type) {
            (Values::Instants(_), _) => {
                let (min, max) = ends(asked, "datetime", instant, notes);
                Self::Instants(min, max)
            }
            (Values::Numbers(_), ColumnType::Timespan) => {
                let (min, max) = ends(asked, "timespan", |text| parse_timespan(text).map(|ticks| ticks as f64), notes);
                Self::Numbers(min, max)
            }
            (Values::Numbers(_), _) => {
                let (min, max) = ends(asked, "number", number, notes);
                Self::Numbers(min, max)
            }
            _ => {
                notes.push("xmin and xmax have no meaning for an x axis of texts".to_owned());
                Self::Whole
            }
        }
    }

    /// Leaves out the rows whose value in column `x` is beyond the ends; those without a value stay.
    pub(crate) fn clip(self, columns: Vec<KeptColumn>, x: usize) -> (Vec<KeptColumn>, Clipped) {
        let mut clipped = Clipped::default();
        let mut keep = |is_within: Option<bool>| {
            clipped.within += u64::from(is_within == Some(true));
            clipped.beyond += u64::from(is_within == Some(false));
            usize::from(is_within != Some(false))
        };
        let counts: Vec<usize> = match (self, &columns[x].values) {
            (Self::Instants(min, max), Values::Instants(instants)) => {
                instants.iter().map(|at| keep(Instant::ticks(at).map(|ticks| is_within(&ticks, (min, max))))).collect()
            }
            (Self::Numbers(min, max), Values::Numbers(numbers)) => {
                let number = |number: f64| Some(number).filter(|number| !number.is_nan());
                numbers.iter().map(|at| keep(number(at).map(|at| is_within(&at, (min, max))))).collect()
            }
            _ => return (columns, clipped),
        };
        if clipped.beyond == 0 {
            return (columns, clipped);
        }
        let repeated = |column: KeptColumn| KeptColumn { values: column.values.repeated(&counts), ..column };
        (columns.into_iter().map(repeated).collect(), clipped)
    }
}

impl Clipped {
    /// What is not drawn, as a sentence; none where everything is.
    pub(crate) fn note(self) -> Option<String> {
        match self.beyond {
            0 => None,
            1 => Some("1 row beyond the x axis not drawn".to_owned()),
            several => Some(format!("{} rows beyond the x axis not drawn", count(several))),
        }
    }
}

fn is_within<T: PartialOrd>(value: &T, (min, max): (Option<T>, Option<T>)) -> bool {
    min.is_none_or(|min| *value >= min) && max.is_none_or(|max| *value <= max)
}

fn ends<T: PartialOrd>(
    asked: &Visualization,
    kind: &str,
    read: impl Fn(&str) -> Option<T>,
    notes: &mut Vec<String>,
) -> (Option<T>, Option<T>) {
    let mut end = |name: &str, text: Option<&String>| {
        let value = read(text?);
        if value.is_none() {
            notes.push(format!(
                "{name}={} is no {kind}: not followed",
                text.map(|text| short(text)).unwrap_or_default()
            ));
        }
        value
    };
    match (end("xmin", asked.x_min.as_ref()), end("xmax", asked.x_max.as_ref())) {
        (Some(min), Some(max)) if min >= max => {
            notes.push("xmin is not below xmax: neither is followed".to_owned());
            (None, None)
        }
        ends => ends,
    }
}

/// A datetime as a result has it, or as a literal of the query.
fn instant(text: &str) -> Option<i64> {
    let literal = text.strip_prefix("datetime(").and_then(|rest| rest.strip_suffix(')'));
    let text = literal.unwrap_or(text).trim();
    // A day stands for its begin.
    parse(text).or_else(|| parse(&format!("{text}T00:00:00")))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{Clipped, Domain};
    use crate::chart::columns::{KeptColumn, push_row};
    use kusto_protocol::{
        cell::Row,
        column::{Column, ColumnType},
        visualization::Visualization,
    };

    fn column(column_type: ColumnType, cells: &[&str]) -> Vec<KeptColumn> {
        let column = [Column::new("x", column_type)];
        let mut kept = vec![KeptColumn::new(&column[0])];
        cells.iter().for_each(|cell| push_row(&mut kept, &Row::new(&column, &[*cell])));
        kept
    }

    #[track_caller]
    fn check(column_type: ColumnType, ends: [&str; 2], cells: &[&str], expected: (u64, u64), said: &[&str]) {
        let end = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let asked = Visualization { x_min: end(ends[0]), x_max: end(ends[1]), ..Visualization::default() };
        let (columns, mut notes) = (column(column_type, cells), Vec::new());
        let (_, clipped) = Domain::new(&columns[0], Some(&asked), &mut notes).clip(columns, 0);
        assert_eq!(clipped, Clipped { within: expected.0, beyond: expected.1 }, "{ends:?}");
        assert_eq!(notes, said);
    }

    #[test]
    fn rows_beyond_the_ends_are_left_out() {
        let days = ["\"2026-11-13T00:00:00Z\"", "\"2026-11-14T00:00:00Z\"", "\"2026-11-15T00:00:00Z\"", "null"];
        check(ColumnType::DateTime, ["2026-11-14T00:00:00Z", ""], &days, (2, 1), &[]);
        check(ColumnType::DateTime, ["", "datetime(2026-11-13)"], &days, (1, 2), &[]);
        check(ColumnType::DateTime, ["2026-11-14", "2026-11-14T12:00:00"], &days, (1, 2), &[]);
        check(ColumnType::Real, ["-1.5", "2e1"], &["-2", "-1.5", "20", "21", "\"NaN\""], (2, 2), &[]);
        check(ColumnType::Timespan, ["00:00:01", ""], &["\"00:00:00\"", "\"00:00:02\""], (1, 1), &[]);
        check(ColumnType::Long, ["", ""], &["1"], (0, 0), &[]);
    }

    #[test]
    fn what_cannot_be_followed_is_said() {
        check(ColumnType::DateTime, ["7", ""], &["null"], (0, 0), &["xmin=7 is no datetime: not followed"]);
        check(
            ColumnType::Real,
            ["soon", "inf"],
            &["1"],
            (1, 0),
            &["xmin=soon is no number: not followed", "xmax=inf is no number: not followed"],
        );
        check(ColumnType::Real, ["2", "1"], &["5"], (1, 0), &["xmin is not below xmax: neither is followed"]);
        check(
            ColumnType::String,
            ["2", "3"],
            &["\"a\""],
            (0, 0),
            &["xmin and xmax have no meaning for an x axis of texts"],
        );
    }
}
