//! Trusted hosts, Entra credentials and the one constructor of HTTP clients.
//!
//! What can be contacted is a type: an [`endpoint::Endpoint`] comes from a [`cluster_url::ClusterUrl`], which has passed every rule
//! about where a token may go, from the embedded lists of login endpoints and of mailbox hosts, from storage that a cluster hands out in its
//! own cloud, or from the few services of AWS that are asked, or is the identity endpoint of this machine. The [`http::HttpClient`] sends
//! to nothing else.

pub mod authorization;
pub mod authorization_error;
pub mod aws_call;
pub mod aws_role;
pub mod azure_cli;
pub mod caller_token;
pub mod cluster_kind;
pub mod cluster_url;
pub mod credential;
pub mod endpoint;
pub mod http;
pub mod lambda;
pub mod mailbox_host;
pub mod managed_identity;
pub mod principal;
pub mod s3;
pub mod secret;
pub mod ses;
pub mod signed_storage;
pub mod stored_secret;
pub mod tls_failure;

mod entra;
mod jwt;
mod login;
mod noted_body;
mod tls;
mod tokens;
mod trusted_hosts;
mod web_identity;
