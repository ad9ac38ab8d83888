"""Reads rows with Python's own parsers and prints them as JSON, each a list of texts: check_rows.py ROWS.json ROWS.csv."""

import csv
import json
import sys

rows, table = sys.argv[1:]
with open(rows, encoding="utf-8") as file:
    objects = json.load(file)
with open(table, encoding="utf-8-sig", newline="") as file:
    lines = list(csv.reader(file, strict=True))
json.dump({"json": [[str(value) for value in row.values()] for row in objects], "csv": lines}, sys.stdout)
