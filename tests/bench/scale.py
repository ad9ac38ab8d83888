"""How cost grows as the work grows, and as many call at once."""

import concurrent.futures
import json
import statistics

from goals import MB, Figure, stored, warm

CALLS = 20


def rows(setting, rounds):
    """Rows out, 1 to 500,000: beyond what a call costs anyway, each row costs the same and none takes memory."""
    base, per_row = None, {}
    for count, query in [(1, "scale1"), *((n, f"scale{n}") for n in (10, 100, 1_000, 10_000, 50_000, 100_000, 250_000)), (500_000, "m500k")]:
        calls = max(1, 20_000 // count)
        costs = [setting.ours("query", [{"query": query}] * calls, store=setting.work / "scale") for _ in range(rounds)]
        cpu, peak = statistics.median(cost.cpu for cost in costs) / calls, statistics.median(cost.peak for cost in costs)
        base = base if base is not None else cpu
        per_row[count] = (cpu - base) / count
        yield Figure(0, f"{count:,} rows", "CPU a call", cpu * 1e3, unit="ms")
        yield Figure(0, f"{count:,} rows", "peak memory", peak / MB, unit="MB")
    large = [cost for count, cost in per_row.items() if count > 1_000]
    yield Figure(0, "past 1,000 rows", "CPU a row, highest beyond the lowest", max(large) / min(large), 1.2)


def charts(setting, rounds):
    """A chart of more points, and of more series."""
    for query, case in [(f"p{n}", f"{n:,} points, 5 series") for n in (1_000, 5_000, 50_000, 500_000)] + [
        (f"series{n}", f"100,000 points, {n:,} series") for n in (1, 10, 100, 1_000)
    ]:
        event = {"query": query, "chartType": "Time Chart"}
        costs = [setting.ours("query-chart", [event], {"INLINE_LIMIT": "6000000"}) for _ in range(rounds)]
        yield Figure(0, case, "CPU", statistics.median(cost.cpu for cost in costs) * 1e3, unit="ms")
        yield Figure(0, case, "peak memory", statistics.median(cost.peak for cost in costs) / MB, unit="MB")


def callers(setting, _rounds):
    """1 to 64 instances of a function at once, each with calls of its own."""
    event = {"query": "m1000"}
    for instances in (1, 2, 4, 8, 16, 32, 64):
        with concurrent.futures.ThreadPoolExecutor(instances) as pool:
            costs = list(pool.map(lambda _: setting.ours("query", [event] * CALLS), range(instances)))
        walls = sorted(wall for cost in costs for wall in cost.wall)
        last = walls[min(len(walls) - 1, len(walls) * 99 // 100)]
        case = f"{instances} at once"
        yield Figure(0, case, "CPU a call, start included", sum(cost.cpu for cost in costs) / len(walls) * 1e3, unit="ms")
        yield Figure(0, case, "99th percentile", last * 1e3, unit="ms")
        yield Figure(0, case, "peak memory of an instance", max(cost.peak for cost in costs) / MB, unit="MB")
