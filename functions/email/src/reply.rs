//! The replies of query and chart actions, as far as a mail shows them.

use kusto_protocol::column::{Column, ColumnType};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{collections::HashSet, fmt};

/// A reply. Fields that a mail does not show are passed over, since replies may get more of them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reply {
    /// The title of a chart.
    pub title: Option<String>,
    /// The columns of `value`.
    pub columns: Option<Vec<Column>>,
    /// The rows.
    pub value: Option<Vec<Record>>,
    /// The other tables of a result with several.
    pub tables: Vec<FurtherTable>,
    /// How many rows are in `value`, or in the chart.
    pub row_count: Option<u64>,
    /// How many rows all tables have, where the result has several.
    pub total_row_count: Option<u64>,
    /// `complete` or `truncated`.
    pub completeness: Option<String>,
    /// A chart or table as HTML.
    pub body_html: Option<String>,
    /// The same as plain text.
    pub body_text: Option<String>,
    /// The file of a chart reply.
    pub attachment_name: Option<String>,
    /// Its bytes in base64.
    pub attachment_content: Option<String>,
    /// Where the query can be opened.
    pub kusto_deep_link: Option<String>,
    /// Images of `bodyHtml`, and further files.
    pub attachments: Vec<ReplyAttachment>,
    /// Set in place of the content where it is too large for the channel.
    pub result_url: Option<String>,
}

/// A file of a chart reply.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplyAttachment {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// What `bodyHtml` calls it after `cid:`.
    pub content_id: Option<String>,
    /// Its bytes in base64.
    pub content: Option<String>,
    /// Where they are in the store, in their place.
    pub url: Option<String>,
}

/// A further result table.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FurtherTable {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Option<Vec<Column>>,
    /// Its rows.
    pub value: Vec<Record>,
}

impl Reply {
    /// How many rows the result has, further tables included; none where the reply does not tell.
    pub fn rows(&self) -> Option<u64> {
        if self.total_row_count.is_some() {
            return self.total_row_count;
        }
        let first = self.row_count.or_else(|| Some(self.value.as_ref()?.len() as u64))?;
        Some(self.tables.iter().fold(first, |rows, table| rows.saturating_add(table.value.len() as u64)))
    }

    /// Whether the reply says that there are more rows than it has.
    pub fn is_truncated(&self) -> bool {
        self.completeness.as_deref() == Some("truncated")
    }
}

/// The columns of `rows`; where only rows were given, as by the connector, every name in them, in the order in which they first come.
pub fn columns(given: Option<&[Column]>, rows: &[Record]) -> Vec<Column> {
    if let Some(given) = given {
        return given.to_vec();
    }
    let mut seen = HashSet::new();
    let names = rows.iter().flat_map(|Record(cells)| cells).map(|(name, _)| name.as_str());
    names.filter(|name| seen.insert(*name)).map(|name| Column::new(name, ColumnType::Dynamic)).collect()
}

/// A row: the JSON text of each cell by the name of its column, in the order in which they came.
#[derive(Debug)]
pub struct Record(pub Vec<(String, Box<RawValue>)>);

impl Record {
    /// The cells in the order of `columns`; null where there is none.
    pub fn cells<'a>(&'a self, columns: &'a [Column]) -> Vec<&'a str> {
        columns
            .iter()
            .enumerate()
            .map(|(index, column)| {
                // Usually the cells stand in the order of the columns.
                let at_index = self.0.get(index).filter(|(name, _)| *name == column.name);
                let found = at_index.or_else(|| self.0.iter().find(|(name, _)| *name == column.name));
                found.map_or("null", |(_, cell)| cell.get())
            })
            .collect()
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cells;

        impl<'de> Visitor<'de> for Cells {
            type Value = Record;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row: an object with a value for each column")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
                let mut cells = Vec::new();
                while let Some(cell) = map.next_entry()? {
                    cells.push(cell);
                }
                Ok(Record(cells))
            }
        }

        deserializer.deserialize_map(Cells)
    }
}

#[cfg(test)]
mod tests {
    use super::{Reply, columns};
    use kusto_protocol::column::{Column, ColumnType};

    #[test]
    fn cells_keep_their_text_and_follow_the_columns() {
        let reply: Reply = serde_json::from_str(
            r#"{"columns": [{"name": "a", "type": "decimal"}, {"name": "b", "type": "string"}, {"name": "c", "type": "long"}],
                "value": [{"a": 1.10000000000000000001, "b": "x", "c": 9007199254740993}, {"c": 1, "a": null}],
                "stats": {"unknown": true}}"#,
        )
        .unwrap();
        let columns = columns(reply.columns.as_deref(), &[]);
        let rows: Vec<_> = reply.value.as_ref().unwrap().iter().map(|record| record.cells(&columns)).collect();
        assert_eq!(rows, [["1.10000000000000000001", "\"x\"", "9007199254740993"], ["null", "null", "1"]]);
        assert_eq!(reply.rows(), Some(2));
    }

    #[test]
    fn a_reply_of_the_connector_has_no_columns() {
        let reply: Reply = serde_json::from_str(r#"{"value": [{"z": 1, "a": "x"}]}"#).unwrap();
        assert_eq!(
            columns(None, reply.value.as_deref().unwrap()),
            [Column::new("z", ColumnType::Dynamic), Column::new("a", ColumnType::Dynamic)]
        );
    }

    #[test]
    fn the_count_of_the_reply_is_the_count() {
        for (json, expected) in
            [("{}", None), (r#"{"value": []}"#, Some(0)), (r#"{"value": [], "rowCount": 7}"#, Some(7))]
        {
            assert_eq!(serde_json::from_str::<Reply>(json).unwrap().rows(), expected);
        }
    }
}
