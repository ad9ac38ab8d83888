"""The page of the documentation that says what was measured: its tables and pictures are written by a run, the rest by hand."""

import os
import platform
import shutil

BEGIN, END = "<!-- Written by `make bench DOCS=1`. -->\n", "<!-- Until here. -->\n"
# Those that the page and README show.
PICTURES = (
    "ratios",
    "rows-cpu-start-included",
    "rows-peak-memory",
    "points-cpu-start-included",
    "series-cpu-start-included",
    "mb-ingested-cpu-start-included",
    "instances-at-once-calls-a-second",
    "instances-at-once-99th-percentile",
)


def number(figure):
    if figure.unit == "$" and figure.value >= 1000:
        return f"${figure.value:,.0f}"
    return f"${figure.value:.2f}" if figure.unit == "$" else f"{figure.value:.3g} {figure.unit}".strip()


def goals(figures):
    """What was asked, and what it came to."""
    yield "| goal | case | measured | is | at most | |\n|---|---|---|---|---|---|\n"
    for figure in figures:
        if figure.asked is not None:
            yield f"| {figure.goal or ''} | {figure.case} | {figure.what} | {number(figure)} | {figure.asked:.3g} | {'met' if figure.met else '**missed**'} |\n"


def costs(figures):
    """Of each contestant processor time, memory and price."""
    rows = {}
    for figure in figures:
        who, found, what = figure.what.rpartition(": ")
        if found and figure.goal is None:
            rows.setdefault((figure.case, who), {})[what] = number(figure)
    yield "\n| case | function | CPU | peak memory | a million calls |\n|---|---|---|---|---|\n"
    for (case, who), told in rows.items():
        price = told.get("a million calls") or told.get("a million runs")
        yield f"| {case} | {who} | {told.get('CPU', '')} | {told.get('peak memory', '')} | {price} |\n"


def write(page, setting, figures, rounds):
    """Puts the tables into `page`, and the pictures into the folder of its name."""
    before, rest = page.read_text().split(BEGIN)
    after = rest.split(END)[1]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}, medians of {rounds} rounds.\n\n"
    page.write_text("".join([before, BEGIN, machine, *goals(figures), *costs(figures), END, after]))
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    for name in PICTURES:
        shutil.copy(setting.target / "pictures" / f"{name}.png", folder)
