//! Submitting a command: once, and for the id of the operation that it has become.

use crate::NAME;
use kql::command::operation::is_guid;
use kusto_client::client::Answer;
use kusto_protocol::{
    cell::Row,
    sink::{LimitReached, Sink, TableHeader},
};
use runtime::{
    command::AllowedCommand,
    context::Context,
    error::{ActionError, ErrorType},
    kusto::Kusto,
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// A command that the cluster has taken, as it is remembered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Submission {
    /// The operation's id, in lower case.
    pub(crate) operation_id: String,
    /// To find the command in `.show commands`.
    pub(crate) client_request_id: String,
    /// To find the command in a support case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) activity_id: Option<String>,
}

/// Submits `command`, until `deadline`. It is sent again only where nothing can have been carried out.
///
/// # Errors
/// `OutcomeUnknown` where the cluster may have taken it without saying as what.
pub(crate) async fn submit(
    context: &Context<Kusto>,
    command: &AllowedCommand<'_>,
    deadline: Instant,
) -> Result<Submission, ActionError> {
    let mut answered = OperationId::default();
    let answer = context.client.command(NAME, command, deadline, &mut answered).await?;
    let Answer { client_request_id, activity_id, .. } = answer;
    match answered.0 {
        Some(operation_id) => Ok(Submission { operation_id, client_request_id, activity_id }),
        None => Err(ActionError {
            client_request_id: Some(client_request_id),
            activity_id,
            ..ActionError::new(
                ErrorType::OutcomeUnknown,
                "the cluster took the command and answered no operation id: look in `.show operations` for what it has become before you send it again",
            )
        }),
    }
}

/// The column `OperationId` of the first row that has one.
#[derive(Debug, Default)]
struct OperationId(Option<String>);

impl Sink for OperationId {
    fn table(&mut self, _table: &TableHeader) -> Result<(), LimitReached> {
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        let id = row.named("OperationId").map(|cell| cell.text().to_ascii_lowercase());
        self.0 = self.0.take().or(id.filter(|id| is_guid(id)));
        Ok(())
    }

    fn forget_rows(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::{OperationId, Submission};
    use kusto_protocol::{
        cell::Row,
        column::{Column, ColumnType},
        sink::Sink,
    };

    /// The id after rows of one column of this name.
    fn id(name: &str, values: &[&str]) -> Option<String> {
        let columns = [Column { name: name.to_owned(), column_type: ColumnType::Guid }];
        let mut id = OperationId::default();
        for value in values {
            id.row(&Row::new(&columns, &[&format!("\"{value}\"")])).unwrap();
        }
        id.0
    }

    #[test]
    fn it_is_remembered_as_it_was() {
        for remembered in [
            r#"{"operationId":"3827def6-0773-4f2a-859e-c02cf395deaf","clientRequestId":"c;1","activityId":"a"}"#,
            r#"{"operationId":"3827def6-0773-4f2a-859e-c02cf395deaf","clientRequestId":"c;1"}"#,
        ] {
            let submission: Submission = serde_json::from_str(remembered).unwrap();
            assert_eq!(serde_json::to_string(&submission).unwrap(), remembered);
        }
    }

    #[test]
    fn the_first_id_counts_and_what_is_none_does_not() {
        const ONE: &str = "3827def6-0773-4f2a-859e-c02cf395deaf";
        const OTHER: &str = "841fafa4-076a-4cba-9300-4836da0d9c75";
        for (name, values, expected) in [
            ("OperationId", &[ONE][..], Some(ONE)),
            ("OperationId", &["3827DEF6-0773-4F2A-859E-C02CF395DEAF"], Some(ONE)),
            ("OperationId", &["", "done", ONE, OTHER], Some(ONE)),
            ("OperationId", &[], None),
            ("ExtentId", &[ONE], None),
        ] {
            assert_eq!(id(name, values).as_deref(), expected, "{name} {values:?}");
        }
    }
}
