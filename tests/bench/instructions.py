"""Counts the instructions that decoding an answer takes, and holds them against the counts that are committed.

usage: instructions.py PROGRAM ANSWERS COUNTS [--write]

A count is the difference between decoding once and thrice, so that starting and reading the file are not in it. Ends with 1 where one is
more than 2 % above what COUNTS says; with --write COUNTS is written.
"""

import json
import pathlib
import re
import subprocess
import sys

import answers

CASES = ("m8000", "s5000")
MORE = 1.02


def instructions(program, file, times):
    """All of a run, from its start to its end."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, file, str(times)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return int(re.search(r"Collected : (\d+)", told)[1])


def main():
    program, folder, counts = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    answers.make(folder, CASES)
    counted = {case: (instructions(program, folder / f"{case}.json.gz", 3) - instructions(program, folder / f"{case}.json.gz", 1)) // 2 for case in CASES}
    if "--write" in sys.argv:
        counts.write_text(json.dumps(counted, indent=1) + "\n")
    allowed, more = json.loads(counts.read_text()), False
    for case, count in counted.items():
        share = count / allowed[case]
        more |= share > MORE
        print(f"{case}: {count:,} instructions, {share:.1%} of the {allowed[case]:,} committed")
    if more:
        sys.exit("decoding takes more than it did: mend it, or write the counts anew with --write and say why")


if __name__ == "__main__":
    main()
