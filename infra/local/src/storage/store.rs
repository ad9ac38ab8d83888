//! The databases of the process: snapshots for readers, one writer at a time.

use crate::storage::catalog::Catalog;
use std::sync::{Arc, PoisonError, RwLock};

/// The databases behind a lock.
#[derive(Debug, Default)]
pub struct Store {
    current: RwLock<Arc<Catalog>>,
}

impl Store {
    /// The databases as they are now; later writes do not change it.
    pub fn snapshot(&self) -> Arc<Catalog> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the databases. Readers see all of the change or nothing of it; other writers wait.
    pub fn update<R>(&self, change: impl FnOnce(&mut Catalog) -> R) -> R {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = Catalog::clone(&current);
        let result = change(&mut next);
        *current = Arc::new(next);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::Store;
    use crate::storage::table::Table;

    #[test]
    fn a_snapshot_does_not_change() {
        let store = Store::default();
        store.update(|catalog| catalog.database_mut("db").insert(Table::new("A", Vec::new())));
        let before = store.snapshot();
        store.update(|catalog| catalog.database_mut("db").insert(Table::new("B", Vec::new())));
        let names = |catalog: &crate::storage::catalog::Catalog| {
            catalog.database("db").unwrap().tables().map(|table| table.name().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&before), ["A"]);
        assert_eq!(names(&store.snapshot()), ["A", "B"]);
    }
}
