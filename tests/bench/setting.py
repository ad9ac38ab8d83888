"""What a measurement needs: the endpoint, the folder of answers, our binaries, and the programs of the peers."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

import answers
from child import function, program

HERE = pathlib.Path(__file__).parent
# Our functions run with the allocator's settings with which they are deployed.
TEMPLATE = HERE.parent.parent / "infra/aws/template.yaml"
ALLOCATOR = dict(re.findall(r'(MALLOC_\w+): "(\d+)"', TEMPLATE.read_text()))


class Setting:
    """`build` has our release binaries, `target` what is made for the peers; ends with the block it is used in."""

    def __init__(self, build, target):
        self.build, self.target = build, target
        self.answers = target / "answers"
        self.temporary = tempfile.TemporaryDirectory()
        self.work = pathlib.Path(self.temporary.name)
        answers.make(self.answers)
        command = [sys.executable, HERE / "endpoint.py", self.answers]
        self.endpoint = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.endpoint.stdout.readline())
        self.url, self.root = ready["url"], ready["root"]
        # The binary itself: what is called so may start it as a child, whose cost is then that of another.
        self.node_binary = subprocess.run(["node", "-p", "process.execPath"], check=True, capture_output=True, text=True).stdout.strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.endpoint.terminate()
        self.endpoint.wait()
        self.temporary.cleanup()

    def answer(self, query):
        """The file with which the endpoint answers."""
        return self.answers / f"{query}.json.gz"

    def connections(self):
        """A connection file with the endpoint alone, and the service's own limits."""
        limits = 'limits = { rows = 500_000, bytes = "64 MiB" }'
        return f'[[connection]]\nname = "bench"\ncluster = "{self.url}"\ndatabases = ["db"]\ncredential = {{ kind = "none" }}\ncommands = ["ingest"]\n{limits}\n'

    def ours(self, name, events, settings=None, store=None):
        """Runs one of our functions; with a store, a new folder."""
        surroundings = {"KUSTO_CONNECTIONS": self.connections(), **ALLOCATOR, **(settings or {})}
        if store:
            store.mkdir(exist_ok=True)
            surroundings["STORE_URL"] = f"file://{store}"
        return function([self.build / name], surroundings, [json.dumps(event).encode() for event in events])

    def handler(self, command, events):
        """Runs a peer's Lambda handler."""
        return function(command, {"KUSTO_CLUSTER": self.url}, [json.dumps(event).encode() for event in events])

    def python(self, name):
        return [sys.executable, HERE / "peers" / f"{name}.py"]

    def node(self, name):
        """The program, bundled; only with its own file does Node start without looking for modules."""
        return [self.node_binary, self.target / "bundled" / f"{name}.mjs"]

    def rows(self, query, *file):
        return program([self.build / "rows_out", self.url, query, *file])

    def records(self, query):
        """The rows of a query, as records to ingest."""
        file = self.work / "records.json"
        self.rows(query, file)
        return json.loads(file.read_bytes())["value"]

    def ingested(self):
        """The records that the endpoint took since the last time."""
        with urllib.request.urlopen(f"{self.url}/ingested") as answer:
            return [json.loads(line) for line in answer.read().splitlines() if line]

    def html(self, query):
        """The rows as the table of a mail or a page."""
        return program([self.build / "rows_out", self.url, query, "--html"])

    def python_rows(self, query, *file):
        return program([*self.python("rows"), self.url, query, *file])

    def node_rows(self, query, *file):
        return program([*self.node("rows"), self.url, query, *file])

    def limit(self, *arguments):
        return program([self.build / "limit", *map(str, arguments)])
