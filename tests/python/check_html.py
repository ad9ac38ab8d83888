"""Reads a page with Python's own parser and prints its images and the tables that have headings as JSON: check_html.py PAGE.html."""

import html.parser
import json
import sys


class Page(html.parser.HTMLParser):
    """The images and tables of a page. Layout tables are left out, and no table of ours holds another."""

    def __init__(self):
        super().__init__()
        self.images = []
        self.tables = []
        self.table = None
        self.text = None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "img":
            self.images.append(attributes)
        elif tag == "table" and attributes.get("role") != "presentation":
            self.table = {"rows": []}
            self.tables.append(self.table)
        elif tag == "tr" and self.table:
            self.table["rows"].append([])
        elif tag in ("td", "th", "caption") and self.table:
            self.text = ""

    def handle_data(self, data):
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "table":
            self.table = None
        elif tag == "caption" and self.table:
            self.table["caption"] = self.text
        elif tag in ("td", "th") and self.table:
            self.table["rows"][-1].append(self.text)
        if tag in ("td", "th", "caption"):
            self.text = None


page = Page()
with open(sys.argv[1], encoding="utf-8") as file:
    page.feed(file.read())
json.dump({"images": page.images, "tables": page.tables}, sys.stdout)
