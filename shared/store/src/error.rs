//! Why the store did not do what it was asked to.

use crate::key::Key;
use std::{error::Error, io};

/// Why the store did not do what it was asked to. The text names the object or the setting, and holds nothing of a content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is nothing for this caller. It is not told apart whether there is something for another one.
    #[error("{key} does not exist, has expired, or belongs to another caller")]
    NotFound {
        /// The object.
        key: String,
    },
    /// What is there is not what was stored.
    #[error("{key} is not what was stored: {problem}; make the result again")]
    Tampered {
        /// The object.
        key: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The content is larger than its reader takes.
    #[error("{key} has {size} bytes, more than the {limit} that can be taken here")]
    TooLarge {
        /// The object.
        key: String,
        /// What it has.
        size: u64,
        /// What would do.
        limit: u64,
    },
    /// The store says no, and will say no again.
    #[error("the store {store} refuses: {cause}; check STORE_URL and {remedy}")]
    Refused {
        /// `STORE_URL`.
        store: String,
        /// What it says.
        cause: String,
        /// What else to look at.
        remedy: &'static str,
    },
    /// The store does not work just now.
    #[error("the store {store} cannot be used: {cause}; try again, and check STORE_URL if it stays so")]
    Unavailable {
        /// `STORE_URL`.
        store: String,
        /// Why not.
        cause: String,
    },
}

/// What the role of a function needs, without which S3 does not even say that an object is absent.
const ROLE: &str =
    "that the function's role has s3:GetObject and s3:PutObject below the prefix and s3:ListBucket on the bucket";
const FOLDER: &str = "the permissions and the free space of its folder";

impl StoreError {
    pub(crate) fn not_found(key: &Key) -> Self {
        Self::NotFound { key: key.to_string() }
    }

    pub(crate) fn tampered(key: &Key, problem: &'static str) -> Self {
        Self::Tampered { key: key.to_string(), problem }
    }

    /// What `error` of the object store is, in the store `store`.
    pub(crate) fn of(store: &str, error: &object_store::Error) -> Self {
        let store = store.to_owned();
        if let Some(error) = io_error(error) {
            let cause = error.to_string();
            return match error.kind() {
                io::ErrorKind::Interrupted | io::ErrorKind::TimedOut => Self::Unavailable { store, cause },
                _ => Self::Refused { store, cause, remedy: FOLDER },
            };
        }
        let code = answered_code(&error.to_string());
        match (error, code) {
            (object_store::Error::NotFound { .. }, code) => {
                let cause = code.unwrap_or_else(|| "the bucket or folder does not exist".to_owned());
                Self::Refused { store, cause, remedy: "that the bucket exists" }
            }
            (object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }, code) => {
                Self::Refused { store, cause: code.unwrap_or_else(|| "access is denied".to_owned()), remedy: ROLE }
            }
            (_, Some(code)) => Self::Unavailable { store, cause: code },
            (_, None) => Self::Unavailable { store, cause: innermost(error) },
        }
    }
}

/// The error of the file system that `error` comes from.
fn io_error(error: &object_store::Error) -> Option<&io::Error> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error);
        }
        cause = error.source();
    }
    None
}

/// S3's name of the error, such as `AccessDenied`, in the XML that `text` repeats.
fn answered_code(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let is_name = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then(|| code.to_owned())
}

/// The innermost cause: those around it repeat URLs.
fn innermost(error: &object_store::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::StoreError;
    use object_store::Error;
    use std::io;

    fn generic(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::Generic { store: "S3", source: source.into() }
    }

    #[test]
    fn the_sentence_names_the_store_and_the_remedy() {
        let denied = "403 Forbidden: <Error><Code>AccessDenied</Code><Resource>/secret-name</Resource></Error>";
        let path = "results/1".to_owned();
        let sentences: Vec<String> = [
            generic(io::Error::from(io::ErrorKind::StorageFull)),
            generic(io::Error::from(io::ErrorKind::PermissionDenied)),
            Error::PermissionDenied { path: path.clone(), source: denied.into() },
            Error::NotFound { path, source: "<Code>NoSuchBucket</Code>".into() },
            generic("<Code>SlowDown</Code>"),
            generic("connection refused"),
        ]
        .iter()
        .map(|error| StoreError::of("s3://bucket", error).to_string())
        .collect();
        insta::assert_snapshot!(sentences.join("\n"));
    }
}
