//! The managed identity of a function that runs on Azure, from the endpoint of the machine it runs on.
//!
//! `azure_identity` finds that endpoint itself: the variables of App Service and Functions, or else that of virtual machines.

use crate::{
    credential::ClientId,
    endpoint::Endpoint,
    http::{HttpClient, HttpError},
};
use async_trait::async_trait;
use azure_core::{
    credentials::TokenCredential,
    error::ErrorKind,
    http::{AsyncRawResponse, ClientOptions, Method, Request, RetryOptions, Transport, headers::Headers},
};
use azure_identity::{ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId};
use bytes::Bytes;
use http::StatusCode;
use std::sync::Arc;

/// A token response has some KiB.
const TOKEN_RESPONSE_LIMIT: usize = 256 * 1024;

/// Why the machine gives no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// What `IDENTITY_ENDPOINT` names is no endpoint of this machine, or one of a kind that is not supported.
    #[error("this machine names no managed identity endpoint that can be used")]
    Endpoint,
    /// Nothing answers.
    #[error("the managed identity endpoint cannot be reached: {0}")]
    Unreachable(#[source] HttpError),
    /// The identity is not there.
    #[error("this machine has no such managed identity")]
    NotAssigned,
    /// Another failure.
    #[error("the managed identity endpoint answers HTTP status {0}")]
    Status(u16),
}

impl IdentityError {
    /// What the network did, where that is the cause.
    pub fn transport(&self) -> Option<&HttpError> {
        if let Self::Unreachable(error) = self { Some(error) } else { None }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Endpoint => "set IDENTITY_ENDPOINT as App Service does; on AWS use credential kind `aws-federated`",
            Self::Unreachable(_) => "run the function on Azure; on AWS use credential kind `aws-federated`",
            Self::NotAssigned => "assign it to the machine, or correct `client_id`",
            Self::Status(_) => "try again; see what the platform says of the machine's identity",
        }
    }

    /// Whether the same may succeed later (docs: retry 404, 410, 429 and 5xx of IMDS).
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Status(status) => matches!(status, 404 | 410 | 429) || *status >= 500,
            Self::Endpoint | Self::NotAssigned => false,
        }
    }
}

/// The identity of this client id, or the machine's own one.
pub(crate) fn managed_identity(
    client_id: Option<&ClientId>,
    http: HttpClient,
) -> azure_core::Result<Arc<dyn TokenCredential>> {
    let client_options = ClientOptions {
        transport: Some(Transport::new(Arc::new(IdentityTransport { http }))),
        retry: RetryOptions::none(),
        ..ClientOptions::default()
    };
    let user_assigned_id = client_id.map(|id| UserAssignedId::ClientId(id.as_str().to_owned()));
    let options = ManagedIdentityCredentialOptions { user_assigned_id, client_options };
    let credential = ManagedIdentityCredential::new(Some(options));
    Ok(credential.map_err(|_| azure_core::Error::new(ErrorKind::Other, IdentityError::Endpoint))?)
}

/// Sends what `azure_identity` asks to the machine's own endpoint and to nothing else. Every failure is of a kind that it does not
/// retry: for virtual machines it would, for more than a minute, whatever its options say.
#[derive(Debug)]
struct IdentityTransport {
    http: HttpClient,
}

#[async_trait]
impl azure_core::http::HttpClient for IdentityTransport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let body = self.token(request).await.map_err(|error| azure_core::Error::new(ErrorKind::Other, error))?;
        Ok(AsyncRawResponse::from_bytes(azure_core::http::StatusCode::Ok, Headers::new(), Bytes::from(body)))
    }
}

impl IdentityTransport {
    async fn token(&self, request: &Request) -> Result<Vec<u8>, IdentityError> {
        let endpoint = Endpoint::of_this_machine(request.url()).ok_or(IdentityError::Endpoint)?;
        if request.method() != Method::Get {
            return Err(IdentityError::Endpoint);
        }
        let headers = crate::entra::headers(request);
        let response = self.http.send(http::Method::GET, &endpoint, headers, Bytes::new()).await;
        let response = response.map_err(IdentityError::Unreachable)?;
        match response.status() {
            StatusCode::OK => response.body(TOKEN_RESPONSE_LIMIT).await.map_err(IdentityError::Unreachable),
            StatusCode::BAD_REQUEST => Err(IdentityError::NotAssigned),
            status => Err(IdentityError::Status(status.as_u16())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead, BufReader, Write},
        net::TcpListener,
        thread::{self, JoinHandle},
    };

    /// An HTTP proxy that answers one request itself; it gives what it was sent.
    fn proxy(answer: &'static str) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let head = lines.take_while(|line| !line.is_empty()).collect();
            stream.write_all(answer.as_bytes()).unwrap();
            head
        });
        (url, seen)
    }

    async fn ask(answer: &'static str) -> (Result<String, azure_core::Error>, Vec<String>) {
        let (url, seen) = proxy(answer);
        let client_id = ClientId::parse("11111111-2222").unwrap();
        let credential = managed_identity(Some(&client_id), HttpClient::by_plain_proxy(&url)).unwrap();
        let token = credential.get_token(&["https://help.kusto.windows.net/.default"], None).await;
        (token.map(|token| token.token.secret().to_owned()), seen.join().unwrap())
    }

    #[tokio::test]
    async fn a_virtual_machine_is_asked_at_its_fixed_address() {
        let (token, seen) = ask(
            "HTTP/1.1 200 x\r\nContent-Length: 93\r\n\r\n{\"access_token\":\"t0ken\",\"expires_on\":\"9999999999\",\"resource\":\"x\",\"token_type\":\"Bearer\",\"x\":1}",
        )
        .await;
        assert_eq!(token.unwrap(), "t0ken");
        assert_eq!(
            seen[0],
            "GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2019-08-01&resource=https%3A%2F%2Fhelp.kusto.windows.net&client_id=11111111-2222 HTTP/1.1"
        );
        assert!(seen.contains(&"metadata: true".to_owned()), "{seen:?}");
    }

    #[tokio::test]
    async fn a_failure_is_not_repeated() {
        for (answer, expected) in [
            ("HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n", IdentityError::Status(503)),
            ("HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n", IdentityError::Status(404)),
            ("HTTP/1.1 400 x\r\nContent-Length: 0\r\n\r\n", IdentityError::NotAssigned),
            (
                "HTTP/1.1 307 x\r\nLocation: http://169.254.1.1/\r\nContent-Length: 0\r\n\r\n",
                IdentityError::Status(307),
            ),
        ] {
            let (token, _) = ask(answer).await;
            let error = crate::authorization_error::refusal(&token.unwrap_err());
            assert_eq!(error, crate::authorization_error::AuthorizationError::ManagedIdentity(expected));
        }
    }
}
