"""A Lambda handler that draws an SVG with matplotlib from the rows of a query: Timestamp, Series, Value. With `png`, a PNG of twice the size too;
with `mail` that PNG is put into a mail, which is written to the file of that name."""

import base64
import gzip
import io
import json
import os
from urllib.request import Request, urlopen

import matplotlib
import numpy

matplotlib.use("agg")
from matplotlib import pyplot  # noqa: E402

URL = os.environ["KUSTO_CLUSTER"] + "/v2/rest/query"
API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"


def rows(text):
    body = json.dumps({"db": "db", "csl": text, "properties": {}}).encode()
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    with urlopen(Request(URL, body, headers)) as answer:
        frames = json.loads(gzip.decompress(answer.read()))
    return next(frame for frame in frames if frame.get("TableKind") == "PrimaryResult")["Rows"]


def draw(answer, png):
    series = {}
    for time, name, value in answer:
        times, values = series.setdefault(name, ([], []))
        times.append(time[:-1])
        values.append(value)
    figure, axes = pyplot.subplots(figsize=(6.8, 3.4))
    for name, (times, values) in series.items():
        axes.plot(numpy.array(times, dtype="datetime64[s]"), values, label=name)
    axes.legend(loc="upper left")
    svg, picture = io.BytesIO(), io.BytesIO()
    figure.savefig(svg, format="svg")
    if png:
        figure.savefig(picture, format="png", dpi=200)
    drawn = len(axes.lines)
    pyplot.close(figure)
    return {"lines": drawn, "svg": svg.tell(), "png": picture.tell(), "picture": base64.b64encode(picture.getvalue()).decode()}


def mail(picture, rows, path):
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "reports@example.com", "ops@example.com", "Load"
    message.set_content("\n".join(" ".join(map(str, row)) for row in rows[:50]))
    message.add_alternative('<html><body><h1>Load</h1><img src="cid:chart"></body></html>', subtype="html")
    message.get_payload()[1].add_related(picture, "image", "png", cid="<chart>")
    with open(path, "wb") as file:
        file.write(bytes(message))


def main():
    while True:
        with urlopen(f"{API}/next") as invocation:
            event, request = json.loads(invocation.read()), invocation.headers["Lambda-Runtime-Aws-Request-Id"]
        answer, path = rows(event["query"]), event.get("mail")
        drawn = draw(answer, path or event.get("png"))
        if path:
            mail(base64.b64decode(drawn.pop("picture")), answer, path)
        reply = json.dumps(drawn).encode()
        urlopen(Request(f"{API}/{request}/response", reply, {"Content-Type": "application/json"})).read()


main()
