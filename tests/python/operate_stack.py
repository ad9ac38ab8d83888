"""Deploys, turns back and destroys a small stack in moto by the scripts of infra/aws, and prints what became of it, as JSON.

Usage: python3 operate_stack.py FOLDER SAM

FOLDER is where the scripts run and find samconfig.toml; SAM stands in for `sam`. The stack has two functions and a store, as
template.yaml has: moto makes no aliases from it, so they are made here.
"""

import builtins
import contextlib
import importlib.util
import io
import json
import os
import pathlib
import sys
import zipfile

os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1", AWS_EC2_METADATA_DISABLED="true")

import boto3
from botocore.client import BaseClient
from moto import mock_aws

SCRIPTS = pathlib.Path(__file__).parent.parent.parent.resolve() / "infra/aws"
FUNCTIONS = ["kusto-actions-email", "kusto-actions-query"]
ROLE = "arn:aws:iam::123456789012:role/kusto-actions-query-eu-central-1"

# What calls answer that moto lacks.
LACKING = {
    "GetAccountSettings": {"AccountLimit": {"ConcurrentExecutions": 1000}},
    "GetOutboundWebIdentityFederationInfo": {"IssuerIdentifier": "https://00000000-1111.tokens.sts.global.api.aws", "JwtVendingEnabled": True},
}


def filling_in(call):
    def answered(client, operation, parameters):
        return LACKING.get(operation) or call(client, operation, parameters)

    return answered


def script(name):
    specification = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def run(module, arguments, answers):
    """What the script says, with what it ended with, when these answers are given to its questions."""
    answers, said = iter(answers), io.StringIO()

    def answer(question):
        given = next(answers)
        print(f"{question}{given}", file=said)
        return given

    builtins.input, sys.argv = answer, [module.__name__, *arguments]
    with contextlib.redirect_stdout(said):
        ended = module.main()
    return {"said": said.getvalue(), "ended": ended}


def template():
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "provided.al2023", "Handler": "bootstrap", "Role": {"Fn::GetAtt": ["Role", "Arn"]}}}
    resources = {
        f"F{number}": {**function, "Properties": {**function["Properties"], "FunctionName": name, "Code": {"S3Bucket": "packaged", "S3Key": "x"}}}
        for number, name in enumerate(FUNCTIONS)
    }
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]}
    resources["Role"] = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    resources["Store"] = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": "kusto-actions-store"}}
    outputs = {"Store": {"Value": {"Ref": "Store"}}, "ConnectionRoles": {"Value": ROLE}}
    parameters = {"FederationAudience": {"Type": "String", "Default": "api://AzureADTokenExchange"}}
    return json.dumps({"Parameters": parameters, "Resources": resources, "Outputs": outputs})


def code(text):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("bootstrap", text)
    return content.getvalue()


def serves():
    get = boto3.client("lambda").get_alias
    return {name: get(FunctionName=name, Name="live")["FunctionVersion"] for name in FUNCTIONS}


def stacks():
    return [found["StackName"] for found in boto3.client("cloudformation").describe_stacks()["Stacks"]]


def publish(name, text):
    functions = boto3.client("lambda")
    functions.update_function_code(FunctionName=name, ZipFile=code(text))
    return functions.publish_version(FunctionName=name)["Version"]


def main():
    folder, sam = pathlib.Path(sys.argv[1]), sys.argv[2]
    os.chdir(folder)
    told = {}
    deploy, stack = script("deploy"), script("stack")
    told["without connections"] = run(deploy, ["ask"], [])
    (folder / "connections.toml").write_text("# mine\n")
    (folder / "proxy.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    answers = ["", "eu-central-1", "not-a-tenant", "11111111-2222-3333-4444-555555555555", "api://kusto-actions", "ses://", "reports@example.com", "@example.com", "", "mips", "x86_64"]
    told["questions"] = run(deploy, ["ask"], answers)
    told["samconfig"] = (folder / "samconfig.toml").read_text()
    told["no questions"] = run(deploy, ["ask"], [])
    told["deployment"] = run(deploy, ["deploy", sam, "package"], [])
    told["configuration"] = sorted(file.name for file in (folder / "package/configuration").iterdir())
    LACKING["GetAccountSettings"] = {"AccountLimit": {"ConcurrentExecutions": 10}}
    told["small account"] = run(deploy, ["ask"], [])

    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="packaged", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="packaged", Key="x", Body=code("1"))
    boto3.client("cloudformation").create_stack(StackName="kusto-actions", TemplateBody=template())
    for name in FUNCTIONS:
        boto3.client("lambda").create_alias(FunctionName=name, Name="live", FunctionVersion=publish(name, "1"))
    # The last deployment publishes `query` alone.
    boto3.client("cloudformation").update_stack(StackName="kusto-actions", TemplateBody=template())
    version = publish(FUNCTIONS[1], "2")
    boto3.client("lambda").update_alias(FunctionName=FUNCTIONS[1], Name="live", FunctionVersion=version)
    told["before"] = serves()
    told["rollback refused"] = run(stack, ["rollback"], [""])
    told["rollback"] = run(stack, ["rollback"], ["y"])
    told["after"] = serves()
    told["rollback again"] = run(stack, ["rollback"], ["y"])
    told["federation"] = run(stack, ["federation", "11111111-2222-3333-4444-555555555555"], [])
    told["federation of mail"] = run(stack, ["federation", "11111111-2222-3333-4444-555555555555", "mail"], [])
    s3.put_object(Bucket="kusto-actions-store", Key="once/a/done", Body=b"x" * 100_000)
    told["destroy refused"] = run(stack, ["destroy"], ["kusto"])
    told["stacks"] = stacks()
    told["destroy"] = run(stack, ["destroy"], ["kusto-actions", "n"])
    told["buckets"] = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    boto3.client("cloudformation").create_stack(StackName="kusto-actions", TemplateBody=template().replace("kusto-actions-store", "another-store"))
    s3.put_object(Bucket="another-store", Key="once/a/done", Body=b"x" * 100_000)
    told["destroy all"] = run(stack, ["destroy"], ["kusto-actions", "y"])
    told["stacks after"] = stacks()
    told["buckets after"] = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    return told


if __name__ == "__main__":
    BaseClient._make_api_call = filling_in(BaseClient._make_api_call)
    with mock_aws(config={"lambda": {"use_docker": False}}):
        told = main()
    json.dump(told, sys.stdout)
