"""Where addresses are, however long it takes: enrich.py 192.0.2.1 198.51.100.7

API is the URL of the functions, TOKEN a token of Entra for it.
"""

import json
import os
import pathlib
import sys
import time
import urllib.request

API, TOKEN = os.environ["API"], os.environ["TOKEN"]


def send(url, request=None):
    """Sends a request, or fetches; an HTTP error is raised."""
    headers = {"Accept": "application/json"}
    # The token is for the API, and for no other host that it may point to.
    if url.startswith(API + "/"):
        headers["Authorization"] = "Bearer " + TOKEN
    body = None
    if request is not None:
        headers |= {"Content-Type": "application/json", "Prefer": "respond-async"}
        body = json.dumps(request).encode()
    return urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60)


def run(request):
    """Sends a request once, and waits for its outcome."""
    answer = send(API + "/query", request)
    while answer.status == 202:
        location = answer.headers["Location"]
        time.sleep(int(answer.headers["Retry-After"]))
        answer = send(location)
    return json.load(answer)


query = pathlib.Path(__file__).with_name("geo-ip.kql").read_text()
# The addresses travel beside the query, and are never part of its text.
for row in run({"query": query, "parameters": {"addresses": sys.argv[1:]}})["value"]:
    print(json.dumps(row))
