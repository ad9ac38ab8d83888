//! Where `STORE_URL` points.

use crate::s3_http::S3Connector;
use auth::{aws_role::AwsRole, http::HttpClient, s3::S3Endpoint, secret::Lookup};
use object_store::{
    BackoffConfig, ObjectStore, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    local::LocalFileSystem,
    path::Path,
};
use std::{fs, sync::Arc, time::Duration};
use url::Url;

/// The forms of `STORE_URL` that work.
const FORMS: &str = "s3://bucket/prefix and file:///folder work";

/// Requests that are sent for one: as many as Kusto gets.
const RETRIES: usize = 2;

/// The objects behind a URL.
pub(crate) struct Location {
    pub(crate) objects: Arc<dyn ObjectStore>,
    pub(crate) signer: Option<Arc<AmazonS3>>,
    /// What stands before every key.
    pub(crate) root: Path,
}

impl Location {
    pub(crate) fn open(
        url: &str,
        lookup: Lookup<'_>,
        http: impl FnOnce() -> Result<HttpClient, String>,
    ) -> Result<Self, String> {
        let url = Url::parse(url).map_err(|error| format!("it is no URL ({error}): {FORMS}"))?;
        let has_login = !url.username().is_empty() || url.password().is_some();
        if url.query().is_some() || url.fragment().is_some() || has_login || url.port().is_some() {
            return Err(format!("it has more than a place: {FORMS}"));
        }
        match url.scheme() {
            "file" => folder(&url),
            "s3" => bucket(&url, lookup, http()?),
            scheme => Err(format!("{scheme}:// is no store: {FORMS}")),
        }
    }
}

fn folder(url: &Url) -> Result<Location, String> {
    let path = url.to_file_path().map_err(|()| "a folder is written file:///folder, with three slashes".to_owned())?;
    let unusable = |error: &dyn std::fmt::Display| format!("the folder {} cannot be used: {error}", path.display());
    fs::create_dir_all(&path).map_err(|error| unusable(&error))?;
    let objects = LocalFileSystem::new_with_prefix(&path).map_err(|error| unusable(&error))?.with_fsync(true);
    Ok(Location { objects: Arc::new(objects), signer: None, root: Path::ROOT })
}

fn bucket(url: &Url, lookup: Lookup<'_>, http: HttpClient) -> Result<Location, String> {
    let bucket = url.host_str().filter(|bucket| !bucket.is_empty()).ok_or("the URL names no bucket")?;
    let role = AwsRole::from_environment(None, lookup).map_err(|error| error.to_string())?;
    let endpoint = match lookup("AWS_ENDPOINT_URL") {
        Some(url) => S3Endpoint::parse(&url).map_err(|error| format!("AWS_ENDPOINT_URL: {error}"))?,
        None => S3Endpoint::of(role.region()).map_err(|error| format!("AWS_REGION: {error}"))?,
    };
    let credentials = role.credentials();
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(role.region().as_str())
        .with_endpoint(endpoint.as_str())
        .with_access_key_id(credentials.access_key_id())
        .with_secret_access_key(credentials.secret_access_key())
        .with_retry(retries())
        .with_http_connector(S3Connector::new(http, endpoint));
    if let Some(token) = credentials.session_token() {
        builder = builder.with_token(token);
    }
    let objects = Arc::new(builder.build().map_err(|error| error.to_string())?);
    let root = Path::from_url_path(url.path()).map_err(|error| format!("its prefix cannot be used: {error}"))?;
    Ok(Location { objects: objects.clone(), signer: Some(objects), root })
}

fn retries() -> RetryConfig {
    RetryConfig {
        max_retries: RETRIES,
        retry_timeout: Duration::from_secs(20),
        backoff: BackoffConfig { max_backoff: Duration::from_secs(2), ..BackoffConfig::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::Location;
    use auth::http::{HttpClient, HttpSettings};

    fn open(url: &str) -> Result<(), String> {
        let lookup = |name: &str| match name {
            "AWS_REGION" => Some("eu-central-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("canary".to_owned()),
            _ => None,
        };
        let http = || Ok(HttpClient::new(&HttpSettings::default()).unwrap());
        Location::open(url, &lookup, http).map(|_| ())
    }

    #[test]
    fn a_url_names_a_bucket_or_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(open("s3://bucket"), Ok(()));
        assert_eq!(open("s3://bucket/teams/soc"), Ok(()));
        assert_eq!(open(&format!("file://{}/new", folder.path().display())), Ok(()));
        assert!(folder.path().join("new").is_dir());
    }

    #[test]
    fn what_does_not_work_is_refused_with_what_does() {
        for (url, start) in [
            ("", "it is no URL (relative URL without a base): s3://bucket/prefix and file:///folder work"),
            ("https://bucket.s3.amazonaws.com", "https:// is no store: "),
            ("s3://key:secret@bucket", "it has more than a place: "),
            ("s3://:secret@bucket", "it has more than a place: "),
            ("s3://bucket?region=x", "it has more than a place: "),
            ("s3:///prefix", "the URL names no bucket"),
            ("file://host/folder", "a folder is written file:///folder, with three slashes"),
            ("file:///dev/null/folder", "the folder /dev/null/folder cannot be used: "),
        ] {
            let error = open(url).unwrap_err();
            assert!(error.starts_with(start), "{url}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_bucket_needs_a_role() {
        let http = || Ok(HttpClient::new(&HttpSettings::default()).unwrap());
        let error = Location::open("s3://bucket", &|_| None, http).err().unwrap();
        assert!(error.contains("AWS_REGION"), "{error}");
    }
}
