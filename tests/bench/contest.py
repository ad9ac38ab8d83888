"""Contestants in turn, so that whatever else the machine does falls on all of them."""

import statistics


def medians(contestants, rounds):
    """Runs each of the named contestants `rounds` times, interleaved, and gives the medians of processor seconds and of peak memory."""
    costs = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            costs[name].append(run())
    return {
        name: (statistics.median(cost.cpu for cost in all), statistics.median(cost.peak for cost in all))
        for name, all in costs.items()
    }
