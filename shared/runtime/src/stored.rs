//! The store as a function has it: that of `STORE_URL`, what it fails with, and what is brought from it by reference.

use crate::{
    context::Context,
    error::{ActionError, ErrorType},
    outbound::http_client,
    settings::{Settings, SettingsError},
};
use store::{
    envelope::{Label, Owner},
    error::StoreError,
    once::OnceError,
    reference::Reference,
    spool::Spool,
    store::{Store, Stored},
};

/// The store of `STORE_URL`; none where it is not set.
pub(crate) fn from_settings(settings: &Settings) -> Result<Option<Store>, SettingsError> {
    let lookup = |name: &str| settings.get(name).map(str::to_owned);
    let http = || http_client(settings).map_err(|error| error.to_string());
    let store = settings.get("STORE_URL").map(|url| Store::open(url, &lookup, http)).transpose();
    store.map_err(|reason| SettingsError::new("STORE_URL", reason))
}

impl<C> Context<C> {
    /// The store, without which `what` cannot be.
    ///
    /// # Errors
    /// `BadRequest` that names the setting.
    pub fn required_store(&self, what: &str) -> Result<&Store, ActionError> {
        self.store.as_ref().ok_or_else(|| {
            ActionError::bad_request(format!(
                "{what} needs a store: set STORE_URL to s3://bucket/prefix or file:///folder"
            ))
        })
    }

    /// The result that `reference` names, where it belongs to the caller; its content is not read yet.
    ///
    /// # Errors
    /// `BadRequest` for what is no reference, `NotFound` for what the caller has nothing of.
    pub async fn referred(&self, reference: &str) -> Result<Stored, ActionError> {
        let reference: Reference = reference.parse().map_err(|error| ActionError::bad_request(format!("{error}")))?;
        let store = self.required_store("a reference to a result")?;
        Ok(store.get(&reference.key(), Some(self.invocation.caller.owner())).await?)
    }

    /// Leaves a document in the store for the caller.
    ///
    /// # Errors
    /// Where there is no store, or it fails.
    pub async fn keep(&self, content_type: &str, content: Vec<u8>) -> Result<Reference, ActionError> {
        let store = self.required_store("a reference to a result")?;
        keep(store, self.invocation.caller.owner(), content_type, &mut Spool::of(content)).await
    }

    /// The content of the result that `reference` names, if it has at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Context::referred`], and `LimitExceeded`.
    pub async fn fetch(&self, reference: &str, limit: u64) -> Result<Vec<u8>, ActionError> {
        let stored = self.referred(reference).await?;
        let store = self.required_store("a reference to a result")?;
        Ok(store.read(&stored, limit).await?.into())
    }
}

/// Leaves a document for its owner.
pub(crate) async fn keep(
    store: &Store,
    owner: Owner,
    content_type: &str,
    content: &mut Spool,
) -> Result<Reference, ActionError> {
    let reference = Reference::random().map_err(|_| ActionError::internal())?;
    let label = Label { content_type: content_type.to_owned(), status: 200, owner: Some(owner) };
    store.create_large(&reference.key(), &label, content).await?;
    Ok(reference)
}

/// `Unavailable`: the temporary storage takes no more of a result on its way to the store.
pub fn no_room(failure: &std::io::Error) -> ActionError {
    let message = format!(
        "the rows cannot be kept on their way to the store: {failure}; give the function more temporary storage"
    );
    ActionError::new(ErrorType::Unavailable, message)
}

impl From<StoreError> for ActionError {
    fn from(error: StoreError) -> Self {
        let error_type = match error {
            StoreError::NotFound { .. } => ErrorType::NotFound,
            StoreError::TooLarge { .. } => ErrorType::LimitExceeded,
            StoreError::Tampered { .. } => ErrorType::Internal,
            StoreError::Refused { .. } | StoreError::Unavailable { .. } => ErrorType::Unavailable,
        };
        let retryable = matches!(error, StoreError::Unavailable { .. });
        Self { retryable, ..Self::new(error_type, error.to_string()) }
    }
}

impl From<OnceError> for ActionError {
    fn from(error: OnceError) -> Self {
        match error {
            OnceError::Store(error) => error.into(),
            OnceError::Randomness(error) => Self::new(ErrorType::Unavailable, error.to_string()),
            OnceError::Conflict => Self::new(
                ErrorType::Conflict,
                "the idempotency key was used for another request: send that one again as it was, or take a new key",
            ),
            OnceError::Unknown { lookup } => Self::new(
                ErrorType::OutcomeUnknown,
                format!(
                    "it may have been done, as {lookup}: an earlier call began it and did not say how it ended; look it up, and take a \
                     new idempotency key to do it again"
                ),
            ),
            OnceError::Busy => Self::new(
                ErrorType::Unavailable,
                "another call with the same idempotency key is at it: send the request again for its outcome",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::from_settings;
    use crate::{error::ActionError, settings::Settings};
    use store::{error::StoreError, once::OnceError};

    #[test]
    fn a_wrong_store_is_named() {
        let open = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            from_settings(&Settings::from_variables(pairs).unwrap()).map(|store| store.is_some())
        };
        assert_eq!(open(&[]), Ok(false));
        for (pairs, start) in [
            (
                &[("STORE_URL", "ftp://x")][..],
                "STORE_URL: ftp:// is no store: s3://bucket/prefix and file:///folder work",
            ),
            (&[("STORE_URL", "file:///dev/null/x")], "STORE_URL: the folder /dev/null/x cannot be used: "),
            (&[("STORE_URL", "s3://bucket")], "STORE_URL: no region is known; "),
            (
                &[("STORE_URL", "s3://bucket"), ("AWS_REGION", "eu-west-1")],
                "STORE_URL: the variable AWS_ACCESS_KEY_ID is not set",
            ),
        ] {
            let error = open(pairs).unwrap_err().to_string();
            assert!(error.starts_with(start), "{error}");
        }
    }

    #[test]
    fn what_the_store_says_has_a_type_and_a_word_on_retries() {
        let (store, cause) = ("s3://b".to_owned(), "SlowDown".to_owned());
        for (error, name, retryable) in [
            (StoreError::NotFound { key: "results/1".to_owned() }.into(), "NotFound", false),
            (StoreError::Tampered { key: "results/1".to_owned(), problem: "x" }.into(), "Internal", false),
            (StoreError::TooLarge { key: "results/1".to_owned(), size: 2, limit: 1 }.into(), "LimitExceeded", false),
            (StoreError::Unavailable { store, cause }.into(), "Unavailable", true),
            (ActionError::from(OnceError::Conflict), "Conflict", false),
            (OnceError::Unknown { lookup: "<id>".to_owned() }.into(), "OutcomeUnknown", false),
            (OnceError::Busy.into(), "Unavailable", true),
        ] {
            assert_eq!((error.error_type.name(), error.retryable), (name, retryable), "{error}");
        }
    }
}
