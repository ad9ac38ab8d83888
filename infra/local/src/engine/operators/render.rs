//! `render`: how a client should draw the rows.

use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::result::{AxisEnd, Visualization};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use kql::lexer::TokenKind;

pub(super) const RENDER: OperatorEntry =
    OperatorEntry { name: "render", doc: "How a client should draw the rows.", parse };

/// The kinds of charts that the service knows.
const KINDS: &[&str] = &[
    "anomalychart",
    "areachart",
    "barchart",
    "card",
    "columnchart",
    "graph",
    "ladderchart",
    "linechart",
    "piechart",
    "pivotchart",
    "plotly",
    "scatterchart",
    "stackedareachart",
    "table",
    "timechart",
    "timepivot",
    "treemap",
    "list",
    "3Dchart",
    "sankey",
];

#[derive(Debug)]
struct Render {
    visualization: Visualization,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let offset = parser.offset();
    let kind = parser.name()?;
    if !KINDS.contains(&kind.as_str()) {
        let message = format!("there is no visualization '{kind}': use one of {}", KINDS.join(", "));
        return Err(EngineError::syntax(offset, message));
    }
    let mut visualization = Visualization { visualization: Some(kind), ..Visualization::default() };
    let parenthesized = parser.accept_word("with") && parser.accept(TokenKind::OpenParen);
    while parser.at_name() {
        property(parser, &mut visualization)?;
        parser.accept(TokenKind::Comma);
    }
    if parenthesized {
        parser.expect(TokenKind::CloseParen, "')'")?;
    }
    Ok(Box::new(Render { visualization }))
}

/// Takes `name = value`.
fn property(parser: &mut Parser<'_>, visualization: &mut Visualization) -> Result<()> {
    let offset = parser.offset();
    let name = parser.name()?;
    parser.expect(TokenKind::Equal, "'='")?;
    let text = value(parser)?;
    let number = || {
        text.parse::<f64>()
            .map(|number| AxisEnd(Some(number)))
            .map_err(|_| EngineError::syntax(offset, format!("'{name}' has to be a number")))
    };
    match name.to_ascii_lowercase().as_str() {
        "title" => visualization.title = Some(text),
        "xcolumn" => visualization.x_column = Some(text),
        "series" => visualization.series = Some(text),
        "ycolumns" => visualization.y_columns = Some(text),
        "anomalycolumns" => visualization.anomaly_columns = Some(text),
        "xtitle" => visualization.x_title = Some(text),
        "ytitle" => visualization.y_title = Some(text),
        "xaxis" => visualization.x_axis = Some(text),
        "yaxis" => visualization.y_axis = Some(text),
        "legend" => visualization.legend = Some(text),
        "ysplit" => visualization.y_split = Some(text),
        "accumulate" => visualization.accumulate = text.eq_ignore_ascii_case("true"),
        "kind" => visualization.kind = Some(text),
        "ymin" => visualization.y_min = number()?,
        "ymax" => visualization.y_max = number()?,
        "xmin" => visualization.x_min = Some(text),
        "xmax" => visualization.x_max = Some(text),
        _ => return Err(EngineError::syntax(offset, format!("render has no property '{name}'"))),
    }
    Ok(())
}

/// Takes a string, number, typed literal or word; several names with commas between them are one value.
fn value(parser: &mut Parser<'_>) -> Result<String> {
    if parser.is(TokenKind::String) {
        return parser.string();
    }
    let mut text = part(parser)?;
    // A comma continues the value where what follows it is not `name =`.
    while parser.is(TokenKind::Comma)
        && parser.kind_ahead(1) == Some(TokenKind::Name)
        && parser.kind_ahead(2) != Some(TokenKind::Equal)
    {
        parser.advance();
        text.push(',');
        text.push_str(&part(parser)?);
    }
    Ok(text)
}

fn part(parser: &mut Parser<'_>) -> Result<String> {
    if parser.at_name() {
        return parser.any_name();
    }
    let negative = parser.accept(TokenKind::Minus);
    let error = parser.expected("a value");
    let token = parser.advance().ok_or(error)?;
    let text = parser.content_of(token);
    Ok(if negative { format!("-{text}") } else { text.to_owned() })
}

impl Operator for Render {
    fn apply(&self, mut input: Relation, _: &Scope) -> Result<Relation> {
        let visualization = Visualization { is_query_sorted: input.sorted, ..self.visualization.clone() };
        input.visualization = Some(Box::new(visualization));
        Ok(input)
    }
}
