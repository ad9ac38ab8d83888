//! The rows of a query as a mail carries them: the first of them to read and, where those are not all, a file with all of them.

use crate::{message::MOST_BYTES, records::Records, reply::Reply};
use kusto_protocol::{
    cell::Row,
    sink::{LimitReached, Sink, TableHeader},
};
use report::{
    html::{
        Html,
        table::{DEFAULT_ROWS, MAX_MAIL_BYTES, Table},
    },
    rows::{Counted, Format, OnLimit, RowLimits, Rows},
};
use runtime::error::{ActionError, ErrorType};

/// The rows of a result in the forms of a mail.
#[derive(Debug)]
pub struct Tables<'a> {
    tables: Vec<(TableHeader, &'a Records)>,
    html: Table,
    text: String,
}

impl<'a> Tables<'a> {
    /// The tables of `reply`, in so many bytes of HTML.
    ///
    /// # Errors
    /// For more cells than the file of them could have: a caller can write many in few bytes, since a row need not name each.
    pub fn new(reply: &'a Reply, room: usize) -> Result<Self, ActionError> {
        let tables = tables(reply);
        let cells: u64 = tables.iter().map(|(header, rows)| rows.count() * header.columns.len() as u64).sum();
        if cells > MOST_BYTES as u64 {
            let message = format!(
                "the result has {cells} cells, which are more than {MOST_BYTES} bytes as CSV: let the query return less"
            );
            return Err(ActionError::new(ErrorType::LimitExceeded, message));
        }
        let mut html = Table::first(DEFAULT_ROWS).within(room);
        let limits = RowLimits {
            rows: DEFAULT_ROWS as u64,
            bytes: MAX_MAIL_BYTES as u64,
            counted: Counted::Plain,
            on_limit: OnLimit::Truncate,
        };
        let mut text = Rows::new(Format::Text, limits);
        // Neither of them refuses a row: they leave out what they have no room for.
        let _ = feed(&tables, &mut html).and_then(|()| feed(&tables, &mut text));
        Ok(Self { tables, html, text: String::from_utf8_lossy(&text.finish().content).into_owned() })
    }

    /// All rows as CSV, where the mail itself does not show them all.
    ///
    /// # Errors
    /// For more than a mail can carry.
    pub fn csv(&self) -> Result<Option<Vec<u8>>, ActionError> {
        if self.html.is_whole() {
            return Ok(None);
        }
        let limits =
            RowLimits { rows: u64::MAX, bytes: MOST_BYTES as u64, counted: Counted::Plain, on_limit: OnLimit::Error };
        let mut csv = Rows::new(Format::Csv, limits);
        feed(&self.tables, &mut csv).map_err(|limit| {
            ActionError::new(ErrorType::LimitExceeded, format!("{limit} as CSV: let the query return less"))
        })?;
        Ok(Some(csv.finish().content))
    }

    /// HTML and text. `attached_as` names the file that has all rows.
    pub fn finish(self, attached_as: Option<&str>) -> (Html, String) {
        let mut text = self.text;
        if let Some(name) = attached_as {
            text.push_str(&format!("\n{}; all in {name}\n", self.html.shown_of_all()));
        }
        (self.html.finish(attached_as), text)
    }
}

/// The tables of `reply`.
fn tables(reply: &Reply) -> Vec<(TableHeader, &Records)> {
    let first = reply.value.iter().map(|rows| ("PrimaryResult", reply.columns.as_deref(), rows));
    let further = reply.tables.iter().map(|table| (table.name.as_str(), table.columns.as_deref(), &table.value));
    let header =
        |name: &str, given, rows: &Records| TableHeader { name: name.to_owned(), columns: rows.columns(given) };
    first.chain(further).map(|(name, given, rows)| (header(name, given, rows), rows)).collect()
}

/// Puts `tables` into `sink`.
fn feed(tables: &[(TableHeader, &Records)], sink: &mut impl Sink) -> Result<(), LimitReached> {
    tables.iter().try_for_each(|(header, rows)| {
        sink.table(header)?;
        rows.each(|record| sink.row(&Row::new(&header.columns, &record.cells(&header.columns))))
    })
}

#[cfg(test)]
mod tests {
    use super::{MAX_MAIL_BYTES, Tables};
    use serde_json::json;

    fn reply(rows: usize) -> crate::reply::Reply {
        let value: Vec<_> = (0..rows).map(|n| json!({"n": n, "text": format!("=1+{n} <b>")})).collect();
        let reply =
            json!({"columns": [{"name": "n", "type": "long"}, {"name": "text", "type": "string"}], "value": value});
        serde_json::from_str(&reply.to_string()).unwrap()
    }

    #[test]
    fn few_rows_are_in_the_mail_only() {
        let reply = reply(2);
        let tables = Tables::new(&reply, MAX_MAIL_BYTES).unwrap();
        assert_eq!(tables.csv().unwrap(), None);
        let (html, text) = tables.finish(None);
        assert_eq!(text, "n  text\n-  --------\n0  =1+0 <b>\n1  =1+1 <b>\n");
        assert!(
            html.as_str().contains(">2 rows</caption>") && html.as_str().contains(">=1+1 &#60;b&#62;</td>"),
            "{html}"
        );
    }

    #[test]
    fn many_rows_are_in_a_file_too() {
        let reply = reply(1204);
        let tables = Tables::new(&reply, MAX_MAIL_BYTES).unwrap();
        let csv = String::from_utf8(tables.csv().unwrap().unwrap()).unwrap();
        assert_eq!(csv.lines().count(), 1205);
        assert!(csv.ends_with("\"1203\",\"'=1+1203 <b>\"\r\n"), "{}", &csv[csv.len() - 60..]);
        let (html, text) = tables.finish(Some("rows.csv"));
        assert!(html.as_str().contains(">50 of 1,204 rows; all in rows.csv</caption>"));
        assert!(text.ends_with("\n50 of 1,204 rows; all in rows.csv\n") && text.contains("=1+49 "), "{text}");
        assert!(!text.contains("=1+50 "));
    }

    #[test]
    fn few_bytes_that_are_many_cells_are_refused() {
        let value: Vec<_> = (0..6_000).map(|n| json!({format!("a{n}"): n})).collect();
        let reply = serde_json::from_str(&json!({"value": value}).to_string()).unwrap();
        let error = Tables::new(&reply, MAX_MAIL_BYTES).unwrap_err().to_string();
        assert_eq!(
            error,
            "LimitExceeded: the result has 36000000 cells, which are more than 26214400 bytes as CSV: let the query return less"
        );
    }

    #[test]
    fn further_tables_follow() {
        let reply = json!({"value": [{"a": 1}], "tables": [{"name": "second", "value": [{"b": "x"}, {"b": "y"}]}]});
        let reply = serde_json::from_str(&reply.to_string()).unwrap();
        let (html, text) = Tables::new(&reply, MAX_MAIL_BYTES).unwrap().finish(None);
        assert!(html.as_str().contains(">1 row</caption>") && html.as_str().contains(">2 rows</caption>"));
        assert!(text.contains("\nsecond\n"), "{text}");
    }
}
