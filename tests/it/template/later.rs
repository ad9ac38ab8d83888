//! Answers later: who can give them may call itself by its alias and nothing else, and nobody waits for longer than a caller is told.

use super::{each, findings::statements, functions, kebab, of_type, referred, template};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};
use tests::binaries::root;

/// The parameter of the OpenAPI document by which a caller prefers to be answered later.
const PREFER: &str = "#/components/parameters/Prefer";

/// The functions that answer `Prefer: respond-async`, as the OpenAPI document says.
fn later() -> BTreeSet<String> {
    let document: Value =
        serde_json::from_str(&fs::read_to_string(root().join("infra/openapi.json")).unwrap()).unwrap();
    let items = document["paths"].as_object().unwrap().values();
    let promising =
        items.filter(|item| each(&item["post"]["parameters"]).iter().any(|parameter| parameter["$ref"] == PREFER));
    promising.map(|item| item["x-function"].as_str().unwrap().to_owned()).collect()
}

/// The alias of a function, as a role names it without a circle among the resources.
fn alias(name: &str) -> Value {
    let function = format!("function:${{AWS::StackName}}-{name}:live");
    json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:{function}")})
}

fn findings(template: &Value) -> Vec<String> {
    [calls(template), events(template)].concat()
}

/// Functions that may call another than themselves, and those that must call themselves and may not.
fn calls(template: &Value) -> Vec<String> {
    let mut missing = later();
    let mut found = Vec::new();
    for (owner, statement) in statements(template).into_iter().filter(|(owner, _)| !owner.ends_with("FlowRole")) {
        let is_call = |action: &&Value| action.as_str().is_some_and(|action| action.starts_with("lambda:"));
        for action in each(&statement["Action"]).into_iter().filter(is_call) {
            let name = kebab(owner.trim_end_matches("Role"));
            let is_own = action == "lambda:InvokeFunction" && statement["Resource"] == alias(&name);
            if !(is_own && statement["Effect"] == "Allow" && missing.remove(&name)) {
                found.push(format!("{owner}: {action} on {}", statement["Resource"]));
            }
        }
    }
    found.extend(missing.into_iter().map(|name| format!("{name} cannot call itself")));
    found
}

/// Functions whose events wait longer than a promise (`WAIT` of `runtime`), or come again when they have failed.
fn events(template: &Value) -> Vec<String> {
    let configured = |name: &str| {
        of_type(template, "AWS::Lambda::EventInvokeConfig").any(|(_, config)| {
            let [seconds, attempts] = ["MaximumEventAgeInSeconds", "MaximumRetryAttempts"].map(|key| &config[key]);
            let function = referred(&config["FunctionName"]);
            let alias = &template["Resources"][format!("{function}Aliaslive")]["Properties"]["Name"];
            kebab(function) == name && (seconds, attempts) == (&json!(60), &json!(0)) && config["Qualifier"] == *alias
        })
    };
    let names = functions(template).map(|(name, _)| name).filter(|name| later().contains(name));
    names.filter(|name| !configured(name)).map(|name| format!("{name}: events wait too long, or come again")).collect()
}

#[test]
fn who_answers_later_may_call_itself_by_its_alias_and_nothing_else() {
    assert_eq!(findings(template()), [""; 0]);
    assert!(later().contains("query") && !later().contains("result"));
}

#[test]
fn each_rule_finds_the_mistake_that_it_is_for() {
    let statement = "/Resources/QueryRole/Properties/Policies/0/PolicyDocument/Statement/1";
    let config = "/Resources/QueryFunctionEventInvokeConfig/Properties";
    let of = |name: &str| alias(name)["Fn::Sub"].as_str().unwrap().to_owned();
    for (place, value, expected) in [
        (statement.to_owned(), json!({}), "query cannot call itself".to_owned()),
        (format!("{statement}/Effect"), json!("Deny"), "query cannot call itself".to_owned()),
        (
            format!("{statement}/Resource/Fn::Sub"),
            json!(of("email")),
            format!("QueryRole: \"lambda:InvokeFunction\" on {}", alias("email")),
        ),
        (
            format!("{statement}/Resource/Fn::Sub"),
            json!(of("query").trim_end_matches(":live")),
            "query cannot call itself".to_owned(),
        ),
        (
            format!("{statement}/Action"),
            json!(["lambda:InvokeFunction", "lambda:GetFunction"]),
            format!("QueryRole: \"lambda:GetFunction\" on {}", alias("query")),
        ),
        (
            "/Resources/ResultRole/Properties/Policies/0/PolicyDocument/Statement/0".to_owned(),
            json!({"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": alias("result")}),
            format!("ResultRole: \"lambda:InvokeFunction\" on {}", alias("result")),
        ),
        (config.to_owned(), json!({}), "query: events wait too long, or come again".to_owned()),
        (
            format!("{config}/MaximumEventAgeInSeconds"),
            json!(61),
            "query: events wait too long, or come again".to_owned(),
        ),
        (format!("{config}/Qualifier"), json!("$LATEST"), "query: events wait too long, or come again".to_owned()),
    ] {
        let mut template = template().clone();
        *template.pointer_mut(&place).unwrap_or_else(|| panic!("{place} is there")) = value;
        let found = findings(&template);
        assert!(found.contains(&expected), "{place}: {found:?}");
    }
}

/// The functions that leave something in the store without answering later.
const KEEPERS: [&str; 2] = ["mcp", "result"];

#[test]
fn outcomes_are_kept_by_whoever_can_make_give_up_or_cancel_one() {
    let rights = super::access::allowed;
    for (name, function) in functions(template()) {
        let of_results = ["s3:GetObject on ${Store.Arn}/results/*", "s3:PutObject on ${Store.Arn}/results/*"];
        let all =
            of_results.into_iter().chain(["s3:ListBucket on Store"]).all(|right| rights(function).contains(right));
        assert_eq!(all, later().contains(&name) || KEEPERS.contains(&name.as_str()), "{name}");
    }
}
