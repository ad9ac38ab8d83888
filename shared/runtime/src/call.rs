//! An HTTP call for an action that speaks another protocol over HTTP.

use crate::error::ActionError;
use lambda_http::{
    aws_lambda_events::apigw::ApiGatewayV2httpRequest as HttpEvent,
    http::{Request, Uri, request::Parts, uri::Scheme},
};

/// What stands in front of the body of a call: the headers as the caller wrote them, and of the URI the host, which the gateway names and no
/// header does. Where it names none, that is a program on this machine.
///
/// # Errors
/// Where the gateway's word is no host.
pub(crate) fn head(event: &HttpEvent) -> Result<Parts, ActionError> {
    let domain = event.request_context.domain_name.as_deref().filter(|domain| !domain.is_empty());
    let uri = Uri::builder().scheme(Scheme::HTTPS).authority(domain.unwrap_or("localhost")).path_and_query("/");
    let request = uri.build().and_then(|uri| Request::post(uri).body(()));
    let (mut head, ()) = request.map_err(|_| ActionError::internal())?.into_parts();
    head.headers.clone_from(&event.headers);
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::head;
    use serde_json::{Value, json};

    #[test]
    fn the_host_is_the_gateways_word() {
        let host = |domain: Value| {
            let event = json!({
                "version": "2.0", "headers": {"Host": "evil.example", "x": "y"}, "body": "{}", "isBase64Encoded": false,
                "requestContext": {
                    "domainName": domain, "http": {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
                },
            });
            let head = head(&serde_json::from_value(event).unwrap()).map_err(|error| error.status())?;
            assert_eq!(
                (&head.headers["host"], &head.headers["x"]),
                (&"evil.example".parse().unwrap(), &"y".parse().unwrap())
            );
            Ok(head.uri.to_string())
        };
        assert_eq!(host(json!("api.example.com")), Ok("https://api.example.com/".to_owned()));
        assert_eq!(host(json!(null)), Ok("https://localhost/".to_owned()));
        assert_eq!(host(json!("")), Ok("https://localhost/".to_owned()));
        assert_eq!(host(json!("no host")), Err(500));
    }
}
