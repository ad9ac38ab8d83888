//! Texts of a column, each distinct one kept once.

use super::chunks::Chunks;
use std::{collections::HashMap, sync::Arc};

/// Bytes of distinct texts that a column may have; a column with more cannot name series or categories.
const MAX_BYTES: usize = 8 << 20;

/// One number for each row, and the text of each number, in order of first appearance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    ids: Chunks<u32>,
    texts: Vec<Arc<str>>,
    by_text: HashMap<Arc<str>, u32>,
    bytes: usize,
}

impl Names {
    /// Adds a row; false where the column has become too large to be kept.
    pub(crate) fn push(&mut self, text: &str) -> bool {
        if let Some(id) = self.by_text.get(text) {
            self.ids.push(*id);
            return true;
        }
        let (id, text) = (self.texts.len() as u32, Arc::<str>::from(text));
        self.bytes += text.len();
        self.ids.push(id);
        self.texts.push(Arc::clone(&text));
        self.by_text.insert(text, id);
        self.bytes <= MAX_BYTES
    }

    /// The number of each row's text.
    pub(crate) fn ids(&self) -> &Chunks<u32> {
        &self.ids
    }

    /// How many distinct texts there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The text of a number.
    pub(crate) fn text(&self, id: u32) -> &str {
        self.texts.get(id as usize).map_or("", |text| text)
    }

    /// The same with row `i` repeated `counts[i]` times.
    pub(crate) fn repeated(self, counts: &[usize]) -> Self {
        Self { ids: self.ids.repeated(counts), ..self }
    }

    /// Several columns as one: each row's texts joined by " - ".
    pub(crate) fn joined(columns: &[&Self]) -> Option<Self> {
        let rows = columns.first().map_or(0, |names| names.ids.len());
        let mut joined = Self::default();
        for row in 0..rows {
            let parts: Vec<&str> = columns.iter().map(|names| names.text(names.ids.get(row).unwrap_or(0))).collect();
            if !joined.push(&parts.join(" - ")) {
                return None;
            }
        }
        Some(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, Names};

    #[test]
    fn a_column_of_long_distinct_texts_is_given_up() {
        let mut names = Names::default();
        assert!(names.push(&"x".repeat(MAX_BYTES)));
        assert!(names.push(&"x".repeat(MAX_BYTES)), "what is known needs no room");
        assert!(!names.push("y"));
    }

    #[test]
    fn columns_are_joined_row_by_row() {
        let (mut one, mut two) = (Names::default(), Names::default());
        for (first, second) in [("a", "x"), ("b", "x"), ("a", "x")] {
            assert!(one.push(first) && two.push(second));
        }
        let joined = Names::joined(&[&one, &two]).unwrap();
        assert!(joined.ids().iter().eq([0, 1, 0]));
        assert_eq!(joined.text(1), "b - x");
    }
}
