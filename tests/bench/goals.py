"""The goals, each measured where a user would feel it: whole processes, our release binaries, the released clients of others."""

import dataclasses
import json
import pathlib
import shutil
import zipfile

from child import program
from contest import medians
from same import same_cells, same_rows

MB = 1e6


@dataclasses.dataclass
class Figure:
    """What was measured, and what was asked: `met` is none where nothing was. `size` says `of` what there was how much, where that grows."""

    goal: int | None
    case: str
    what: str
    value: float
    asked: float | None = None
    unit: str = ""
    of: str = ""
    size: float | None = None

    @property
    def met(self):
        return None if self.asked is None else self.value <= self.asked


def stored(setting, query, store=None):
    """Rows out: the query's result, written to the store."""
    store = store or setting.work / "store"
    shutil.rmtree(store, ignore_errors=True)
    return setting.ours("query", [{"query": query}], store=store)


def rows_written(setting, query, name):
    """The very bytes of the rows that our function wrote; what it says beside them is of each call."""
    store = setting.work / name
    reply = json.loads(stored(setting, query, store).replies[0])
    files = [path for path in store.rglob("*") if path.is_file() and path.stat().st_size > MB]
    assert len(files) == 1 and reply["rowCount"], reply
    text = files[0].read_text()
    _, end = json.JSONDecoder().raw_decode(text, len('{"value":'))
    return text[:end]


def rows_out(setting, rounds):
    """1, 2, 3: rows out, against the released clients and against what cannot be left out."""
    small = setting.rows("one").peak
    for case in ("s50k", "m500k"):
        programs = {"ours": setting.rows, "python": setting.python_rows, "npm": setting.node_rows}
        files = {name: setting.work / f"{name}.json" for name in programs}
        for name, run in programs.items():
            run(case, files[name])
        for peer in ("python", "npm"):
            same_rows(json.loads(files["ours"].read_bytes())["value"], json.loads(files[peer].read_bytes()), setting.answer(case))
        contestants = {name: lambda run=run: run(case) for name, run in programs.items()}
        contestants |= {"limit": lambda: setting.limit("rows", setting.url, case), "query": lambda: stored(setting, case)}
        costs = medians(contestants, rounds)
        named = {"ours": "our client", "query": "function query, to the store", "python": "PyPI client", "npm": "npm client", "limit": "limit"}
        for name, (cpu, peak) in costs.items():
            yield Figure(1, case, f"{named[name]}: CPU", cpu, unit="s")
            if peak:
                yield Figure(1, case, f"{named[name]}: peak memory", peak / MB, unit="MB")
        ours = costs["ours"][0]
        yield Figure(1, case, "CPU, part of PyPI azure-kusto-data", ours / costs["python"][0], 1 / 12)
        yield Figure(1, case, "CPU, part of npm azure-kusto-data", ours / costs["npm"][0], 1 / 7)
        yield Figure(2, case, "CPU, multiple of the limit", ours / costs["limit"][0], 1.6)
        yield Figure(3, case, "peak memory beyond that of one row", (costs["ours"][1] - small) / MB, 2, "MB")


def memory(setting, rounds):
    """3: what a function has resident, and HTML at its sink."""
    html = medians({query: lambda query=query: setting.html(query) for query in ("one", "m500k")}, rounds)
    yield Figure(3, "m500k as HTML", "peak memory beyond that of one row", (html["m500k"][1] - html["one"][1]) / MB, 2, "MB")
    largest, settings = [{"query": "m28000"}], {"INLINE_LIMIT": "6291456"}
    page = [{"query": "m8000", "format": "html"}]
    size, page_size = (len(setting.ours("query", event, settings).replies[0]) for event in (largest, page))
    costs = medians({
        "page": lambda: setting.ours("query", page, settings),
        "one": lambda: setting.ours("query", [{"query": "one"}], store=setting.work / "memory"),
        "largest": lambda: setting.ours("query", largest, settings),
        "stored": lambda: stored(setting, "m500k"),
    }, rounds)
    one = costs["one"][1]
    yield Figure(3, "one row", "query: peak memory", one / MB, unit="MB")
    yield Figure(3, f"reply of {size / MB:.1f} MB", "query: peak memory", costs["largest"][1] / MB, 20, "MB")
    yield Figure(3, f"HTML of {page_size / MB:.1f} MB", "query: peak memory", costs["page"][1] / MB, 20, "MB")
    yield Figure(3, "m500k to the store", "query: peak memory beyond that of one row", (costs["stored"][1] - one) / MB, 16, "MB")


def forms(setting, rounds):
    """5: answers in fragments."""
    plain = rows_written(setting, "s50k", "plain")
    names = ("s50k", "s50k-fragmented", "s50k-progressive")
    for name in names[1:]:
        assert rows_written(setting, name, name) == plain, f"{name} gives other rows"
    costs = medians({name: lambda name=name: stored(setting, name) for name in names}, rounds)
    for name in names[1:]:
        yield Figure(5, name, "CPU, multiple of the plain answer", costs[name][0] / costs["s50k"][0], 1.15)


def warm(run, event, calls=200):
    """A contestant whose cost is that of one event, once it has answered others: the mean of so many calls."""
    def contestant():
        few, many = run([event] * 5), run([event] * (5 + calls))
        return dataclasses.replace(many, cpu=(many.cpu - few.cpu) / calls)
    return contestant


def over_http(request, accept):
    """The event of an HTTP API that posts a request."""
    where = {"http": {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench"}}
    known = {name: "x" for name in ("accountId", "apiId", "domainName", "requestId", "routeKey", "stage", "time")}
    headers = {"content-type": "application/json", "accept": accept}
    return {
        "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "", "headers": headers,
        "requestContext": {**where, **known, "timeEpoch": 0}, "body": json.dumps(request), "isBase64Encoded": False,
    }


def lines(name, reply):
    """How many lines a chart has."""
    return reply["body"].count('<path fill="none"') if name == "ours" else reply["lines"]


def handlers(setting, rounds):
    """6, 8: warm handlers, event in, reply out."""
    settings = {"INLINE_LIMIT": "6000000"}
    for case, calls in (("m100", 200), ("m1000", 100), ("m8000", 30)):
        for form, format in (("rows", "json"), ("HTML", "html")):
            event = {"query": case, "format": format}
            handlers = {
                "ours": lambda events: setting.ours("query", events, settings),
                "npm": lambda events: setting.handler(setting.node("handler"), events),
                "python": lambda events: setting.handler(setting.python("handler"), events),
            }
            replies = {name: json.loads(run([event]).replies[0]) for name, run in handlers.items()}
            for peer in ("npm", "python"):
                if form == "HTML":
                    same_cells(replies["ours"]["content"], replies[peer]["html"], setting.answer(case))
                else:
                    same_rows(replies["ours"]["value"], replies[peer]["rows"], setting.answer(case))
            costs = medians({name: warm(run, event, calls) for name, run in handlers.items()}, rounds)
            ours = costs["ours"][0]
            yield Figure(6, f"{case}, {form}, warm", "CPU a call", ours * 1e3, unit="ms")
            yield Figure(6, f"{case}, {form}, warm", "CPU, part of a bundled Node handler", ours / costs["npm"][0], 1 / 4)
            yield Figure(6, f"{case}, {form}, warm", "CPU, part of a lean Python handler", ours / costs["python"][0], 1 / 8)
    chart = {"query": "p5000", "chartType": "Time Chart"}
    wanted = over_http(chart, "image/svg+xml")
    charts = {
        "ours": (lambda events: setting.ours("query-chart", events, {"HTTP_AUTHORIZER": "none"}), wanted),
        "vega": (lambda events: setting.handler(setting.node("chart"), events), chart),
        "matplotlib": (lambda events: setting.handler(setting.python("chart"), events), chart),
    }
    for name, (run, event) in charts.items():
        assert lines(name, json.loads(run([event]).replies[0])) == 5, f"{name} draws other lines"
    # Ours more often: it is so short that what else the machine does shows.
    costs = medians({name: warm(run, event, 200 if name == "ours" else 50) for name, (run, event) in charts.items()}, rounds)
    yield Figure(6, "SVG of 5 × 1,000 points, warm", "CPU a chart", costs["ours"][0] * 1e3, unit="ms")
    for peer in ("vega", "matplotlib"):
        yield Figure(6, "SVG of 5 × 1,000 points, warm", f"CPU, part of {peer}", costs["ours"][0] / costs[peer][0], 1 / 10)
    one = medians({"ours": warm(lambda events: setting.ours("query", events), {"query": "one"})}, rounds)
    yield Figure(8, "one row", "CPU of a warm call", one["ours"][0] * 1e3, 1, "ms")


def cold(setting, rounds):
    """7: from the start of the process to its first reply, with TLS and a token."""
    credential = 'credential = { kind = "client-secret", tenant = "contoso.com", client_id = "00000000-0000-4000-8000-000000000001", secret = "env:SECRET" }'
    file = f'[[connection]]\nname = "bench"\ncluster = "https://help.kusto.windows.net"\ndatabases = ["db"]\n{credential}\n'
    settings = {"KUSTO_CONNECTIONS": file, "SECRET": "s", "PROXY_URL": setting.url, "EXTRA_CA_FILE": setting.root}
    costs = medians({"ours": lambda: setting.ours("query", [{"query": "one"}], settings)}, max(rounds, 5))
    yield Figure(7, "first reply", "CPU", costs["ours"][0] * 1e3, 25, "ms")
    yield Figure(7, "first reply", "peak memory", costs["ours"][1] / MB, 20, "MB")


def charts(setting, rounds):
    """4, 11: pictures of many points."""
    settings = {"INLINE_LIMIT": "6000000"}
    few = None
    for count in (1_000, 50_000, 500_000):
        event = {"query": f"p{count}", "chartType": "Time Chart", "attach": ["svg"]}
        drawn = json.loads(setting.ours("query-chart", [event], settings).replies[0])
        sizes = {file["contentType"]: len(file["content"]) * 3 // 4 for file in drawn["attachments"]}
        costs = medians({
            "ours": lambda: setting.ours("query-chart", [event], settings),
            "matplotlib": lambda: setting.handler(setting.python("chart"), [{**event, "png": True}]),
        }, rounds)
        few = few or costs["ours"][1]
        case = f"{count:,} points, 5 series"
        yield Figure(11, case, "SVG and PNG, CPU, part of matplotlib", costs["ours"][0] / costs["matplotlib"][0], 1 / 3)
        yield Figure(11, case, "SVG", sizes["image/svg+xml"] / 1e3, 250, "kB")
        yield Figure(11, case, "PNG", sizes["image/png"] / 1e3, 150, "kB")
        if count == 500_000:
            yield Figure(4, case, "peak memory beyond that of 1,000 points", (costs["ours"][1] - few) / MB, 2 + 24 * count / MB, "MB")


def ingestion(setting, rounds):
    """9: records, compressed and posted."""
    times, level = 10, 1
    rows, records = setting.records("scale50000")[:20_000], setting.work / "records.json"
    records.write_text(json.dumps(rows))
    lines = setting.work / "records.jsonl"
    lines.write_text("\n".join(json.dumps(row, separators=(",", ":")) for row in rows))
    event = {"table": "T", "mapping": "m", "records": rows}

    def contestants(times):
        arguments = (setting.url, records, str(times), str(level))
        return {
            "ours": lambda: setting.ours("ingest", [event] * times),
            "python": lambda: program([*setting.python("ingest"), *arguments]),
            "npm": lambda: program([*setting.node("ingest"), *arguments]),
        }

    for name, run in contestants(1).items():
        run()
        assert setting.ingested() == rows, f"{name} sent other records"
    costs = medians({**contestants(times), "compressor": lambda: setting.limit("compress", lines, times)}, rounds)
    case = f"{times} × {lines.stat().st_size / MB:.1f} MB ingested"
    yield Figure(9, case, "CPU", costs["ours"][0], unit="s")
    yield Figure(9, case, "CPU, part of PyPI azure-kusto-ingest", costs["ours"][0] / costs["python"][0], 1 / 3)
    yield Figure(9, case, "CPU, part of npm azure-kusto-ingest", costs["ours"][0] / costs["npm"][0], 1 / 1.7)
    yield Figure(9, case, "CPU, multiple of the compressor alone", costs["ours"][0] / costs["compressor"][0], 1.25)


def packages(setting, rounds):
    """10: what is deployed."""
    for manifest in sorted((pathlib.Path(__file__).parents[2] / "functions").glob("*/Cargo.toml")):
        name = manifest.parent.name
        zipped = setting.work / f"{name}.zip"
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as file:
            file.write(setting.build / name, "bootstrap")
        yield Figure(10, name, "deployment zip", zipped.stat().st_size / MB, 5, "MB")


ALL = {"rows": rows_out, "memory": memory, "forms": forms, "warm": handlers, "cold": cold, "charts": charts, "ingest": ingestion, "packages": packages}
