//! CSV records: comma-separated, quotes doubled, no header row.

use crate::error::KustoError;
use crate::ingest::records::Rows;
use csv::{ReaderBuilder, StringRecord};

/// Reads all records of `data`.
///
/// # Errors
/// Where a record is no UTF-8; the message has its number.
pub fn read(data: &[u8], ignore_first: bool, rows: &mut Rows<'_>) -> Result<(), KustoError> {
    let mut reader = ReaderBuilder::new().has_headers(ignore_first).flexible(true).from_reader(data);
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => rows.push_csv(&record),
            Ok(false) => return Ok(()),
            Err(error) => {
                let message = format!("the records are no CSV in UTF-8: {error}");
                return Err(KustoError::ingestion("BadRequest_NoRecordsOrWrongFormat", message));
            }
        }
    }
}
