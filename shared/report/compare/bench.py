"""Prints the processor seconds that matplotlib takes for an SVG and a PNG of so many points, the best of some runs.

usage: bench.py KIND POINTS RUNS
"""

import io
import sys
import time

import matplotlib
import numpy

matplotlib.use("agg")
from matplotlib import pyplot  # noqa: E402

SERIES = 5


def draw(kind, times, values):
    figure, axes = pyplot.subplots(figsize=(6.8, 3.4))
    if kind == "stackedareachart":
        axes.stackplot(times, values, labels="abcde")
    elif kind == "scatterchart":
        for name, series in zip("abcde", values):
            axes.scatter(times, series, s=4, label=name)
    else:
        for name, series in zip("abcde", values):
            axes.plot(times, series, label=name)
    axes.legend(loc="upper left")
    axes.set_title("Half a million points")
    figure.savefig(io.BytesIO(), format="svg")
    figure.savefig(io.BytesIO(), format="png", dpi=200)
    pyplot.close(figure)


def main():
    kind, points, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    seconds = numpy.arange(points // SERIES)
    times = numpy.datetime64("2026-11-01") + seconds.astype("timedelta64[s]")
    noise = numpy.random.default_rng(3).random((SERIES, len(seconds))) * 10
    values = 60 + numpy.sin(seconds / 8000) * 20 + noise + numpy.arange(SERIES)[:, None] * 40
    best = float("inf")
    for _ in range(runs):
        started = time.process_time()
        draw(kind, times, values)
        best = min(best, time.process_time() - started)
    print(best)


main()
