//! A whole answer as it came over the wire, drawn as its `render` asks.

use crate::{
    chart::{Chart, ChartOptions},
    picture::{Picture, Width},
};
use kusto_protocol::{decoder::Decoder, error::DecodeError};

/// A picture of each of these widths; none where the answer has no `render`.
///
/// # Errors
/// Where the bytes are no complete answer, or are one of a failed query or of more than a chart has room for.
pub fn pictures<const N: usize>(
    answer: &[u8],
    options: &ChartOptions,
    widths: [Width; N],
) -> Result<Option<[Picture; N]>, DecodeError> {
    let mut chart = Chart::default();
    let mut decoder = Decoder::new(&mut chart);
    decoder.feed(answer)?;
    let completion = decoder.finish()?;
    let asked = completion.tables.first().and_then(|table| table.visualization.as_ref());
    Ok(asked.map(|asked| chart.finish(Some(asked), options, widths)))
}

#[cfg(test)]
mod tests {
    use super::pictures;
    use crate::{chart::ChartOptions, instant::Zone, picture::Width};
    use serde_json::{Value, json};

    /// An answer of v2 whose one table has this annotation.
    fn answer(visualization: &Value) -> Vec<u8> {
        let column = |name: &str, kind: &str| json!({"ColumnName": name, "ColumnType": kind});
        let frames = json!([
            {"FrameType": "DataSetHeader", "IsProgressive": false, "Version": "v2.0"},
            {"FrameType": "DataTable", "TableId": 0, "TableKind": "QueryProperties", "TableName": "@ExtendedProperties",
             "Columns": [column("TableId", "int"), column("Key", "string"), column("Value", "dynamic")],
             "Rows": [[1, "Visualization", visualization.to_string()]]},
            {"FrameType": "DataTable", "TableId": 1, "TableKind": "PrimaryResult", "TableName": "PrimaryResult",
             "Columns": [column("Service", "string"), column("Count", "long")], "Rows": [["search", 1235]]},
            {"FrameType": "DataSetCompletion", "HasErrors": false, "Cancelled": false},
        ]);
        frames.to_string().into_bytes()
    }

    fn options() -> ChartOptions {
        ChartOptions {
            title: None,
            source: Vec::new(),
            warning: None,
            zone: Zone::utc(),
            execution_seconds: None,
            chart_type: None,
        }
    }

    #[test]
    fn what_render_asks_for_is_drawn_and_without_it_nothing() {
        let bars = json!({"Visualization": "barchart", "Title": "Requests"});
        let drawn = pictures(&answer(&bars), &options(), [Width::Wide, Width::Narrow]).unwrap().unwrap();
        assert_eq!(drawn.each_ref().map(|picture| picture.width), [680, 360]);
        assert!(drawn.iter().all(|picture| picture.svg.contains("Requests") && picture.svg.contains("search")));
        let none = json!({"Visualization": null});
        assert_eq!(pictures(&answer(&none), &options(), [Width::Wide]), Ok(None));
    }

    #[test]
    fn an_answer_without_its_end_is_not_drawn() {
        let mut cut = answer(&json!({"Visualization": "barchart"}));
        cut.truncate(cut.len() - 40);
        assert!(pictures(&cut, &options(), [Width::Wide]).is_err());
    }
}
