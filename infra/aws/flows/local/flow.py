"""Runs a flow on this machine, in real time, and keeps what became of it for `runs.py`.

Usage: python3 flow.py FLOW INPUT.json --functions http://127.0.0.1:9000 --runs target/runs
"""

import argparse
import datetime
import json
import pathlib
import socket
import sys
import urllib.parse

from interpreter import FLOWS, interpreting


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("flow", choices=sorted(path.name.removesuffix(".asl.json") for path in FLOWS.glob("*.asl.json")))
    parser.add_argument("input", type=pathlib.Path, help="a file of JSON")
    parser.add_argument("--functions", required=True, help="where Lambda's Invoke API is served")
    parser.add_argument("--runs", required=True, type=pathlib.Path, help="the folder of runs")
    arguments = parser.parse_args()
    address = urllib.parse.urlsplit(arguments.functions)
    try:
        socket.create_connection((address.hostname, address.port)).close()
    except OSError:
        return f"no functions answer at {arguments.functions}: run make start in another terminal first"
    name = f"{arguments.flow}-{datetime.datetime.now(datetime.timezone.utc):%Y%m%dT%H%M%S%f}"
    with interpreting() as interpreter:
        run = interpreter.run(arguments.flow, name, json.loads(arguments.input.read_text()), arguments.functions)
    arguments.runs.mkdir(parents=True, exist_ok=True)
    (arguments.runs / f"{name}.json").write_text(json.dumps(run, indent=2))
    print(json.dumps(run["output"], indent=2) if run["status"] == "SUCCEEDED" else f"{run['error']}: {run['cause']}")
    return run["status"] != "SUCCEEDED"


if __name__ == "__main__":
    sys.exit(main())
