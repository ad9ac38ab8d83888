"""Measures our release binaries beside what a user would pick instead, and holds the figures against the goals.

usage: bench.py BUILD TARGET [--only NAME,…] [--rounds N]

Prints a table and writes it to TARGET/bench.json. Ends with 1 where a goal is missed. Ratios hold only within one run.
"""

import argparse
import json
import os
import pathlib
import platform
import sys

from goals import ALL
from setting import Setting


def line(figure):
    value, asked = f"{figure.value:.3g} {figure.unit}".strip(), ""
    if figure.asked is not None:
        asked = f"{'met   ' if figure.met else 'MISSED'} ≤ {figure.asked:.3g}"
    return f"{figure.goal:>4}  {figure.case:<28} {figure.what:<46} {value:>12}  {asked}"


def described(figure):
    return {"goal": figure.goal, "case": figure.case, "what": figure.what, "value": figure.value, "unit": figure.unit, "asked": figure.asked, "met": figure.met}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="where our release binaries are")
    parser.add_argument("target", type=pathlib.Path, help="where everything that is made goes")
    parser.add_argument("--only", default=",".join(ALL), help=f"which of {', '.join(ALL)}")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contestant runs")
    options = parser.parse_args()
    figures = []
    print(f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}; medians of {options.rounds} rounds", flush=True)
    with Setting(options.build.absolute(), options.target.absolute()) as setting:
        for name in options.only.split(","):
            for figure in ALL[name](setting, options.rounds):
                figures.append(figure)
                print(line(figure), flush=True)
    (options.target / "bench.json").write_text(json.dumps([described(figure) for figure in figures], indent=1))
    missed = [figure for figure in figures if figure.met is False]
    print(f"{sum(figure.met is True for figure in figures)} met, {len(missed)} missed")
    sys.exit(1 if missed else 0)


main()
