//! Who may do what, of each function.

use super::{each, findings::statements, functions, referred, template};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a function's role allows, a line each: the action, and on what.
pub(super) fn allowed(function: &Value) -> BTreeSet<String> {
    let template = template();
    let role = referred(&function["Role"]);
    let managed = template["Resources"][role]["Properties"]["ManagedPolicyArns"].as_array().unwrap().iter();
    let managed = managed.map(|policy| if policy["Fn::If"].is_array() { &policy["Fn::If"][1] } else { policy });
    let mut owners: BTreeSet<&str> = managed.map(referred).collect();
    owners.insert(role);
    // Further policies of the role.
    let further = super::of_type(template, "AWS::IAM::RolePolicy");
    owners.extend(further.filter(|(_, policy)| referred(&policy["RoleName"]) == role).map(|(name, _)| name));
    let of_owners = statements(template).into_iter().filter(|(name, _)| owners.contains(name.as_str()));
    let mut lines = BTreeSet::new();
    for (_, statement) in of_owners.filter(|(_, statement)| statement["Action"] != "sts:AssumeRole") {
        for action in each(&statement["Action"]) {
            let on = each(&statement["Resource"]).into_iter().map(written).collect::<Vec<_>>().join(", ");
            lines.insert(format!("{} on {on}", action.as_str().unwrap()));
        }
    }
    lines
}

/// A resource, as a person would write it.
fn written(resource: &Value) -> String {
    match (&resource["Fn::Sub"], referred(resource)) {
        (Value::String(text), _) => text.clone(),
        (_, "") => resource.to_string(),
        (_, name) => name.to_owned(),
    }
}

#[test]
fn a_role_may_what_its_function_must() {
    let mut roles = BTreeSet::new();
    let mut page = String::new();
    for (name, function) in functions(template()) {
        assert!(roles.insert(referred(&function["Role"])), "{name} has a role of its own");
        let lines: Vec<String> = allowed(function).into_iter().map(|line| format!("  {line}\n")).collect();
        page += &format!("{name}\n{}", lines.concat());
    }
    insta::assert_snapshot!(page);
}

#[test]
fn some_things_belong_to_some_functions_alone() {
    let may = |wanted: &str| -> Vec<String> {
        let holders =
            functions(template()).filter(|(_, function)| allowed(function).iter().any(|line| line.contains(wanted)));
        holders.map(|(name, _)| name).collect()
    };
    assert_eq!(may("ses:SendEmail"), ["email"]);
    assert_eq!(may("MailSecretArns"), ["email"]);
    assert_eq!(may("/rejected/"), ["ingest"]);
    assert_eq!(may("sqs:ReceiveMessage"), ["ingest"]);
    let with_connections: Vec<String> = functions(template())
        .filter(|(_, function)| !function["Environment"]["Variables"]["KUSTO_CONNECTIONS"].is_null())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(may("ConnectionSecretArns"), with_connections);
    let federated: Vec<String> = may("sts:GetWebIdentityToken").into_iter().filter(|name| name != "email").collect();
    assert_eq!(federated, with_connections);
    // The application of Entra must trust these roles, and no other.
    let trusted = template()["Outputs"]["ConnectionRoles"]["Value"]["Fn::Join"][1].as_array().unwrap().iter();
    let trusted: BTreeSet<&str> = trusted.map(referred).collect();
    let roles = functions(template()).filter(|(name, _)| with_connections.contains(name));
    assert_eq!(trusted, roles.map(|(_, function)| referred(&function["Role"])).collect());
}
