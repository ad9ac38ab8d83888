//! What must not be in a template. Each rule is tried on a template with the mistake that it is for.

use super::{each, functions, of_type, referred, template};
use serde_json::{Value, json};

/// The managed policies of AWS that a role may have: those of what runs in a network.
const ADOPTED: &str = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaENIManagementAccess";

/// Every finding, in words.
fn findings(template: &Value) -> Vec<String> {
    [open_routes(template), wide_roles(template), without_limits(template), silent_alarms(template)].concat()
}

/// Routes that anybody can call, and other ways in.
fn open_routes(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (api, properties) in of_type(template, "AWS::ApiGatewayV2::Api") {
        let schemes = &properties["Body"]["components"]["securitySchemes"];
        for (path, methods) in properties["Body"]["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let authorizers = operation["security"].as_array().into_iter().flatten();
                let mut names = authorizers.flat_map(|scheme| scheme.as_object().unwrap().keys());
                let guarded = names.next().is_some_and(|name| is_jwt(&schemes[name])) && names.next().is_none();
                if !guarded {
                    found.push(format!("{api}: {method} {path} has no authorizer"));
                }
            }
        }
    }
    for kind in ["AWS::Lambda::Url", "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Route"] {
        found.extend(of_type(template, kind).map(|(name, _)| format!("{name}: a way in that nothing here checks")));
    }
    for (name, properties) in of_type(template, "AWS::Lambda::Permission") {
        if properties["Principal"] != "apigateway.amazonaws.com" || properties["SourceArn"].is_null() {
            found.push(format!("{name}: more than the API may call the function"));
        }
    }
    found
}

/// Whether a security scheme is an authorizer that checks who issued a token, and for whom.
fn is_jwt(scheme: &Value) -> bool {
    let jwt = &scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"];
    let audience = jwt["audience"].as_array().is_some_and(|audience| !audience.is_empty());
    audience && jwt["issuer"].to_string().contains("${EntraTenantId}")
}

/// Statements that allow more than what they name.
fn wide_roles(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, statement) in statements(template) {
        if statement["Effect"] != "Allow" {
            continue;
        }
        let star = |value: &Value| each(value).into_iter().any(|value| value.to_string().contains('*'));
        if star(&statement["Action"]) || !statement["NotAction"].is_null() {
            found.push(format!("{name}: a wildcard action"));
        }
        if star(&statement["Principal"]) || !statement["NotPrincipal"].is_null() {
            found.push(format!("{name}: everybody"));
        }
        let resources = each(&statement["Resource"]).into_iter().filter(|resource| !resource.is_null());
        if resources.into_iter().any(|resource| !is_exact(resource)) && !is_federation(statement) {
            found.push(format!("{name}: a wildcard resource"));
        }
    }
    for (role, properties) in of_type(template, "AWS::IAM::Role") {
        let adopted = properties["ManagedPolicyArns"].as_array().into_iter().flatten();
        let unknown = adopted.filter(|policy| {
            // `Fn::If: [condition, policy, AWS::NoValue]`, or the policy.
            let policy = if policy["Fn::If"].is_array() { &policy["Fn::If"][1] } else { policy };
            policy["Ref"].is_null() && policy["Fn::Sub"] != ADOPTED
        });
        found.extend(unknown.map(|policy| format!("{role}: a policy of somebody else, {policy}")));
    }
    found
}

/// Whether a resource is one, or all below a prefix of the store.
fn is_exact(resource: &Value) -> bool {
    let text = resource.to_string();
    let below = ["results", "once", "rejected"].map(|prefix| format!("{{\"Fn::Sub\":\"${{Store.Arn}}/{prefix}/*\"}}"));
    !text.contains('*') || below.contains(&text)
}

/// The one action without resources, whose conditions say for whom a token may be.
fn is_federation(statement: &Value) -> bool {
    let condition = &statement["Condition"];
    statement["Action"] == "sts:GetWebIdentityToken"
        && condition["ForAllValues:StringEquals"] == json!({"sts:IdentityTokenAudience": {"Ref": "FederationAudience"}})
        && condition["Null"] == json!({"sts:IdentityTokenAudience": "false"})
        && condition["NumericLessThanEquals"] == json!({"sts:DurationSeconds": "300"})
}

/// Every statement of every policy, with the name of what it belongs to.
pub(super) fn statements(template: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (name, resource) in super::resources(template) {
        let properties = &resource["Properties"];
        let inline = properties["Policies"].as_array().into_iter().flatten().map(|policy| &policy["PolicyDocument"]);
        let documents =
            [&properties["PolicyDocument"], &properties["AssumeRolePolicyDocument"]].into_iter().chain(inline);
        for statement in documents.flat_map(|document| document["Statement"].as_array().into_iter().flatten()) {
            let statement = if statement["Fn::If"].is_array() { &statement["Fn::If"][1] } else { statement };
            found.push((name.clone(), statement));
        }
    }
    found
}

/// What may run, fail or grow without anybody's limit.
fn without_limits(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let resource = |name: &str| &template["Resources"][name];
    for (name, function) in functions(template) {
        let log = resource(referred(&function["LoggingConfig"]["LogGroup"]));
        let queue = resource(referred(&function["DeadLetterConfig"]["TargetArn"]));
        for (missing, is_there) in [
            ("log retention", !log["Properties"]["RetentionInDays"].is_null()),
            ("queue of dead letters", queue["Type"] == "AWS::SQS::Queue"),
            ("concurrency", !function["ReservedConcurrentExecutions"].is_null()),
            ("role", resource(referred(&function["Role"]))["Type"] == "AWS::IAM::Role"),
            ("time", function["Timeout"].as_u64().is_some_and(|seconds| seconds <= 900)),
        ] {
            if !is_there {
                found.push(format!("{name} has no {missing}"));
            }
        }
    }
    for (name, log) in of_type(template, "AWS::Logs::LogGroup") {
        if log["RetentionInDays"].is_null() {
            found.push(format!("{name} keeps its lines forever"));
        }
    }
    for (name, stage) in of_type(template, "AWS::ApiGatewayV2::Stage") {
        if stage["DefaultRouteSettings"]["ThrottlingRateLimit"].is_null() {
            found.push(format!("{name} lets any number of calls through"));
        }
    }
    found
}

/// Alarms that tell nobody, and functions and queues of dead letters that have none.
fn silent_alarms(template: &Value) -> Vec<String> {
    let alarms: Vec<_> = of_type(template, "AWS::CloudWatch::Alarm").collect();
    let silent = alarms.iter().filter(|(_, alarm)| referred(&alarm["AlarmActions"][0]) != "Alarms");
    let mut found: Vec<String> = silent.map(|(name, _)| format!("{name} tells nobody")).collect();
    let watched = |metric: &str, name: &str| {
        let watches = |alarm: &Value| {
            let text = alarm.to_string();
            text.contains(&format!("\"{metric}\"")) && text.contains(&format!("\"{name}\""))
        };
        alarms.iter().any(|(_, alarm)| watches(alarm))
    };
    for (name, _) in of_type(template, "AWS::Lambda::Function") {
        let unwatched = ["Errors", "Throttles"].into_iter().filter(|metric| !watched(metric, name));
        found.extend(unwatched.map(|metric| format!("{name}: nobody is told of {metric}")));
    }
    for (name, _) in of_type(template, "AWS::SQS::Queue").filter(|(name, _)| name.ends_with("DeadLetters")) {
        if !watched("ApproximateNumberOfMessagesVisible", name) {
            found.push(format!("{name}: nobody is told of what is in it"));
        }
    }
    for (name, _) in of_type(template, "AWS::StepFunctions::StateMachine") {
        if !watched("ExecutionsFailed", name) {
            found.push(format!("{name}: nobody is told of what fails"));
        }
    }
    found
}

#[test]
fn there_are_none() {
    assert_eq!(findings(template()), [""; 0]);
}

#[test]
fn each_rule_finds_the_mistake_that_it_is_for() {
    let route = "/Resources/Api/Properties/Body/paths/~1query/post/security";
    let statement = "/Resources/QueryRole/Properties/Policies/0/PolicyDocument/Statement/0";
    let federation = "/Resources/FederationPolicy/Properties/PolicyDocument/Statement/0";
    let query = "/Resources/QueryFunction/Properties";
    let store = "/Resources/ResultsPolicy/Properties/PolicyDocument/Statement/0/Resource";
    for (place, value, expected) in [
        (route.to_owned(), json!([]), "Api: post /query has no authorizer"),
        (route.to_owned(), json!([{"NONE": []}]), "Api: post /query has no authorizer"),
        (route.to_owned(), Value::Null, "Api: post /query has no authorizer"),
        (format!("{statement}/Action"), json!("s3:*"), "QueryRole: a wildcard action"),
        (format!("{statement}/Resource"), json!("*"), "QueryRole: a wildcard resource"),
        (
            format!("{statement}/Resource"),
            json!(["arn:aws:s3:::a", "arn:aws:s3:::*"]),
            "QueryRole: a wildcard resource",
        ),
        (store.to_owned(), json!({"Fn::Sub": "${Store.Arn}/*"}), "ResultsPolicy: a wildcard resource"),
        (format!("{federation}/Condition/Null"), json!({}), "FederationPolicy: a wildcard resource"),
        (
            "/Resources/QueryRole/Properties/AssumeRolePolicyDocument/Statement/0/Principal".to_owned(),
            json!({"AWS": "*"}),
            "QueryRole: everybody",
        ),
        (
            "/Resources/QueryRole/Properties/ManagedPolicyArns/0".to_owned(),
            json!("arn:aws:iam::aws:policy/AmazonS3FullAccess"),
            "QueryRole: a policy of somebody else, \"arn:aws:iam::aws:policy/AmazonS3FullAccess\"",
        ),
        ("/Resources/QueryLog/Properties/RetentionInDays".to_owned(), Value::Null, "query has no log retention"),
        (format!("{query}/LoggingConfig"), Value::Null, "query has no log retention"),
        (format!("{query}/DeadLetterConfig"), Value::Null, "query has no queue of dead letters"),
        (format!("{query}/ReservedConcurrentExecutions"), Value::Null, "query has no concurrency"),
        ("/Resources/QueryAlarm/Properties/AlarmActions".to_owned(), json!([]), "QueryAlarm tells nobody"),
        ("/Resources/QueryAlarm/Properties/Metrics".to_owned(), json!([]), "QueryFunction: nobody is told of Errors"),
    ] {
        let mut template = template().clone();
        *template.pointer_mut(&place).unwrap_or_else(|| panic!("{place} is there")) = value;
        let found = findings(&template);
        assert!(found.iter().any(|finding| finding == expected), "{place}: {found:?}");
    }
    let mut template = template().clone();
    template["Resources"]["Open"] = json!({"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "NONE"}});
    assert_eq!(findings(&template), ["Open: a way in that nothing here checks"]);
}
