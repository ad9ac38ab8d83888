"""How cost grows as the work grows, and as many call at once."""

import concurrent.futures
import json
import statistics

from goals import MB, Figure

CALLS = 20
# Replies as large as Lambda carries them.
INLINE = {"INLINE_LIMIT": "6000000"}


def grown(case, of, size, costs):
    """Processor time and peak memory of a process, for so much work."""
    cpu, peak = statistics.median(cost.cpu for cost in costs), statistics.median(cost.peak for cost in costs)
    yield Figure(None, case, "CPU, start included", cpu * 1e3, unit="ms", of=of, size=size)
    yield Figure(None, case, "peak memory", peak / MB, unit="MB", of=of, size=size)


def rows(setting, rounds):
    """Rows out, 1 to 500,000: beyond what a call costs anyway, each row costs the same and none takes memory."""
    costs = {count: [] for count in (1, 10, 100, 1_000, 10_000, 50_000, 100_000, 250_000, 500_000)}
    # Often and in turn: the operating system counts in steps, and what else the machine does is not to fall on one size.
    for _ in range(rounds * 4):
        for count, spent in costs.items():
            spent.append(setting.rows("m500k" if count == 500_000 else f"scale{count}"))
    for count, spent in costs.items():
        yield from grown(f"{count:,} rows", "rows", count, spent)
    cpu = {count: statistics.median(cost.cpu for cost in spent) for count, spent in costs.items()}
    large = [(cpu[count] - cpu[1]) / count for count in cpu if count > 1_000]
    yield Figure(None, "past 1,000 rows", "CPU a row, highest beyond the lowest", max(large) / min(large), 1.2)


def charts(setting, rounds):
    """A chart of more points, and of more series."""
    def drawn(query):
        return [setting.ours("query-chart", [{"query": query, "chartType": "Time Chart"}], INLINE) for _ in range(rounds)]

    for count in (1_000, 5_000, 50_000, 500_000):
        yield from grown(f"{count:,} points, 5 series", "points", count, drawn(f"p{count}"))
    for count in (1, 10, 100, 1_000):
        yield from grown(f"100,000 points, {count:,} series", "series", count, drawn(f"series{count}"))


def ingestion(setting, rounds):
    """1 kB to 100 MB of records; a call carries at most 6 MB, so that the largest are several calls."""
    rows = setting.records("scale50000")
    for count, calls in ((5, 1), (50, 1), (500, 1), (5_000, 1), (20_000, 1), (20_000, 5), (20_000, 25)):
        event = {"table": "T", "mapping": "m", "records": rows[:count]}
        size = len(json.dumps(event["records"], separators=(",", ":"))) * calls / MB
        costs = [setting.ours("ingest", [event] * calls) for _ in range(rounds)]
        yield from grown(f"{size:.3g} MB in {calls} calls", "MB ingested", size, costs)


def callers(setting, _rounds):
    """1 to 64 instances of a function at once, each with calls of its own; a call that fails ends the run."""
    for instances in (1, 2, 4, 8, 16, 32, 64):
        with concurrent.futures.ThreadPoolExecutor(instances) as pool:
            costs = list(pool.map(lambda _: setting.ours("query", [{"query": "m1000"}] * CALLS, INLINE), range(instances)))
        walls = sorted(wall for cost in costs for wall in cost.wall)
        last = walls[min(len(walls) - 1, len(walls) * 99 // 100)]
        longest = max(sum(cost.wall) for cost in costs)
        size = {"of": "instances at once", "size": instances}
        case = f"{instances} at once"
        yield Figure(None, case, "calls a second", len(walls) / longest, **size)
        yield Figure(None, case, "CPU a call, start included", sum(cost.cpu for cost in costs) / len(walls) * 1e3, unit="ms", **size)
        yield Figure(None, case, "99th percentile", last * 1e3, unit="ms", **size)
        yield Figure(None, case, "peak memory of an instance", max(cost.peak for cost in costs) / MB, unit="MB", **size)


ALL = {"scale-rows": rows, "scale-charts": charts, "scale-ingest": ingestion, "callers": callers}
