"""Sends requests that schemathesis makes of an OpenAPI document to an API, and prints how many there were and what was wrong, as JSON.

Replies are closed for this: a field that the document does not name is wrong.

Usage: fuzz_openapi.py DOCUMENT URL CASES SEED
"""

import json
import logging
import sys
from collections import Counter

import hypothesis
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

REQUESTS = ("Request",)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def close(schema):
    """Refuses further fields wherever a reply names its own."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)


def main(path, url, cases, seed):
    logging.disable(logging.CRITICAL)
    document = json.load(open(path, encoding="utf-8"))
    for name, schema in document["components"]["schemas"].items():
        if not name.endswith(REQUESTS):
            close(schema)
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url)
    operations = [operation.ok() for operation in schema.get_all_operations()]
    each = -(-int(cases) // len(operations))
    statuses, failures, sent = Counter(), [], 0

    def run(operation):
        nonlocal sent

        @hypothesis.seed(int(seed))
        @hypothesis.settings(
            max_examples=each,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        )
        @hypothesis.given(case=operation.as_strategy())
        def send(case):
            nonlocal sent
            sent += 1
            response = case.call()
            statuses[f"{operation.method.upper()} {operation.path} {response.status_code}"] += 1
            try:
                case.validate_response(response, checks=CHECKS)
            except BaseException as error:  # a group of failures
                failures.append(f"{operation.method.upper()} {operation.path}: {error} {getattr(error, 'exceptions', '')}"[:1500])

        try:
            send()
        except Exception as error:
            failures.append(f"{operation.path}: {type(error).__name__}: {error}"[:1500])

    for operation in operations:
        run(operation)
        if len(failures) > 5:
            break
    print(json.dumps({"sent": sent, "failures": failures[:5], "statuses": dict(statuses)}))


main(*sys.argv[1:])
