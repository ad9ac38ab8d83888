"""Reads what the demo left in a folder, with Python's own parsers, and prints it as JSON.

Usage: python3 check_demo.py FOLDER

`json`, `csv` and `html` are the rows of rows.json, of rows.csv and of the tables in the mail, a list of cells each: a number where the
cell reads as one, a time as `2026-11-20 06:00:00`, else text.
"""

import base64
import csv
import email
import email.policy
import hashlib
import json
import re
import struct
import sys
import xml.etree.ElementTree
from html.parser import HTMLParser
from pathlib import Path

TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2}))?(\.0+)?Z?")


def cell(text):
    """The value that a person reads in a cell."""
    text = text.strip()
    if time := TIME.fullmatch(text):
        return f"{time[1]} {time[2]}:{time[3] or '00'}"
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return text


class Tables(HTMLParser):
    """The rows of every table of a page, a table in a table by itself, and the sources of its pictures."""

    def __init__(self):
        super().__init__()
        self.tables, self.pictures, self.open = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.open.append([])
            self.tables.append(self.open[-1])
        elif tag == "tr":
            self.open[-1].append([])
        elif tag in ("td", "th"):
            self.open[-1][-1].append("")
        elif tag == "img":
            self.pictures.append(dict(attrs)["src"])

    def handle_data(self, data):
        if self.open and self.open[-1] and self.open[-1][-1]:
            self.open[-1][-1][-1] += data

    def handle_endtag(self, tag):
        if tag == "table":
            self.open.pop()


def page(html):
    """The tables and pictures of this HTML."""
    parser = Tables()
    parser.feed(html)
    parser.close()
    parser.tables = [[[cell(text) for text in row] for row in table] for table in parser.tables]
    return parser


def svg(source):
    """The root of a picture, and the texts it shows."""
    root = xml.etree.ElementTree.fromstring(source)
    return {"root": root.tag, "viewBox": root.get("viewBox"), "texts": [text for text in root.itertext() if text.strip()]}


def png(source):
    """The size of a picture, from its header."""
    assert source[:8] == b"\x89PNG\r\n\x1a\n" and source[12:16] == b"IHDR", "no PNG"
    return list(struct.unpack(">II", source[16:24]))


def main():
    folder = Path(sys.argv[1])
    read = {name: (folder / name).read_bytes() for name in ("chart.svg", "chart.png", "report.eml", "report.html", "rows.json", "rows.csv")}
    mail = email.message_from_bytes(read["report.eml"], policy=email.policy.default)
    mailed = page(mail.get_body(("html",)).get_content())
    shown = page(read["report.html"].decode())
    found = {
        "svg": svg(read["chart.svg"]),
        "png": png(read["chart.png"]),
        "json": [[cell(str(value)) for value in row.values()] for row in json.loads(read["rows.json"])],
        "csv": [[cell(value) for value in row] for row in csv.reader(read["rows.csv"].decode("utf-8-sig").splitlines())],
        "html": mailed.tables,
        "sameTables": mailed.tables == shown.tables,
        "pictures": [hashlib.sha256(base64.b64decode(source.removeprefix("data:image/png;base64,"))).hexdigest() for source in shown.pictures],
        "sha256": {name: hashlib.sha256(source).hexdigest() for name, source in read.items()},
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
