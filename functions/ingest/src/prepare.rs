//! Messages on their way to one destination: each record becomes rows, is left out, or is rejected with a reason.

use crate::{
    destination::{Destination, Shape},
    message::Message,
    records,
    rejected::Rejection,
    transform::Transformed,
};
use tokio::time::Instant;

/// The rows of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The place of the record in its message.
    pub record: usize,
    /// The rows, each a JSON object and a line feed.
    pub lines: String,
    /// How many there are.
    pub rows: usize,
}

/// What became of the records of a message, before anything is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// What is to be sent, in order.
    pub pieces: Vec<Piece>,
    /// The places of records that the transform leaves out.
    pub filtered: Vec<usize>,
    /// Records that cannot go there, with their places.
    pub rejected: Vec<(usize, Rejection)>,
    /// Why the transform was not done with all of them: nothing is sent then.
    pub undone: Option<Undone>,
}

/// Why a transform was not done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    /// It took too long.
    Late,
    /// Too much had come of the records before it.
    TooMuch,
}

/// What becomes of each record of `messages` on its way to `destination`.
pub async fn prepare(destination: &Destination, messages: &[Message<'_>], deadline: Instant) -> Vec<Prepared> {
    let all: Vec<&[u8]> = messages.iter().flat_map(|message| message.records.iter().copied()).collect();
    let mut outcomes = transformed(destination, &all, deadline).await.into_iter();
    messages.iter().map(|message| of_message(destination, message, &mut outcomes)).collect()
}

/// What comes of each record by the transform; the record itself where there is none.
async fn transformed(destination: &Destination, records: &[&[u8]], deadline: Instant) -> Vec<Transformed> {
    let json: Vec<Result<&str, String>> =
        records.iter().map(|record| records::json(record).map(serde_json::value::RawValue::get)).collect();
    let Some(transform) = &destination.transform else {
        return json
            .into_iter()
            .map(|record| record.map_or_else(Transformed::Rejected, |row| Transformed::Rows(vec![row.to_owned()])))
            .collect();
    };
    let good = json.iter().filter_map(|record| record.as_ref().ok().map(|record| (*record).to_owned())).collect();
    let mut outcomes = transform.run(good, deadline).await.into_iter();
    let outcome = |record: Result<&str, String>| match record {
        Ok(_) => outcomes.next().unwrap_or(Transformed::Late),
        Err(reason) => Transformed::Rejected(reason),
    };
    json.into_iter().map(outcome).collect()
}

fn of_message(
    destination: &Destination,
    message: &Message<'_>,
    outcomes: &mut impl Iterator<Item = Transformed>,
) -> Prepared {
    let mut prepared = Prepared::default();
    for ((place, record), outcome) in message.records.iter().enumerate().zip(outcomes) {
        let piece = match outcome {
            Transformed::Late => {
                prepared.undone.get_or_insert(Undone::Late);
                continue;
            }
            Transformed::TooMuch => {
                prepared.undone.get_or_insert(Undone::TooMuch);
                continue;
            }
            Transformed::Rows(rows) if rows.is_empty() => {
                prepared.filtered.push(place);
                continue;
            }
            Transformed::Rows(rows) => piece(destination, place, &rows),
            Transformed::Rejected(reason) => Err(reason),
        };
        match piece {
            Ok(piece) => prepared.pieces.push(piece),
            Err(reason) => prepared.rejected.push((place, Rejection { reason, record: record.to_vec() })),
        }
    }
    prepared
}

/// The rows of a record, where each of them fits: half of a record is none.
fn piece(destination: &Destination, record: usize, rows: &[String]) -> Result<Piece, String> {
    let mut lines = String::new();
    for row in rows {
        match &destination.shape {
            Shape::Declared { columns, .. } => columns.fit(row)?,
            Shape::Mapped(_) if row.starts_with('{') => {}
            Shape::Mapped(_) => return Err("it is no JSON object".to_owned()),
        }
        if row.as_bytes().contains(&b'\n') || row.as_bytes().contains(&b'\r') {
            // Between the tokens of a row; inside of its texts JSON has none.
            lines.push_str(&row.replace(['\n', '\r'], " "));
        } else {
            lines.push_str(row);
        }
        lines.push('\n');
    }
    let limit = destination.method.limit();
    match lines.len() > limit {
        true => Err(format!("it has {} bytes, more than the {limit} of one request", lines.len())),
        false => Ok(Piece { record, lines, rows: rows.len() }),
    }
}
