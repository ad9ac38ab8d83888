//! The rows of a table, as the JSON in which they came.

use kusto_protocol::column::{Column, ColumnType};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, collections::HashSet, fmt};

/// Rows: a JSON array of objects. They stay that text and are read anew each time, since as values they would take several times its room.
#[derive(Debug)]
pub struct Records {
    json: Box<RawValue>,
    count: u64,
}

/// A row: the JSON text of each cell by the name of its column, in the order in which they came.
#[derive(Debug)]
pub struct Record<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl Records {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Hands each row to `take`, until that fails.
    ///
    /// # Errors
    /// That of `take`.
    pub fn each<E>(&self, mut take: impl FnMut(&Record<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut failure = None;
        // It was read once already, so that nothing else can be wrong.
        let _ = each(&self.json, |record| {
            failure = take(&record).err();
            failure.is_none()
        });
        failure.map_or(Ok(()), Err)
    }

    /// The columns: those that are given or, where only rows were, as by the connector, every name in them, in the order in which they
    /// first come.
    pub fn columns(&self, given: Option<&[Column]>) -> Vec<Column> {
        if let Some(given) = given {
            return given.to_vec();
        }
        let (mut seen, mut columns) = (HashSet::new(), Vec::new());
        let _ = each(&self.json, |Record(cells)| {
            for (name, _) in cells {
                if !seen.contains(name.as_ref()) {
                    seen.insert(name.clone().into_owned());
                    columns.push(Column::new(name, ColumnType::Dynamic));
                }
            }
            true
        });
        columns
    }
}

impl Default for Records {
    fn default() -> Self {
        Self { json: RawValue::NULL.to_owned(), count: 0 }
    }
}

impl<'de> Deserialize<'de> for Records {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let mut count = 0;
        let read = each(&json, |_| {
            count += 1;
            true
        });
        read.map_err(|error| D::Error::custom(reason(&error)))?;
        Ok(Self { json, count })
    }
}

/// What is wrong, without the line and column of a text that is only a part of the request.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Hands each of the objects in the array `json` to `take`, as long as that wants more.
fn each<'a>(json: &'a RawValue, take: impl FnMut(Record<'a>) -> bool) -> Result<(), serde_json::Error> {
    struct Rows<T>(T);

    impl<'de, T: FnMut(Record<'de>) -> bool> Visitor<'de> for Rows<T> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of rows")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut rows: A) -> Result<(), A::Error> {
            while let Some(record) = rows.next_element()? {
                if !(self.0)(record) {
                    break;
                }
            }
            Ok(())
        }
    }

    serde_json::Deserializer::from_str(json.get()).deserialize_seq(Rows(take))
}

impl<'a> Record<'a> {
    /// The cells in the order of `columns`; null where there is none.
    pub fn cells(&self, columns: &[Column]) -> Vec<&'a str> {
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

impl<'de> Deserialize<'de> for Record<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cells;

        impl<'de> Visitor<'de> for Cells {
            type Value = Record<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row: an object with a value for each column")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record<'de>, A::Error> {
                let mut cells = Vec::new();
                while let Some((Name(name), cell)) = map.next_entry()? {
                    cells.push((name, cell));
                }
                Ok(Record(cells))
            }
        }

        deserializer.deserialize_map(Cells)
    }
}

/// The name of a column, borrowed where it is written without escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::Records;
    use kusto_protocol::column::{Column, ColumnType};
    use proptest::prelude::{any, proptest};

    fn records(json: &str) -> Result<Records, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    fn rows(records: &Records, columns: &[Column]) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        let taken = records.each(|record| {
            rows.push(record.cells(columns).into_iter().map(str::to_owned).collect());
            Ok::<_, ()>(())
        });
        taken.unwrap();
        rows
    }

    #[test]
    fn cells_keep_their_text_and_follow_the_columns() {
        let records = records(
            r#"[{"a": 1.10000000000000000001, "b\n": "x", "c": 9007199254740993}, {"c": 1, "a": null}, {"c": 2, "c": 3}]"#,
        )
        .unwrap();
        let columns = ["a", "b\n", "c"].map(|name| Column::new(name, ColumnType::Dynamic));
        assert_eq!(
            rows(&records, &columns),
            [["1.10000000000000000001", "\"x\"", "9007199254740993"], ["null", "null", "1"], ["null", "null", "2"]]
        );
        assert_eq!((records.count(), records.columns(None)), (3, columns.to_vec()));
        assert_eq!(records.columns(Some(&columns[..1])), columns[..1]);
    }

    #[test]
    fn reading_ends_where_nothing_more_is_wanted() {
        let mut taken = 0;
        let outcome = records("[{}, {}, {}]").unwrap().each(|_| {
            taken += 1;
            if taken == 2 { Err("enough") } else { Ok(()) }
        });
        assert_eq!((outcome, taken), (Err("enough"), 2));
    }

    #[test]
    fn what_are_no_rows_is_named() {
        for (json, expected) in [
            ("{}", "invalid type: map, expected an array of rows"),
            ("\"canary\"", "an array of rows"),
            ("[{}, 1]", "invalid type: integer `1`, expected a row: an object with a value for each column"),
            ("[[1]]", "invalid type: sequence, expected a row: an object with a value for each column"),
        ] {
            let error = records(json).unwrap_err();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_row_is_read_as_it_is(cells in proptest::collection::vec((any::<String>(), any::<f64>()), 0..4)) {
            let row = cells.iter().map(|(name, value)| {
                format!("{}: {}", serde_json::to_string(name).unwrap(), serde_json::to_string(value).unwrap())
            });
            let json = format!("[{{{}}}]", row.collect::<Vec<_>>().join(", "));
            let records = records(&json).unwrap();
            let columns = records.columns(None);
            assert!(columns.iter().all(|column| cells.iter().any(|(name, _)| *name == column.name)));
            let first = |column: &Column| cells.iter().find(|(name, _)| *name == column.name).unwrap().1;
            let expected: Vec<_> = columns.iter().map(|column| serde_json::to_string(&first(column)).unwrap()).collect();
            assert_eq!(rows(&records, &columns), [expected]);
        }
    }
}
