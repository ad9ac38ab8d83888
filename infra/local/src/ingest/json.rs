//! JSON records: one per line, or any sequence of objects and arrays of them.

use crate::error::KustoError;
use crate::ingest::records::Rows;
use crate::storage::dynamic::Dynamic;
use serde_json::Deserializer;

/// Reads one object per line; blank lines are left out.
///
/// # Errors
/// Where a line is no JSON object; the message has its number.
pub fn read_lines(data: &[u8], rows: &mut Rows<'_>) -> Result<(), KustoError> {
    for (index, line) in data.split(|byte| *byte == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let record =
            serde_json::from_slice(line).map_err(|error| wrong(format!("line {} is no JSON: {error}", index + 1)))?;
        push(&record, rows, || format!("line {}", index + 1))?;
    }
    Ok(())
}

/// Reads objects and arrays of objects, over any number of lines.
///
/// # Errors
/// Where something else is among them; the message has its place.
pub fn read_values(data: &[u8], rows: &mut Rows<'_>) -> Result<(), KustoError> {
    for (index, value) in Deserializer::from_slice(data).into_iter::<Dynamic>().enumerate() {
        let value = value.map_err(|error| wrong(format!("value {} is no JSON: {error}", index + 1)))?;
        match &value {
            Dynamic::Array(records) => {
                for (element, record) in records.iter().enumerate() {
                    push(record, rows, || format!("element {} of value {}", element + 1, index + 1))?;
                }
            }
            record => push(record, rows, || format!("value {}", index + 1))?,
        }
    }
    Ok(())
}

fn push(record: &Dynamic, rows: &mut Rows<'_>, place: impl Fn() -> String) -> Result<(), KustoError> {
    if !matches!(record, Dynamic::Bag(_)) {
        return Err(wrong(format!("{} is no JSON object: send objects, one for each record", place())));
    }
    rows.push_json(record);
    Ok(())
}

fn wrong(message: String) -> KustoError {
    KustoError::ingestion("BadRequest_NoRecordsOrWrongFormat", message)
}
