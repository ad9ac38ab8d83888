//! Secrets that AWS keeps: in Secrets Manager, or as parameters of Systems Manager.

use crate::{
    aws_call::{self, AwsAction, AwsError},
    aws_role::{AwsRole, Region},
    http::HttpClient,
    secret::{self, Lookup, Secret, SecretError},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A secret, or where it is kept.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// The secret itself.
    AtHand(Secret),
    /// A secret that is read when it is needed, so that a new one is found.
    Stored(StoredSecret),
}

/// A secret that AWS keeps.
#[derive(Clone, Debug)]
pub struct StoredSecret {
    role: AwsRole,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    /// A secret of Secrets Manager by its ARN; `key` names the part of one that is a JSON object.
    SecretsManager { arn: String, key: Option<String> },
    /// A parameter of Systems Manager by its name.
    ParameterStore { name: String },
}

impl From<Secret> for SecretSource {
    fn from(secret: Secret) -> Self {
        Self::AtHand(secret)
    }
}

impl SecretSource {
    /// The secret that `reference` names: `env:NAME`, `aws-secret:arn:…`, `aws-secret:arn:…#key` or `aws-ssm:/name`.
    ///
    /// # Errors
    /// Where it is no reference, its variable is not set, or there is no AWS role to read it with.
    pub fn parse(reference: &str, lookup: Lookup<'_>) -> Result<Self, SecretError> {
        match reference.split_once(':') {
            Some(("aws-secret", arn)) => StoredSecret::secrets_manager(arn, lookup).map(Self::Stored),
            Some(("aws-ssm", name)) => StoredSecret::parameter_store(name, lookup).map(Self::Stored),
            _ => secret::resolve(reference, lookup).map(Self::AtHand),
        }
    }

    /// The secret of a setting that holds it as it is, or a reference to where AWS keeps it, which no client secret looks like.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn of_setting(value: &str, lookup: Lookup<'_>) -> Result<Self, SecretError> {
        let kept = value.starts_with("aws-secret:") || value.starts_with("aws-ssm:");
        if kept { Self::parse(value, lookup) } else { Ok(Self::AtHand(Secret::new(value))) }
    }

    /// Whether it is read each time, so that another time may bring another one.
    pub(crate) fn can_change(&self) -> bool {
        matches!(self, Self::Stored(_))
    }

    /// The secret, as it is now.
    ///
    /// # Errors
    /// Where AWS keeps it and does not hand it over.
    pub async fn read(&self, http: &HttpClient) -> Result<Secret, AwsError> {
        match self {
            Self::AtHand(secret) => Ok(secret.clone()),
            Self::Stored(stored) => stored.read(http).await,
        }
    }
}

impl StoredSecret {
    /// The region is that of the ARN: `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`.
    fn secrets_manager(reference: &str, lookup: Lookup<'_>) -> Result<Self, SecretError> {
        let (arn, key) = match reference.split_once('#') {
            Some((arn, key)) => (arn, Some(key.to_owned()).filter(|key| !key.is_empty())),
            None => (reference, None),
        };
        let parts: Vec<&str> = arn.splitn(7, ':').collect();
        let ["arn", partition, "secretsmanager", region, _account, "secret", name] = parts[..] else {
            return Err(SecretError::NotAnArn);
        };
        if !partition.starts_with("aws") || !is_made_of(name, b"/_+=.@-") || reference.ends_with('#') {
            return Err(SecretError::NotAnArn);
        }
        let region = Region::parse(region).map_err(|_| SecretError::NotAnArn)?;
        let role = AwsRole::from_environment(Some(region), lookup)?;
        Ok(Self { role, place: Place::SecretsManager { arn: arn.to_owned(), key } })
    }

    fn parameter_store(name: &str, lookup: Lookup<'_>) -> Result<Self, SecretError> {
        if !name.starts_with('/') || !is_made_of(name, b"/_.-") {
            return Err(SecretError::NotAParameter);
        }
        let role = AwsRole::from_environment(None, lookup)?;
        Ok(Self { role, place: Place::ParameterStore { name: name.to_owned() } })
    }

    async fn read(&self, http: &HttpClient) -> Result<Secret, AwsError> {
        let (action, body) = match &self.place {
            Place::SecretsManager { arn, .. } => (AwsAction::GetSecretValue, json!({ "SecretId": arn })),
            Place::ParameterStore { name } => {
                (AwsAction::GetParameter, json!({ "Name": name, "WithDecryption": true }))
            }
        };
        let answer = aws_call::call(http, &self.role, action, body.to_string()).await?;
        let secret = self.secret_of(&answer).map_err(|problem| AwsError::NoSecret { action, problem })?;
        Ok(Secret::new(secret))
    }

    fn secret_of(&self, answer: &[u8]) -> Result<String, &'static str> {
        let text = match &self.place {
            Place::SecretsManager { .. } => secret_text(answer)?,
            Place::ParameterStore { .. } => parameter_value(answer)?,
        };
        let object = serde_json::from_str::<Map<String, Value>>(&text).ok();
        let text = match (&self.place, object) {
            (Place::SecretsManager { key: Some(key), .. }, Some(mut object)) => match object.remove(key) {
                Some(Value::String(value)) => value,
                _ => return Err("the JSON object that it holds has no text under that key; correct what follows `#`"),
            },
            (Place::SecretsManager { key: Some(_), .. }, None) => {
                return Err("it holds no JSON object; leave `#` and the key out");
            }
            (Place::SecretsManager { key: None, .. }, Some(_)) => {
                return Err("it holds a JSON object; write `#` and the key of the secret after the ARN");
            }
            _ => text,
        };
        if text.is_empty() { Err("it is empty; store the client secret's value") } else { Ok(text) }
    }
}

#[derive(Deserialize)]
struct SecretValue {
    #[serde(rename = "SecretString")]
    text: Option<String>,
}

#[derive(Deserialize)]
struct ParameterAnswer {
    #[serde(rename = "Parameter")]
    parameter: Parameter,
}

#[derive(Deserialize)]
struct Parameter {
    #[serde(rename = "Value")]
    value: String,
}

const NOT_AN_ANSWER: &str = "the answer is not what the service answers";

fn secret_text(answer: &[u8]) -> Result<String, &'static str> {
    let answer: SecretValue = serde_json::from_slice(answer).map_err(|_| NOT_AN_ANSWER)?;
    answer.text.ok_or("it holds no text; store the client secret as text, not as binary")
}

fn parameter_value(answer: &[u8]) -> Result<String, &'static str> {
    let answer: ParameterAnswer = serde_json::from_slice(answer).map_err(|_| NOT_AN_ANSWER)?;
    Ok(answer.parameter.value)
}

fn is_made_of(text: &str, marks: &[u8]) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || marks.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        let known = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SECRET"];
        if name == "AWS_REGION" {
            return Some("us-east-1".to_owned());
        }
        known.contains(&name).then(|| "s3cret-canary".to_owned())
    }

    const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:kusto/client-AbCdEf";

    #[test]
    fn a_secret_is_read_where_its_arn_says() {
        for (reference, region) in [
            (format!("aws-secret:{ARN}"), "eu-central-1"),
            (format!("aws-secret:{ARN}#client_secret"), "eu-central-1"),
            ("aws-ssm:/kusto/client_secret".to_owned(), "us-east-1"),
        ] {
            let SecretSource::Stored(stored) = SecretSource::parse(&reference, &lookup).unwrap() else { panic!() };
            assert_eq!(stored.role.region().as_str(), region);
            assert!(!format!("{stored:?}").contains("canary"));
        }
        assert!(!SecretSource::parse("env:SECRET", &lookup).unwrap().can_change());
    }

    #[test]
    fn what_is_no_reference_is_refused_without_being_repeated() {
        for (reference, expected) in [
            ("aws-secret:s3cret-canary", SecretError::NotAnArn),
            ("aws-secret:arn:aws:s3:::s3cret-canary", SecretError::NotAnArn),
            ("aws-secret:arn:aws:secretsmanager:eu.evil.example:1:secret:canary", SecretError::NotAnArn),
            ("aws-secret:arn:aws:secretsmanager:eu-central-1:1:secret:", SecretError::NotAnArn),
            ("aws-secret:arn:aws:secretsmanager:eu-central-1:1:secret:x#", SecretError::NotAnArn),
            ("aws-ssm:s3cret-canary", SecretError::NotAParameter),
            ("aws-ssm:/a b", SecretError::NotAParameter),
            ("s3cret-canary", SecretError::NotAReference),
        ] {
            let error = SecretSource::parse(reference, &lookup).unwrap_err();
            assert_eq!(error, expected, "{reference}");
            assert!(!error.to_string().contains("canary"));
        }
    }

    #[test]
    fn a_setting_holds_a_secret_or_where_it_is_kept() {
        for (value, can_change) in [("s3cret~.canary", false), ("env:SECRET", false), ("aws-ssm:/x", true)] {
            assert_eq!(SecretSource::of_setting(value, &lookup).unwrap().can_change(), can_change, "{value}");
        }
        assert!(SecretSource::of_setting("aws-secret:x", &lookup).is_err());
    }
}
