"""Deploys template.yaml with `sam deploy`. What it must know is asked once, before anything is built, and kept in samconfig.toml.

Usage: python3 deploy.py ask
       python3 deploy.py deploy SAM FOLDER

What it deploys: the zips in FOLDER, connections.toml and the PEM files beside it, and the schedules in FOLDER/schedules.json. `sam` shows what
it is about to change and asks before it does it.
"""

import pathlib
import re
import shutil
import subprocess
import sys

import boto3
import tomlkit
from samtranslator.yaml_helper import yaml_parse

SETTINGS = pathlib.Path("samconfig.toml")
TEMPLATE = pathlib.Path(__file__).parent / "template.yaml"

# What is asked beside the parameters without a default. Every other parameter has one that fits; samconfig.toml takes them too.
ASKED = ["MailUrl", "MailFrom", "MailAllowedRecipients", "AlarmEmail", "Architecture"]

# What new accounts have, until they ask for more: too few to reserve any (quota "Concurrent executions" of Lambda).
UNRESERVED = 100


def ask(question, default, pattern, values):
    """Asks until the answer is one that the parameter takes."""
    while True:
        answer = input(f"{question} [{default}]: " if default is not None else f"{question}: ").strip() or (default or "")
        if values and answer not in values:
            print(f"  one of {', '.join(values)}")
        elif pattern and not re.fullmatch(pattern, answer):
            print("  this is not of that form")
        else:
            return answer


def asked(parameters):
    """The answers for the parameters that are worth a question."""
    answers = {}
    for name, parameter in parameters.items():
        if "Default" not in parameter or name in ASKED:
            question = f"{name}: {parameter['Description']}\n "
            answers[name] = ask(question, parameter.get("Default"), parameter.get("AllowedPattern"), parameter.get("AllowedValues"))
    return answers


def configured():
    """What samconfig.toml holds after the questions."""
    parameters = yaml_parse(TEMPLATE.read_text())["Parameters"]
    stack = ask("Name of the stack", "kusto-actions", "[a-z][a-z0-9-]{0,31}", None)
    region = ask("Region", boto3.Session().region_name, "[a-z0-9-]+", None)
    deploy = {"stack_name": stack, "region": region, "resolve_s3": True, "confirm_changeset": True, "fail_on_empty_changeset": False}
    deploy["capabilities"] = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
    deploy["parameter_overrides"] = [f'{name}="{answer}"' for name, answer in asked(parameters).items()]
    return {"version": 0.1, "default": {"deploy": {"parameters": deploy}}}


def refusal(deploy):
    """Why the account cannot take the stack, if it cannot."""
    template = yaml_parse(TEMPLATE.read_text())
    functions = sum(resource["Type"] == "AWS::Serverless::Function" for resource in template["Resources"].values())
    given = dict(override.split("=", 1) for override in deploy["parameter_overrides"])
    of_each = given.get("Concurrency", template["Parameters"]["Concurrency"]["Default"])
    reserved = functions * int(str(of_each).strip('"'))
    limit = boto3.client("lambda", region_name=deploy["region"]).get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if reserved and limit - reserved < UNRESERVED:
        return (
            f"this account runs {limit} functions at once in {deploy['region']}, and {functions} functions would reserve {reserved} of them, which "
            f"leaves less than the {UNRESERVED} that Lambda keeps: ask for more in Service Quotas (Lambda, Concurrent executions), or add "
            "'Concurrency=\"0\"' to parameter_overrides in samconfig.toml to reserve none"
        )
    return None


def copy_configuration(folder):
    """Puts connections.toml, and the files of destinations and authorities beside it, where the template takes them from."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in [*pathlib.Path().glob("connections.toml"), *pathlib.Path().glob("destinations*.toml"), *pathlib.Path().glob("*.pem")]:
        shutil.copy(file, folder)


def ask_once():
    """Asks, unless samconfig.toml has the answers."""
    if not pathlib.Path("connections.toml").is_file():
        return "there is no connections.toml: copy infra/aws/connections.example.toml to it, and write your cluster in"
    if not SETTINGS.is_file():
        SETTINGS.write_text(tomlkit.dumps(configured()))
        print("\nsamconfig.toml keeps these answers: change them, or add other parameters of infra/aws/template.yaml, there.\n")
    return refusal(tomlkit.parse(SETTINGS.read_text())["default"]["deploy"]["parameters"]) or 0


def deploy(sam, package):
    copy_configuration(package / "configuration")
    command = [sam, "deploy", "--template-file", str(TEMPLATE), "--config-file", str(SETTINGS.resolve())]
    return subprocess.run(command, check=False).returncode


def main():
    match sys.argv[1:]:
        case ["ask"]:
            return ask_once()
        case ["deploy", sam, package]:
            return deploy(sam, pathlib.Path(package))
    return __doc__


if __name__ == "__main__":
    sys.exit(main())
