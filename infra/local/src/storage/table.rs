//! A table: a schema and the extents that hold its rows.

use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::settings::TableSettings;
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// A column's name and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSchema {
    /// The name, unique in its table.
    pub name: String,
    /// The type.
    pub column_type: ColumnType,
}

impl ColumnSchema {
    /// A column of this name and type.
    pub fn new(name: impl Into<String>, column_type: ColumnType) -> Self {
        Self { name: name.into(), column_type }
    }
}

/// Rows that were ingested together, as columns of equal length.
#[derive(Clone, Debug)]
pub struct Extent {
    /// What `.ingest` answers and `extent_id()` gives.
    pub id: Uuid,
    /// Tags, such as `ingest-by:run-1`.
    pub tags: HashSet<String>,
    columns: Vec<Arc<Column>>,
    rows: usize,
}

impl Extent {
    /// An extent with a new id; none where the columns differ in length.
    pub fn new(mut columns: Vec<Column>, tags: impl IntoIterator<Item = String>) -> Option<Self> {
        columns.iter_mut().for_each(Column::shrink);
        let rows = columns.first().map_or(0, Column::len);
        let equal = columns.iter().all(|column| column.len() == rows);
        equal.then(|| Self {
            id: Uuid::new_v4(),
            tags: tags.into_iter().collect(),
            columns: columns.into_iter().map(Arc::new).collect(),
            rows,
        })
    }

    /// The columns, in the order of the table's schema.
    pub fn columns(&self) -> &[Arc<Column>] {
        &self.columns
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Both extents' rows, first this one's, under this one's id and all tags.
    fn merged(&self, other: &Self) -> Self {
        let columns = self.columns.iter().zip(&other.columns).map(|(first, second)| {
            let mut column = Column::clone(first);
            column.append(second);
            Arc::new(column)
        });
        let tags = self.tags.union(&other.tags).cloned().collect();
        Self { id: self.id, tags, columns: columns.collect(), rows: self.rows + other.rows }
    }
}

/// A table. Cheap to clone: extents are shared.
#[derive(Clone, Debug)]
pub struct Table {
    name: String,
    schema: Vec<ColumnSchema>,
    extents: Vec<Arc<Extent>>,
    /// What commands set for it.
    pub settings: TableSettings,
}

impl Table {
    /// A table without rows.
    pub fn new(name: impl Into<String>, schema: Vec<ColumnSchema>) -> Self {
        Self { name: name.into(), schema, extents: Vec::new(), settings: TableSettings::default() }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The columns' names and types.
    pub fn schema(&self) -> &[ColumnSchema] {
        &self.schema
    }

    /// The extents, oldest first.
    pub fn extents(&self) -> &[Arc<Extent>] {
        &self.extents
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.extents.iter().map(|extent| extent.rows).sum()
    }

    /// Whether an extent has this tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.extents.iter().any(|extent| extent.tags.contains(tag))
    }

    /// Adds an extent; false where its columns are not those of the schema.
    ///
    /// Extents are merged so that each is more than twice as large as the next: appending stays cheap and few extents remain.
    pub fn append(&mut self, extent: Extent) -> bool {
        let found = extent.columns.iter().map(|column| column.column_type());
        if !self.schema.iter().map(|column| column.column_type).eq(found) {
            return false;
        }
        let mut added = Arc::new(extent);
        while let Some(last) = self.extents.pop_if(|last| last.rows <= 2 * added.rows) {
            added = Arc::new(last.merged(&added));
        }
        self.extents.push(added);
        true
    }

    /// The same table under another name.
    pub fn renamed(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// Bytes of all cells.
    pub fn size(&self) -> usize {
        self.extents.iter().flat_map(|extent| &extent.columns).map(|column| column.size()).sum()
    }

    /// Removes all rows.
    pub fn clear(&mut self) {
        self.extents.clear();
    }

    /// Adds columns at the end; they are null in the rows that are there.
    pub fn add_columns(&mut self, added: Vec<ColumnSchema>) {
        for extent in &mut self.extents {
            let extent = Arc::make_mut(extent);
            let nulls = added.iter().map(|column| {
                Arc::new(Column::repeat(column.column_type, &crate::storage::value::Value::Null, extent.rows))
            });
            extent.columns.extend(nulls);
        }
        self.schema.extend(added);
    }

    /// All rows as columns. The cells are shared where one extent holds them all.
    pub fn columns(&self) -> Vec<Arc<Column>> {
        if let [extent] = self.extents.as_slice() {
            return extent.columns.clone();
        }
        let rows = self.rows();
        let column = |(index, schema): (usize, &ColumnSchema)| {
            let mut column = Column::new(schema.column_type, rows);
            self.extents.iter().filter_map(|extent| extent.columns.get(index)).for_each(|part| column.append(part));
            Arc::new(column)
        };
        self.schema.iter().enumerate().map(column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{ColumnSchema, Extent, Table};
    use crate::storage::column::{Cells, Column};
    use crate::storage::column_type::ColumnType;
    use crate::storage::value::Value;

    fn extent(values: &[i64], tag: &str) -> Extent {
        Extent::new(vec![Column::Long(Cells::from(values.to_vec()))], vec![tag.to_owned()]).unwrap()
    }

    #[test]
    fn rows_keep_the_order_of_ingestion_in_few_extents() {
        let mut table = Table::new("T", vec![ColumnSchema::new("n", ColumnType::Long)]);
        for n in 0..1000 {
            assert!(table.append(extent(&[n], &format!("ingest-by:{}", n % 3))));
        }
        assert_eq!(table.rows(), 1000);
        assert!(table.extents().len() <= 10, "{}", table.extents().len());
        let columns = table.columns();
        assert!((0..1000).all(|row| columns[0].value(row) == Value::Long(row as i64)));
        assert!(table.has_tag("ingest-by:2") && !table.has_tag("ingest-by:3"));
    }

    #[test]
    fn an_extent_of_other_columns_is_refused() {
        let mut table = Table::new("T", vec![ColumnSchema::new("n", ColumnType::Int)]);
        assert!(!table.append(extent(&[1], "")));
        assert!(Extent::new(vec![Column::Long(vec![1].into()), Column::Long(vec![].into())], Vec::new()).is_none());
    }

    #[test]
    fn added_columns_are_null_in_old_rows() {
        let mut table = Table::new("T", vec![ColumnSchema::new("n", ColumnType::Long)]);
        table.append(extent(&[1, 2], ""));
        let before = table.clone();
        table.add_columns(vec![
            ColumnSchema::new("s", ColumnType::String),
            ColumnSchema::new("d", ColumnType::DateTime),
        ]);
        assert_eq!(table.columns()[2].value(1), Value::Null);
        assert_eq!((table.schema().len(), before.schema().len(), before.columns().len()), (3, 1, 1));
    }
}
