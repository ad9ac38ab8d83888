"""A lean Lambda handler in Python: no SDK, the standard library alone. It answers rows as JSON, or as a table in HTML."""

import gzip
import html
import json
import os
from urllib.request import Request, urlopen

URL = os.environ["KUSTO_CLUSTER"] + "/v2/rest/query"
API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"


def query(text):
    body = json.dumps({"db": "db", "csl": text, "properties": {}}).encode()
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    with urlopen(Request(URL, body, headers)) as answer:
        frames = json.loads(gzip.decompress(answer.read()))
    table = next(frame for frame in frames if frame.get("TableKind") == "PrimaryResult")
    return [column["ColumnName"] for column in table["Columns"]], table["Rows"]


def as_json(names, rows):
    return {"columns": names, "rows": [dict(zip(names, row)) for row in rows]}


def as_html(names, rows):
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return {"html": f"<table><tr>{head}</tr>{body}</table>"}


def main():
    while True:
        with urlopen(f"{API}/next") as invocation:
            event, request = json.loads(invocation.read()), invocation.headers["Lambda-Runtime-Aws-Request-Id"]
        answer = as_html if event.get("format") == "html" else as_json
        reply = json.dumps(answer(*query(event["query"]))).encode()
        urlopen(Request(f"{API}/{request}/response", reply, {"Content-Type": "application/json"})).read()


main()
