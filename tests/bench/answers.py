"""The answers that the endpoint gives, by the text of the query: made once, the same on every machine, kept compressed in a folder."""

import gzip
import json
import pathlib
import random

STORMS = {
    "StartTime": "datetime", "EndTime": "datetime", "EpisodeId": "int", "EventId": "int", "State": "string",
    "EventType": "string", "InjuriesDirect": "int", "DeathsDirect": "int", "DamageProperty": "int", "DamageCrops": "int",
    "Source": "string", "BeginLocation": "string", "EndLocation": "string", "BeginLat": "real", "BeginLon": "real",
    "EventNarrative": "string", "StormSummary": "dynamic",
}
METRICS = {
    "Timestamp": "datetime", "Host": "string", "Service": "string", "Region": "string", "Requests": "long",
    "Failures": "long", "Latency": "real", "Trace": "guid",
}
POINTS = {"Timestamp": "datetime", "Series": "string", "Value": "real"}

WORDS = """thunderstorms along a slow cold front brought down dozens of trees and power lines across the northern part of the
county where a roof was torn off near the old mill while amounts of rain ranged from two to four inches and "golf ball" hail
was reported by a spotter, who saw the river rise above its banks before midnight; roads stayed closed until the morning""".split()
STATES = ["TEXAS", "NORTH CAROLINA", "KANSAS", "ATLANTIC SOUTH", "IOWA", "MISSISSIPPI", "GEORGIA", "NEW YORK"]
EVENTS = ["Thunderstorm Wind", "Hail", "Flash Flood", "Heavy Rain", "Tornado", "Winter Storm"]


def storms(rows):
    """Rows as those of the sample table StormEvents: 590 bytes each, a third of it text."""
    chance = random.Random(1)
    for number in range(rows):
        day = f"2007-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        start, end = f"{day}T{chance.randrange(24):02}:{chance.randrange(60):02}:00Z", f"{day}T23:59:00.1234567Z"
        words = chance.choices(WORDS, k=chance.randrange(20, 40))
        narrative, state = " ".join(words), chance.choice(STATES)
        damage = chance.randrange(200) * 500
        details = {"Description": " ".join(chance.choices(WORDS, k=14)), "Location": state}
        yield [
            start, end, chance.randrange(20_000), number, state, chance.choice(EVENTS), chance.randrange(3), 0, damage,
            chance.randrange(5_000), "Trained Spotter", f"LOCATION {chance.randrange(900)}",
            f"LOCATION {chance.randrange(900)}", round(25 + chance.random() * 24, 4), round(-120 + chance.random() * 50, 4),
            narrative, {"TotalDamages": damage, "StartTime": start, "EndTime": end, "Details": details},
        ]


def metrics(rows):
    """Rows of numbers, short text and a random guid: 132 bytes each."""
    chance = random.Random(2)
    for number in range(rows):
        trace = f"{chance.getrandbits(32):08x}-{chance.getrandbits(16):04x}-4{chance.getrandbits(12):03x}-8000-{chance.getrandbits(48):012x}"
        yield [
            f"2026-11-{number // 18_000 % 28 + 1:02}T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.{chance.randrange(10**7):07}Z",
            f"host-{chance.randrange(400):04}", f"service-{chance.randrange(30)}", chance.choice(["westeurope", "eastus", "uksouth"]),
            chance.randrange(100_000), chance.randrange(20), round(chance.random() * 250, 12), trace,
        ]


def points(rows, series=5):
    """Points of so many series that share their times."""
    chance = random.Random(3)
    for number in range(rows):
        second, of = number // series, number % series
        time = f"2026-11-{second // 86_400 + 1:02}T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}Z"
        yield [time, f"series {of}", round(60 + of * 40 + chance.random() * 10, 4)]


def columns(types):
    return [{"ColumnName": name, "ColumnType": of} for name, of in types.items()]


HEADER = {"FrameType": "DataSetHeader", "IsProgressive": False, "Version": "v2.0"}
END = {"FrameType": "DataSetCompletion", "HasErrors": False, "Cancelled": False}
TABLE = {"TableId": 0, "TableKind": "PrimaryResult", "TableName": "PrimaryResult"}
# As many rows as the service puts into a fragment are not documented; these are about a megabyte.
FRAGMENT_ROWS = 2_000


def plain(types, rows):
    """One table in one frame."""
    return [HEADER, {"FrameType": "DataTable", **TABLE, "Columns": columns(types), "Rows": rows}, END]


def fragmented(types, rows, progressive=False):
    """The same table in fragments; a progressive one first shows rows that it then replaces."""
    kind = {"TableFragmentType": "DataAppend"}
    frames = [{**HEADER, "IsProgressive": progressive, "IsFragmented": True}]
    frames.append({"FrameType": "TableHeader", **TABLE, "Columns": columns(types)})
    if progressive:
        first = {"TableFragmentType": "DataReplace", "Rows": rows[:FRAGMENT_ROWS]}
        frames += [{"FrameType": "TableFragment", "TableId": 0, "FieldCount": len(types), **first}, {"FrameType": "TableProgress", "TableId": 0, "TableProgress": 10.0}]
    for start in range(0, len(rows), FRAGMENT_ROWS):
        part = "DataReplace" if progressive and start == 0 else kind["TableFragmentType"]
        fragment = {"TableFragmentType": part, "Rows": rows[start : start + FRAGMENT_ROWS]}
        frames.append({"FrameType": "TableFragment", "TableId": 0, "FieldCount": len(types), **fragment})
    frames.append({"FrameType": "TableCompletion", "TableId": 0, "RowCount": len(rows)})
    return [*frames, END]


def wanted():
    """The name of each answer, its columns, its rows and the form it comes in."""
    yield "one", STORMS, storms(1), plain
    for count in (100, 1_000, 8_000, 28_000):
        yield f"m{count}", METRICS, metrics(count), plain
    for count in (1, 10, 100, 1_000, 10_000, 50_000, 100_000, 250_000):
        yield f"scale{count}", METRICS, metrics(count), plain
    yield "s5000", STORMS, storms(5_000), plain
    yield "s50k", STORMS, storms(50_000), plain
    yield "m500k", METRICS, metrics(500_000), plain
    yield "s50k-fragmented", STORMS, storms(50_000), fragmented
    yield "s50k-progressive", STORMS, storms(50_000), lambda types, rows: fragmented(types, rows, True)
    for count in (1_000, 5_000, 50_000, 500_000):
        yield f"p{count}", POINTS, points(count), plain
    for series in (1, 10, 100, 1_000):
        yield f"series{series}", POINTS, points(100_000, series), plain


def make(folder: pathlib.Path, names=None):
    """Writes the answers of these names, or all, that are not there yet; each is whole or not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, types, rows, form in wanted():
        path = folder / f"{name}.json.gz"
        if path.exists() or (names and name not in names):
            continue
        text = json.dumps(form(types, list(rows)), separators=(",", ":"))
        part = path.with_suffix(".part")
        with gzip.GzipFile(part, "wb", compresslevel=6, mtime=0) as file:
            file.write(text.encode())
        part.rename(path)
        print(f"made {name}: {len(text) / 1e6:.1f} MB, {path.stat().st_size / 1e6:.1f} MB compressed")
