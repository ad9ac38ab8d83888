"""What a million cold calls cost on AWS Lambda, from the processor time and the memory that a first call takes."""

import json

from contest import medians
from goals import MB, Figure

# Dollars, x86 in us-east-1 (aws.amazon.com/lambda/pricing): a GB for a second, and a request.
GB_SECOND, REQUEST = 0.0000166667, 0.20 / 1e6
# Dollars of one run of a premium cloud flow, pay as you go (learn.microsoft.com/power-platform/admin/pay-as-you-go-meters).
FLOW_RUN = 0.60
# At this many MB a function has one processor, and at fewer so much less of it (docs.aws.amazon.com/lambda, configuring memory).
WHOLE_PROCESSOR = 1769
SIZES = (128, 256, 512, 1024, WHOLE_PROCESSOR)
# Of what was resident, to stay clear of the limit.
ROOM = 1.5
# Seconds until the cluster answers.
WAITING = 0.5


def price(cpu, peak, waiting=WAITING):
    """Dollars of a call that takes so many seconds of processor time and bytes of memory, with the cheapest memory setting that has room."""
    sizes = [size for size in SIZES if size * 1024**2 >= peak * ROOM]
    return min(size / 1024 * (cpu * WHOLE_PROCESSOR / size + waiting) * GB_SECOND + REQUEST for size in sizes or SIZES[-1:])


def figures(case, name, cpu, peak, dollars):
    yield Figure(None, case, f"{name}: CPU", cpu * 1e3, unit="ms")
    yield Figure(None, case, f"{name}: peak memory", peak / MB, unit="MB")
    yield Figure(None, case, f"{name}: a million calls", dollars * 1e6, unit="$")


def report(setting, rounds):
    """A whole report on a schedule: a chart, and the mail with it. With us two functions, elsewhere one, which waits for cluster and mail server."""
    query, inline = {"query": "p5000", "chartType": "Time Chart"}, {"INLINE_LIMIT": "6000000"}
    mails = {"MAIL_URL": f"file://{setting.work}/mails", "MAIL_FROM": "reports@example.com", "MAIL_ALLOWED_RECIPIENTS": "ops@example.com"}
    chart = json.loads(setting.ours("query-chart", [query], inline).replies[0])
    mail = {"to": "ops@example.com", "subject": "Load", "sections": [{"result": chart}]}
    costs = medians({
        "query-chart": lambda: setting.ours("query-chart", [query], inline),
        "email": lambda: setting.ours("email", [mail], {**inline, **mails}),
        "python": lambda: setting.handler(setting.python("chart"), [{**query, "mail": str(setting.work / "python.eml")}]),
    }, rounds)
    ours, python = (costs["query-chart"], costs["email"]), costs["python"]
    case = "a report: chart and mail, cold"
    yield from figures(case, "query-chart and email", sum(cpu for cpu, _ in ours), max(peak for _, peak in ours), sum(price(*of) for of in ours))
    yield from figures(case, "matplotlib and Python's email", *python, price(*python, 2 * WAITING))


def cost(setting, rounds):
    """A call to a function that has to start first: what a report on a schedule mostly is."""
    settings, svg = {"INLINE_LIMIT": "6000000"}, {"query": "p5000", "chartType": "Time Chart", "attach": ["svg"]}
    rows = {"query": "m1000"}
    cases = {
        "1,000 rows, cold": {
            "query": lambda: setting.ours("query", [rows], settings),
            "a bundled Node handler": lambda: setting.handler(setting.node("handler"), [rows]),
            "a lean Python handler": lambda: setting.handler(setting.python("handler"), [rows]),
        },
        "chart of 5 × 1,000, cold": {
            "query-chart": lambda: setting.ours("query-chart", [svg], settings),
            "vega, SVG alone": lambda: setting.handler(setting.node("chart"), [svg]),
            "matplotlib": lambda: setting.handler(setting.python("chart"), [{**svg, "png": True}]),
        },
    }
    for case, contestants in cases.items():
        for name, (cpu, peak) in medians(contestants, rounds).items():
            yield from figures(case, name, cpu, peak, price(cpu, peak))
    yield from report(setting, rounds)
    yield Figure(None, "a flow in place of a call", "Power Automate: a million runs", FLOW_RUN * 1e6, unit="$")


ALL = {"cost": cost}
