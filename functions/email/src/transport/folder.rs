//! A folder that takes each message as a file.

use crate::message::Outgoing;
use runtime::error::{ActionError, ErrorType};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use url::Url;

/// A folder, made when the first message comes.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    pub(super) fn parse(url: &Url) -> Result<Self, String> {
        match url.to_file_path() {
            Ok(path) => Ok(Self(path)),
            Err(()) => Err("a folder is written file:///folder, with three slashes".to_owned()),
        }
    }

    /// Writes `<message id>.eml`, which appears complete or not at all. A message with the same id takes its place.
    pub(super) fn send(&self, outgoing: Outgoing<'_>) -> Result<(), ActionError> {
        let name = format!("{}.eml", outgoing.message_id.trim_matches(['<', '>']));
        self.write(&name, &outgoing.message.formatted()).map_err(|error| {
            let folder = self.0.display();
            ActionError::new(
                ErrorType::Unavailable,
                format!("the mail cannot be written to {folder}: {error}; check MAIL_URL and the folder's permissions"),
            )
        })
    }

    fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        let unfinished = self.0.join(format!(".{name}.{}", std::process::id()));
        let outcome = fs::write(&unfinished, content).and_then(|()| fs::rename(&unfinished, self.0.join(name)));
        if outcome.is_err() {
            remove(&unfinished);
        }
        outcome
    }
}

/// Nothing is to be done about a file that stays: it is hidden, and the error that led here is the one to tell.
fn remove(unfinished: &Path) {
    let _ = fs::remove_file(unfinished);
}

#[cfg(test)]
mod tests {
    use super::Folder;
    use crate::{message::Outgoing, recipients::People};
    use lettre::Message;
    use std::fs;
    use url::Url;

    fn message(text: &str) -> Message {
        let builder = Message::builder().from("f@example.com".parse().unwrap()).to("t@example.com".parse().unwrap());
        builder.body(text.to_owned()).unwrap()
    }

    fn people() -> People {
        let from = "f@example.com".parse().unwrap();
        People { from, to: Vec::new(), cc: Vec::new(), bcc: Vec::new(), reply_to: Vec::new() }
    }

    #[test]
    fn a_message_is_a_file_that_a_later_one_with_its_id_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/mail box");
        let transport = Folder::parse(&Url::from_file_path(&path).unwrap()).unwrap();
        for text in ["one", "two"] {
            let (message, people) = (message(text), people());
            transport.send(Outgoing { message: &message, message_id: "<id@example.com>", people: &people }).unwrap();
            let names: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(names, ["id@example.com.eml"]);
            assert!(fs::read_to_string(path.join("id@example.com.eml")).unwrap().ends_with(text));
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "").unwrap();
        let transport = Folder::parse(&Url::from_file_path(&path).unwrap()).unwrap();
        let (message, people) = (message("x"), people());
        let outgoing = Outgoing { message: &message, message_id: "<id@example.com>", people: &people };
        let error = transport.send(outgoing).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("Unavailable: the mail cannot be written to {}", path.display())),
            "{error}"
        );
    }
}
