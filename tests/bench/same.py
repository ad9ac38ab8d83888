"""Whether two programs gave the same."""

import datetime
import gzip
import html
import json
import math
import re


def same_rows(ours, theirs, answer):
    """Fails where a row of one is not the row of the other; datetimes and numbers by their value."""
    columns = table(answer)["Columns"]
    assert len(ours) == len(theirs), f"{len(ours)} rows here, {len(theirs)} there"
    for number, (one, other) in enumerate(zip(ours, theirs)):
        for column in columns:
            name = column["ColumnName"]
            assert same(one[name], other[name], column["ColumnType"]), f"row {number}, {name}: {one[name]!r}, {other[name]!r}"


def same_cells(ours, theirs, answer):
    """Fails where one table in HTML has other cells than the other, as a reader sees them; ours may have another form for a value."""
    rows, ours, theirs = table(answer)["Rows"], cells(ours), cells(theirs)
    assert len(ours) == len(theirs) == len(rows), f"{len(ours)} rows here, {len(theirs)} there"
    for number, (row, one, other) in enumerate(zip(rows, ours, theirs)):
        for value, here, there in zip(row, one, other, strict=True):
            if isinstance(value, str) and not value.endswith("Z"):
                assert here == there == value, f"row {number}: {here!r}, {there!r}, {value!r}"


def cells(markup):
    """The text of each cell of each row but the head."""
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in re.split(r"<tr[^>]*>", markup)]
    return [[html.unescape(cell).strip() for cell in row] for row in rows if row]


def table(answer):
    """The result in the answer of the endpoint."""
    frames = json.loads(gzip.decompress(answer.read_bytes()))
    return next(frame for frame in frames if frame.get("TableKind") == "PrimaryResult")


def same(one, other, of):
    if of == "datetime":
        return abs(instant(one) - instant(other)) < 0.001
    if of == "real":
        return math.isclose(one, other)
    if of == "dynamic":
        return parsed(one) == parsed(other)
    return one == other


def parsed(value):
    """A dynamic value: a client may hand it on as text."""
    return json.loads(value) if isinstance(value, str) else value


def instant(text):
    """Seconds; the clients know microseconds or milliseconds, the service a tenth of a microsecond."""
    text = text.replace(" ", "T").replace("Z", "+00:00")
    head, point, rest = text.partition(".")
    if point:
        digits, sign, zone = rest.partition("+")
        text = f"{head}.{digits[:6].ljust(6, '0')}{sign}{zone}"
    return datetime.datetime.fromisoformat(text).timestamp()
