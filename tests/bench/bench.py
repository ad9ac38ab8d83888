"""Measures our release binaries beside what a user would pick instead, and holds the figures against the goals.

usage: bench.py BUILD TARGET [--only NAME,…] [--rounds N] [--page FILE]

Prints a table, writes it to TARGET/bench.json and draws TARGET/pictures. Ends with 1 where a goal is missed. Ratios hold only within one run.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import platform
import sys
import time

import cost
import goals
import page
import scale
from plots import pictures
from setting import Setting

ALL = {**goals.ALL, **cost.ALL, **scale.ALL}


def line(figure):
    value, asked = f"{figure.value:.3g} {figure.unit}".strip(), ""
    if figure.asked is not None:
        asked = f"{'met   ' if figure.met else 'MISSED'} ≤ {figure.asked:.3g}"
    return f"{figure.goal or '':>4}  {figure.case:<28} {figure.what:<46} {value:>12}  {asked}"


def described(figures, options):
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "load": os.getloadavg()[0], "rounds": options.rounds}
    return {**machine, "figures": [{**dataclasses.asdict(figure), "met": figure.met} for figure in figures]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="where our release binaries are")
    parser.add_argument("target", type=pathlib.Path, help="where everything that is made goes")
    parser.add_argument("--only", default=",".join(ALL), help=f"which of {', '.join(ALL)}")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contestant runs")
    parser.add_argument("--page", type=pathlib.Path, help="the page that the figures are written into")
    options = parser.parse_args()
    figures, begun = [], time.monotonic()
    print(f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}; medians of {options.rounds} rounds", flush=True)
    with Setting(options.build.absolute(), options.target.absolute()) as setting:
        for name in options.only.split(","):
            for figure in ALL[name](setting, options.rounds):
                figures.append(figure)
                print(line(figure), flush=True)
        pictures(setting, figures)
        if options.page:
            page.write(options.page, setting, figures, options.rounds)
    (options.target / "bench.json").write_text(json.dumps(described(figures, options), indent=1))
    missed = [figure for figure in figures if figure.met is False]
    print(f"{sum(figure.met is True for figure in figures)} met, {len(missed)} missed, in {time.monotonic() - begun:.0f} s")
    sys.exit(1 if missed else 0)


main()
