//! Trusted hosts, Entra credentials and the one constructor of HTTP clients.
//!
//! What can be contacted is a type: an [`endpoint::Endpoint`] comes from a [`cluster_url::ClusterUrl`], which has passed every rule
//! about where a token may go, or from the embedded list of login endpoints. The [`http::HttpClient`] sends to nothing else.

pub mod authorization;
pub mod cluster_url;
pub mod credential;
pub mod endpoint;
pub mod http;
pub mod secret;
pub mod trusted_hosts;

mod entra;
mod login;
mod tls;
