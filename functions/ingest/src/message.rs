//! What arrives, in the unit in which it is delivered again: a message of a queue, or a call.

use crate::records;

/// Records that arrived together.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// By what it is known, the same each time that it is delivered.
    pub id: String,
    /// Messages of the same group are in order.
    pub group: Option<&'a str>,
    /// The records, each in the bytes that came.
    pub records: Vec<&'a [u8]>,
}

impl<'a> Message<'a> {
    /// The message `id` with the records of `content`, in no order with others.
    pub fn new(id: impl Into<String>, content: &'a [u8]) -> Self {
        Self { id: id.into(), group: None, records: records::split(content) }
    }

    /// The messages of a queue or a stream.
    pub fn of_batch(batch: &'a runtime::batch::Batch) -> Vec<Self> {
        let messages = batch.messages.iter();
        messages.map(|one| Self { group: one.group.as_deref(), ..Self::new(one.id.clone(), &one.content) }).collect()
    }
}
