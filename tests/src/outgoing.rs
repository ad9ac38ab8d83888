//! Rows as they go out of a client: encoded as they come, handed on in blocks, and nowhere kept. For benches.

use kusto_protocol::{
    cell::Row,
    sink::{LimitReached, Sink, TableHeader},
};
use report::rows::{Encoder, Format};
use std::io::{self, Write};

/// As many bytes as are handed on at a time.
const BLOCK: usize = 32 * 1024;

/// Rows on their way out as JSON.
pub struct Outgoing {
    encoder: Box<dyn Encoder + Send>,
    block: Vec<u8>,
    rows: u64,
    bytes: usize,
    out: Box<dyn Write + Send>,
    written: io::Result<()>,
}

impl Outgoing {
    /// Rows that go to `out`.
    pub fn to(out: impl Write + Send + 'static) -> Self {
        let (encoder, out) = (Format::Json.encoder(), Box::new(out));
        Self { encoder, block: Vec::new(), rows: 0, bytes: 0, out, written: Ok(()) }
    }

    /// There are no more: how many bytes there were.
    ///
    /// # Errors
    /// Where `out` did not take them all.
    pub fn finish(mut self) -> io::Result<usize> {
        self.encoder.end_table(&mut self.block);
        self.encoder.end(1, &mut self.block);
        self.block.push(b'}');
        self.hand_on();
        self.written.map(|()| self.bytes)
    }

    fn hand_on(&mut self) {
        self.bytes += self.block.len();
        if self.written.is_ok() {
            self.written = self.out.write_all(&self.block);
        }
        self.block.clear();
    }
}

impl Sink for Outgoing {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        self.encoder.table(0, table, &mut self.block);
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        self.encoder.row(self.rows, row, &mut self.block);
        self.rows += 1;
        if self.block.len() >= BLOCK {
            self.hand_on();
        }
        Ok(())
    }

    /// Only answers in one piece are asked for.
    fn forget_rows(&mut self) {}
}
