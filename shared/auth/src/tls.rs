//! The one TLS set-up: ring, the roots of Mozilla compiled in, TLS 1.2 and 1.3.

use rustls::{
    CertificateError, ClientConfig, Error, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
    version::{TLS12, TLS13},
};
use std::sync::Arc;

/// Why no TLS can be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// The file of further roots is no PEM file, holds no certificate, or one that cannot be a root.
    #[error("the extra root certificates cannot be used: {0}; give a PEM file of CA certificates")]
    ExtraRoots(&'static str),
    /// The provider does not know the protocol versions; not seen with ring.
    #[error("TLS 1.2 and 1.3 cannot be set up")]
    Versions,
}

/// A client's TLS, with `extra_roots` (PEM) beside the compiled-in ones. It names its provider itself, so nothing process-wide is set.
pub(crate) fn client_config(extra_roots: Option<&[u8]>) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = extra_roots {
        add_roots(&mut roots, pem)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|_| TlsError::Versions)?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// What is wrong, in words where it is the certificate of the other side.
pub(crate) fn reason(error: &Error) -> String {
    let Error::InvalidCertificate(certificate) = error else { return error.to_string() };
    let reason = match certificate {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "is for another host name"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "is not valid yet",
        CertificateError::Revoked => "is revoked",
        // One that bears the name of a trusted authority and not its signature is of another authority of that name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            return "no authority that is trusted here vouches for its certificate".to_owned();
        }
        _ => return error.to_string(),
    };
    format!("its certificate {reason}")
}

fn add_roots(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), TlsError> {
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| TlsError::ExtraRoots("they are not PEM"))?;
        roots.add(certificate).map_err(|_| TlsError::ExtraRoots("one of them cannot be a root"))?;
    }
    if roots.len() == before { Err(TlsError::ExtraRoots("there are none in the file")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_roots_that_are_none_are_refused() {
        assert!(client_config(None).is_ok());
        for wrong in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert!(matches!(client_config(Some(wrong.as_bytes())), Err(TlsError::ExtraRoots(_))), "{wrong}");
        }
    }
}
