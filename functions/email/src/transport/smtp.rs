//! SMTP, step by step, so that it is known at each step whether the message can have been taken.

use auth::secret::{self, Lookup};
use lettre::{
    Message,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};
use percent_encoding::percent_decode_str;
use runtime::error::{ActionError, ErrorType};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

/// What is kept of the time that the function has, to say how it went.
const MARGIN: Duration = Duration::from_millis(500);

/// How long the server may take until it is ready for the message.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long it may take to say goodbye once it has the message.
const GOODBYE: Duration = Duration::from_secs(1);

/// Bytes of the message that go out at a time.
const CHUNK: usize = 64 * 1024;

/// What a certificate in PEM begins with.
const PEM_MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// The most characters of a server's own words that an error repeats.
const LONGEST_REPLY: usize = 300;

/// A mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
}

/// What protects the connection.
#[derive(Clone)]
enum Security {
    /// Nothing: the server is on this machine.
    Loopback,
    /// STARTTLS, without which nothing is sent.
    StartTls(TlsParameters),
    /// TLS from the first byte.
    Tls(TlsParameters),
}

impl std::fmt::Debug for Security {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Loopback => "Loopback",
            Self::StartTls(_) => "StartTls",
            Self::Tls(_) => "Tls",
        })
    }
}

impl Smtp {
    /// Whether the server is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        matches!(self.security, Security::Loopback)
    }

    pub(super) fn parse(url: &Url, lookup: Lookup<'_>, extra_roots: Option<&[u8]>) -> Result<Self, String> {
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("the URL names no host")?;
        let host = host.trim_matches(['[', ']']).to_owned();
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err("after the host and port of a mail server nothing may follow".to_owned());
        }
        let (security, port) = match url.scheme() {
            "smtps" => (Security::Tls(tls(&host, extra_roots)?), 465),
            _ if is_loopback(&host) => (Security::Loopback, 587),
            _ => (Security::StartTls(tls(&host, extra_roots)?), 587),
        };
        Ok(Self { port: url.port().unwrap_or(port), security, credentials: credentials(url, lookup)?, host })
    }

    pub(super) fn name(&self) -> &'static str {
        match self.security {
            Security::Loopback | Security::StartTls(_) => "smtp",
            Security::Tls(_) => "smtps",
        }
    }

    pub(super) async fn send(&self, message: &Message, message_id: &str, deadline: Instant) -> Result<(), ActionError> {
        let end = deadline - MARGIN;
        let ready = timeout_at(end.min(Instant::now() + PATIENCE), self.prepare(message));
        let mut connection = ready.await.map_err(|_elapsed| self.unavailable("it did not answer in time"))??;
        let content = message.formatted();
        let mut is_written = false;
        // The chunks are asked for once more when the last has been written, and only then the end of the message is.
        let chunks = content.chunks(CHUNK).chain(std::iter::from_fn(|| {
            is_written = true;
            None
        }));
        let outcome = timeout_at(end, connection.message_iter(chunks)).await;
        match outcome {
            Ok(Ok(_)) => {
                let _ = timeout(GOODBYE, connection.quit()).await;
                Ok(())
            }
            Ok(Err(error)) if error.status().is_some() => Err(self.refused("the message", &error)),
            _ if is_written => Err(self.unknown(message_id)),
            _ => Err(self.unavailable("the connection broke before the message was complete")),
        }
    }

    /// Opens a connection and goes as far as the server's word that the message may come.
    async fn prepare(&self, message: &Message) -> Result<AsyncSmtpConnection, ActionError> {
        let mut connection = self.connect().await?;
        if let Some(credentials) = &self.credentials {
            let outcome = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            outcome.map_err(|error| self.unauthorized(&error))?;
        }
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

    async fn connect(&self) -> Result<AsyncSmtpConnection, ActionError> {
        let (server, hello) = ((self.host.as_str(), self.port), ClientId::default());
        let tls = if let Security::Tls(tls) = &self.security { Some(tls.clone()) } else { None };
        let connected = AsyncSmtpConnection::connect_tokio1(server, Some(PATIENCE), &hello, tls, None).await;
        let mut connection = connected.map_err(|error| self.refused("the connection", &error))?;
        if let Security::StartTls(tls) = &self.security {
            if !connection.can_starttls() {
                return Err(ActionError::new(
                    ErrorType::ConnectionUnauthorized,
                    format!(
                        "the mail server {self} offers no STARTTLS, and no mail goes out in clear: use smtps:// or another port in MAIL_URL"
                    ),
                ));
            }
            connection.starttls(tls.clone(), &hello).await.map_err(|error| self.refused("STARTTLS", &error))?;
        }
        Ok(connection)
    }

    fn unavailable(&self, reason: &str) -> ActionError {
        ActionError::new(
            ErrorType::Unavailable,
            format!("the mail server {self} is not available: {reason}; nothing was sent"),
        )
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
                    format!(
                        "the mail server {self} refused the credential of MAIL_URL ({code}): check the user and the secret"
                    ),
                )
            }
        }
    }

    /// An error before the message was complete, or the server's word that it does not take it: nothing was sent.
    fn refused(&self, what: &str, error: &Error) -> ActionError {
        let words: String =
            error.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_REPLY).collect();
        if error.is_permanent() {
            let message = format!("the mail server {self} refused {what}: {words}; nothing was sent");
            return ActionError::new(ErrorType::Forbidden, message);
        }
        self.unavailable(&format!("{what}: {words}"))
    }

    fn unknown(&self, message_id: &str) -> ActionError {
        ActionError::new(
            ErrorType::OutcomeUnknown,
            format!(
                "the mail server {self} got the message {message_id} and did not say whether it took it: look for this Message-ID there before it is sent again"
            ),
        )
    }
}

impl std::fmt::Display for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn tls(host: &str, extra_roots: Option<&[u8]>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = extra_roots {
        // What holds no certificate at all would pass as none.
        if !pem.windows(PEM_MARK.len()).any(|bytes| bytes == PEM_MARK) {
            return Err("EXTRA_CA_FILE has no certificate in PEM".to_owned());
        }
        let certificate =
            Certificate::from_pem(pem).map_err(|error| format!("EXTRA_CA_FILE has no certificate in PEM: {error}"))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| format!("no TLS can be made for {host}: {error}"))
}

/// The credential of a URL: its user, and the secret that stands by reference in the place of the password.
fn credentials(url: &Url, lookup: Lookup<'_>) -> Result<Option<Credentials>, String> {
    let decode =
        |text: &str| percent_decode_str(text).decode_utf8().map(String::from).map_err(|_| "the user is not UTF-8 text");
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(reference)) if !user.is_empty() => {
            let secret = secret::resolve(&decode(reference)?, lookup).map_err(|error| error.to_string())?;
            Ok(Some(Credentials::new(decode(user)?, secret.expose().to_owned())))
        }
        _ => Err("a credential is a user and a reference to a secret: smtp://user:env:NAME@host:port".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::Smtp;
    use lettre::Message;
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

    fn message() -> Message {
        let people = ["a@example.com", "b@example.com"].map(|text| text.parse().unwrap());
        let envelope = lettre::address::Envelope::new(Some("f@example.com".parse().unwrap()), people.to_vec()).unwrap();
        let builder = Message::builder().envelope(envelope).from("f@example.com".parse().unwrap());
        builder.body("one\r\n.two\r\n".to_owned()).unwrap()
    }

    fn smtp(url: &str) -> Result<Smtp, String> {
        Smtp::parse(&Url::parse(url).unwrap(), &|name| (name == "SECRET").then(|| "canary".to_owned()), None)
    }

    async fn send(port: u16, seconds: u64) -> Result<(), String> {
        let smtp = smtp(&format!("smtp://user:env:SECRET@127.0.0.1:{port}")).unwrap();
        let deadline = Instant::now() + Duration::from_secs(seconds);
        smtp.send(&message(), "<id@example.com>", deadline).await.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_message_is_sent_once() {
        let (port, server) = server(&[]);
        send(port, 10).await.unwrap();
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
                "Forbidden: the mail server * refused the message: permanent error (552): too large; nothing",
            ),
            (
                &[(".", "451 later")],
                "Unavailable: the mail server * is not available: the message: transient error (451): later; nothing",
            ),
            (&[(".", "")], "OutcomeUnknown: the mail server * got the message <id@example.com> and did not say"),
            (&[(".", "nonsense")], "OutcomeUnknown: "),
        ] {
            let (port, server) = server(rules);
            let error = send(port, 10).await.unwrap_err();
            let start = expected.replace('*', &format!("127.0.0.1:{port}"));
            assert!(error.starts_with(&start), "{rules:?}: {error}");
            assert!(!error.contains("canary") && !error.contains('\t'), "{error}");
            server.join().unwrap();
        }
    }

    #[tokio::test]
    async fn a_server_that_falls_silent_is_left_before_the_deadline() {
        for (rules, expected) in [
            (
                &[("MAIL", "250-")][..],
                "Unavailable: the mail server * is not available: it did not answer in time; nothing was sent",
            ),
            (&[(".", "250-")], "OutcomeUnknown: the mail server * got the message"),
        ] {
            let (port, server) = server(rules);
            let begun = Instant::now();
            let error = send(port, 1).await.unwrap_err();
            assert!(begun.elapsed() < Duration::from_secs(1));
            assert!(error.starts_with(&expected.replace('*', &format!("127.0.0.1:{port}"))), "{error}");
            server.join().unwrap();
        }
    }

    #[tokio::test]
    async fn nothing_goes_out_in_clear_and_a_closed_port_is_unavailable() {
        let (port, server) = server(&[]);
        let mut smtp = smtp(&format!("smtp://user:env:SECRET@mail.example:{port}")).unwrap();
        smtp.host = "127.0.0.1".to_owned();
        let deadline = Instant::now() + Duration::from_secs(10);
        let error = smtp.send(&message(), "<id@example.com>", deadline).await.unwrap_err().to_string();
        assert!(error.starts_with("ConnectionUnauthorized: ") && error.contains("offers no STARTTLS"), "{error}");
        assert_eq!(server.join().unwrap().0, ["greeting", "EHLO [127.0.0.1]"]);
        let error = smtp.send(&message(), "<id@example.com>", deadline).await.unwrap_err().to_string();
        assert!(error.starts_with("Unavailable: "), "{error}");
    }

    #[test]
    fn urls_say_how_the_connection_is_protected() {
        for (url, expected) in [
            ("smtp://mail.example", "mail.example:587 StartTls"),
            ("smtp://mail.example:25/", "mail.example:25 StartTls"),
            ("smtps://mail.example", "mail.example:465 Tls"),
            ("smtp://localhost:1025", "localhost:1025 Loopback"),
            ("smtp://127.0.0.1", "127.0.0.1:587 Loopback"),
            ("smtp://[::1]:25", "::1:25 Loopback"),
            ("smtp://localhost.example", "localhost.example:587 StartTls"),
            ("smtps://soc@example.com:env:SECRET@mail.example", "mail.example:465 Tls with credential"),
            ("smtps://soc%40example.com:env:SECRET@mail.example", "mail.example:465 Tls with credential"),
        ] {
            let smtp = smtp(url).unwrap();
            let credential = if smtp.credentials.is_some() { " with credential" } else { "" };
            assert_eq!(format!("{smtp} {:?}{credential}", smtp.security), expected);
            assert!(!format!("{smtp:?}").contains("canary"));
        }
    }

    #[test]
    fn wrong_urls_are_told_without_what_may_be_a_secret() {
        for (url, sentence) in [
            ("smtp:mail.example", "the URL names no host"),
            ("smtp://mail.example/inbox", "after the host and port of a mail server nothing may follow"),
            ("smtp://mail.example?tls=none", "after the host and port of a mail server nothing may follow"),
            (
                "smtp://user:hunter2@mail.example",
                "a secret is given by reference, never as it is; write `env:NAME` and set that variable",
            ),
            (
                "smtp://user@mail.example",
                "a credential is a user and a reference to a secret: smtp://user:env:NAME@host:port",
            ),
            (
                "smtp://:env:SECRET@mail.example",
                "a credential is a user and a reference to a secret: smtp://user:env:NAME@host:port",
            ),
            ("smtp://user:env:OTHER@mail.example", "the variable OTHER is not set; set it to the secret"),
        ] {
            assert_eq!(smtp(url).unwrap_err(), sentence);
        }
    }
}
