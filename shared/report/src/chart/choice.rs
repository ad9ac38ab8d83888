//! Which column is the x axis, which are measures, which name the series.

use super::{
    chart_type::ChartType,
    columns::{KeptColumn, Values},
    domain::Domain,
    text::short,
};
use kusto_protocol::visualization::Visualization;

/// Columns by their index.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    pub(crate) x: usize,
    /// The part of the x axis that is drawn.
    pub(crate) domain: Domain,
    pub(crate) y: Vec<usize>,
    pub(crate) series: Vec<usize>,
    /// Columns that mark points of the first measure.
    pub(crate) anomalies: Vec<usize>,
    /// What was asked for and could not be followed, a sentence each.
    pub(crate) notes: Vec<String>,
}

impl Choice {
    /// A title for a chart that has none: the measures, by the series or the categories.
    pub(crate) fn title(&self, columns: &[KeptColumn]) -> String {
        let names =
            |indices: &[usize]| indices.iter().map(|index| short(&columns[*index].name)).collect::<Vec<_>>().join(", ");
        let by = match self.series.as_slice() {
            [] if columns[self.x].is(Use::Instant) => return names(&self.y),
            [] => names(&[self.x]),
            series => names(series),
        };
        format!("{} by {by}", names(&self.y))
    }
}

/// What a column is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Number,
    Instant,
    Text,
    Nothing,
}

/// The kind of chart that the types of the columns suggest, where nobody asked for one.
pub(crate) fn guess(columns: &[KeptColumn]) -> ChartType {
    let has = |wanted| columns.iter().any(|column| column.good_for() == wanted);
    match (has(Use::Number), has(Use::Instant), has(Use::Text)) {
        (true, true, _) => ChartType::TimeChart,
        (true, false, true) => ChartType::BarChart,
        _ => ChartType::Table,
    }
}

/// The columns for a chart of this kind; what is missing, as a sentence, where they do not fit it.
pub(crate) fn choose(kind: ChartType, columns: &[KeptColumn], asked: Option<&Visualization>) -> Result<Choice, String> {
    let mut asking = Asking { columns, notes: Vec::new() };
    let named_x = asked.and_then(|asked| asking.find("xcolumn", asked.x_column.as_slice()).first().copied());
    let named_y = asked.map_or(Vec::new(), |asked| asking.find("ycolumns", &asked.y_columns));
    let named_series = asked.map_or(Vec::new(), |asked| asking.find("series", &asked.series));
    let anomalies = asked.map_or(Vec::new(), |asked| asking.find("anomalycolumns", &asked.anomaly_columns));
    let named_y: Vec<usize> = named_y.into_iter().filter(|index| columns[*index].is(Use::Number)).collect();

    let taken: Vec<usize> = [named_y.as_slice(), &named_series, &anomalies].concat();
    let free: Vec<usize> = (0..columns.len()).filter(|index| !taken.contains(index)).collect();
    let x = match named_x {
        Some(x) => x,
        None => first_x(kind, columns, &free, !named_y.is_empty())?,
    };
    let left = |wanted| free.iter().copied().filter(move |index| *index != x && columns[*index].is(wanted));
    let y = if named_y.is_empty() { left(Use::Number).collect() } else { named_y };
    let series: Vec<usize> = match kind {
        ChartType::PieChart => Vec::new(),
        _ if !named_series.is_empty() => named_series.into_iter().filter(|s| columns[*s].is(Use::Text)).collect(),
        ChartType::BarChart | ChartType::ColumnChart => left(Use::Text).take(1).collect(),
        _ => left(Use::Text).collect(),
    };
    let y: Vec<usize> = if kind == ChartType::PieChart { y.into_iter().take(1).collect() } else { y };
    match y.is_empty() {
        true => Err(format!("{kind} needs a numeric column; the result has none beside its x axis")),
        false => {
            let mut notes: Vec<String> = asking.notes.into_iter().chain(unmarked(kind, &anomalies)).collect();
            let domain = Domain::new(&columns[x], asked, &mut notes);
            Ok(Choice { x, domain, y, series, anomalies, notes })
        }
    }
}

/// Says that an anomaly chart has nothing to mark.
fn unmarked(kind: ChartType, anomalies: &[usize]) -> Option<String> {
    (kind == ChartType::AnomalyChart && anomalies.is_empty())
        .then(|| "No points are marked: anomalycolumns names no column".to_owned())
}

/// The x axis where `xcolumn` names none.
fn first_x(kind: ChartType, columns: &[KeptColumn], free: &[usize], has_y: bool) -> Result<usize, String> {
    let first = |uses: &[Use]| free.iter().copied().find(|index| uses.contains(&columns[*index].good_for()));
    match kind {
        ChartType::TimeChart | ChartType::AnomalyChart => {
            first(&[Use::Instant]).ok_or_else(|| format!("{kind} needs a datetime column; the result has none"))
        }
        ChartType::LineChart | ChartType::AreaChart | ChartType::StackedAreaChart | ChartType::ScatterChart => {
            let numbers = free.iter().filter(|index| columns[**index].is(Use::Number)).count();
            let only_measure = if numbers == 1 && !has_y { first(&[Use::Instant]) } else { None };
            only_measure
                .or_else(|| first(&[Use::Instant, Use::Number]))
                .ok_or_else(|| format!("{kind} needs a datetime or numeric column; the result has none"))
        }
        _ => {
            let numbers = free.iter().filter(|index| columns[**index].is(Use::Number)).count();
            let only_measure = numbers == 1 && !has_y;
            let category = if only_measure { first(&[Use::Text, Use::Instant]) } else { None };
            category
                .or_else(|| first(&[Use::Text, Use::Instant, Use::Number]))
                .ok_or_else(|| format!("{kind} needs a column for its categories; the result has none"))
        }
    }
}

impl KeptColumn {
    fn good_for(&self) -> Use {
        match self.values {
            Values::Numbers(_) => Use::Number,
            Values::Instants(_) => Use::Instant,
            Values::Texts(_) => Use::Text,
            _ => Use::Nothing,
        }
    }

    fn is(&self, wanted: Use) -> bool {
        self.good_for() == wanted
    }
}

/// Column names as they are looked up, and what was not found.
struct Asking<'a> {
    columns: &'a [KeptColumn],
    notes: Vec<String>,
}

impl Asking<'_> {
    /// The columns of these names, each once: what is drawn takes room for each of them.
    fn find(&mut self, property: &str, names: &[String]) -> Vec<usize> {
        let mut found = Vec::new();
        for name in names {
            match self.columns.iter().position(|column| column.name == *name && column.good_for() != Use::Nothing) {
                Some(index) if found.contains(&index) => {}
                Some(index) => found.push(index),
                None => self.notes.push(format!("{property} names {}, which is not there to be drawn", short(name))),
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{choose, guess};
    use crate::chart::{chart_type::ChartType, columns::KeptColumn};
    use kusto_protocol::{
        column::{Column, ColumnType},
        visualization::Visualization,
    };

    fn columns(schema: &str) -> Vec<KeptColumn> {
        let column = |column: &str| {
            let (name, column_type) = column.split_once(':').unwrap();
            KeptColumn::new(&Column::new(name, ColumnType::from_name(column_type).unwrap()))
        };
        schema.split(' ').map(column).collect()
    }

    /// `expected` is `x | y… | series…`, or a part of the refusal.
    #[track_caller]
    fn check(kind: &str, schema: &str, asked: &Visualization, expected: &str) {
        let columns = columns(schema);
        let names = |indices: &[usize]| indices.iter().map(|i| columns[*i].name.as_str()).collect::<Vec<_>>().join(" ");
        let chosen = match choose(kind.parse().unwrap(), &columns, Some(asked)) {
            Ok(choice) => {
                let notes = choice.notes.iter().map(|note| format!(" ! {note}")).collect::<String>();
                format!("{} | {} | {}{notes}", names(&[choice.x]), names(&choice.y), names(&choice.series))
            }
            Err(missing) => missing,
        };
        assert_eq!(chosen.trim_end(), expected, "{kind} of {schema}");
    }

    #[test]
    fn columns_of_each_kind() {
        let asked = Visualization::default();
        for (kind, schema, expected) in [
            ("timechart", "t:datetime n:long", "t | n |"),
            ("timechart", "n:long s:string t:datetime", "t | n | s"),
            ("timechart", "t:datetime a:long b:real s:string g:guid o:bool", "t | a b | s g o"),
            ("timechart", "t:datetime t2:datetime n:decimal d:timespan", "t | n d |"),
            ("timechart", "s:string n:long", "timechart needs a datetime column; the result has none"),
            (
                "timechart",
                "t:datetime s:string",
                "timechart needs a numeric column; the result has none beside its x axis",
            ),
            ("linechart", "x:real y:real s:string", "x | y | s"),
            ("linechart", "s:string x:long y:long", "x | y | s"),
            ("anomalychart", "s:string n:long", "anomalychart needs a datetime column; the result has none"),
            ("areachart", "n:long t:datetime s:string", "t | n | s"),
            ("stackedareachart", "t:datetime n:long s:string", "t | n | s"),
            ("scatterchart", "x:real y:real s:string g:guid", "x | y | s g"),
            (
                "scatterchart",
                "s:string y:real",
                "scatterchart needs a numeric column; the result has none beside its x axis",
            ),
            ("barchart", "s:string n:long", "s | n |"),
            ("barchart", "n:long s:string", "s | n |"),
            ("barchart", "s:string s2:string s3:string n:long", "s | n | s2"),
            ("barchart", "size:long n:long", "size | n |"),
            ("columnchart", "t:datetime n:long m:long", "t | n m |"),
            ("piechart", "s:string n:long m:long", "s | n |"),
            ("piechart", "d:dynamic n:long", "piechart needs a numeric column; the result has none beside its x axis"),
            ("barchart", "d:dynamic", "barchart needs a column for its categories; the result has none"),
        ] {
            check(kind, schema, &asked, expected);
        }
    }

    #[test]
    fn properties_win_and_what_they_miss_is_said() {
        let asked = |x: &str, y: &[&str], series: &[&str]| Visualization {
            x_column: (!x.is_empty()).then(|| x.to_owned()),
            y_columns: y.iter().map(|name| (*name).to_owned()).collect(),
            series: series.iter().map(|name| (*name).to_owned()).collect(),
            ..Visualization::default()
        };
        check("timechart", "t:datetime t2:datetime n:long m:long", &asked("t2", &["m"], &[]), "t2 | m |");
        check("timechart", "t:datetime n:long s:string s2:string", &asked("", &[], &["s2"]), "t | n | s2");
        check("barchart", "n:long m:long s:string", &asked("", &["n"], &[]), "m | n | s");
        check("barchart", "n:long m:long s:string g:guid", &asked("", &["n", "m", "n"], &["g", "g"]), "s | n m | g");
        check(
            "timechart",
            "t:datetime n:long",
            &asked("nope", &[], &[]),
            "t | n |  ! xcolumn names nope, which is not there to be drawn",
        );
        let anomalies = Visualization { anomaly_columns: vec!["flag".into()], ..Visualization::default() };
        check("anomalychart", "t:datetime n:long flag:long", &anomalies, "t | n |");
        check(
            "anomalychart",
            "t:datetime n:long",
            &Visualization::default(),
            "t | n |  ! No points are marked: anomalycolumns names no column",
        );
    }

    #[test]
    fn a_kind_is_guessed_from_the_types() {
        for (schema, expected) in [
            ("s:string t:datetime n:long", ChartType::TimeChart),
            ("s:string n:long", ChartType::BarChart),
            ("n:long m:long", ChartType::Table),
            ("s:string", ChartType::Table),
        ] {
            assert_eq!(guess(&columns(schema)), expected, "{schema}");
        }
    }
}
