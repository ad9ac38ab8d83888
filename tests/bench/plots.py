"""Pictures of what was measured, drawn by the very function that was measured."""

import base64
import gzip
import json

from answers import END, HEADER, columns

LANGUAGES = {
    "PyPI azure-kusto-data": "Python", "npm azure-kusto-data": "Node", "a lean Python handler": "Python", "a bundled Node handler": "Node",
    "matplotlib": "Python", "vega": "Node", "PyPI azure-kusto-ingest": "Python", "npm azure-kusto-ingest": "Node",
}
PART_OF = "CPU, part of "


def draw(setting, name, types, rows, look):
    """Answers `rows` to query-chart as the service would after a `render`, and keeps the PNG in the folder of pictures."""
    properties = {"TableId": "int", "Key": "string", "Value": "dynamic"}
    frames = [
        HEADER,
        {"FrameType": "DataTable", "TableId": 0, "TableKind": "QueryProperties", "TableName": "@ExtendedProperties",
         "Columns": columns(properties), "Rows": [[1, "Visualization", json.dumps(look)]]},
        {"FrameType": "DataTable", "TableId": 1, "TableKind": "PrimaryResult", "TableName": "PrimaryResult", "Columns": columns(types), "Rows": rows},
        END,
    ]
    (setting.answers / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(frames).encode(), mtime=0))
    reply = json.loads(setting.ours("query-chart", [{"query": name}], {"INLINE_LIMIT": "6000000"}).replies[0])
    picture = next(file for file in reply["attachments"] if file["contentType"] == "image/png")
    folder = setting.target / "pictures"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.png").write_bytes(base64.b64decode(picture["content"]))


def ratios(setting, figures):
    """How many times our processor time a peer takes, in each case."""
    times = {}
    for figure in figures:
        peer = figure.what.removeprefix(PART_OF)
        if peer in LANGUAGES:
            times.setdefault(figure.case, {})[LANGUAGES[peer]] = round(1 / figure.value, 1)
    rows = [[case, of.get("Python"), of.get("Node")] for case, of in times.items()]
    if rows:
        look = {"Visualization": "barchart", "Title": "Processor time of others, in multiples of ours", "YTitle": "times"}
        draw(setting, "ratios", {"Case": "string", "Python": "real", "Node": "real"}, rows, look)


def growth(setting, figures):
    """What is measured over how much work there was; one picture for each of both."""
    curves = {}
    for figure in figures:
        if figure.size is not None:
            curves.setdefault((figure.of, figure.what, figure.unit), []).append([figure.size, figure.value])
    for (of, what, unit), rows in curves.items():
        column = f"{what}, {unit}" if unit else what
        look = {"Visualization": "linechart", "Title": f"{what[0].upper()}{what[1:]} over {of}", "XAxis": "log", "YAxis": "log" if unit == "ms" else "linear",
                "XTitle": of, "YTitle": unit, "Legend": "hidden", "YMin": None if unit == "ms" else 0}
        draw(setting, f"{of}-{what}".replace(" ", "-").replace(",", "").lower(), {of: "real", column: "real"}, rows, look)


def pictures(setting, figures):
    """All of them."""
    ratios(setting, figures)
    growth(setting, figures)
