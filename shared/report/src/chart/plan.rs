//! What is drawn of a result, decided once for pictures of every width.

use super::{
    Chart, ChartOptions,
    chart_type::ChartType,
    choice::{Choice, choose, guess},
    columns::{KeptColumn, expand},
    kinds::{
        self, card,
        plate::{self, Mood},
        scatter,
        table::{self, Head},
    },
    lines::Lines,
    look::Look,
    story::Story,
    text::short,
    unit::Unit,
};
use crate::{
    cell_text::{clean, cut},
    picture::{Picture, Width},
};
use kusto_protocol::visualization::Visualization;

/// Characters of a title; a picture shows about half of them.
const TITLE_CHARACTERS: usize = 200;

/// A result, and what is shown of it.
pub(crate) struct Plan {
    columns: Vec<KeptColumn>,
    /// The first rows as text.
    head: Vec<Head>,
    story: Story,
    shown: Shown,
}

enum Shown {
    Chart(ChartType, Choice, Look),
    Card,
    Table,
    /// Words in place of a chart: a heading and a line.
    Words(&'static str, String),
}

impl Plan {
    pub(crate) fn new(chart: Chart, asked: Option<&Visualization>, options: &ChartOptions) -> Self {
        let mut story = Story::new(options, chart.rows);
        if chart.tables > 1 {
            story.notes.push(format!("First of {} tables", chart.tables));
        }
        let (columns, skipped) = expand(chart.columns);
        let skipped = skipped.iter().map(|name| format!("{} not drawn: its arrays differ in length", short(name)));
        story.notes.extend(skipped);
        let kind = kind(asked, options, &columns, &mut story);
        let title = title(asked, options);
        story.title = title.clone().unwrap_or_else(|| kind.to_string());
        let mut plan = Self { columns, head: chart.head, story, shown: Shown::Table };
        if chart.rows == 0 {
            plan.shown = Shown::Words("The query returned no rows", execution(options));
            return plan;
        }
        match undrawn(kind, asked) {
            _ if kind == ChartType::Card => plan.shown = Shown::Card,
            _ if matches!(kind, ChartType::Table | ChartType::List) => {}
            Some(reason) => plan.fall_back(&reason),
            None => match choose(kind, &plan.columns, asked) {
                Ok(choice) => plan.choose(kind, choice, asked, title),
                Err(reason) => plan.fall_back(&reason),
            },
        }
        plan
    }

    /// A table in place of what cannot be drawn.
    fn fall_back(&mut self, reason: &str) {
        self.story.notes.push(format!("{reason}: a table instead"));
    }

    fn choose(&mut self, kind: ChartType, choice: Choice, asked: Option<&Visualization>, title: Option<String>) {
        let (look, unknown) = Look::new(kind, asked);
        self.story.title = title.unwrap_or_else(|| choice.title(&self.columns));
        self.story.notes.extend(unknown.into_iter().chain(choice.notes.iter().cloned()));
        let (columns, clipped) = choice.domain.clip(std::mem::take(&mut self.columns), choice.x);
        self.columns = columns;
        self.story.notes.extend(clipped.note());
        self.shown = match clipped.beyond > 0 && clipped.within == 0 {
            true => nothing("No row is between xmin and xmax"),
            false => Shown::Chart(kind, choice, look),
        };
    }

    /// The picture of this width.
    pub(crate) fn draw(&self, width: Width) -> Picture {
        let story = || Story { width, ..self.story.clone() };
        let words =
            |heading: &str, line: &String| plate::draw(Mood::Quiet, &story(), heading, std::slice::from_ref(line));
        match &self.shown {
            Shown::Table => table::draw(&self.head, story()),
            Shown::Card => card::draw(&self.columns, &self.head, story()),
            Shown::Words(heading, line) => words(heading, line),
            Shown::Chart(kind, choice, look) => self
                .chart(*kind, choice, look, story())
                .unwrap_or_else(|reason| words(NOTHING, &format!("{reason}; this is not an error."))),
        }
    }

    /// The chart; a sentence where the columns fit and hold no value.
    fn chart(&self, kind: ChartType, choice: &Choice, look: &Look, story: Story) -> Result<Picture, String> {
        match kind {
            ChartType::PieChart => kinds::draw_slices(&self.columns, choice, look, story),
            ChartType::BarChart | ChartType::ColumnChart => kinds::draw_bars(kind, &self.columns, choice, look, story),
            ChartType::ScatterChart => {
                Lines::new(&self.columns, choice, look).map(|lines| scatter::draw(lines, look, story))
            }
            _ => kinds::draw_lines(kind, &self.columns, choice, look, story),
        }
    }
}

const NOTHING: &str = "There is nothing to draw";

fn nothing(reason: &str) -> Shown {
    Shown::Words(NOTHING, format!("{reason}; this is not an error."))
}

fn kind(asked: Option<&Visualization>, options: &ChartOptions, columns: &[KeptColumn], story: &mut Story) -> ChartType {
    let named = asked.map(|asked| asked.visualization.as_str()).filter(|name| !name.is_empty());
    match (named.map(str::parse), options.chart_type) {
        (Some(Ok(kind)), _) => kind,
        (None, Some(kind)) => kind,
        (None, None) => guess(columns),
        (Some(Err(_)), _) => {
            story.notes.push(format!("{} is not known: a table instead", short(named.unwrap_or_default())));
            ChartType::Table
        }
    }
}

/// Why there is no such chart; none where there is.
fn undrawn(kind: ChartType, asked: Option<&Visualization>) -> Option<String> {
    let is_map = asked.is_some_and(|asked| asked.kind.as_deref() == Some("map"));
    match kind {
        ChartType::PieChart | ChartType::ScatterChart if is_map => Some(format!("{kind} kind=map is not drawn")),
        ChartType::TimeChart
        | ChartType::LineChart
        | ChartType::AnomalyChart
        | ChartType::AreaChart
        | ChartType::StackedAreaChart
        | ChartType::BarChart
        | ChartType::ColumnChart
        | ChartType::PieChart
        | ChartType::ScatterChart => None,
        other => Some(format!("{other} is not drawn")),
    }
}

/// The title that was given, as every part of a picture can carry it.
pub(crate) fn title(asked: Option<&Visualization>, options: &ChartOptions) -> Option<String> {
    let given = asked.and_then(|asked| asked.title.as_ref()).or(options.title.as_ref())?;
    Some(cut(clean(given).trim(), TITLE_CHARACTERS).into_owned()).filter(|title| !title.is_empty())
}

fn execution(options: &ChartOptions) -> String {
    match options.execution_seconds {
        Some(seconds) => format!("The query ran in {}; this is not an error.", Unit::Timespan.value(seconds * 1e7)),
        None => "This is not an error.".to_owned(),
    }
}
