"""Whether two programs gave the same rows."""

import datetime
import gzip
import json
import math


def same_rows(ours, theirs, answer):
    """Fails where a row of one is not the row of the other; datetimes and numbers by their value."""
    frames = json.loads(gzip.decompress(answer.read_bytes()))
    columns = next(frame for frame in frames if frame.get("TableKind") == "PrimaryResult")["Columns"]
    ours, theirs = json.loads(ours.read_bytes())["value"], json.loads(theirs.read_bytes())
    assert len(ours) == len(theirs), f"{len(ours)} rows here, {len(theirs)} there"
    for number, (one, other) in enumerate(zip(ours, theirs)):
        for column in columns:
            name = column["ColumnName"]
            assert same(one[name], other[name], column["ColumnType"]), f"row {number}, {name}: {one[name]!r}, {other[name]!r}"


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
