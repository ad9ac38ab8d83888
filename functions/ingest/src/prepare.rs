//! Messages on their way to one destination: each record becomes rows, is left out, or is rejected with a reason.

use crate::{
    destination::{Destination, Shape},
    message::Message,
    records::{self, TooMany},
    rejected::Rejection,
    transform::{Spent, Transformed},
};
use serde_json::value::RawValue;
use std::borrow::Cow;
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
pub struct Prepared<'m> {
    /// What is to be sent, in order.
    pub pieces: Vec<Piece>,
    /// The places of records that the transform leaves out.
    pub filtered: Vec<usize>,
    /// Records that cannot go there, with their places.
    pub rejected: Vec<(usize, Rejection<'m>)>,
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
pub async fn prepare<'m>(
    destination: &Destination,
    messages: &[Message<'m>],
    spent: &mut Spent,
    deadline: Instant,
) -> Vec<Prepared<'m>> {
    let mut outcomes = transformed(destination, messages, spent, deadline).await.into_iter();
    messages.iter().map(|message| of_message(destination, message, &mut outcomes)).collect()
}

/// What comes of each record by the transform; the record itself where there is none.
async fn transformed(
    destination: &Destination,
    messages: &[Message<'_>],
    spent: &mut Spent,
    deadline: Instant,
) -> Vec<Transformed> {
    let Some(transform) = &destination.transform else {
        let row = |row: &str| Transformed::Rows(vec![row.to_owned()]);
        return messages.iter().flat_map(json).map(|json| json.map_or_else(Transformed::Rejected, row)).collect();
    };
    let (mut all, mut good, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for message in messages {
        for json in json(message) {
            all.push(json.map(|record| good.push(record.to_owned())));
        }
        ends.push(good.len());
    }
    let mut outcomes = transform.run(good, &ends, spent, deadline).await.into_iter();
    let outcome = |json: Result<(), _>| match json {
        Ok(()) => outcomes.next().unwrap_or(Transformed::Late),
        Err(reason) => Transformed::Rejected(reason),
    };
    all.into_iter().map(outcome).collect()
}

/// The JSON that each record is; why it is none.
fn json<'m>(message: &Message<'m>) -> impl Iterator<Item = Result<&'m str, Cow<'static, str>>> {
    message.records.iter().map(|record| match message.too_many {
        Some(TooMany) => Err(TooMany::REASON.into()),
        None => records::json(record).map(RawValue::get).map_err(Cow::from),
    })
}

fn of_message<'m>(
    destination: &Destination,
    message: &Message<'m>,
    outcomes: &mut impl Iterator<Item = Transformed>,
) -> Prepared<'m> {
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
            Err(reason) => prepared.rejected.push((place, Rejection { reason, record })),
        }
    }
    prepared
}

/// The rows of a record, where each of them fits: half of a record is none.
fn piece(destination: &Destination, record: usize, rows: &[String]) -> Result<Piece, Cow<'static, str>> {
    let mut lines = String::with_capacity(rows.iter().map(|row| row.len() + 1).sum());
    for row in rows {
        match &destination.shape {
            Shape::Declared { columns, .. } => columns.fit(row)?,
            Shape::Mapped(_) if row.starts_with('{') => {}
            Shape::Mapped(_) => return Err("it is no JSON object".into()),
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
        true => Err(format!("it has {} bytes, more than the {limit} of one request", lines.len()).into()),
        false => Ok(Piece { record, lines, rows: rows.len() }),
    }
}
