"""Prints what CloudFormation makes of a SAM template, as JSON.

Usage: python3 render_template.py TEMPLATE.yaml

The transform is that of the service itself, from PyPI aws-sam-translator. What `sam deploy` uploads, a file of code or of a definition, gets
the address of an object in its place: the bucket `packaged`, the path in the repository.
"""

import json
import logging
import os
import pathlib
import sys

os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1", AWS_EC2_METADATA_DISABLED="true")

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

# The properties that `sam deploy` uploads.
UPLOADED = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
    "AWS::CloudFormation::Stack": "TemplateURL",
}


def rendered(path):
    template = yaml_parse(path.read_text())
    root = pathlib.Path(__file__).parent.parent.parent.resolve()
    for resource in template["Resources"].values():
        name = UPLOADED.get(resource["Type"])
        if name:
            file = (path.parent / resource["Properties"][name]).resolve().relative_to(root)
            resource["Properties"][name] = f"s3://packaged/{file}" if resource["Type"] != "AWS::CloudFormation::Stack" else f"https://packaged.s3.amazonaws.com/{file}"
    return Translator(None, Parser(), boto_session=boto3.Session()).translate(template, {})


if __name__ == "__main__":
    logging.disable()
    json.dump(rendered(pathlib.Path(sys.argv[1]).resolve()), sys.stdout)
