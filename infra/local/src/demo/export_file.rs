//! A file becomes a table, through the `ingest` function.

use super::{export, running::Running, steps::Cause};
use crate::{
    load,
    storage::{column::Column, table::Table},
};
use serde::{Serialize, Serializer};
use std::{path::Path, sync::Arc};

/// Records in one request.
const BATCH: usize = 1_000;

/// Exports the records of a CSV or JSON-lines file into a table of its name, and checks that all of them are in it.
/// Returns what was exported, in words.
pub(crate) async fn export_file(running: &Running, file: &Path) -> Result<String, Cause> {
    let table = load::file(file)?;
    let columns = table.columns();
    let schema = schema(&table);
    let records: Vec<Record> =
        (0..table.rows()).map(|row| Record { schema: &schema, columns: &columns, row }).collect();
    // Without a record the table is made all the same.
    let batches = if records.is_empty() { vec![&records[..]] } else { records.chunks(BATCH).collect() };
    for batch in batches {
        export::records(running, table.name(), &schema, batch).await?;
    }
    export::counted(running, &format!("['{}'] | count", table.name()), records.len()).await?;
    Ok(summary(&table, &schema))
}

/// How many records of which table, with its columns.
fn summary(table: &Table, schema: &[(&str, &str)]) -> String {
    let columns: Vec<String> = schema.iter().map(|(name, kind)| format!("{name}:{kind}")).collect();
    format!("{} records in table {} ({})", table.rows(), table.name(), columns.join(", "))
}

fn schema(table: &Table) -> Vec<(&str, &'static str)> {
    table.schema().iter().map(|column| (column.name.as_str(), column.column_type.name())).collect()
}

/// A row of a table as a JSON object.
struct Record<'a> {
    schema: &'a [(&'a str, &'a str)],
    columns: &'a [Arc<Column>],
    row: usize,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.schema.iter().map(|(name, _)| name);
        serializer.collect_map(names.zip(self.columns.iter().map(|column| column.value(self.row))))
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, schema, summary};
    use crate::load;

    #[test]
    fn a_row_of_a_file_is_a_record_with_typed_cells() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Logins.csv");
        std::fs::write(&path, "At,User,Tries,Ok,Seconds\n2026-11-20T06:00:00Z,ada,3,true,0.5\n,,,,\n").unwrap();
        let table = load::file(&path).unwrap();
        let schema = schema(&table);
        let record = |row| serde_json::to_string(&Record { schema: &schema, columns: &table.columns(), row }).unwrap();
        assert_eq!(record(0), r#"{"At":"2026-11-20T06:00:00Z","User":"ada","Tries":3,"Ok":true,"Seconds":0.5}"#);
        assert_eq!(record(1), r#"{"At":null,"User":"","Tries":null,"Ok":null,"Seconds":null}"#);
        assert_eq!(
            summary(&table, &schema),
            "2 records in table Logins (At:datetime, User:string, Tries:long, Ok:bool, Seconds:real)"
        );
    }
}
