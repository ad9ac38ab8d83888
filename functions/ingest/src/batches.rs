//! Records as the bodies of streaming ingestion requests: JSON lines, split by bytes.

use serde_json::value::RawValue;

/// The most bytes of one streaming ingestion request, before compression: 4 MB.
///
/// Source: "Streaming ingestion", limitations, of the Azure Data Explorer documentation; what update policies add counts as well,
/// which is why this stays below.
pub const BATCH_LIMIT: usize = 4_000_000;

/// Some records as JSON lines.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch {
    /// The lines, each ended by a line feed.
    pub body: Vec<u8>,
    /// How many there are.
    pub records: usize,
}

/// The records in as few batches as `limit` allows, in order.
///
/// # Errors
/// The index of a record that is too large for any batch, and its size in bytes.
pub fn batches(records: &[&RawValue], limit: usize) -> Result<Vec<Batch>, (usize, usize)> {
    let mut batches: Vec<Batch> = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let size = record.get().len() + 1;
        if size > limit {
            return Err((index, size));
        }
        match batches.last_mut().filter(|batch| batch.body.len() + size <= limit) {
            Some(batch) => append(batch, record),
            None => {
                let rest: usize = records.iter().skip(index).map(|record| record.get().len() + 1).sum();
                let mut batch = Batch { body: Vec::with_capacity(rest.min(limit)), records: 0 };
                append(&mut batch, record);
                batches.push(batch);
            }
        }
    }
    Ok(batches)
}

/// Appends the record as one line: line breaks between its tokens become blanks (inside strings JSON has none).
fn append(batch: &mut Batch, record: &RawValue) {
    let line = record.get().bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
    batch.body.extend(line);
    batch.body.push(b'\n');
    batch.records += 1;
}

#[cfg(test)]
mod tests {
    use super::batches;
    use proptest::prelude::{Strategy, prop, proptest};
    use serde_json::value::RawValue;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[test]
    fn a_record_is_one_line_whatever_its_layout() {
        let made = batches(&[&raw("{\n  \"a\": \"x\\ny\"\r\n}"), &raw("{}")], 100).unwrap();
        assert_eq!(made.len(), 1);
        assert_eq!(String::from_utf8_lossy(&made[0].body), "{   \"a\": \"x\\ny\"  }\n{}\n");
        assert_eq!(made[0].records, 2);
    }

    #[test]
    fn a_record_over_the_limit_is_named() {
        assert_eq!(batches(&[&raw("{}"), &raw("{\"a\": 12345}")], 10).unwrap_err(), (1, 13));
    }

    proptest! {
        #[test]
        fn every_record_is_in_one_batch_in_order(sizes in prop::collection::vec(1usize..40, 0..60).boxed()) {
            let records: Vec<_> = sizes.iter().enumerate().map(|(i, size)| raw(&format!("\"{i}{}\"", "x".repeat(*size)))).collect();
            let made = batches(&records.iter().map(|record| &**record).collect::<Vec<_>>(), 64).unwrap();
            assert!(made.iter().all(|batch| batch.body.len() <= 64 && batch.records > 0));
            let lines: String = made.iter().map(|batch| String::from_utf8_lossy(&batch.body).into_owned()).collect();
            let expected: String = records.iter().map(|record| format!("{}\n", record.get())).collect();
            assert_eq!(lines, expected);
        }
    }
}
