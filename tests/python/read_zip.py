"""Prints what is in a zip: of each entry its permissions, its time and its text.

Usage: python3 read_zip.py FILE.zip
"""

import json
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as archive:
    entries = {
        entry.filename: {
            "mode": entry.external_attr >> 16,
            "time": entry.date_time,
            "text": archive.read(entry).decode(errors="replace"),
        }
        for entry in archive.infolist()
    }
json.dump(entries, sys.stdout)
