//! What the function is set up with.

use crate::{
    recipients::{self, AllowList},
    transport::{FORMS, Surroundings, Transport},
};
use lettre::Address;
use runtime::{
    outbound,
    settings::{HttpAuthorizer, Settings, SettingsError},
};

/// The settings of mail, read once.
#[derive(Clone, Debug)]
pub struct Mailer {
    /// `MAIL_URL`.
    pub transport: Transport,
    /// `MAIL_FROM`, or the mailbox of `MAIL_URL`.
    pub sender: Option<Address>,
    /// `MAIL_ALLOWED_RECIPIENTS`.
    pub allowed: AllowList,
}

impl Mailer {
    /// Reads `MAIL_URL`, `MAIL_FROM`, `MAIL_ALLOWED_RECIPIENTS`, `PROXY_URL`, `EXTRA_CA_FILE` and the variables of credentials.
    ///
    /// # Errors
    /// For the first of them that is missing or wrong.
    pub fn from_settings(settings: &Settings) -> Result<Self, SettingsError> {
        let url = settings
            .get("MAIL_URL")
            .ok_or_else(|| SettingsError::new("MAIL_URL", format!("it is not set: write where mail goes, {FORMS}")))?;
        let extra_roots =
            settings.get("EXTRA_CA_FILE").map(|path| outbound::read("EXTRA_CA_FILE", path)).transpose()?;
        let http = outbound::http_client(settings)?;
        let lookup = |name: &str| settings.get(name).map(str::to_owned);
        let surroundings = Surroundings { lookup: &lookup, extra_roots: extra_roots.as_deref(), http: &http };
        let transport = Transport::parse(url, surroundings);
        let transport = transport.map_err(|reason| SettingsError::new("MAIL_URL", reason))?;
        if settings.http_authorizer == Some(HttpAuthorizer::None) && !transport.stays_here() {
            return Err(SettingsError::new(
                "HTTP_AUTHORIZER",
                "none is only for mail that stays on this machine; set it to what stands in front of the function, jwt or iam",
            ));
        }
        let sender = settings.get("MAIL_FROM").map(recipients::address).transpose();
        let allowed = AllowList::parse(settings.get("MAIL_ALLOWED_RECIPIENTS").unwrap_or_default());
        let sender = sender.map_err(|reason| SettingsError::new("MAIL_FROM", format!("it is no address: {reason}")))?;
        Ok(Self {
            sender: sender.or_else(|| transport.mailbox().cloned()),
            transport,
            allowed: allowed.map_err(|reason| SettingsError::new("MAIL_ALLOWED_RECIPIENTS", reason))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Mailer;
    use runtime::settings::Settings;

    #[test]
    fn nobody_mails_to_the_network_without_an_authorizer() {
        let start = |url: &str| {
            let variables = [("MAIL_URL", url), ("HTTP_AUTHORIZER", "none")];
            let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
            Mailer::from_settings(&Settings::from_variables(variables).unwrap()).map_err(|error| error.to_string())
        };
        assert!(start("file:///tmp").is_ok());
        assert!(start("smtp://127.0.0.1:1025").is_ok());
        assert!(
            start("smtps://mail.example").unwrap_err().starts_with("HTTP_AUTHORIZER: none is only for mail that stays")
        );
    }
}
