"""What is done with a deployed stack, of which samconfig.toml has the name and the region.

Usage: python3 stack.py rollback | destroy | federation CLIENT_ID [mail]

- rollback: the functions that the last deployment published go back to the version before it;
- destroy: removes everything, and asks whether the store goes too;
- federation: prints the `az` commands by which an application of Entra trusts the roles of the functions.
"""

import datetime
import json
import pathlib
import sys

import boto3
import tomlkit

# The alias that callers use.
ALIAS = "live"


def client(service):
    return boto3.client(service, region_name=settings()["region"])


def settings():
    return tomlkit.parse(pathlib.Path("samconfig.toml").read_text())["default"]["deploy"]["parameters"]


def stack():
    return client("cloudformation").describe_stacks(StackName=settings()["stack_name"])["Stacks"][0]


def output(name):
    """An output of the stack; empty where its condition does not hold."""
    return next((told["OutputValue"] for told in stack().get("Outputs", []) if told["OutputKey"] == name), "")


def functions():
    """The names of the stack's functions."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=settings()["stack_name"])
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return sorted(resource["PhysicalResourceId"] for resource in resources if resource["ResourceType"] == "AWS::Lambda::Function")


def agrees(question):
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def step_back(function, since):
    """The version that a function serves and the one before it, if the one it serves was published since then."""
    lambda_ = client("lambda")
    pages = lambda_.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    published = {int(version["Version"]): version for page in pages for version in page["Versions"] if version["Version"] != "$LATEST"}
    serves = int(lambda_.get_alias(FunctionName=function, Name=ALIAS)["FunctionVersion"])
    before = max((number for number in published if number < serves), default=None)
    # In UTC, to the millisecond.
    is_new = datetime.datetime.fromisoformat(published[serves]["LastModified"][:23] + "+00:00") >= since
    return (serves, before) if is_new and before else None


def rollback():
    deployed = stack()
    since = deployed.get("LastUpdatedTime", deployed["CreationTime"])
    steps = {function: step for function in functions() if (step := step_back(function, since))}
    if not steps:
        return f"the deployment of {since:%Y-%m-%d %H:%M} published nothing that is still served: there is nothing to turn back"
    for function, (serves, before) in steps.items():
        print(f"{function}: version {serves} -> {before}")
    if not agrees("Schedules, flows, the API and roles stay as they are. Turn these back?"):
        return "nothing was changed"
    for function, (_, before) in steps.items():
        client("lambda").update_alias(FunctionName=function, Name=ALIAS, FunctionVersion=str(before))
    print("done; the next make deploy serves what it publishes")
    return 0


def destroy():
    name, bucket = settings()["stack_name"], output("Store")
    objects = boto3.resource("s3", region_name=settings()["region"]).Bucket(bucket).objects
    held = list(objects.all())
    print(f"This removes the stack {name}: {len(functions())} functions, the API, flows, schedules, alarms, queues and logs.")
    if input(f"Type {name} to go on: ").strip() != name:
        return "nothing was changed"
    size = sum(found.size for found in held)
    with_store = agrees(f"The store {bucket} holds {len(held)} objects, {size / 1e6:.1f} MB. Remove it with all of them?")
    client("cloudformation").delete_stack(StackName=name)
    client("cloudformation").get_waiter("stack_delete_complete").wait(StackName=name)
    if with_store:
        objects.delete()
        client("s3").delete_bucket(Bucket=bucket)
    else:
        print(f"the store stays: aws s3 rb --force s3://{bucket} removes it")
    print("done; the application of Entra and its roles on clusters are as they were")
    return 0


def federation(client_id, of_mail):
    roles = output("MailRole" if of_mail else "ConnectionRoles").split()
    if not roles:
        return "this stack has no such role: see FederationAudience, MailClientId and MailClientSecret in infra/aws/template.yaml"
    # The service is one for all regions.
    issuer = boto3.client("iam", region_name=settings()["region"]).get_outbound_web_identity_federation_info()["IssuerIdentifier"]
    given = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack()["Parameters"]}
    for role in roles:
        trust = {"name": role.rsplit("/", 1)[1], "issuer": issuer, "subject": role, "audiences": [given["FederationAudience"]]}
        print(f"az ad app federated-credential create --id {client_id} --parameters '{json.dumps(trust)}'")
    return 0


def main():
    match sys.argv[1:]:
        case ["rollback"]:
            return rollback()
        case ["destroy"]:
            return destroy()
        case ["federation", client_id]:
            return federation(client_id, of_mail=False)
        case ["federation", client_id, "mail"]:
            return federation(client_id, of_mail=True)
    return __doc__


if __name__ == "__main__":
    sys.exit(main())
