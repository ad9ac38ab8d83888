//! Errors in the service's own form, OneApi.

use super::envelope::RequestIds;
use crate::clock::now;
use crate::error::KustoError;
use serde_json::{Value, json};

/// The body of a reply for this error.
pub(super) fn json(error: &KustoError, ids: &RequestIds) -> Vec<u8> {
    value(error, ids).to_string().into_bytes()
}

/// The error as it stands in bodies and, for a query that failed on its way, among the rows.
pub(super) fn value(error: &KustoError, ids: &RequestIds) -> Value {
    let context = context(ids);
    let mut outer = json!({
        "code": error.code,
        "message": "Request is invalid and cannot be executed.",
        "@type": error.exception,
        "@message": error.message,
        "@context": context,
        "@permanent": error.permanent,
    });
    if let (Some((code, exception)), Some(outer)) = (error.inner, outer.as_object_mut()) {
        let inner = json!({
            "code": code,
            "message": error.message,
            "@type": exception,
            "@message": error.message,
            "@context": context,
            "@permanent": error.permanent,
            "@errorCode": code,
        });
        outer.insert("innererror".to_owned(), inner);
    }
    json!({ "error": outer })
}

fn context(ids: &RequestIds) -> Value {
    let activity_id = ids.activity_id.to_string();
    json!({
        "timestamp": now().to_string(),
        "serviceAlias": "kusto-local",
        "machineName": "kusto-local",
        "processName": "kusto-local",
        "processId": std::process::id(),
        "threadId": 0,
        "clientRequestId": ids.client_request_id,
        "activityId": activity_id,
        "subActivityId": activity_id,
        "activityType": "KustoLocal",
        "parentActivityId": activity_id,
        "activityStack": "",
    })
}
