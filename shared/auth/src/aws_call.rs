//! One signed request to a service of AWS in its region. Five actions are all that is needed, so that the SDKs are not.

use crate::{
    aws_role::AwsRole,
    endpoint::Endpoint,
    http::{HttpClient, HttpError, Response},
};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{CONTENT_TYPE, HOST},
};
use roxmltree::Document;
use serde::Deserialize;
use std::{borrow::Cow, fmt, time::SystemTime};
use url::Url;

/// A secret has 64 KiB at most (docs: Secrets Manager quotas), as JSON some more; a token some KiB.
const ANSWER_LIMIT: usize = 256 * 1024;

/// What is asked of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AwsAction {
    /// A token that says who the function is, signed by AWS.
    GetWebIdentityToken,
    /// A secret of Secrets Manager.
    GetSecretValue,
    /// A parameter of Systems Manager.
    GetParameter,
    /// A mail through the Simple Email Service, version 2.
    SendEmail,
    /// A call of a function of Lambda, which nobody waits for.
    InvokeFunction,
}

/// Why AWS did not do what it was asked to. The text holds nothing that AWS wrote but the code of its error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AwsError {
    /// AWS does not answer.
    #[error("{action} cannot be reached: {cause}")]
    Unreachable {
        /// What was asked.
        action: AwsAction,
        /// Why there was no answer.
        cause: HttpError,
    },
    /// AWS refused or failed.
    #[error("{action} answered {}", answered(*status, code))]
    Refused {
        /// What was asked.
        action: AwsAction,
        /// The HTTP status.
        status: u16,
        /// AWS's name of the error; empty where it gave none.
        code: String,
    },
    /// The answer is not what the action answers.
    #[error("{action} answered something else than what was asked for")]
    Malformed {
        /// What was asked.
        action: AwsAction,
    },
    /// The stored secret has no value of the kind that is wanted.
    #[error("{action} gave no usable secret: {problem}")]
    NoSecret {
        /// What was asked.
        action: AwsAction,
        /// What is wrong, and what to do.
        problem: &'static str,
    },
}

impl AwsAction {
    /// The service's name, in signatures and policies.
    fn service(self) -> &'static str {
        match self {
            Self::GetWebIdentityToken => "sts",
            Self::GetSecretValue => "secretsmanager",
            Self::GetParameter => "ssm",
            Self::SendEmail => "ses",
            Self::InvokeFunction => "lambda",
        }
    }

    /// What its host names begin with.
    fn host(self) -> &'static str {
        if self == Self::SendEmail { "email" } else { self.service() }
    }

    fn path(self) -> &'static str {
        if self == Self::SendEmail { "v2/email/outbound-emails" } else { "" }
    }

    fn headers(self) -> HeaderMap {
        let json = |target| {
            HeaderMap::from_iter([
                (CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1")),
                (HeaderName::from_static("x-amz-target"), HeaderValue::from_static(target)),
            ])
        };
        match self {
            Self::GetWebIdentityToken => {
                let form = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
                HeaderMap::from_iter([(CONTENT_TYPE, form)])
            }
            Self::GetSecretValue => json("secretsmanager.GetSecretValue"),
            Self::GetParameter => json("AmazonSSM.GetParameter"),
            Self::SendEmail => HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]),
            Self::InvokeFunction => HeaderMap::from_iter([
                (CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (HeaderName::from_static("x-amz-invocation-type"), HeaderValue::from_static("Event")),
            ]),
        }
    }
}

impl fmt::Display for AwsAction {
    /// As a policy of IAM names it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{self:?}", self.service())
    }
}

impl AwsError {
    /// What the network did, where that is the cause.
    pub fn transport(&self) -> Option<&HttpError> {
        if let Self::Unreachable { cause, .. } = self { Some(cause) } else { None }
    }

    /// What to do about it.
    pub fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Unreachable { cause, .. } => cause.remedy().into(),
            Self::Refused { action, code, .. } => advice(*action, code),
            Self::Malformed { .. } => "see what stands between here and AWS".into(),
            Self::NoSecret { .. } => "correct the secret, or the reference to it".into(),
        }
    }

    /// Whether the same may succeed later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, code, .. } => *status == 429 || *status >= 500 || code.starts_with("Throttling"),
            Self::Malformed { .. } | Self::NoSecret { .. } => false,
        }
    }
}

/// Asks for `action` with `body`, in the name of `role` and in its region, and gives the body of the answer.
pub(crate) async fn call(
    http: &HttpClient,
    role: &AwsRole,
    action: AwsAction,
    body: String,
) -> Result<Vec<u8>, AwsError> {
    let (endpoint, headers) = signed(role, action, body.as_bytes())?;
    let response = http.send(Method::POST, &endpoint, headers, Bytes::from(body)).await;
    accepted(action, response).await?.body(ANSWER_LIMIT).await.map_err(|cause| AwsError::Unreachable { action, cause })
}

/// Where a request for `action` with `body` goes, and its headers.
pub(crate) fn signed(role: &AwsRole, action: AwsAction, body: &[u8]) -> Result<(Endpoint, HeaderMap), AwsError> {
    let endpoint = endpoint(role, action).ok_or(AwsError::Malformed { action })?;
    let headers = signed_headers(role, action, &endpoint, body).ok_or(AwsError::Malformed { action })?;
    Ok((endpoint, headers))
}

/// The answer, where it says that `action` was done.
pub(crate) async fn accepted(action: AwsAction, response: Result<Response, HttpError>) -> Result<Response, AwsError> {
    let response = response.map_err(|cause| AwsError::Unreachable { action, cause })?;
    let status = response.status().as_u16();
    // An event that Lambda has queued is not done yet.
    if status == if action == AwsAction::InvokeFunction { 202 } else { 200 } {
        return Ok(response);
    }
    Err(AwsError::Refused { action, status, code: error_code(response).await.unwrap_or_default() })
}

/// The regional endpoint: the web identity token is not to be had from the global one.
fn endpoint(role: &AwsRole, action: AwsAction) -> Option<Endpoint> {
    let (host, path, region) = (action.host(), action.path(), role.region());
    let url = Url::parse(&format!("https://{host}.{}.{}/{path}", region.as_str(), region.domain())).ok()?;
    Some(Endpoint::trusted(url))
}

/// The headers of a request for `action` to `endpoint` with `body`.
pub(crate) fn signed_headers(role: &AwsRole, action: AwsAction, endpoint: &Endpoint, body: &[u8]) -> Option<HeaderMap> {
    let identity = role.credentials().clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(role.region().as_str())
        .name(action.service())
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .ok()?;
    let mut headers = action.headers();
    headers.insert(HOST, HeaderValue::try_from(endpoint.url().host_str()?).ok()?);
    let pairs = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let request = SignableRequest::new("POST", endpoint.as_str(), pairs, SignableBody::Bytes(body)).ok()?;
    let (instructions, _) = sign(request, &params.into()).ok()?.into_parts();
    for (name, value) in instructions.headers() {
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        headers.insert(HeaderName::try_from(name).ok()?, value);
    }
    Some(headers)
}

#[derive(Deserialize)]
struct JsonError {
    #[serde(rename = "__type")]
    code: String,
}

/// AWS's name of the error: a header of a REST answer without what is after `:`, `Code` of an XML answer, `__type` of a JSON one
/// without what is before `#`.
async fn error_code(response: Response) -> Option<String> {
    let header = response.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = String::from_utf8(response.body(ANSWER_LIMIT).await.ok()?).ok()?;
    let code = match (header, serde_json::from_str::<JsonError>(&body)) {
        (Some(header), _) => header,
        (None, Ok(error)) => error.code,
        (None, Err(_)) => xml_text(&body, "Code")?,
    };
    let code = code.split(':').next().unwrap_or_default().rsplit('#').next().unwrap_or_default();
    let is_name = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then(|| code.to_owned())
}

/// The text of the first element `name` of an XML document.
pub(crate) fn xml_text(xml: &str, name: &str) -> Option<String> {
    let document = Document::parse(xml).ok()?;
    let element = document.descendants().find(|node| node.tag_name().name() == name)?;
    element.text().map(str::to_owned)
}

fn answered(status: u16, code: &str) -> String {
    if code.is_empty() { format!("HTTP status {status}") } else { format!("{code} (HTTP status {status})") }
}

/// What to do about an error of AWS, by its documented name; some services write it with `Exception`, some without.
fn advice(action: AwsAction, code: &str) -> Cow<'static, str> {
    let advice = match code.strip_suffix("Exception").unwrap_or(code) {
        "OutboundWebIdentityFederationDisabled" => "turn outbound identity federation on, in IAM, account settings",
        "AccessDenied" => return format!("allow {action} to the function's role").into(),
        "SessionDurationEscalation" | "ExpiredToken" => {
            "the credentials of the function's role are at their end; a new start of the function brings new ones"
        }
        "InvalidClientTokenId"
        | "UnrecognizedClient"
        | "SignatureDoesNotMatch"
        | "InvalidSignature"
        | "IncompleteSignature" => {
            "AWS does not accept the credentials in AWS_ACCESS_KEY_ID and its companions: set those of the role"
        }
        "RegionDisabled" => "the region is off in this account; turn it on or set another `region`",
        "ResourceNotFound" if action == AwsAction::InvokeFunction => "AWS_LAMBDA_FUNCTION_NAME names no function here",
        "ResourceNotFound" | "ParameterNotFound" => "there is no such secret; check the reference and its region",
        "MessageRejected" | "MailFromDomainNotVerified" => {
            "verify the sender, and in the sandbox every recipient too, as identities of SES in this region"
        }
        "AccountSuspended" | "SendingPaused" => "the account may not send at present: see the console of SES",
        "DecryptionFailure" | "InvalidKeyId" => "allow kms:Decrypt on the secret's key to the function's role",
        "Throttling" | "TooManyRequests" | "LimitExceeded" => "too many calls at the moment: try again later",
        _ => return format!("see what CloudTrail says of {action}").into(),
    };
    advice.into()
}

#[cfg(test)]
mod tests {
    use super::xml_text;

    #[test]
    fn hostile_xml_gives_nothing() {
        let entities = r#"<!DOCTYPE a [<!ENTITY b "bb">]><a><Code>&b;</Code></a>"#;
        assert_eq!(xml_text(entities, "Code"), None);
        let deep = format!("{}<Code>x</Code>{}", "<a>".repeat(30_000), "</a>".repeat(30_000));
        assert_eq!(xml_text(&deep, "Code").as_deref(), Some("x"));
        assert_eq!(xml_text(&"<a>".repeat(85_000), "Code"), None);
    }
}
