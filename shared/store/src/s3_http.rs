//! The project's one HTTP client, as the S3 client takes one.

use async_trait::async_trait;
use auth::{
    http::{HttpClient, HttpError as Cause, Response},
    s3::S3Endpoint,
};
use bytes::Bytes;
use futures::{TryStreamExt, stream};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use object_store::{
    ClientOptions,
    client::{HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService},
};

/// Sends to one endpoint of S3 and to nothing else.
#[derive(Clone, Debug)]
pub(crate) struct S3Connector {
    http: HttpClient,
    endpoint: S3Endpoint,
}

impl S3Connector {
    pub(crate) fn new(http: HttpClient, endpoint: S3Endpoint) -> Self {
        Self { http, endpoint }
    }
}

impl HttpConnector for S3Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<object_store::client::HttpClient> {
        Ok(object_store::client::HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for S3Connector {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (head, body) = request.into_parts();
        let elsewhere =
            || HttpError::new(HttpErrorKind::Unknown, Cause::Connect("it is not the store's endpoint".to_owned()));
        let endpoint = self.endpoint.request(&head.uri.to_string()).ok_or_else(elsewhere)?;
        let body = body.collect().await?.to_bytes();
        let response = self.http.send(head.method, &endpoint, head.headers, body).await.map_err(error)?;
        let mut answer = http::Response::new(());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        Ok(answer.map(|()| HttpResponseBody::new(StreamBody::new(chunks(response)))))
    }
}

/// The body of an answer, as it comes.
fn chunks(response: Response) -> impl futures::Stream<Item = Result<Frame<Bytes>, HttpError>> + Send + Sync {
    stream::try_unfold(response, async |mut response| {
        Ok(response.chunk().await.map_err(error)?.map(|chunk| (chunk, response)))
    })
    .map_ok(Frame::data)
}

fn error(cause: Cause) -> HttpError {
    let kind = if cause.nothing_was_sent() { HttpErrorKind::Connect } else { HttpErrorKind::Interrupted };
    HttpError::new(kind, cause)
}
