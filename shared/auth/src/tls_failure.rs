//! What is wrong with the TLS of another side, and what to do about it.

use crate::tls;
use rustls::CertificateError;

/// A handshake that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct TlsFailure {
    text: String,
    remedy: &'static str,
}

impl TlsFailure {
    pub(crate) fn new(error: &rustls::Error) -> Self {
        let remedy = match error {
            rustls::Error::InvalidCertificate(problem) => remedy(problem),
            _ => "check what stands between here and the host: it does not speak TLS 1.2 or 1.3 as it should",
        };
        Self { text: tls::reason(error), remedy }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        self.remedy
    }
}

fn remedy(problem: &CertificateError) -> &'static str {
    match problem {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the host's certificate must be renewed; check the clock of this machine too"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "check the clock of this machine"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "check the URL and its DNS entry: another host answers under this name"
        }
        _ => {
            "set EXTRA_CA_FILE to a PEM file with the authority that issued the certificate, if it is one you trust, such as that of your proxy"
        }
    }
}
