"""Reads a CSV file and prints its rows, and which cells a spreadsheet program would take for a formula: check_csv.py FILE.csv."""

import csv
import json
import sys

import openpyxl

with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    rows = list(csv.reader(file))
sheet = openpyxl.Workbook().active
formulas = []
for number, row in enumerate(rows, 1):
    for column, text in enumerate(row, 1):
        # Control characters cannot stand in a workbook; a program that reads the file leaves them out.
        text = "".join(c for c in text if c in "\t\n" or c >= " ")
        cell = sheet.cell(number, column, text)
        # What openpyxl knows of, and what other programs take for one as well (OWASP, "CSV Injection").
        if cell.data_type == "f" or text.lstrip()[:1] in tuple("=+-@＝＋－＠"):
            formulas.append(text)
json.dump({"rows": rows, "formulas": formulas}, sys.stdout)
