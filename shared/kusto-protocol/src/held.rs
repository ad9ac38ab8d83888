//! Rows that are kept until it is known what they are.

use crate::{error::Problem, limits::MAX_HELD_BYTES, scan::Scanner, sink::LimitReached, split::RowText};

/// Rows as the JSON text that arrived, one after the other.
#[derive(Debug, Default)]
pub(crate) struct HeldRows {
    text: String,
}

impl HeldRows {
    /// Keeps a row; `held` counts the bytes of all that is kept of an answer.
    pub(crate) fn push(&mut self, row: &str, held: &mut usize) -> Result<(), Problem> {
        *held += row.len();
        if *held > MAX_HELD_BYTES {
            let limit = MAX_HELD_BYTES as u64;
            return Err(LimitReached { limit, unit: "bytes before it is known which table they belong to" }.into());
        }
        self.text.push_str(row);
        Ok(())
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Hands out the rows in order, split into cells again, and forgets them.
    pub(crate) fn replay(&mut self, mut row: impl FnMut(RowText<'_>) -> Result<(), Problem>) -> Result<(), Problem> {
        let text = std::mem::take(&mut self.text);
        let mut rest = text.as_str();
        let mut scanner = Scanner::new();
        while !rest.is_empty() {
            scanner.restart(true);
            let end = scanner.scan(rest.as_bytes()).ok().flatten();
            // Every row was scanned before it was kept.
            let (text, after) = end.and_then(|end| rest.split_at_checked(end)).unwrap_or((rest, ""));
            row(RowText::new(text, &scanner))?;
            rest = after;
        }
        Ok(())
    }
}
