//! What the function is set up with.

use crate::{
    recipients::{self, AllowList},
    transport::Transport,
};
use lettre::Address;
use runtime::settings::{Settings, SettingsError};

/// The settings of mail, read once.
#[derive(Clone, Debug)]
pub struct Mailer {
    /// `MAIL_URL`.
    pub transport: Transport,
    /// `MAIL_FROM`.
    pub sender: Option<Address>,
    /// `MAIL_ALLOWED_RECIPIENTS`.
    pub allowed: AllowList,
}

impl Mailer {
    /// Reads `MAIL_URL`, `MAIL_FROM`, `MAIL_ALLOWED_RECIPIENTS` and `EXTRA_CA_FILE`.
    ///
    /// # Errors
    /// For the first of them that is missing or wrong.
    pub fn from_settings(settings: &Settings) -> Result<Self, SettingsError> {
        let url = settings.get("MAIL_URL").ok_or_else(|| {
            SettingsError::new(
                "MAIL_URL",
                "it is not set: write where mail goes, file:///folder or smtp://user:env:NAME@host:port",
            )
        })?;
        let extra_roots = settings.get("EXTRA_CA_FILE").map(std::fs::read).transpose();
        let extra_roots =
            extra_roots.map_err(|error| SettingsError::new("EXTRA_CA_FILE", format!("it cannot be read: {error}")))?;
        let lookup = |name: &str| settings.get(name).map(str::to_owned);
        let transport = Transport::parse(url, &lookup, extra_roots.as_deref());
        let sender = settings.get("MAIL_FROM").map(recipients::address).transpose();
        let allowed = AllowList::parse(settings.get("MAIL_ALLOWED_RECIPIENTS").unwrap_or_default());
        Ok(Self {
            transport: transport.map_err(|reason| SettingsError::new("MAIL_URL", reason))?,
            sender: sender.map_err(|reason| SettingsError::new("MAIL_FROM", format!("it is no address: {reason}")))?,
            allowed: allowed.map_err(|reason| SettingsError::new("MAIL_ALLOWED_RECIPIENTS", reason))?,
        })
    }
}
