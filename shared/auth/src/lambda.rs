//! A function of Lambda that is called for work that nobody waits for.

use crate::{
    aws_call::{self, AwsAction, AwsError},
    aws_role::AwsRole,
    endpoint::{Endpoint, stand_in},
    http::HttpClient,
};
use bytes::Bytes;
use http::Method;
use tokio::time::Instant;
use url::Url;

/// The most bytes of an event that Lambda queues (docs: Lambda quotas, asynchronous invocation).
pub const EVENT_LIMIT: usize = 1024 * 1024;

/// A function, in the name of a role that may invoke it.
#[derive(Clone, Debug)]
pub struct LambdaFunction {
    role: AwsRole,
    endpoint: Endpoint,
}

/// A function that cannot be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LambdaFunctionError {
    /// The URL in place of Lambda's cannot stand there.
    #[error("the endpoint must be an https:// URL of a host alone, or http:// to this machine")]
    Endpoint,
    /// No function has such a name.
    #[error("the function's name cannot stand in a URL")]
    Name,
}

impl LambdaFunction {
    /// The function `name` in the region of `role`, or behind the endpoint `url` in place of Lambda's: a VPC endpoint, or a server on this
    /// machine that speaks its API.
    ///
    /// # Errors
    /// Where that is no such URL, or `name` no name.
    pub fn new(role: AwsRole, name: &str, url: Option<&str>) -> Result<Self, LambdaFunctionError> {
        let region = role.region();
        let url = match url {
            Some(url) => stand_in(url),
            None => Url::parse(&format!("https://lambda.{}.{}", region.as_str(), region.domain())).ok(),
        };
        let endpoint = Endpoint::trusted(url.ok_or(LambdaFunctionError::Endpoint)?);
        let endpoint = endpoint.below(&["2015-03-31", "functions", name, "invocations"], &[]);
        Ok(Self { role, endpoint: endpoint.ok_or(LambdaFunctionError::Name)? })
    }

    /// Hands `event` to Lambda, which calls the function with it soon: by its alias or version `qualifier`, where the role may call that
    /// and nothing else.
    ///
    /// # Errors
    /// Where Lambda did not say that it has taken it.
    pub async fn invoke_later(
        &self,
        http: &HttpClient,
        qualifier: Option<&str>,
        event: Bytes,
        deadline: Instant,
    ) -> Result<(), AwsError> {
        let action = AwsAction::InvokeFunction;
        let malformed = AwsError::Malformed { action };
        let endpoint = self.called_by(qualifier).ok_or_else(|| malformed.clone())?;
        let headers = aws_call::signed_headers(&self.role, action, &endpoint, &event).ok_or(malformed)?;
        let response = http.send_before(deadline, Method::POST, &endpoint, headers, event).await;
        aws_call::accepted(action, response).await.map(|_| ())
    }

    fn called_by(&self, qualifier: Option<&str>) -> Option<Endpoint> {
        let query = qualifier.map(|qualifier| ("Qualifier", qualifier));
        self.endpoint.clone().below(&[], query.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::{LambdaFunction, LambdaFunctionError};
    use crate::aws_role::AwsRole;

    fn endpoint(name: &str, url: Option<&str>) -> Result<String, LambdaFunctionError> {
        function(name, url).map(|function| function.called_by(None).unwrap().as_str().to_owned())
    }

    fn function(name: &str, url: Option<&str>) -> Result<LambdaFunction, LambdaFunctionError> {
        let lookup = |name: &str| Some(if name == "AWS_REGION" { "eu-central-1" } else { "canary" }.to_owned());
        LambdaFunction::new(AwsRole::from_environment(None, &lookup).unwrap(), name, url)
    }

    #[test]
    fn it_is_called_by_the_alias_that_it_has() {
        let url = |qualifier| function("query", None).unwrap().called_by(Some(qualifier)).unwrap().as_str().to_owned();
        let plain = endpoint("query", None).unwrap();
        assert_eq!(url("live"), format!("{plain}?Qualifier=live"));
        assert_eq!(url("$LATEST"), format!("{plain}?Qualifier=%24LATEST"));
        assert_eq!(url("a&b=c"), format!("{plain}?Qualifier=a%26b%3Dc"));
    }

    #[test]
    fn it_is_called_in_its_region_or_where_it_is_said_to_be() {
        let path = "2015-03-31/functions/query/invocations";
        for (url, host) in [
            (None, "https://lambda.eu-central-1.amazonaws.com/"),
            (
                Some("https://vpce-1.lambda.eu-central-1.vpce.amazonaws.com"),
                "https://vpce-1.lambda.eu-central-1.vpce.amazonaws.com/",
            ),
            (Some("http://127.0.0.1:9001/"), "http://127.0.0.1:9001/"),
        ] {
            assert_eq!(endpoint("query", url), Ok(format!("{host}{path}")));
        }
        for url in ["http://lambda.example", "https://u:p@x", "https://x/path", "x"] {
            assert_eq!(endpoint("query", Some(url)), Err(LambdaFunctionError::Endpoint), "{url}");
        }
        assert_eq!(endpoint("..", None), Err(LambdaFunctionError::Name));
    }
}
