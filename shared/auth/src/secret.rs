//! Values that must not be seen, and references to where they are kept.

use crate::aws_role::AwsRoleError;
use std::fmt;
use zeroize::Zeroizing;

/// A secret text: shown as `***`, wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Keeps `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Looks a variable of the environment up; the caller owns the environment.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Why a reference to a secret gave none. The reference itself is not repeated: it may be the secret, put in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The text is no reference.
    #[error("a secret is given by reference, never as it is; write `env:NAME` and set that variable")]
    NotAReference,
    /// A reference to AWS where the secret is needed at once.
    #[error("references of the kind `{0}` do not work here; use `env:NAME`")]
    NotHere(&'static str),
    /// What follows `aws-secret:` is no ARN of a secret.
    #[error(
        "after `aws-secret:` comes the ARN of a secret of Secrets Manager, and `#key` where that is a JSON object: aws-secret:arn:aws:secretsmanager:eu-central-1:123456789012:secret:name-AbCdEf"
    )]
    NotAnArn,
    /// What follows `aws-ssm:` is no name of a parameter.
    #[error(
        "after `aws-ssm:` comes the name of a parameter, which starts with a slash, such as aws-ssm:/kusto/client-secret"
    )]
    NotAParameter,
    /// There is no role to read it with.
    #[error(transparent)]
    Role(#[from] AwsRoleError),
    /// The variable is not set, or is empty.
    #[error("the variable {0} is not set; set it to the secret")]
    NotSet(String),
}

/// The secret that `reference` names, at once: `env:NAME`. See [`crate::stored_secret::SecretSource::parse`] for all kinds.
///
/// # Errors
/// Where it is no reference, one to AWS, or names a variable that is not set.
pub fn resolve(reference: &str, lookup: Lookup<'_>) -> Result<Secret, SecretError> {
    let (kind, name) = reference.split_once(':').ok_or(SecretError::NotAReference)?;
    match kind {
        "env" if is_variable_name(name) => {
            let value = lookup(name).filter(|value| !value.is_empty());
            value.map(Secret::new).ok_or_else(|| SecretError::NotSet(name.to_owned()))
        }
        "aws-secret" => Err(SecretError::NotHere("aws-secret")),
        "aws-ssm" => Err(SecretError::NotHere("aws-ssm")),
        _ => Err(SecretError::NotAReference),
    }
}

fn is_variable_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        (name == "SECRET").then(|| "s3cret".to_owned())
    }

    #[test]
    fn is_never_shown() {
        let secret = Secret::new("s3cret");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
    }

    #[test]
    fn env_reference_is_looked_up() {
        assert_eq!(resolve("env:SECRET", &environment).unwrap().expose(), "s3cret");
    }

    #[test]
    fn what_is_no_reference_is_refused_without_being_repeated() {
        for wrong in ["s3cret", "", "env:", "env:A B", "https://s3cret", "vault:s3cret"] {
            let error = resolve(wrong, &environment).unwrap_err();
            assert_eq!(error, SecretError::NotAReference, "{wrong}");
            assert!(!error.to_string().contains("s3cret"));
        }
    }

    #[test]
    fn kinds_for_later_and_missing_variables_are_named() {
        assert_eq!(resolve("aws-secret:arn:aws:x", &environment).unwrap_err(), SecretError::NotHere("aws-secret"));
        assert_eq!(resolve("aws-ssm:/x", &environment).unwrap_err(), SecretError::NotHere("aws-ssm"));
        assert_eq!(resolve("env:OTHER", &environment).unwrap_err(), SecretError::NotSet("OTHER".to_owned()));
    }
}
