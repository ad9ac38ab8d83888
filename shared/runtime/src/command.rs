//! Management commands as a function has them: checked before anything is sent, and run by the call's deadline.

use crate::{
    cancellation::Cancellation,
    error::{ActionError, ErrorType},
    invocation::Invocation,
    kusto::{Kusto, Target, refuse},
    request::{OnLimit, Options},
};
use kql::{
    command::{command_verb, is_async, operation::operation_id},
    placeholders,
    statement::{StatementKind, statement_kind},
};
use kusto_client::{
    client::Answer,
    connection::{Connection, Database},
    request::Request,
};
use kusto_protocol::sink::Sink;
use serde_json::{Map, Value};
use std::fmt;
use tokio::time::Instant;

/// A management command, as a request says it.
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    /// Where it runs.
    pub target: Target<'a>,
    /// Its text, in which `{{name}}` stands for a parameter.
    pub text: &'a str,
    /// Its parameters by name: values, `{"type", "value"}`, or `{"name"}` for the name of a table or the like.
    pub parameters: &'a Map<String, Value>,
    /// Client request properties that the caller may set.
    pub options: &'a Options,
    /// What to do with more rows than are allowed.
    pub on_limit: OnLimit,
}

/// A management command that its connection allows, its placeholders filled.
#[derive(Clone, Debug)]
pub struct AllowedCommand<'a> {
    database: Database<'a>,
    text: String,
    verb: String,
    options: &'a Options,
    on_limit: OnLimit,
    client_request_id: Option<String>,
    cancellation: Cancellation,
}

impl Kusto {
    /// The command that a request means, where the caller, the database and the connection allow it.
    ///
    /// # Errors
    /// `BadRequest` or `Forbidden`; nothing was contacted.
    pub fn allowed<'a>(
        &'a self,
        command: Command<'a>,
        invocation: &Invocation,
    ) -> Result<AllowedCommand<'a>, ActionError> {
        match statement_kind(command.text) {
            StatementKind::ManagementCommand => {}
            StatementKind::Empty => {
                return Err(ActionError::bad_request("`command` is empty: write one, such as `.show tables`"));
            }
            StatementKind::Query => {
                return Err(ActionError::bad_request(
                    "`command` is a query (its first character is no dot): this action runs management commands only; query and \
                     query-chart run queries",
                ));
            }
        }
        let database = self.database(command.target, invocation)?;
        let text = placeholders::fill(command.text, command.parameters).map_err(wrong)?;
        let verb = command_verb(&text).map_err(wrong)?;
        allow_verb(database.connection(), &verb)?;
        refuse(&text, database.connection())?;
        let Command { options, on_limit, .. } = command;
        let cancellation = invocation.cancellation.clone();
        Ok(AllowedCommand { database, text, verb, options, on_limit, client_request_id: None, cancellation })
    }

    /// Runs a command on behalf of `action`, until `deadline`, and hands the rows of its answer to `sink`. Only a `.show` is sent again
    /// after it may have reached the service.
    ///
    /// # Errors
    /// Where there is no complete answer; what `sink` made is void then. `OutcomeUnknown` where it may have been carried out all the same.
    pub async fn command<S: Sink>(
        &self,
        action: &str,
        command: &AllowedCommand<'_>,
        deadline: Instant,
        sink: &mut S,
    ) -> Result<Answer, ActionError> {
        let mut request = Request::new(&command.database, &command.text, action, deadline);
        request.read_only = command.is_show();
        request.asynchronous = command.is_async();
        if let Some(id) = &command.client_request_id {
            request.client_request_id.clone_from(id);
        }
        command.options.apply(&mut request, command.on_limit)?;
        let answering = self.client().command(&request, sink);
        match request.read_only {
            true => self.unless_cancelled(&request, &command.cancellation, answering).await,
            false => answering.await.map_err(|error| how_to_look_up(error.into())),
        }
    }
}

impl<'a> AllowedCommand<'a> {
    /// The same, which the service knows by this client request id each time that it is sent. Without one it gets a new id.
    #[must_use]
    pub fn known_by(self, client_request_id: String) -> Self {
        Self { client_request_id: Some(client_request_id), ..self }
    }

    /// The database that it runs in.
    pub fn database(&self) -> &Database<'a> {
        &self.database
    }

    /// Its text as it is sent.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its verb, without the dot.
    pub fn verb(&self) -> &str {
        &self.verb
    }

    /// Whether it is a `.show`, which only reads.
    pub fn is_show(&self) -> bool {
        self.verb.eq_ignore_ascii_case("show")
    }

    /// Whether it goes on after its answer, which is the id of an operation.
    pub fn is_async(&self) -> bool {
        is_async(&self.text)
    }

    /// The operation whose state it asks for: `.show operations <id>` and nothing more.
    ///
    /// # Errors
    /// `BadRequest` where it names an operation by what is no id.
    pub fn operation_id(&self) -> Result<Option<String>, ActionError> {
        operation_id(&self.text).map_err(wrong)
    }
}

fn wrong(error: impl fmt::Display) -> ActionError {
    ActionError::bad_request(format!("`command`: {error}"))
}

/// Refuses every verb but `.show`, whatever the connection allows.
///
/// # Errors
/// `BadRequest` that names the verb. What has none passes: [`Kusto::allowed`] refuses it with everything else that is wrong with it.
pub fn only_show(command: &str) -> Result<(), ActionError> {
    match command_verb(command) {
        Ok(verb) if !verb.eq_ignore_ascii_case("show") => Err(ActionError::bad_request(format!(
            "`.{verb}` is no show command: this action runs `.show` only; async-command and command-chart run others"
        ))),
        _ => Ok(()),
    }
}

/// Refuses a verb that the connection does not list.
///
/// # Errors
/// `Forbidden`, with what to add.
pub fn allow_verb(connection: &Connection, verb: &str) -> Result<(), ActionError> {
    match connection.allows_command(verb) {
        true => Ok(()),
        false => Err(ActionError::new(
            ErrorType::Forbidden,
            format!(
                "connection `{}` does not allow .{verb}: add \"{verb}\" to its `commands` in the connection file (KUSTO_CONNECTIONS)",
                connection.name()
            ),
        )),
    }
}

/// The command that finds the one with this client request id.
pub fn lookup(client_request_id: &str) -> String {
    format!("`.show commands | where ClientActivityId == \"{client_request_id}\"`")
}

/// What to do before a command is sent again that may have been carried out.
fn how_to_look_up(error: ActionError) -> ActionError {
    match (error.error_type, &error.client_request_id) {
        (ErrorType::OutcomeUnknown, Some(id)) => {
            let message = format!(
                "{}; before you send it again look for it with {}, which has it when it has ended",
                error.message,
                lookup(id)
            );
            ActionError { message, ..error }
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, how_to_look_up, only_show};
    use crate::{
        cancellation::Cancellation,
        error::{ActionError, ErrorType},
        invocation::{Caller, Channel, Invocation},
        kusto::{Kusto, Target},
        request::{OnLimit, Options},
        settings::Settings,
    };
    use serde_json::{Map, Value, json};
    use std::time::Duration;
    use tokio::time::Instant;

    const CONNECTION: &str = "\
[[connection]]
name = \"soc\"
cluster = \"http://127.0.0.1:1\"
databases = [\"Security\"]
credential = { kind = \"none\" }
commands = [\"show\", \"set-or-append\", \"ingest\"]
";

    /// What is sent, whether it only reads and whether it is asynchronous; or the error.
    fn allowed(text: &str, parameters: &Value, database: Option<&str>) -> Result<(String, bool, bool), String> {
        let variables = [("KUSTO_CONNECTIONS".to_owned(), CONNECTION.to_owned())];
        let kusto = Kusto::from_settings(&Settings::from_variables(variables).unwrap()).unwrap();
        let invocation = Invocation {
            request_id: "1".to_owned(),
            channel: Channel::Direct { inline_limit: 200_000 },
            caller: Caller::Internal,
            media_type: "application/json",
            path: None,
            idempotency_key: None,
            payload: store::digest::Digest::of(b""),
            caller_token: None,
            deadline: Instant::now() + Duration::from_secs(1),
            cancellation: Cancellation::default(),
        };
        let target = Target { database, ..Target::default() };
        let none = Map::new();
        let (parameters, options) = (parameters.as_object().unwrap_or(&none), Options::default());
        let command = Command { target, text, parameters, options: &options, on_limit: OnLimit::Error };
        let command = kusto.allowed(command, &invocation).map_err(|error| error.to_string())?;
        command.operation_id().map_err(|error| error.to_string())?;
        Ok((command.text().to_owned(), command.is_show(), command.is_async()))
    }

    #[test]
    fn what_is_allowed_is_sent_with_its_placeholders_filled() {
        for (text, parameters, sent, is_show, is_async) in [
            (".show tables", json!({}), ".show tables", true, false),
            (" // c\n.SHOW tables", json!({}), " // c\n.SHOW tables", true, false),
            (
                ".show table {{t}} details",
                json!({"t": {"name": "a'] | x"}}),
                r".show table ['a\'] | x'] details",
                true,
                false,
            ),
            (
                ".set-or-append async T <| U | where a == {{user}}",
                json!({"user": "' or true //"}),
                ".set-or-append async T <| U | where a == \"' or true //\"",
                false,
                true,
            ),
            (
                ".ingest inline into table T <| .drop, cluster('x')",
                json!({}),
                ".ingest inline into table T <| .drop, cluster('x')",
                false,
                false,
            ),
        ] {
            let allowed = allowed(text, &parameters, None);
            assert_eq!(allowed, Ok((sent.to_owned(), is_show, is_async)), "{text}");
        }
    }

    #[test]
    fn what_is_not_is_named_with_the_remedy() {
        for (text, parameters, database, start) in [
            ("", json!({}), None, "BadRequest: `command` is empty: write one, such as `.show tables`"),
            ("T | count", json!({}), None, "BadRequest: `command` is a query (its first character is no dot)"),
            (".", json!({}), None, "BadRequest: `command`: the management command has no verb"),
            (
                ".show tables\n.drop table T",
                json!({}),
                None,
                "BadRequest: `command`: a second management command starts in line 2, column 1",
            ),
            (
                ".drop table T",
                json!({}),
                None,
                "Forbidden: connection `soc` does not allow .drop: add \"drop\" to its `commands` in the connection file",
            ),
            (
                ".execute database script <| .show tables",
                json!({}),
                None,
                "Forbidden: connection `soc` does not allow .execute database script: add \"execute database script\" to",
            ),
            (
                ".show tables",
                json!({}),
                Some("Other"),
                "Forbidden: connection `soc` does not allow database \"Other\"; add it to the connection's `databases` (KUSTO_DATABASE)",
            ),
            (
                ".set-or-append T <| externaldata(a:string)['https://x']",
                json!({}),
                None,
                "Forbidden: `externaldata` in line 1, column 21 is refused: it reaches outside the cluster",
            ),
            (
                ".show tables | join cluster('x').database('y').T on a",
                json!({}),
                None,
                "Forbidden: `cluster` in line 1, column 21 is refused: it reaches other clusters",
            ),
            (
                ".set-or-append T <| database('Other').T",
                json!({}),
                None,
                "Forbidden: `database(\"Other\")` in line 1, column 21 is refused: add the database",
            ),
            (
                ".show table {{t}} details",
                json!({}),
                None,
                "BadRequest: `command`: placeholder `{{t}}` in line 1, column 13 has no value",
            ),
            (".show tables", json!({"t": 1}), None, "BadRequest: `command`: parameter `t` has no placeholder"),
            (
                ".show table '{{t}}' details",
                json!({"t": "x"}),
                None,
                "BadRequest: `command`: `{{` in line 1, column 14 stands inside",
            ),
            (".show operations 42", json!({}), None, "BadRequest: `command`: \"42\" is no operation id"),
        ] {
            let error = allowed(text, &parameters, database).unwrap_err();
            assert!(error.starts_with(start), "{text}: {error}");
        }
    }

    #[test]
    fn every_other_verb_is_refused_by_its_name() {
        for text in [".show tables", " // c\n.SHOW tables", ".show operations | count", "T", ".", ""] {
            assert!(only_show(text).is_ok(), "{text}");
        }
        for (text, verb) in [
            (".drop table T", "drop"),
            (".set-or-append T <| .show tables", "set-or-append"),
            (".execute database script <| .show tables", "execute database script"),
            (".export to csv ('x') <| T", "export"),
            (".cancel query 'x'", "cancel"),
            (".showx tables", "showx"),
        ] {
            let error = only_show(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("BadRequest: `.{verb}` is no show command")), "{text}: {error}");
        }
    }

    #[test]
    fn an_unknown_outcome_says_how_to_look_it_up() {
        let error = |error_type| ActionError {
            client_request_id: Some("id;1".to_owned()),
            ..ActionError::new(error_type, "it broke")
        };
        assert_eq!(
            how_to_look_up(error(ErrorType::OutcomeUnknown)).message,
            "it broke; before you send it again look for it with `.show commands | where ClientActivityId == \"id;1\"`, which has it when it has ended"
        );
        assert_eq!(how_to_look_up(error(ErrorType::Throttled)).message, "it broke");
    }
}
