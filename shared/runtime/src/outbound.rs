//! What the settings name outside of themselves: the HTTP client's surroundings, and files.

use crate::settings::{Settings, SettingsError};
use auth::http::{HttpClient, HttpSettings, HttpSetupError};

/// The client that goes through `PROXY_URL` and trusts the roots of `EXTRA_CA_FILE` too; the same each time.
///
/// # Errors
/// Where one of them cannot be used.
pub fn http_client(settings: &Settings) -> Result<HttpClient, SettingsError> {
    if let Some(http) = settings.http.get() {
        return Ok(http.clone());
    }
    let http = HttpSettings {
        proxy: settings.get("PROXY_URL").map(str::to_owned),
        extra_roots: settings.get("EXTRA_CA_FILE").map(|path| read("EXTRA_CA_FILE", path)).transpose()?,
    };
    let http = HttpClient::new(&http).map_err(|error| {
        let name = match error {
            HttpSetupError::Proxy => "PROXY_URL",
            HttpSetupError::Tls(_) => "EXTRA_CA_FILE",
            HttpSetupError::Client => "PROXY_URL, EXTRA_CA_FILE",
        };
        SettingsError::new(name, error)
    })?;
    Ok(settings.http.get_or_init(|| http).clone())
}

/// The file at `path`, which `setting` names.
///
/// # Errors
/// Where it cannot be read.
pub fn read(setting: &str, path: &str) -> Result<Vec<u8>, SettingsError> {
    std::fs::read(path).map_err(|error| SettingsError::new(setting, format!("{path} cannot be read: {error}")))
}

/// The text of the setting `name`, which is the path of a TOML file or the file itself; none where it is not set.
///
/// # Errors
/// Where the file cannot be read, or is no UTF-8 text.
pub fn document(settings: &Settings, name: &str) -> Result<Option<String>, SettingsError> {
    match settings.get(name) {
        None => Ok(None),
        Some(text) if text.contains(['\n', '[']) => Ok(Some(text.to_owned())),
        Some(path) => String::from_utf8(read(name, path)?)
            .map(Some)
            .map_err(|_| SettingsError::new(name, format!("{path} is not UTF-8 text"))),
    }
}
