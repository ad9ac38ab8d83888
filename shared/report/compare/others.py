"""Draws the cases that the example `charts` wrote with the defaults of matplotlib, Vega-Lite and Plotly.

usage: others.py FOLDER CHROMIUM
"""

import json
import pathlib
import subprocess
import sys
import tempfile
from datetime import datetime

import matplotlib
import vl_convert
from plotly import graph_objects, io

matplotlib.use("agg")
from matplotlib import pyplot  # noqa: E402

WIDTH, HEIGHT = 680, 340


def parsed(value):
    """A datetime where the cell is one."""
    if isinstance(value, str) and value.endswith("Z") and value[4:5] == "-":
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value


class Case:
    """A result and what its columns are for."""

    def __init__(self, case):
        self.name, self.title, self.kind = case["name"], case["title"], case["kind"]
        self.columns = case["columns"]
        self.rows = [[parsed(cell) for cell in row] for row in case["rows"]]
        self.records = [dict(zip(self.columns, row)) for row in case["rows"]]

    def column(self, name):
        index = self.columns.index(name)
        return [row[index] for row in self.rows]

    def groups(self, key):
        """The rows by the value of a column, in order of appearance."""
        index, groups = self.columns.index(key), {}
        for row in self.rows:
            groups.setdefault(row[index], []).append(row)
        return groups


def matplotlib_picture(case, path):
    figure, axes = pyplot.subplots(figsize=(WIDTH / 100, HEIGHT / 100), dpi=200)
    if case.name == "time":
        for name, rows in case.groups("Service").items():
            axes.plot([row[0] for row in rows], [row[2] for row in rows], label=name)
        axes.legend()
    elif case.name == "stack":
        groups = case.groups("Service")
        times = [row[0] for row in next(iter(groups.values()))]
        axes.stackplot(times, *[[row[2] for row in rows] for rows in groups.values()], labels=list(groups))
        axes.legend()
    elif case.name in ("columns", "grouped"):
        groups, beside = case.groups("Severity"), case.name == "grouped"
        below = [0] * 7
        for index, (name, rows) in enumerate(groups.items()):
            values, days = [row[2] for row in rows], [row[0] for row in rows]
            if beside:
                axes.bar([place + (index - 1) * 0.25 for place in range(7)], values, 0.25, label=name)
                axes.set_xticks(range(7), days)
            else:
                axes.bar(days, values, bottom=below, label=name)
                below = [low + value for low, value in zip(below, values)]
        axes.legend()
    elif case.name == "anomaly":
        values = [float("nan") if value is None else value for value in case.column("SignIns")]
        axes.plot(case.column("Timestamp"), values)
        marked = [row for row in case.rows if row[2]]
        axes.plot([row[0] for row in marked], [row[1] for row in marked], "o")
    elif case.name == "pie":
        axes.pie(case.column("Requests"), labels=case.column("Result"), autopct="%1.1f%%")
    elif case.name == "bars":
        axes.barh(case.column("State"), case.column("Events"))
    elif case.name == "scatter":
        for name, rows in case.groups("Region").items():
            axes.scatter([row[0] for row in rows], [row[1] for row in rows], label=name)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.legend()
    axes.set_title(case.title)
    figure.savefig(path)
    pyplot.close(figure)


def vega_lite_picture(case, path):
    marks = {
        "time": ("line", ("Timestamp", "temporal"), ("Requests", "quantitative"), "Service"),
        "stack": ("area", ("Timestamp", "temporal"), ("Requests", "quantitative"), "Service"),
        "columns": ("bar", ("Day", "nominal"), ("Alerts", "quantitative"), "Severity"),
        "grouped": ("bar", ("Day", "nominal"), ("Alerts", "quantitative"), "Severity"),
        "anomaly": ("line", ("Timestamp", "temporal"), ("SignIns", "quantitative"), None),
        "pie": ("arc", None, None, "Result"),
        "bars": ("bar", ("Events", "quantitative"), ("State", "nominal"), None),
        "scatter": ("point", ("Size", "quantitative"), ("Latency", "quantitative"), "Region"),
    }
    mark, x, y, colour = marks[case.name]
    encoding = {}
    if x:
        encoding = {"x": {"field": x[0], "type": x[1]}, "y": {"field": y[0], "type": y[1]}}
    if colour:
        encoding["color"] = {"field": colour, "type": "nominal"}
    if case.name == "pie":
        encoding["theta"] = {"field": "Requests", "type": "quantitative"}
    if case.name == "grouped":
        encoding["xOffset"] = {"field": "Severity"}
    if case.name == "scatter":
        encoding["x"]["scale"] = encoding["y"]["scale"] = {"type": "log"}
    layers = [{"mark": mark, "encoding": encoding}]
    if case.name == "anomaly":
        layers.append({"mark": "point", "transform": [{"filter": "datum.Anomaly == 1"}], "encoding": encoding})
    specification = {
        "title": case.title,
        "data": {"values": case.records},
        "width": WIDTH - 150,
        "height": HEIGHT - 80 if case.name != "bars" else {"step": 20},
        "layer": layers,
    }
    path.write_bytes(vl_convert.vegalite_to_png(json.dumps(specification), scale=2))


def plotly_figure(case):
    figure = graph_objects.Figure()
    if case.name in ("time", "stack"):
        for name, rows in case.groups("Service").items():
            stacked = {"stackgroup": "one"} if case.name == "stack" else {}
            figure.add_scatter(x=[row[0] for row in rows], y=[row[2] for row in rows], name=name, **stacked)
    elif case.name in ("columns", "grouped"):
        for name, rows in case.groups("Severity").items():
            figure.add_bar(x=[row[0] for row in rows], y=[row[2] for row in rows], name=name)
        figure.update_layout(barmode="stack" if case.name == "columns" else "group")
    elif case.name == "anomaly":
        marked = [row for row in case.rows if row[2]]
        figure.add_scatter(x=case.column("Timestamp"), y=case.column("SignIns"), name="SignIns")
        figure.add_scatter(x=[row[0] for row in marked], y=[row[1] for row in marked], name="Anomaly", mode="markers")
    elif case.name == "pie":
        figure.add_pie(labels=case.column("Result"), values=case.column("Requests"))
    elif case.name == "bars":
        figure.add_bar(x=case.column("Events"), y=case.column("State"), orientation="h")
    elif case.name == "scatter":
        for name, rows in case.groups("Region").items():
            figure.add_scatter(x=[row[0] for row in rows], y=[row[1] for row in rows], name=name, mode="markers")
        figure.update_xaxes(type="log")
        figure.update_yaxes(type="log")
    figure.update_layout(title=case.title, width=WIDTH, height=HEIGHT)
    return figure


def plotly_picture(case, path, chromium):
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder, "page.html")
        page.write_text(io.to_html(plotly_figure(case), config={"staticPlot": True}))
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"]
        command += [f"--user-data-dir={folder}/profile", "--force-device-scale-factor=2", "--virtual-time-budget=5000"]
        command += [f"--screenshot={path.resolve()}", f"--window-size={WIDTH + 16},{HEIGHT + 16}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def main():
    folder, chromium = pathlib.Path(sys.argv[1]), sys.argv[2]
    for case in map(Case, json.loads(folder.joinpath("cases.json").read_text())):
        matplotlib_picture(case, folder / f"{case.name}-matplotlib.png")
        vega_lite_picture(case, folder / f"{case.name}-vega-lite.png")
        plotly_picture(case, folder / f"{case.name}-plotly.png", chromium)


main()
