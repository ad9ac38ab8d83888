//! The replies of query and chart actions, as far as a mail shows them.

use crate::records::Records;
use kusto_protocol::column::Column;
use serde::Deserialize;

/// A reply. Fields that a mail does not show are passed over, since replies may get more of them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reply {
    /// The title of a chart.
    pub title: Option<String>,
    /// The columns of `value`.
    pub columns: Option<Vec<Column>>,
    /// The rows.
    pub value: Option<Records>,
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
    pub value: Records,
}

impl Reply {
    /// How many rows the result has, further tables included; none where the reply does not tell.
    pub fn rows(&self) -> Option<u64> {
        if self.total_row_count.is_some() {
            return self.total_row_count;
        }
        let first = self.row_count.or_else(|| Some(self.value.as_ref()?.count()))?;
        Some(self.tables.iter().fold(first, |rows, table| rows.saturating_add(table.value.count())))
    }

    /// Whether the reply says that there are more rows than it has.
    pub fn is_truncated(&self) -> bool {
        self.completeness.as_deref() == Some("truncated")
    }
}

#[cfg(test)]
mod tests {
    use super::Reply;

    #[test]
    fn the_count_of_the_reply_is_the_count() {
        for (json, expected) in [
            ("{}", None),
            (r#"{"value": []}"#, Some(0)),
            (r#"{"value": [], "rowCount": 7}"#, Some(7)),
            (r#"{"value": [{}], "tables": [{"value": [{}, {}]}, {}]}"#, Some(3)),
            (r#"{"value": null}"#, None),
        ] {
            assert_eq!(serde_json::from_str::<Reply>(json).unwrap().rows(), expected);
        }
    }
}
