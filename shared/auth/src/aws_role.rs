//! The AWS role that a function runs as, and the region whose endpoints it calls.

use crate::secret::Lookup;
use aws_credential_types::Credentials;
use std::{fmt, sync::Arc};

/// A region of AWS, such as `eu-central-1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(String);

/// Who signs requests to AWS, and the region they go to.
#[derive(Clone)]
pub struct AwsRole {
    region: Region,
    credentials: Arc<Credentials>,
}

/// Why there is no role to call AWS with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AwsRoleError {
    /// The text is no region's name.
    #[error("the region must be one such as eu-central-1")]
    Region,
    /// Neither the configuration nor the surroundings name a region.
    #[error("no region is known; set `region`, or the variable AWS_REGION as Lambda does")]
    NoRegion,
    /// The surroundings hold no credentials.
    #[error("the variable {0} is not set; this works where AWS gives the function a role, as on Lambda")]
    NoCredentials(&'static str),
}

/// The domains of the partitions, by how the names of their regions start (`partitions.json` of the AWS SDKs).
const PARTITIONS: &[(&str, &str)] = &[
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
];

impl Region {
    /// The region that `text` names.
    ///
    /// # Errors
    /// Where it is not made of small letters, digits and hyphens: it becomes a label of a host name.
    pub fn parse(text: &str) -> Result<Self, AwsRoleError> {
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let hyphens_inside = text.contains('-') && !text.starts_with('-') && !text.ends_with('-');
        let fits = text.len() <= 32 && hyphens_inside && text.bytes().all(is_part);
        if fits { Ok(Self(text.to_owned())) } else { Err(AwsRoleError::Region) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain of its endpoints.
    pub(crate) fn domain(&self) -> &'static str {
        let partition = PARTITIONS.iter().find(|(start, _)| self.0.starts_with(start));
        partition.map_or("amazonaws.com", |(_, domain)| domain)
    }
}

impl AwsRole {
    /// The role whose credentials `lookup` finds under AWS's own names (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`), in `region` or else in that of `AWS_REGION`.
    ///
    /// # Errors
    /// Where there are no credentials, or no region is known.
    pub fn from_environment(region: Option<Region>, lookup: Lookup<'_>) -> Result<Self, AwsRoleError> {
        let get = |name| lookup(name).filter(|value| !value.is_empty());
        let required = |name: &'static str| get(name).ok_or(AwsRoleError::NoCredentials(name));
        let region = match region {
            Some(region) => region,
            None => Region::parse(&get("AWS_REGION").ok_or(AwsRoleError::NoRegion)?)?,
        };
        let mut credentials = Credentials::builder()
            .access_key_id(required("AWS_ACCESS_KEY_ID")?)
            .secret_access_key(required("AWS_SECRET_ACCESS_KEY")?)
            .provider_name("environment");
        credentials.set_session_token(get("AWS_SESSION_TOKEN"));
        Ok(Self { region, credentials: Arc::new(credentials.build()) })
    }

    /// The region.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// What it signs with.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}

impl fmt::Debug for AwsRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsRole").field("region", &self.region.0).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        match name {
            "AWS_REGION" => Some("eu-central-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN" => Some(format!("{name}-canary")),
            _ => None,
        }
    }

    #[test]
    fn a_region_is_a_label_of_a_host_name() {
        for (text, domain) in [
            ("eu-central-1", "amazonaws.com"),
            ("us-gov-west-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu"),
        ] {
            assert_eq!(Region::parse(text).unwrap().domain(), domain);
        }
        for wrong in ["", "eu", "EU-central-1", "eu-central-1.evil.example", "-eu-1", "eu-1/", "eu 1-", "eu-1@x"] {
            assert_eq!(Region::parse(wrong), Err(AwsRoleError::Region), "{wrong:?}");
        }
    }

    #[test]
    fn the_role_comes_from_what_lambda_sets_and_is_not_shown() {
        let role = AwsRole::from_environment(None, &environment).unwrap();
        assert_eq!(role.region().as_str(), "eu-central-1");
        assert_eq!(role.credentials().session_token(), Some("AWS_SESSION_TOKEN-canary"));
        assert!(!format!("{role:?}").contains("canary"));
        let other = AwsRole::from_environment(Some(Region::parse("us-east-1").unwrap()), &environment).unwrap();
        assert_eq!(other.region().as_str(), "us-east-1");
    }

    #[test]
    fn what_is_missing_is_named() {
        for (missing, part) in [
            ("AWS_REGION", "no region is known"),
            ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID is not set"),
            ("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY is not set"),
        ] {
            let lookup = |name: &str| environment(name).filter(|_| name != missing);
            let error = AwsRole::from_environment(None, &lookup).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
