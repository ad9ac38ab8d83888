//! What a person reads when a request fails.

use crate::{
    fake::{Fake, Reply},
    setup::{Rows, hurry, local, soon},
};
use kusto_client::{error::Error, request::Request};

async fn fails(reply: Reply) -> Error {
    hurry();
    let fake = Fake::plain(move |_| reply.clone()).await;
    let client = local(&fake, "");
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    client.query(&Request::new(&database, "Secrets | take 1", "test", soon()), &mut Rows::default()).await.unwrap_err()
}

#[tokio::test]
async fn each_error_names_connection_cause_and_remedy() {
    let words = |code: &str| {
        format!(r#"{{"error":{{"code":"{code}","@message":"'Secrets' is wrong","innererror":{{"code":"SEM0100"}}}}}}"#)
    };
    let partial = r#"[{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"},{"FrameType":"DataTable","TableId":0,"TableKind":"PrimaryResult","TableName":"PrimaryResult","Columns":[{"ColumnName":"n","ColumnType":"long"}],"Rows":[[1],{"OneApiErrors":[{"error":{"code":"General_Runtime","@message":"Secrets"}}]}]},{"FrameType":"DataSetCompletion","HasErrors":true,"Cancelled":false}]"#;
    let mut sentences = Vec::new();
    for (name, reply) in [
        ("query", Reply::new(400, "", words("General_BadRequest"))),
        ("not found", Reply::new(400, "", words("BadRequest_EntityNotFound"))),
        ("unauthorized", Reply::new(401, "", "")),
        ("forbidden", Reply::new(403, "", words("Forbidden"))),
        ("limit", Reply::new(400, "", words("LimitsExceeded"))),
        ("throttled", Reply::new(429, "Retry-After: 60\r\n", "")),
        ("unavailable", Reply::new(503, "", "<html>")),
        ("redirect", Reply::new(302, "Location: https://evil.example/?secret\r\n", "")),
        ("partial", Reply::json(partial)),
        ("text", Reply::json("Secrets are not for you")),
        ("cut", Reply::json(&partial[..300])),
        ("malformed", Reply::json("[{]")),
        ("broken", Reply::none()),
    ] {
        let error = fails(reply).await;
        let cluster =
            error.to_string().find("http").map(|at| error.to_string()[at..].split(')').next().unwrap().to_owned());
        sentences.push(format!("{name}: {error}").replace(&cluster.unwrap(), "CLUSTER"));
        assert!(!error.to_string().contains("Secrets"), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    insta::assert_snapshot!("sentences", sentences.join("\n"));
}

#[tokio::test]
async fn the_caller_is_told_what_the_service_said() {
    let error =
        fails(Reply::new(400, "x-ms-activity-id: a-1\r\n", r#"{"error":{"code":"x","@message":"no column 'y'"}}"#))
            .await;
    assert!(error.reply_text().ends_with(": no column 'y'"), "{}", error.reply_text());
    assert_eq!((error.activity_id(), error.connection()), (Some("a-1"), "local"));
    assert!(error.client_request_id().starts_with("AzureDataExplorerFunctions.test;"));
}
