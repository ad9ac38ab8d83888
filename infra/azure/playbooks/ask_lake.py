"""Asks the Microsoft Sentinel data lake as a service principal, and prints its rows: ask_lake.py 'SigninLogs | take 10'

TENANT_ID, CLIENT_ID and CLIENT_SECRET are those of the app registration, and DATABASE is `<workspaceName>-<workspaceId>`, or `default`.
The lake itself is asked. With API (the URL of the functions) and API_SCOPE (`<ApiAudience>/.default`) `query` is, with the same body. LOGIN
and LAKE are for other clouds.
"""

import json
import os
import sys
import urllib.parse
import urllib.request

LOGIN = os.environ.get("LOGIN", "https://login.microsoftonline.com")
LAKE = os.environ.get("LAKE", "https://api.securityplatform.microsoft.com/lake/kql")
LAKE_SCOPE = "4500ebfb-89b6-4b14-a480-7f749797bfcd/.default"
# As long as the lake lets a query run.
SECONDS = 4 * 60


def post(url, body, headers):
    """Sends a request, and reads the JSON that is answered; an HTTP error is raised."""
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=SECONDS) as answer:
        return json.load(answer)


def token(scope):
    """A token of the application itself."""
    form = {
        "grant_type": "client_credentials",
        "client_id": os.environ["CLIENT_ID"],
        "client_secret": os.environ["CLIENT_SECRET"],
        "scope": scope,
    }
    url = f"{LOGIN}/{os.environ['TENANT_ID']}/oauth2/v2.0/token"
    return post(url, urllib.parse.urlencode(form).encode(), {})["access_token"]


def rows(answer):
    """The rows as objects: `query` answers them, and the lake in frames, of which the last says whether all went well."""
    if isinstance(answer, dict):
        return answer["value"]
    end = answer[-1]
    if end["FrameType"] != "DataSetCompletion" or end["HasErrors"]:
        raise SystemExit(f"the answer is not complete: {end}")
    table = next(frame for frame in answer if frame.get("TableKind") == "PrimaryResult")
    names = [column["ColumnName"] for column in table["Columns"]]
    return [dict(zip(names, row)) for row in table["Rows"]]


def ask(query):
    api = os.environ.get("API")
    url, scope = (api + "/query", os.environ["API_SCOPE"]) if api else (LAKE + "/v2/rest/query", LAKE_SCOPE)
    body = {
        "csl": query,
        "db": os.environ["DATABASE"],
        "properties": {"Options": {"servertimeout": "00:04:00", "queryconsistency": "strongconsistency"}},
    }
    headers = {"Authorization": "Bearer " + token(scope), "Content-Type": "application/json"}
    return rows(post(url, json.dumps(body).encode(), headers))


for row in ask(sys.argv[1]):
    print(json.dumps(row))
