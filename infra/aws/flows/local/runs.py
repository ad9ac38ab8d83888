"""Lists the runs that `flow.py` keeps, the newest first: start, duration, status, and of a failure the step and the reason.

Usage: python3 runs.py --runs target/runs [RUN]

With the name of a run: the steps that it took.
"""

import argparse
import datetime
import json
import pathlib
import sys


def time(text):
    return datetime.datetime.fromisoformat(text)


def seconds(begin, end):
    return f"{(time(end) - time(begin)).total_seconds():.1f} s"


def table(rows):
    """Columns as wide as what is in them, but for the last."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def listed(run):
    duration = seconds(run["startDate"], run["stopDate"])
    # The flows begin a cause with the step that failed.
    reason = f"{run['error']}: {run['cause']}" if run["error"] else ""
    return [f"{time(run['startDate']):%Y-%m-%d %H:%M:%S}Z", duration, run["status"], run["name"], reason.replace("\n", " ")]


def steps(run):
    """Each state as it was entered, and each error of a task, with the time since the start."""
    for event in run["events"]:
        since = seconds(run["startDate"], event["timestamp"])
        entered, failed = event.get("stateEnteredEventDetails"), event.get("taskFailedEventDetails")
        if entered:
            yield [since, entered["name"], ""]
        elif failed:
            yield [since, "", failed["error"] + ": " + sentence(failed["cause"])]


def sentence(cause):
    """What a function says of its error, or the cause as it is."""
    try:
        cause = json.loads(cause)["errorMessage"]
    except (ValueError, TypeError, KeyError):
        pass
    return cause.replace("\n", " ")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", required=True, type=pathlib.Path, help="the folder of runs")
    parser.add_argument("run", nargs="?", help="the name of one")
    arguments = parser.parse_args()
    runs = [json.loads(file.read_text()) for file in arguments.runs.glob("*.json")]
    runs.sort(key=lambda run: run["startDate"], reverse=True)
    if arguments.run:
        found = [run for run in runs if run["name"] == arguments.run]
        if not found:
            return f"there is no run {arguments.run} in {arguments.runs}"
        print(table([["AFTER", "STEP", "ERROR"], *steps(found[0])]))
    elif runs:
        print(table([["START", "DURATION", "STATUS", "RUN", "REASON"], *map(listed, runs)]))
    else:
        print("nothing has run yet: with `make start` running, make flow FLOW=threshold-alert")
    return 0


if __name__ == "__main__":
    sys.exit(main())
