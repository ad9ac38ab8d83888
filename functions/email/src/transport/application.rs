//! The application of Entra in whose name mails are sent.

use auth::{
    aws_role::AwsRole,
    credential::{Audience, AwsFederated, ClientId, ClientSecret, Credential, TenantId},
    secret::Lookup,
    stored_secret::SecretSource,
};

/// The application of `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`: with the secret of `AZURE_CLIENT_SECRET` or, where that is not set, with
/// what AWS says of the function's role, which needs no secret.
pub(super) fn credential(lookup: Lookup<'_>) -> Result<Credential, String> {
    let required = |name: &str, what: &str| {
        lookup(name)
            .ok_or_else(|| format!("it needs {name}, which is not set: set it to {what} of an application of Entra"))
    };
    let tenant = TenantId::parse(&required("AZURE_TENANT_ID", "the tenant id")?);
    let tenant = tenant.map_err(|error| format!("AZURE_TENANT_ID: {error}"))?;
    let client_id = ClientId::parse(&required("AZURE_CLIENT_ID", "the application (client) id")?);
    let client_id = client_id.map_err(|error| format!("AZURE_CLIENT_ID: {error}"))?;
    if let Some(secret) = lookup("AZURE_CLIENT_SECRET") {
        let secret = SecretSource::of_setting(&secret, lookup);
        let secret = secret.map_err(|error| format!("AZURE_CLIENT_SECRET: {error}"))?;
        return Ok(Credential::ClientSecret(ClientSecret { tenant, client_id, secret }));
    }
    let role = AwsRole::from_environment(None, lookup).map_err(|error| {
        format!("AZURE_CLIENT_SECRET is not set, and AWS gives no role to trust in its place: {error}")
    })?;
    Ok(Credential::AwsFederated(AwsFederated { tenant, client_id, audience: Audience::default(), role }))
}

#[cfg(test)]
mod tests {
    use super::credential;
    use auth::credential::Credential;

    const ALL: [(&str, &str); 6] = [
        ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
        ("AZURE_CLIENT_ID", "11111111-2222"),
        ("AZURE_CLIENT_SECRET", "canary"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "canary"),
        ("AWS_SECRET_ACCESS_KEY", "canary"),
    ];

    fn without(missing: &[&str]) -> Result<Credential, String> {
        let all: Vec<_> = ALL.into_iter().filter(|(name, _)| !missing.contains(name)).collect();
        credential(&|name| all.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_secret_comes_before_the_role_of_aws() {
        assert!(matches!(without(&[]), Ok(Credential::ClientSecret(_))));
        assert!(matches!(without(&["AZURE_CLIENT_SECRET"]), Ok(Credential::AwsFederated(_))));
    }

    #[test]
    fn what_is_missing_is_named() {
        for (missing, start) in [
            (&["AZURE_TENANT_ID"][..], "it needs AZURE_TENANT_ID, which is not set: set it to the tenant id"),
            (&["AZURE_CLIENT_ID"], "it needs AZURE_CLIENT_ID, which is not set: "),
            (
                &["AZURE_CLIENT_SECRET", "AWS_ACCESS_KEY_ID"],
                "AZURE_CLIENT_SECRET is not set, and AWS gives no role to trust in its place: the variable AWS_ACCESS_KEY_ID",
            ),
        ] {
            let error = without(missing).unwrap_err();
            assert!(error.starts_with(start), "{error}");
        }
    }
}
