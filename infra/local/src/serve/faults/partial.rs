//! Partial failures: an answer with status 200 that has an error in one of the places where the service puts them.

use crate::error::KustoError;
use crate::serve::envelope::RequestIds;
use crate::serve::{error_body, v1};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where the error stands. In a real answer it may stand in several of these; here it is in this one alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Place {
    /// An object among the rows of the last result: `OneApiErrors` in v2, `Exceptions` in v1.
    Row,
    /// v2: `HasErrors` and `OneApiErrors` of the last frame. v1: `Exceptions` beside the tables.
    Completion,
    /// v2: `HasErrors` of the last frame, without a word why.
    HasErrors,
    /// v2: `Cancelled` of the last frame.
    Cancelled,
    /// v2: a row of level 2 in QueryCompletionInformation. v1: a row of severity 2 in QueryStatus.
    Status,
    /// v2: there is no last frame.
    NoCompletion,
}

/// The answer with the error; none where it is no answer of tables or frames, or has no such place.
pub(super) fn fail(answer: &[u8], place: Place, ids: &RequestIds) -> Option<Vec<u8>> {
    let mut answer: Value = serde_json::from_slice(answer).ok()?;
    let error = KustoError::internal("the query failed on its way: a test asked for this error");
    match answer.as_array_mut() {
        Some(frames) => fail_frames(frames, place, &error, ids)?,
        None => fail_tables(&mut answer, place, &error, ids)?,
    }
    serde_json::to_vec(&answer).ok()
}

fn fail_frames(frames: &mut Vec<Value>, place: Place, error: &KustoError, ids: &RequestIds) -> Option<()> {
    let errors = json!([error_body::value(error, ids)]);
    let completion = frames.len().checked_sub(1)?;
    match place {
        Place::Row => {
            rows(frames, |frame| frame["TableKind"] == "PrimaryResult")?.push(json!({"OneApiErrors": errors}));
        }
        Place::Completion => {
            frames[completion]["HasErrors"] = json!(true);
            frames[completion]["OneApiErrors"] = errors;
        }
        Place::HasErrors => frames[completion]["HasErrors"] = json!(true),
        Place::Cancelled => frames[completion]["Cancelled"] = json!(true),
        Place::Status => {
            let rows = rows(frames, |frame| frame["TableKind"] == "QueryCompletionInformation")?;
            // The columns are Timestamp, four ids, Level, LevelName, StatusCode, StatusCodeName, EventType, EventTypeName, Payload.
            let mut row = rows.first()?.clone();
            row[5] = json!(2);
            row[6] = json!("Error");
            row[7] = json!(FAILED);
            row[8] = json!("Query execution has resulted in error (E_FAIL).");
            row[11] = json!(json!({"Count": 1, "Text": error.message}).to_string());
            rows.insert(0, row);
        }
        Place::NoCompletion => drop(frames.pop()),
    }
    Some(())
}

/// `E_FAIL`, 0x80004005, as a signed number.
const FAILED: i32 = -2_147_467_259;

fn fail_tables(answer: &mut Value, place: Place, error: &KustoError, ids: &RequestIds) -> Option<()> {
    let exceptions = json!([error.message]);
    match place {
        Place::Row => {
            let tables = answer["Tables"].as_array_mut()?;
            rows(tables, |table| table["TableName"] == "Table_0")?.push(json!({"Exceptions": exceptions}));
        }
        Place::Completion => answer["Exceptions"] = exceptions,
        Place::Status => fail_status(answer["Tables"].as_array_mut()?, error, ids)?,
        Place::HasErrors | Place::Cancelled | Place::NoCompletion => return None,
    }
    Some(())
}

/// The status of a query, or one beside the answer of a command, which has none by itself.
fn fail_status(tables: &mut Vec<Value>, error: &KustoError, ids: &RequestIds) -> Option<()> {
    let status = v1::table_value(tables.len(), &v1::status(ids, Some((FAILED, &error.message)))).ok()?;
    if let Some(table) = tables.iter_mut().find(|table| table["Columns"] == status["Columns"]) {
        table["Rows"] = status["Rows"].clone();
        return Some(());
    }
    tables.push(status);
    let contents = [("QueryResult", "PrimaryResult"), ("QueryStatus", "QueryStatus")];
    tables.push(v1::table_value(tables.len(), &v1::contents(contents.into_iter())).ok()?);
    Some(())
}

/// The rows of the last table for which this holds.
fn rows(tables: &mut [Value], wanted: impl Fn(&Value) -> bool) -> Option<&mut Vec<Value>> {
    tables.iter_mut().rfind(|table| wanted(table))?["Rows"].as_array_mut()
}
