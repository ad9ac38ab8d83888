//! A mail server that counts what it takes, and whose answers can get lost.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// What the server has taken, by subject.
#[derive(Debug, Default)]
pub struct Mailbox {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: HashMap<String, u32>,
    /// The subjects whose sender has been told that the mail was taken.
    answered: HashSet<String>,
    /// The subjects whose next answer gets lost, and who dies of it.
    lost: HashMap<String, Arc<Notify>>,
}

impl Mailbox {
    /// Serves on a free port of this machine, which is returned.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn serve(self: Arc<Self>) -> std::io::Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mailbox = Arc::clone(&self);
                tokio::spawn(async move {
                    // A client that died is nothing to do about.
                    let _ = mailbox.talk(stream).await;
                });
            }
        });
        Ok(port)
    }

    /// The next time that the server takes the mail with this subject, its answer gets lost, and `dead` is told.
    pub fn lose_answer(&self, subject: &str, dead: Arc<Notify>) {
        self.with(|state| state.lost.insert(subject.to_owned(), dead));
    }

    /// How often the mail with this subject was taken.
    pub fn taken(&self, subject: &str) -> u32 {
        self.with(|state| state.taken.get(subject).copied().unwrap_or_default())
    }

    /// Whether a sender was told so.
    pub fn is_answered(&self, subject: &str) -> bool {
        self.with(|state| state.answered.contains(subject))
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 ready\r\n").await?;
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 0 {
            let answer = match line.get(..4).unwrap_or_default() {
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    let subject = subject(&mut stream).await?;
                    if let Some(dead) = self.take(&subject) {
                        dead.notify_one();
                        return Ok(());
                    }
                    stream.write_all(b"250 taken\r\n").await?;
                    self.with(|state| state.answered.insert(subject));
                    line.clear();
                    continue;
                }
                "QUIT" => "221 bye\r\n",
                _ => "250 fine\r\n",
            };
            stream.write_all(answer.as_bytes()).await?;
            line.clear();
        }
        Ok(())
    }

    /// Counts the mail; returns who dies of its answer.
    fn take(&self, subject: &str) -> Option<Arc<Notify>> {
        self.with(|state| {
            *state.taken.entry(subject.to_owned()).or_default() += 1;
            state.lost.remove(subject)
        })
    }
}

/// Reads a message to its end and returns its subject.
async fn subject(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let (mut line, mut subject) = (String::new(), String::new());
    while stream.read_line(&mut line).await? > 0 && line != ".\r\n" {
        if let Some(text) = line.strip_prefix("Subject: ") {
            text.trim().clone_into(&mut subject);
        }
        line.clear();
    }
    Ok(subject)
}
