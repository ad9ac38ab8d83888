//! Events as AWS sends them.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

/// An API Gateway HTTP API event (payload format 2.0) that posts `body`, without an authorizer's word.
pub fn http(body: &str) -> Value {
    http_request("POST", &[], body)
}

/// An API Gateway HTTP API event with this method, these headers and this body.
pub fn http_request(method: &str, headers: &[(&str, &str)], body: &str) -> Value {
    let mut all = json!({"content-type": "application/json", "host": "abc123.execute-api.eu-central-1.amazonaws.com"});
    for (name, value) in headers {
        all[*name] = json!(value);
    }
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": all,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": "abc123.execute-api.eu-central-1.amazonaws.com",
            "http": {"method": method, "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test"},
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "20/Nov/2026:06:00:00 +0000",
            "timeEpoch": 1795154400000u64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// An EventBridge rule event of a schedule.
pub fn rule() -> Value {
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-20T06:00:00Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/daily"],
        "detail": {},
    })
}

/// An SQS event of these messages: id, group where the queue is a FIFO one, and body.
pub fn sqs(messages: &[(&str, Option<&str>, &str)]) -> Value {
    let records = messages.iter().map(|(id, group, body)| {
        let mut attributes = json!({"ApproximateReceiveCount": "1", "SentTimestamp": "1795154400000", "SenderId": "AIDAEXAMPLE"});
        if let Some(group) = group {
            attributes["MessageGroupId"] = json!(group);
            attributes["SequenceNumber"] = json!("18849496460467696128");
        }
        json!({
            "messageId": id, "receiptHandle": "AQEBexample", "body": body, "attributes": attributes, "messageAttributes": {},
            "md5OfBody": "7b270e59b47ff90a553787216d55d91d", "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:messages", "awsRegion": "eu-central-1",
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

/// A Kinesis event of these records: sequence number and data.
pub fn kinesis(records: &[(&str, &[u8])]) -> Value {
    let records = records.iter().map(|(number, data)| {
        json!({
            "kinesis": {
                "kinesisSchemaVersion": "1.0", "partitionKey": "device", "sequenceNumber": number, "data": BASE64_STANDARD.encode(data),
                "approximateArrivalTimestamp": 1_795_154_400.123,
            },
            "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventID": format!("shardId-000000000006:{number}"),
            "eventName": "aws:kinesis:record", "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda",
            "awsRegion": "eu-central-1", "eventSourceARN": "arn:aws:kinesis:eu-central-1:123456789012:stream/messages",
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}
