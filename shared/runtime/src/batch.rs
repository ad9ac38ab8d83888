//! Messages of a queue or a stream, and which of them the sender is to deliver again.

use crate::{error::ActionError, reply::Reply};
use aws_lambda_events::{
    kinesis::{KinesisEvent, KinesisEventRecord},
    sqs::{SqsBatchResponse, SqsEvent, SqsMessage},
    streams::KinesisEventResponse,
};
use serde::Deserialize;

/// The messages of one event, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    source: Source,
    /// The messages.
    pub messages: Vec<Message>,
}

/// What sends batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Sqs,
    Kinesis,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is known by, the same each time that it is delivered: the message id, or the sequence number.
    pub id: String,
    /// The messages of a group are in order; those without one in none.
    pub group: Option<String>,
    /// What is in it.
    pub content: Vec<u8>,
}

/// The key that tells who sends an event of records.
#[derive(Deserialize)]
struct Records {
    #[serde(rename = "Records")]
    records: Vec<Sender>,
}

#[derive(Deserialize)]
struct Sender {
    #[serde(rename = "eventSource")]
    event_source: Option<String>,
}

impl Batch {
    /// The batch of an event with `Records`.
    pub(crate) fn of_event(json: &str) -> Result<Self, ActionError> {
        // What serde says of it may quote a message.
        let odd = |_| ActionError::bad_request("the event has Records that are no batch of SQS or Kinesis");
        let Records { records } = serde_json::from_str(json).map_err(odd)?;
        match records.first().and_then(|record| record.event_source.as_deref()) {
            Some("aws:sqs") => {
                let event: SqsEvent = serde_json::from_str(json).map_err(odd)?;
                let messages = event.records.into_iter().map(of_sqs).collect::<Option<_>>();
                messages.map(|messages| Self { source: Source::Sqs, messages }).ok_or_else(nameless)
            }
            Some("aws:kinesis") => {
                let event: KinesisEvent = serde_json::from_str(json).map_err(odd)?;
                let messages = event.records.into_iter().map(of_kinesis).collect::<Option<_>>();
                messages.map(|messages| Self { source: Source::Kinesis, messages }).ok_or_else(nameless)
            }
            _ => Err(ActionError::bad_request(
                "the event's Records are neither of SQS nor of Kinesis: put a queue in between, which keeps what fails",
            )),
        }
    }

    /// What the sender is told: which messages have failed, by their place. Of a queue they are delivered again; of a stream those
    /// behind the first as well.
    pub fn reply(&self, has_failed: impl Fn(usize) -> bool) -> Reply {
        let failed = self.messages.iter().enumerate().filter(|(place, _)| has_failed(*place));
        let mut failed = failed.map(|(_, message)| message.id.as_str());
        match self.source {
            Source::Sqs => {
                let mut response = SqsBatchResponse::default();
                response.set_failures(failed);
                Reply::json(&response)
            }
            Source::Kinesis => {
                let mut response = KinesisEventResponse::default();
                response.set_failures(failed.next());
                Reply::json(&response)
            }
        }
    }
}

fn of_sqs(message: SqsMessage) -> Option<Message> {
    let id = message.message_id.filter(|id| !id.is_empty())?;
    let group = message.attributes.get("MessageGroupId").cloned();
    // A queue that is no FIFO queue takes group ids too, for fairness, and keeps no order.
    let group = group.filter(|_| message.attributes.contains_key("SequenceNumber"));
    Some(Message { id, group, content: message.body.unwrap_or_default().into_bytes() })
}

fn of_kinesis(record: KinesisEventRecord) -> Option<Message> {
    let id = Some(record.kinesis.sequence_number).filter(|id| !id.is_empty())?;
    // A batch is of one shard, which is in order.
    Some(Message { id, group: Some("shard".to_owned()), content: record.kinesis.data.0 })
}

fn nameless() -> ActionError {
    ActionError::bad_request("a message of the batch has no id, so that nothing could be said of it")
}

#[cfg(test)]
mod tests {
    use super::Batch;
    use crate::reply::Reply;
    use serde_json::{Value, json};

    fn sqs(messages: &[(&str, Value)]) -> Value {
        let records = messages.iter().map(|(id, attributes)| {
            json!({"messageId": id, "receiptHandle": "r", "body": "{}", "attributes": attributes, "messageAttributes": {},
                "md5OfBody": "m", "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-central-1:1:q", "awsRegion": "eu-central-1"})
        });
        json!({"Records": records.collect::<Vec<_>>()})
    }

    fn kinesis(sequence_numbers: &[&str]) -> Value {
        let records = sequence_numbers.iter().map(|number| {
            json!({"kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "k", "sequenceNumber": number, "data": "AP/w",
                "approximateArrivalTimestamp": 1_795_154_400.5}, "eventSource": "aws:kinesis", "eventID": format!("shardId-000000000006:{number}"),
                "eventSourceARN": "arn:aws:kinesis:eu-central-1:1:stream/s", "awsRegion": "eu-central-1", "eventName": "aws:kinesis:record"})
        });
        json!({"Records": records.collect::<Vec<_>>()})
    }

    fn replied(batch: &Batch, failed: &[usize]) -> Value {
        match batch.reply(|place| failed.contains(&place)) {
            Reply::Json(json) => serde_json::from_str(&json).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_queue_gets_every_message_that_failed() {
        let in_group =
            |group: &str| json!({"MessageGroupId": group, "SequenceNumber": "1", "ApproximateReceiveCount": "1"});
        let event = sqs(&[
            ("a", in_group("g")),
            ("b", in_group("h")),
            ("c", json!({"MessageGroupId": "fair"})),
            ("d", json!({})),
        ]);
        let batch = Batch::of_event(&event.to_string()).unwrap();
        let groups: Vec<_> = batch.messages.iter().map(|message| message.group.as_deref()).collect();
        assert_eq!(groups, [Some("g"), Some("h"), None, None]);
        assert_eq!(batch.messages[0].content, b"{}");
        assert_eq!(replied(&batch, &[]), json!({"batchItemFailures": []}));
        let both = json!({"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "d"}]});
        assert_eq!(replied(&batch, &[3, 1]), both);
    }

    #[test]
    fn a_stream_gets_the_first_record_that_failed() {
        let batch = Batch::of_event(&kinesis(&["7", "8", "9"]).to_string()).unwrap();
        assert_eq!(batch.messages[2].content, b"\x00\xff\xf0");
        assert!(
            batch.messages.iter().all(|message| message.group == batch.messages[0].group && message.group.is_some())
        );
        assert_eq!(replied(&batch, &[2, 1]), json!({"batchItemFailures": [{"itemIdentifier": "8"}]}));
        assert_eq!(replied(&batch, &[]), json!({"batchItemFailures": []}));
    }

    #[test]
    fn what_is_no_batch_is_refused() {
        for (event, start) in [
            (json!({"Records": 5}), "the event has Records that are no batch of SQS or Kinesis"),
            (json!({"Records": []}), "the event's Records are neither of SQS nor of Kinesis"),
            (json!({"Records": [{"eventSource": "aws:s3"}]}), "the event's Records are neither"),
            (json!({"Records": [{"EventSource": "aws:sns"}]}), "the event's Records are neither"),
            (sqs(&[("", json!({}))]), "a message of the batch has no id"),
            (kinesis(&[""]), "a message of the batch has no id"),
            (json!({"Records": [{"eventSource": "aws:kinesis"}]}), "the event has Records that are no batch"),
        ] {
            let error = Batch::of_event(&event.to_string()).unwrap_err();
            assert!(error.message.starts_with(start), "{error}");
        }
    }
}
