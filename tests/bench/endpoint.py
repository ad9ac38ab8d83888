"""A cluster on loopback whose answers are ready: what it takes is nobody's cost. A program of its own.

usage: endpoint.py FOLDER      writes its port, and the path of its root certificate, as one line of JSON

It answers a query with the file of that name, takes records and gives them back at /ingested, and stands behind a CONNECT
proxy for every host by https, Entra included.
"""

import functools
import gzip
import json
import pathlib
import ssl
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme

from http_body import whole_body

TOKEN = {"token_type": "Bearer", "expires_in": 3599, "access_token": "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2ln"}
ENTRA = {"AzureAD": {"LoginEndpoint": "https://login.microsoftonline.com", "LoginMfaRequired": False, "KustoClientAppId": "x"}}
TAKEN = {"Tables": [{"TableName": "Table_0", "Columns": [{"ColumnName": "ConsumedRecordsCount", "DataType": "Int64"}], "Rows": [[1]]}]}
DONE = {"Tables": [{"TableName": "Table_0", "Columns": [{"ColumnName": "Result", "DataType": "String"}], "Rows": []}]}

FOLDER = pathlib.Path(sys.argv[1])
AUTHORITY = trustme.CA()
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
AUTHORITY.issue_cert("login.microsoftonline.com", "help.kusto.windows.net").configure_cert(TLS)


@functools.cache
def ready(query):
    """The answer of that name, compressed."""
    return (FOLDER / f"{query}.json.gz").read_bytes()


def gunzipped(body):
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


class Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        self.send_response_only(200)
        self.end_headers()
        self.connection = TLS.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")

    def do_GET(self):
        if self.path != "/ingested":
            return self.answer(json.dumps(ENTRA).encode())
        bodies, self.server.ingested = self.server.ingested, []
        return self.answer(b"\n".join(gzip.decompress(body) for body in bodies))

    def do_POST(self):
        body = whole_body(self)
        if self.path.endswith("/oauth2/v2.0/token"):
            self.answer(json.dumps(TOKEN).encode())
        elif self.path.startswith("/v1/rest/ingest/"):
            self.server.ingested.append(body)
            self.answer(json.dumps(TAKEN).encode())
        elif self.path == "/v1/rest/mgmt":
            self.answer(json.dumps(DONE).encode())
        else:
            self.answer(ready(json.loads(gunzipped(body))["csl"]), encoding="gzip")

    def answer(self, body, encoding=None):
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


class Server(ThreadingHTTPServer):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        # As they came, since the last time that somebody asked for them.
        self.ingested = []

    def handle_error(self, *_):
        """A function is killed at the end of its measurement, and its connections with it."""


def main():
    server = Server(("127.0.0.1", 0), Endpoint)
    root = tempfile.NamedTemporaryFile(suffix=".pem")
    AUTHORITY.cert_pem.write_to_path(root.name)
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}", "root": root.name}), flush=True)
    server.serve_forever()


main()
