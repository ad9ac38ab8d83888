//! Column names that are keys.

use kusto_protocol::column::Column;
use std::collections::{HashMap, HashSet};

/// The columns with unique names: the first of a name keeps it, the others get the first number that makes them new, as Kusto names
/// the columns of a join (`x`, `x1`, `x2`). A column that is called `x1` itself keeps its name.
pub fn unique(columns: &[Column]) -> Vec<Column> {
    let mut taken: HashSet<String> = columns.iter().map(|column| column.name.clone()).collect();
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut unique = Vec::with_capacity(columns.len());
    for Column { name, column_type } in columns {
        let name = match numbers.get_mut(name.as_str()) {
            None => {
                numbers.insert(name, 0);
                name.clone()
            }
            Some(number) => next_free(name, number, &mut taken),
        };
        unique.push(Column::new(name, *column_type));
    }
    unique
}

fn next_free(name: &str, number: &mut u32, taken: &mut HashSet<String>) -> String {
    loop {
        *number += 1;
        let candidate = format!("{name}{number}");
        if taken.insert(candidate.clone()) {
            return candidate;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unique;
    use kusto_protocol::column::{Column, ColumnType};

    #[test]
    fn names_become_unique() {
        #[track_caller]
        fn check(names: &[&str], expected: &[&str]) {
            let columns: Vec<_> = names.iter().map(|name| Column::new(*name, ColumnType::Long)).collect();
            assert_eq!(unique(&columns).iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), expected);
        }
        check(&[], &[]);
        check(&["a", "b"], &["a", "b"]);
        check(&["x", "x", "x"], &["x", "x1", "x2"]);
        check(&["x", "x", "x1"], &["x", "x2", "x1"]);
        check(&["x1", "x", "x"], &["x1", "x", "x2"]);
        check(&["x1", "x1", "x", "x", "x"], &["x1", "x11", "x", "x2", "x3"]);
        check(
            &["x"; 12].iter().chain(&["x1"; 2]).copied().collect::<Vec<_>>(),
            &["x", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x1", "x13"],
        );
        check(&["", "", "X", "x"], &["", "1", "X", "x"]);
        let many = vec![Column::new("x", ColumnType::Long); 10_000];
        assert_eq!(unique(&many)[9_999].name, "x9999");
    }
}
