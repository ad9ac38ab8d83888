//! Where S3 is asked.

use crate::{
    aws_role::Region,
    endpoint::{Endpoint, stand_in},
};
use std::fmt;
use url::Url;

/// The endpoint of S3 in a region, or what stands in its place. Buckets are paths below it.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Endpoint(Url);

/// A URL that cannot stand in the place of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the endpoint must be an https:// URL of a host alone, or http:// to this machine")]
pub struct S3EndpointError;

impl S3Endpoint {
    /// That of AWS.
    ///
    /// # Errors
    /// Where the region gives no host name.
    pub fn of(region: &Region) -> Result<Self, S3EndpointError> {
        Self::parse(&format!("https://s3.{}.{}", region.as_str(), region.domain()))
    }

    /// That of `AWS_ENDPOINT_URL`: a VPC endpoint, or a server that speaks S3.
    ///
    /// # Errors
    /// Where it is no https URL of a host alone, unless it is one of this machine.
    pub fn parse(url: &str) -> Result<Self, S3EndpointError> {
        stand_in(url).map(Self).ok_or(S3EndpointError)
    }

    /// The URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// A request to this endpoint; none where `url` leads elsewhere.
    pub fn request(&self, url: &str) -> Option<Endpoint> {
        let url = Url::parse(url).ok()?;
        (url.origin() == self.0.origin()).then(|| Endpoint::trusted(url))
    }
}

impl fmt::Debug for S3Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::S3Endpoint;
    use crate::aws_role::Region;

    #[test]
    fn it_is_that_of_the_region_or_a_safe_one() {
        let region = |name| S3Endpoint::of(&Region::parse(name).unwrap()).unwrap();
        assert_eq!(region("eu-central-1").as_str(), "https://s3.eu-central-1.amazonaws.com");
        assert_eq!(region("cn-north-1").as_str(), "https://s3.cn-north-1.amazonaws.com.cn");
        for url in
            ["https://bucket.vpce-1.s3.eu-central-1.vpce.amazonaws.com", "http://127.0.0.1:5000", "http://localhost:1/"]
        {
            assert_eq!(S3Endpoint::parse(url).unwrap().as_str(), url.trim_end_matches('/'));
        }
        for url in ["http://s3.example", "ftp://127.0.0.1", "https://x/path", "https://u:p@x", "https://x?y", "x"] {
            assert!(S3Endpoint::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn nothing_else_is_asked() {
        let endpoint = S3Endpoint::parse("http://127.0.0.1:5000").unwrap();
        assert!(endpoint.request("http://127.0.0.1:5000/bucket/key?x=1").is_some());
        for url in
            ["http://127.0.0.1:5001/", "https://127.0.0.1:5000/", "http://169.254.169.254/", "http://127.0.0.1:5000@x/"]
        {
            assert!(endpoint.request(url).is_none(), "{url}");
        }
    }
}
