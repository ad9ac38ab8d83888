"""Deploys a rendered template to moto, and prints what is there then, as JSON.

Usage: python3 render_template.py TEMPLATE.yaml | python3 deploy_template.py SCHEDULES.json '{"Parameter": "value"}'

moto checks every policy and state machine, and keeps what it is told. What its CloudFormation lacks is put in its place here:

- aliases of functions: what refers to one gets the ARN that it would have, and a source of events the function itself;
- definitions of state machines in S3, and what is substituted in them: the file's text;
- the schedules of the nested template: they are created by the calls that CloudFormation would make.

Alarms, lifecycle rules, policies of buckets and queues, and the like are left out by moto, permissions to call an alias here.
"""

import io
import json
import logging
import os
import pathlib
import re
import sys
import warnings
import zipfile

os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1", AWS_EC2_METADATA_DISABLED="true")

import boto3
from moto import mock_aws

ROOT = pathlib.Path(__file__).parent.parent.parent
STACK = "kusto-actions"
PACKAGED = "packaged"


def put_in_place(node):
    """The template with the ARN of an alias in place of a reference to it, and texts in place of files."""
    if isinstance(node, list):
        return [put_in_place(inner) for inner in node]
    if not isinstance(node, dict):
        return re.sub(r"\$\{(\w+)Aliaslive\}", r"${\1.Arn}:live", node) if isinstance(node, str) else node
    reference = re.fullmatch(r"(\w+)Aliaslive", str(node.get("Ref", "")))
    if reference:
        return {"Fn::Sub": f"${{{reference[1]}.Arn}}:live"}
    if node.get("Type") == "AWS::Lambda::EventSourceMapping":
        node["Properties"]["FunctionName"] = {"Ref": node["Properties"]["FunctionName"]["Ref"].removesuffix("Aliaslive")}
    node = {name: put_in_place(inner) for name, inner in node.items()}
    if "DefinitionS3Location" in node:
        text = (ROOT / node.pop("DefinitionS3Location")["Key"]).read_text()
        node["DefinitionString"] = {"Fn::Sub": [text, node.pop("DefinitionSubstitutions")]}
    return node


def upload(template, schedules):
    """What `sam deploy` uploads: code that is none, and the nested template without what moto's CloudFormation lacks."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=PACKAGED, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("bootstrap", "")
    for resource in template["Resources"].values():
        code = resource.get("Properties", {}).get({"AWS::Lambda::Function": "Code", "AWS::Lambda::LayerVersion": "Content"}.get(resource["Type"]))
        if code:
            s3.put_object(Bucket=PACKAGED, Key=code["S3Key"], Body=content.getvalue())
    nested = {"Parameters": schedules["Parameters"], "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}
    s3.put_object(Bucket=PACKAGED, Key="target/package/schedules.json", Body=json.dumps(nested))


def schedule(schedules, values):
    """Creates what the nested template has, and returns it as the service describes it."""
    client = boto3.client("scheduler")

    def resolved(node):
        if isinstance(node, dict):
            return values[node["Ref"]] if "Ref" in node else {name: resolved(inner) for name, inner in node.items()}
        return node

    for resource in sorted(schedules["Resources"].values(), key=lambda resource: resource["Type"], reverse=True):
        properties = resolved(resource["Properties"])
        if resource["Type"] == "AWS::Scheduler::ScheduleGroup":
            client.create_schedule_group(**properties)
    for resource in schedules["Resources"].values():
        if resource["Type"] == "AWS::Scheduler::Schedule":
            client.create_schedule(**resolved(resource["Properties"]))
    named = client.list_schedules(GroupName=values["Group"])["Schedules"]
    return {found["Name"]: client.get_schedule(GroupName=values["Group"], Name=found["Name"]) for found in named}


def deployed(template, schedules, parameters):
    upload(template, schedules)
    resources = template["Resources"].items()
    template["Resources"] = {name: resource for name, resource in resources if resource["Type"] != "AWS::Lambda::Permission"}
    stacks = boto3.client("cloudformation")
    stacks.create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(put_in_place(template)),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
    )
    resources = stacks.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    physical = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
    states, functions, iam = boto3.client("stepfunctions"), boto3.client("lambda"), boto3.client("iam")
    machines = states.list_state_machines()["stateMachines"]
    queue = boto3.client("sqs").get_queue_attributes
    flow = next(machine["stateMachineArn"] for machine in machines if machine["name"].endswith("scheduled-report"))
    values = {"Group": STACK, "Schedules": STACK, "Flow": flow, "Role": iam.get_role(RoleName=physical["SchedulesRole"])["Role"]["Arn"]}
    values["DeadLetters"] = queue(QueueUrl=physical["DeadLetters"], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return {
        "stateMachines": {machine["name"]: json.loads(states.describe_state_machine(stateMachineArn=machine["stateMachineArn"])["definition"]) for machine in machines},
        "functions": {function["FunctionName"]: function for function in functions.list_functions()["Functions"]},
        "roles": [role["RoleName"] for role in iam.list_roles()["Roles"]],
        "encryption": boto3.client("s3").get_bucket_encryption(Bucket=physical["Store"])["ServerSideEncryptionConfiguration"]["Rules"],
        "queues": {name: queue(QueueUrl=physical[name], AttributeNames=["All"])["Attributes"] for name in ["DeadLetters", "ExportMessages"] if name in physical},
        "sources": functions.list_event_source_mappings()["EventSourceMappings"],
        "schedules": schedule(schedules, values),
        "values": values,
    }


if __name__ == "__main__":
    # moto names what it leaves out.
    logging.disable()
    warnings.simplefilter("ignore")
    stdout, sys.stdout = sys.stdout, io.StringIO()
    with mock_aws(config={"lambda": {"use_docker": False}}):
        told = deployed(json.load(sys.stdin), json.loads(pathlib.Path(sys.argv[1]).read_text()), json.loads(sys.argv[2]))
    json.dump(told, stdout, default=str)
