//! A certificate authority of our own, and what it issues, well or badly.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::sync::Arc;
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// What is the matter with the certificates that are issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quality {
    Good,
    WrongName,
    Expired,
    SelfSigned,
}

/// Issues a certificate for each host it is asked for.
#[derive(Clone)]
pub(crate) struct Certificates {
    authority: Arc<Issuer<'static, KeyPair>>,
    root: String,
    quality: Quality,
}

impl Certificates {
    pub(crate) fn new(quality: Quality) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "test root");
        let key = KeyPair::generate().expect("a key");
        let root = params.self_signed(&key).expect("a root").pem();
        Self { authority: Arc::new(Issuer::new(params, key)), root, quality }
    }

    /// The root, PEM.
    pub(crate) fn root(&self) -> Vec<u8> {
        self.root.clone().into_bytes()
    }

    pub(crate) fn for_host(&self, host: &str) -> Arc<ServerConfig> {
        let name = if self.quality == Quality::WrongName { "other.example" } else { host };
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        if self.quality == Quality::Expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2020, 2, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = match self.quality {
            Quality::SelfSigned => params.self_signed(&key),
            _ => params.signed_by(&key, &*self.authority),
        };
        let certificate = certificate.expect("a certificate").der().clone();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth();
        Arc::new(config.with_single_cert(vec![certificate], key).expect("a usable certificate"))
    }
}
