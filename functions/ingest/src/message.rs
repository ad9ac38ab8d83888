//! What arrives, in the unit in which it is delivered again: a message of a queue, or a call.

use crate::records::{self, MOST, TooMany};
use std::ops::Range;

/// Records that arrived together.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// By what it is known, the same each time that it is delivered.
    pub id: String,
    /// Messages of the same group are in order.
    pub group: Option<&'a str>,
    /// The records, each in the bytes that came.
    pub records: Vec<&'a [u8]>,
    /// That it has too many: its whole content is in the place of one.
    pub too_many: Option<TooMany>,
}

impl<'a> Message<'a> {
    /// The message `id` with these records, in no order with others.
    pub fn new(id: impl Into<String>, records: Vec<&'a [u8]>) -> Self {
        Self { id: id.into(), group: None, records, too_many: None }
    }

    /// The messages of a queue or a stream.
    pub fn of_batch(batch: &'a runtime::batch::Batch) -> Vec<Self> {
        let messages = batch.messages.iter().map(|one| {
            let (records, too_many) = match records::split(&one.content) {
                Ok(records) => (records, None),
                Err(too_many) => (vec![one.content.as_slice()], Some(too_many)),
            };
            Self { group: one.group.as_deref(), too_many, ..Self::new(one.id.clone(), records) }
        });
        messages.collect()
    }
}

/// The places of messages that are worked on together: in order, as many as have no more records than one may have.
pub fn groups(messages: &[Message<'_>]) -> Vec<Range<usize>> {
    let (mut groups, mut records): (Vec<Range<usize>>, usize) = (Vec::new(), 0);
    for (place, message) in messages.iter().enumerate() {
        records += message.records.len();
        match groups.last_mut().filter(|_| records <= MOST) {
            Some(group) => group.end = place + 1,
            None => {
                records = message.records.len();
                groups.push(place..place + 1);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::{Message, groups};
    use crate::records::MOST;

    #[test]
    fn a_group_has_no_more_records_than_a_message_may_have() {
        let sizes = [1, MOST - 1, 1, MOST, 0, MOST];
        let messages: Vec<_> = sizes.iter().map(|size| Message::new("m", vec![&b"5"[..]; *size])).collect();
        assert_eq!(groups(&messages), [0..2, 2..3, 3..5, 5..6]);
        assert!(groups(&[]).is_empty());
    }
}
