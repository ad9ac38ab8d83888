//! SMTP, step by step, so that it is known at each step whether the message can have been taken.

use super::{
    Surroundings, late,
    smtp_url::{Login, Security, Server},
    unknown,
};
use crate::message::Outgoing;
use auth::{http::HttpClient, mailbox_host::MailboxToken, stored_secret::SecretSource};
use lettre::{
    Message,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS, Mechanism},
        client::AsyncSmtpConnection,
        commands::{Data, Ehlo, Mail, Rcpt},
        extension::ClientId,
        response::Response,
    },
};
use runtime::error::{ActionError, ErrorType};
use std::{fmt, time::Duration};
use tokio::time::{Instant, timeout_at};
use url::Url;

/// How long the server may take until it is ready for the message.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long it may take to say goodbye once it has the message.
const GOODBYE: Duration = Duration::from_secs(1);

/// Bytes of a message from which on the server is asked whether it takes so many: all of them take less.
const LARGE: usize = 1_000_000;

/// Bytes of the message that go out at a time.
const CHUNK: usize = 64 * 1024;

/// The most characters of a server's own words that an error or a reply repeats.
const LONGEST_REPLY: usize = 300;

/// A mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    server: Server,
    /// What tokens and secrets come through.
    http: HttpClient,
}

impl Smtp {
    pub(super) fn parse(url: &Url, surroundings: Surroundings<'_>) -> Result<Self, String> {
        Ok(Self { server: Server::parse(url, surroundings)?, http: surroundings.http.clone() })
    }

    /// Whether the server is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        matches!(self.server.security, Security::Loopback)
    }

    pub(super) fn name(&self) -> &'static str {
        match self.server.security {
            Security::Loopback | Security::StartTls(_) => "smtp",
            Security::Tls(_) => "smtps",
        }
    }

    /// Sends the message, and gives the words with which the server took it.
    pub(super) async fn send(&self, outgoing: Outgoing<'_>, end: Instant) -> Result<Option<String>, ActionError> {
        let content = outgoing.message.formatted();
        let patience = Instant::now() + PATIENCE;
        let ready = timeout_at(end.min(patience), self.prepare(outgoing.message, content.len())).await;
        let mut connection = ready.map_err(|_elapsed| match end < patience {
            true => late(&self.to_string()),
            false => self.unavailable("it did not answer in time"),
        })??;
        let mut is_written = false;
        // The chunks are asked for once more when the last has been written, and only then the end of the message is.
        let chunks = content.chunks(CHUNK).chain(std::iter::from_fn(|| {
            is_written = true;
            None
        }));
        let outcome = timeout_at(end, connection.message_iter(chunks)).await;
        match outcome {
            Ok(Ok(response)) => {
                let _ = timeout_at(end.min(Instant::now() + GOODBYE), connection.quit()).await;
                Ok(words_of(&response))
            }
            Ok(Err(error)) if error.status().is_some() => Err(self.refused("the message", &error)),
            _ if is_written => Err(unknown(&self.to_string(), outgoing.message_id, "did not say whether it took it")),
            Err(_elapsed) => Err(late(&self.to_string())),
            Ok(Err(_)) => Err(self.unavailable("the connection broke before the message was complete")),
        }
    }

    /// Opens a connection and goes as far as the server's word that the message may come.
    async fn prepare(&self, message: &Message, bytes: usize) -> Result<AsyncSmtpConnection, ActionError> {
        let mut connection = self.connect().await?;
        if bytes > LARGE {
            self.check_size(&mut connection, bytes).await?;
        }
        self.log_in(&mut connection).await?;
        let envelope = message.envelope();
        let command = connection.command(Mail::new(envelope.from().cloned(), Vec::new())).await;
        command.map_err(|error| self.refused("the sender", &error))?;
        for recipient in envelope.to() {
            let command = connection.command(Rcpt::new(recipient.clone(), Vec::new())).await;
            command.map_err(|error| self.refused(&format!("the recipient {recipient}"), &error))?;
        }
        connection.command(Data).await.map_err(|error| self.refused("the message", &error))?;
        Ok(connection)
    }

    /// Refuses a message that is larger than the server says it takes (RFC 1870), before it is under way. lettre keeps nothing of that, so
    /// the server is asked once more.
    async fn check_size(&self, connection: &mut AsyncSmtpConnection, bytes: usize) -> Result<(), ActionError> {
        let answer = connection.command(Ehlo::new(ClientId::default())).await;
        let answer = answer.map_err(|error| self.refused("a second greeting", &error))?;
        match most_bytes(&answer) {
            Some(most) if bytes > most => Err(ActionError::new(
                ErrorType::LimitExceeded,
                format!(
                    "the mail has {bytes} bytes, more than the {most} that {self} takes: attach less; nothing was sent"
                ),
            )),
            _ => Ok(()),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, ActionError> {
        let (server, hello) = ((self.server.host.as_str(), self.server.port), ClientId::default());
        let tls = if let Security::Tls(tls) = &self.server.security { Some(tls.clone()) } else { None };
        let connected = AsyncSmtpConnection::connect_tokio1(server, Some(PATIENCE), &hello, tls, None).await;
        let mut connection = connected.map_err(|error| self.refused("the connection", &error))?;
        if let Security::StartTls(tls) = &self.server.security {
            if !connection.can_starttls() {
                return Err(ActionError::new(
                    ErrorType::ConnectionUnauthorized,
                    format!(
                        "{self} offers no STARTTLS, and no mail goes out in clear: use smtps:// or another port in MAIL_URL"
                    ),
                ));
            }
            connection.starttls(tls.clone(), &hello).await.map_err(|error| self.refused("STARTTLS", &error))?;
        }
        Ok(connection)
    }

    async fn log_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), ActionError> {
        match &self.server.login {
            Login::None => Ok(()),
            Login::Password { user, secret } => {
                let credentials = self.password(user, secret).await?;
                let outcome = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
                outcome.map(drop).map_err(|error| self.unauthorized(&error))
            }
            Login::Token { user, authorization } => {
                let token = authorization.token(&self.http).await.map_err(|error| {
                    let told = format!("there is no token to send with: {error}; nothing was sent: {}", error.remedy());
                    self.uncredentialed(told, error.is_transient())
                })?;
                let outcome = self.show_token(connection, user, &token).await;
                if outcome.is_err() {
                    // The next mail gets a new one: this one may have been revoked.
                    authorization.give_up(&token).await;
                }
                outcome
            }
        }
    }

    async fn show_token(
        &self,
        connection: &mut AsyncSmtpConnection,
        user: &str,
        token: &MailboxToken,
    ) -> Result<(), ActionError> {
        let credentials = Credentials::new(user.to_owned(), token.secret().expose().to_owned());
        let outcome = connection.auth(&[Mechanism::Xoauth2], &credentials).await;
        outcome.map(drop).map_err(|error| self.unauthorized(&error))
    }

    async fn password(&self, user: &str, secret: &SecretSource) -> Result<Credentials, ActionError> {
        let secret = secret.read(&self.http).await.map_err(|error| {
            let told = format!(
                "AWS does not hand the mail server's password over: {error}; nothing was sent: {}",
                error.remedy()
            );
            self.uncredentialed(told, error.is_transient())
        })?;
        Ok(Credentials::new(user.to_owned(), secret.expose().to_owned()))
    }

    fn uncredentialed(&self, message: String, is_transient: bool) -> ActionError {
        let error_type = if is_transient { ErrorType::Unavailable } else { ErrorType::ConnectionUnauthorized };
        ActionError::new(error_type, message)
    }

    fn unavailable(&self, reason: &str) -> ActionError {
        ActionError::new(ErrorType::Unavailable, format!("{self} is not available: {reason}; nothing was sent"))
    }

    /// The server's words are left out: it may repeat what it was sent.
    fn unauthorized(&self, error: &Error) -> ActionError {
        match error.status() {
            Some(_) if error.is_transient() => self.refused("the credential", error),
            None if !error.is_client() => self.refused("the credential", error),
            status => {
                let code = status
                    .map_or_else(|| "it knows no way to log in that works here".to_owned(), |code| code.to_string());
                ActionError::new(
                    ErrorType::ConnectionUnauthorized,
                    format!("{self} refused the credential of MAIL_URL ({code}): check the user and the secret"),
                )
            }
        }
    }

    /// An error before the message was complete, or the server's word that it does not take it: nothing was sent.
    fn refused(&self, what: &str, error: &Error) -> ActionError {
        let words = plain(&error.to_string());
        if error.is_permanent() {
            // 552 says that the message is larger than the server, or a mailbox, takes (RFC 1870, 6.1).
            let is_too_large = error.status().is_some_and(|code| code.to_string() == "552");
            let error_type = if is_too_large { ErrorType::LimitExceeded } else { ErrorType::Forbidden };
            return ActionError::new(error_type, format!("{self} refused {what}: {words}; nothing was sent"));
        }
        self.unavailable(&format!("{what}: {words}"))
    }
}

impl fmt::Display for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the mail server {}:{}", self.server.host, self.server.port)
    }
}

/// The most bytes that a server takes, by its answer to EHLO; none where it does not tell.
fn most_bytes(answer: &Response) -> Option<usize> {
    let size = answer.message().find_map(|line| line.strip_prefix("SIZE ")?.trim().parse().ok());
    // RFC 1870, 4: zero says that there is no fixed limit.
    size.filter(|most| *most > 0)
}

/// What the server said when it took the message; mostly the id in its queue is in it.
fn words_of(response: &Response) -> Option<String> {
    let words = plain(&response.message().collect::<Vec<_>>().join(" "));
    (!words.trim().is_empty()).then_some(words)
}

/// The server's words without control characters, at a length that can be read.
fn plain(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_REPLY).collect()
}

#[cfg(test)]
mod tests {
    use super::Smtp;
    use crate::{message::Outgoing, recipients::People, transport::Surroundings};
    use auth::http::{HttpClient, HttpSettings};
    use lettre::{Message, message::MessageBuilder};
    use std::{
        io::{BufRead, BufReader, Write},
        net::TcpListener,
        thread::JoinHandle,
        time::Duration,
    };
    use tokio::time::Instant;
    use url::Url;

    /// A server for one connection: it answers each command by the first rule whose start it has, and closes the connection
    /// where the answer is empty. It returns what it was told, and the message.
    fn server(rules: &'static [(&str, &str)]) -> (u16, JoinHandle<(Vec<String>, String)>) {
        const RULES: [(&str, &str); 7] = [
            ("greeting", "220 ready"),
            ("EHLO", "250-here\r\n250 AUTH PLAIN"),
            ("MAIL", "250 ok"),
            ("RCPT", "250 ok"),
            ("DATA", "354 go on"),
            (".", "250 taken"),
            ("", "250 ok"),
        ];
        let answer = move |line: &str| rules.iter().chain(&RULES).find(|(start, _)| line.starts_with(start)).unwrap().1;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut told, mut message, mut in_message) = (Vec::new(), String::new(), false);
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let mut line = "greeting".to_owned();
            loop {
                if in_message && line != "." {
                    message.push_str(&line);
                    message.push_str("\r\n");
                } else {
                    let answer = answer(&line);
                    if answer.is_empty() {
                        break;
                    }
                    in_message = answer.starts_with("354");
                    told.push(line);
                    let _ = write!(stream, "{answer}\r\n");
                }
                match lines.next() {
                    Some(Ok(next)) => line = next,
                    _ => break,
                }
            }
            (told, message)
        });
        (port, thread)
    }

    fn builder() -> MessageBuilder {
        let people = ["a@example.com", "b@example.com"].map(|text| text.parse().unwrap());
        let envelope = lettre::address::Envelope::new(Some("f@example.com".parse().unwrap()), people.to_vec()).unwrap();
        Message::builder().envelope(envelope).from("f@example.com".parse().unwrap())
    }

    fn message() -> Message {
        builder().body("one\r\n.two\r\n".to_owned()).unwrap()
    }

    fn smtp(url: &str) -> Smtp {
        let http = HttpClient::new(&HttpSettings::default()).unwrap();
        let lookup = |name: &str| (name == "SECRET").then(|| "canary".to_owned());
        let surroundings = Surroundings { lookup: &lookup, extra_roots: None, http: &http };
        Smtp::parse(&Url::parse(url).unwrap(), surroundings).unwrap()
    }

    async fn hand_over(smtp: &Smtp, message: &Message, end: Instant) -> Result<Option<String>, String> {
        let people = People {
            from: "f@example.com".parse().unwrap(),
            to: Vec::new(),
            cc: Vec::new(),
            bcc: Vec::new(),
            reply_to: Vec::new(),
        };
        let outgoing = Outgoing { message, message_id: "<id@example.com>", people: &people };
        smtp.send(outgoing, end).await.map_err(|error| error.to_string())
    }

    async fn send(port: u16, milliseconds: u64) -> Result<Option<String>, String> {
        let smtp = smtp(&format!("smtp://user:env:SECRET@127.0.0.1:{port}"));
        hand_over(&smtp, &message(), Instant::now() + Duration::from_millis(milliseconds)).await
    }

    #[tokio::test]
    async fn a_message_is_sent_once() {
        let (port, server) = server(&[]);
        assert_eq!(send(port, 10_000).await.unwrap().as_deref(), Some("taken"));
        let (told, message) = server.join().unwrap();
        assert_eq!(
            told,
            [
                "greeting",
                "EHLO [127.0.0.1]",
                "AUTH PLAIN AHVzZXIAY2FuYXJ5",
                "MAIL FROM:<f@example.com>",
                "RCPT TO:<a@example.com>",
                "RCPT TO:<b@example.com>",
                "DATA",
                ".",
                "QUIT"
            ]
        );
        assert!(message.ends_with("\r\n\r\none\r\n..two\r\n\r\n"), "{message}");
    }

    #[tokio::test]
    async fn each_failure_says_whether_the_message_may_have_been_taken() {
        for (rules, expected) in [
            (&[("greeting", "")][..], "Unavailable: the mail server * is not available: the connection: "),
            (
                &[("greeting", "421 busy")],
                "Unavailable: the mail server * is not available: the connection: transient error (421): busy",
            ),
            (
                &[("greeting", "554 no")],
                "Forbidden: the mail server * refused the connection: permanent error (554): no; nothing was sent",
            ),
            (
                &[("greeting", "nonsense")],
                "Unavailable: the mail server * is not available: the connection: response error",
            ),
            (
                &[("EHLO", "250 here")],
                "ConnectionUnauthorized: the mail server * refused the credential of MAIL_URL (it knows no way",
            ),
            (
                &[("AUTH", "535 canary")],
                "ConnectionUnauthorized: the mail server * refused the credential of MAIL_URL (535): check",
            ),
            (
                &[("AUTH", "454 later")],
                "Unavailable: the mail server * is not available: the credential: transient error (454)",
            ),
            (&[("AUTH", "")], "Unavailable: "),
            (
                &[("MAIL", "550 no")],
                "Forbidden: the mail server * refused the sender: permanent error (550): no; nothing was sent",
            ),
            (
                &[("RCPT TO:<b@", "550 5.1.1 no\tsuch user")],
                "Forbidden: the mail server * refused the recipient b@example.com: permanent error (550): 5.1.1 no such user; nothing was sent",
            ),
            (
                &[("RCPT", "450 later")],
                "Unavailable: the mail server * is not available: the recipient a@example.com: transient",
            ),
            (&[("DATA", "451 later")], "Unavailable: "),
            (&[("DATA", "")], "Unavailable: "),
            (
                &[(".", "552 too large")],
                "LimitExceeded: the mail server * refused the message: permanent error (552): too large; nothing was sent",
            ),
            (
                &[(".", "451 later")],
                "Unavailable: the mail server * is not available: the message: transient error (451): later; nothing",
            ),
            (&[(".", "")], "OutcomeUnknown: the mail server * got the message <id@example.com> and did not say"),
            (&[(".", "nonsense")], "OutcomeUnknown: "),
        ] {
            let (port, server) = server(rules);
            let error = send(port, 10_000).await.unwrap_err();
            let start = expected.replace('*', &format!("127.0.0.1:{port}"));
            assert!(error.starts_with(&start), "{rules:?}: {error}");
            assert!(!error.contains("canary") && !error.contains('\t'), "{error}");
            server.join().unwrap();
        }
    }

    #[tokio::test]
    async fn a_server_that_takes_less_is_not_burdened() {
        for (rules, expected) in [
            (&[("EHLO", "250-here\r\n250-SIZE 1500000\r\n250 AUTH PLAIN")][..], Err("LimitExceeded")),
            (&[("EHLO", "250-here\r\n250-SIZE 3000000\r\n250 AUTH PLAIN")], Ok("taken")),
            (&[("EHLO", "250-here\r\n250-SIZE 0\r\n250 AUTH PLAIN")], Ok("taken")),
            (&[("EHLO", "250-here\r\n250-SIZE\r\n250 AUTH PLAIN")], Ok("taken")),
        ] {
            let (port, server) = server(rules);
            let smtp = smtp(&format!("smtp://user:env:SECRET@127.0.0.1:{port}"));
            let message = builder().body("x\r\n".repeat(700_000)).unwrap();
            let outcome = hand_over(&smtp, &message, Instant::now() + Duration::from_secs(10)).await;
            let (told, _) = server.join().unwrap();
            match expected {
                Ok(words) => assert_eq!(outcome.unwrap().as_deref(), Some(words)),
                Err(error_type) => {
                    let error = outcome.unwrap_err();
                    assert!(error.starts_with(&format!("{error_type}: the mail has 21000")), "{error}");
                    let end = format!(
                        ", more than the 1500000 that the mail server 127.0.0.1:{port} takes: attach less; nothing was sent"
                    );
                    assert!(error.ends_with(&end), "{error}");
                    assert_eq!(told, ["greeting", "EHLO [127.0.0.1]", "EHLO [127.0.0.1]"], "no password either");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_server_that_falls_silent_is_left_before_the_deadline() {
        for (rules, expected) in [
            (
                &[("MAIL", "250-")][..],
                "Unavailable: the mail server * did not answer before the time that the function has was over; nothing was sent",
            ),
            (&[(".", "250-")], "OutcomeUnknown: the mail server * got the message"),
        ] {
            let (port, server) = server(rules);
            let begun = Instant::now();
            let error = send(port, 500).await.unwrap_err();
            assert!(begun.elapsed() < Duration::from_secs(1));
            assert!(error.starts_with(&expected.replace('*', &format!("127.0.0.1:{port}"))), "{error}");
            server.join().unwrap();
        }
    }

    #[tokio::test]
    async fn nothing_goes_out_in_clear_and_a_closed_port_is_unavailable() {
        let (port, server) = server(&[]);
        let mut smtp = smtp(&format!("smtp://user:env:SECRET@mail.example:{port}"));
        smtp.server.host = "127.0.0.1".to_owned();
        let deadline = Instant::now() + Duration::from_secs(10);
        let error = hand_over(&smtp, &message(), deadline).await.unwrap_err();
        assert!(error.starts_with("ConnectionUnauthorized: ") && error.contains("offers no STARTTLS"), "{error}");
        assert_eq!(server.join().unwrap().0, ["greeting", "EHLO [127.0.0.1]"]);
        let error = hand_over(&smtp, &message(), deadline).await.unwrap_err();
        assert!(error.starts_with("Unavailable: "), "{error}");
    }
}
