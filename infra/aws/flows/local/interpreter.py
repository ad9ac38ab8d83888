"""Runs the flows here: moto's Step Functions interpreter, with what it lacks.

Lines of JSON come on standard input, `{"flow", "name", "input", "functions"}`, run side by side, and are answered on standard output as they
end: what `run` returns. `functions` is where Lambda's Invoke API is served.

What is patched, and why:

- `lambda:invoke` reaches the functions over HTTP, and not moto's Lambda, which needs Docker.
- JSONata is evaluated by PyPI jsonata-python: moto parses JSONata and brings nothing to evaluate it. The variables are bound as values:
  as moto pastes them into the text of the expression, a text with a quotation mark in it would end there.
- A wait, of a Wait state or before a retry, takes 1/`--speed` of its time.
"""

import argparse
import contextlib
import io
import json
import logging
import os
import pathlib
import re
import sys
import threading
import time
import types
import urllib.error
import urllib.request

# No credential is looked for, on this machine or around it.
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1", AWS_EC2_METADATA_DISABLED="true")

import boto3
import jsonata
from botocore.exceptions import ClientError
from jsonata.utils import Utils
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.jsonata import validations

FLOWS = pathlib.Path(__file__).parent.parent


class Functions:
    """Lambda's Invoke API, as boto's client has it; a function's name is the URL that invokes it."""

    def invoke(self, FunctionName, Payload=b"{}", **_):
        request = urllib.request.Request(FunctionName, data=Payload, headers={"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request) as answer:
                return invoked(answer)
        except urllib.error.HTTPError as answer:
            kind = answer.headers.get("x-amzn-errortype")
            if kind is None:
                return invoked(answer)
            raise service_error(kind, answer.read().decode(), answer.code) from answer
        except OSError as error:
            raise service_error("SdkClientException", str(error), 0) from error


def invoked(answer):
    """What the client returns for a function's answer. `cargo lambda` tells of an error by its status only."""
    error = {"FunctionError": "Unhandled"} if answer.headers.get("x-amz-function-error") or answer.status >= 400 else {}
    return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": io.BytesIO(answer.read()), **error}


def service_error(kind, message, status):
    """An error of Lambda itself, which a state machine sees as `Lambda.<kind>`."""
    told = {"Error": {"Code": kind, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": ""}}
    return ClientError(told, "Invoke")


def bound(value):
    """A value as jsonata-python has it: None is what is not there, and null a value of its own."""
    if isinstance(value, dict):
        return {name: bound(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [bound(inner) for inner in value]
    return Utils.NULL_VALUE if value is None else value


def evaluate(expression, variables):
    """The value of a JSONata expression as plain JSON."""
    compiled = jsonata.Jsonata(expression)
    compiled.register_lambda("parse", json.loads)
    frame = compiled.create_frame()
    for name, value in variables.items():
        frame.bind(name, value)
    return json.loads(json.dumps(compiled.evaluate(None, frame)))


def eval_jsonata(self, env):
    store = env.variable_store
    variables = {**store._outer_scope, **store._inner_scope, "states": env.states._states_data}
    variables = bound(json.loads(json.dumps(variables, default=str)))
    result = evaluate(self.expression, variables)
    if result is None and not evaluate(f"$exists({self.expression})", variables):
        validations._validate_null_output(env, self.expression, "$nothing")
    env.stack.append(result)


def patch(speed):
    # moto logs every task that fails, at length; the history says the same.
    logging.disable()
    lambda_eval_utils.boto_client_for = lambda **_: Functions()
    StringJSONata._eval_body = eval_jsonata
    validations.eval_jsonata_expression = lambda expression: evaluate(expression, {})
    WaitFunction._wait_interval = lambda self, env, wait_seconds: env.program_state_event.wait(wait_seconds / speed)
    retrier_decl.time = types.SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / speed))


def definition(flow, functions):
    """The flow's file with the URL of a function in place of each `${QueryChartFunction}`."""

    def url(placeholder):
        name = re.sub(r"(?<!^)(?=[A-Z])", "-", placeholder[1]).lower()
        return f"{functions}/2015-03-31/functions/{name}/invocations"

    return re.sub(r"\$\{([A-Za-z]+)Function\}", url, (FLOWS / f"{flow}.asl.json").read_text())


class Interpreter:
    """moto's Step Functions, with a state machine for each flow and place where functions are."""

    def __init__(self):
        self.states = boto3.client("stepfunctions")
        self.machines = {}
        self.lock = threading.Lock()

    def machine(self, flow, functions):
        with self.lock:
            if (flow, functions) not in self.machines:
                others = sum(1 for other, _ in self.machines if other == flow)
                created = self.states.create_state_machine(
                    name=f"{flow}-{others + 1}" if others else flow,
                    definition=definition(flow, functions),
                    roleArn="arn:aws:iam::123456789012:role/flows",
                )
                self.machines[flow, functions] = created["stateMachineArn"]
            return self.machines[flow, functions]

    def run(self, flow, name, input, functions):
        """Runs a flow to its end and returns what became of it, as the service describes it, with its history."""
        machine = self.machine(flow, functions)
        # moto makes no name of its own.
        arn = self.states.start_execution(stateMachineArn=machine, name=name, input=json.dumps(input))["executionArn"]
        pause = 0.01
        while (execution := self.states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            time.sleep(pause)
            pause = min(pause * 1.5, 0.2)
        return {
            "flow": flow,
            "name": name,
            "status": execution["status"],
            "startDate": execution["startDate"].isoformat(),
            "stopDate": execution["stopDate"].isoformat(),
            "output": json.loads(execution.get("output", "null")),
            "error": execution.get("error"),
            "cause": execution.get("cause"),
            "events": json.loads(json.dumps(self.history(arn), default=lambda time: time.isoformat())),
        }

    def history(self, arn):
        return self.states.get_execution_history(executionArn=arn)["events"]


@contextlib.contextmanager
def interpreting(speed=1):
    """An interpreter in which waits go by `speed` times as fast."""
    patch(speed)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        yield Interpreter()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--speed", type=float, default=1, help="how many times as fast a wait goes by")
    lock = threading.Lock()

    def answer(line):
        asked = json.loads(line)
        try:
            told = interpreter.run(**asked)
        except Exception as error:
            told = {"name": asked["name"], "refused": str(error)}
        with lock:
            print(json.dumps(told), flush=True)

    with interpreting(parser.parse_args().speed) as interpreter:
        threads = []
        for line in sys.stdin:
            threads.append(threading.Thread(target=answer, args=[line]))
            threads[-1].start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
